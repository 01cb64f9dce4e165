"""What a run cost: its usage at its price, and the prices that were used."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from econome.domain.price import Price
from econome.domain.run import NO_ID, Run
from econome.domain.usage import Bucket, Usage
from econome.pricing.book import PriceBook
from econome.pricing.cost import cost_of
from econome.store.client import Store
from econome.store.question import question
from econome.store.version import next_version

REPORTED = Price("reported", "", "", "", None, "", {})
"""The "price" of a cost that the app itself stated: it has no rates, for nobody told them."""

_BUCKETS = tuple(bucket.value for bucket in Bucket)


@dataclass(frozen=True, slots=True)
class _PriceId:
    id: UUID


class Costing:
    """Prices runs, and stores the prices it used. For one thread."""

    def __init__(self, store: Store, prices: PriceBook) -> None:
        self._prices = prices
        self._stored = {row.id for row in store.ask(_PriceId, question("price_ids", "econome.ingest.sql"))}
        self._used: dict[UUID, Price] = {}

    def price(self, run: Run) -> None:
        """Gives a run its cost: as the app stated it, else usage at its price, else none."""
        run.price, run.cost, run.input_cost, run.output_cost = NO_ID, None, None, None
        if run.input_tokens is None and run.output_tokens is None and run.cost_reported is None:
            return
        usage = Usage(**{bucket: getattr(run, bucket) for bucket in _BUCKETS})
        price = self._prices.price(
            run.provider,
            run.model,
            run.started_at,
            run.service_tier,
            run.input_tokens or 0,
        )
        cost = cost_of(usage, price) if price is not None else None
        if cost is not None:
            self._apply(run, cost.price, cost.total, cost.input, cost.output)
        if run.cost_reported is not None and run.usage_source:
            self._apply(run, REPORTED, run.cost_reported, run.input_cost_reported, run.output_cost_reported)

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
    ) -> None:
        run.price, run.cost, run.input_cost, run.output_cost = price.id, total, input_cost, output_cost
        if price.id not in self._stored:
            self._used[price.id] = price
