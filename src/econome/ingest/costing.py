"""What a run cost: its usage at its price, and the prices that were used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from uuid import UUID

from econome.domain.piece import OF_SPAN, OF_WRAPPER
from econome.domain.price import STATED, Price
from econome.domain.run import NO_ID, Run, seconds_between
from econome.domain.usage import Bucket, Fee
from econome.pricing.book import PriceBook
from econome.pricing.sums import Sums, sums_of
from econome.store.client import Store
from econome.store.question import question
from econome.store.version import next_version

_COUNTS = attrgetter(*(bucket.value for bucket in Bucket))
BATCH = "batch"
"""The tier that only a call's owner can tell: the answers of a batch say that they are ordinary."""

_NO_RATE = " is billed apart and has no price here, so the call has none"
"""The end of a note on a call that used something beside tokens, before which its name stands."""


@dataclass(frozen=True, slots=True)
class _PriceId:
    id: UUID


class Costing:
    """Prices runs, and stores the prices it used. For one thread."""

    def __init__(
        self,
        store: Store,
        prices: PriceBook,
        name_of: Callable[[UUID, UUID], str] = lambda workspace, project: "",  # noqa: ARG005
    ) -> None:
        """`name_of` tells the name of a workspace's project, for prices that hold only in some."""
        self._prices = prices
        self._name_of = name_of
        self._stored = {row.id for row in store.ask(_PriceId, question("price_ids", "econome.ingest.sql"))}
        self._used: dict[UUID, Price] = {}

    def price(self, run: Run) -> None:
        """Gives a run its cost: as the app stated it, else its usage and fees at their price, else none.

        What a span's library states comes after our price: it has a list of prices of its own.
        What our price gives stands in `our_cost` in either case.
        """
        run.price, run.cost, run.input_cost, run.output_cost, run.fee_cost = NO_ID, None, None, None, None
        run.our_cost = None
        if any(note.endswith(_NO_RATE) for note in run.notes):  # of the price that it had
            run.notes = [note for note in run.notes if not note.endswith(_NO_RATE)]
        if not run.usage_source and run.cost_reported is None:
            return  # no call
        if run.metadata.get("service_tier", "").lower() == BATCH:
            run.service_tier = BATCH
        price = self._price_of(run)
        sums = self._sums(run, price) if price is not None else None
        if price is not None and sums is not None:
            run.our_cost = sums.total
            self._apply(run, price, sums.total, sums.input, sums.output, sums.fee)
        is_ours_first = OF_SPAN <= run.usage_place <= OF_WRAPPER and run.cost is not None
        if run.cost_reported is not None and run.usage_source and not is_ours_first:
            self._apply(run, STATED, run.cost_reported, run.input_cost_reported, run.output_cost_reported)

    def _price_of(self, run: Run) -> Price | None:
        return self._prices.price(
            run.provider,
            run.model,
            run.started_at,
            run.service_tier,
            run.input_tokens or 0,
            run.workspace,
            self._name_of(run.workspace, run.project) if self._prices.has_overrides else "",
        )

    def _sums(self, run: Run, price: Price) -> Sums | None:
        seconds = seconds_between(run.started_at, run.ended_at) if Fee.SECOND in price.fees else None
        sums = sums_of(_COUNTS(run), price, run.fees, seconds)
        if sums is None and run.fees:
            lacking = (f"{name}{_NO_RATE}" for name in unpriced_fees(price, run.fees))
            run.notes = [*run.notes, *(note for note in lacking if note not in run.notes)]
        return sums

    def store_prices(self, store: Store) -> None:
        """Stores the prices that were used for the first time."""
        new = [price for price in self._used.values() if price.id not in self._stored]
        self._used.clear()
        if not new:
            return
        store.insert(
            "prices",
            {
                "id": [price.id for price in new],
                "source": [price.source for price in new],
                "source_version": [price.source_version for price in new],
                "provider": [price.provider for price in new],
                "model": [price.model for price in new],
                "valid_from": [price.valid_from for price in new],
                "tier": [price.tier for price in new],
                "rates": [{bucket.value: rate for bucket, rate in price.rates.items()} for price in new],
                "fees": [{fee.value: rate for fee, rate in price.fees.items()} for price in new],
                "discount": [price.discount for price in new],
                "project": [price.project for price in new],
                "version": [next_version(0)] * len(new),
            },
        )
        self._stored.update(price.id for price in new)

    def _apply(
        self,
        run: Run,
        price: Price,
        total: Decimal,
        input_cost: Decimal | None,
        output_cost: Decimal | None,
        fee: Decimal | None = None,
    ) -> None:
        run.price, run.cost, run.input_cost, run.output_cost = price.id, total, input_cost, output_cost
        run.fee_cost = fee
        if price.id not in self._stored:
            self._used[price.id] = price


def unpriced_fees(price: Price, fees: Mapping[str, int]) -> list[str]:
    """Which of the fees that a call used this price has no rate for."""
    return [name for name, count in fees.items() if count and name not in price.fees]
