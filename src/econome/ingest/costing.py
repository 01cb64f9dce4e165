"""What a run used and cost, as far as that can be known: tokens counted, prices applied."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from econome.counting.tokenizers import Tokenizers
from econome.counting.usage import counted_usage
from econome.domain.piece import Piece, Reading
from econome.domain.price import Price
from econome.domain.run import NO_ID, Kind, Run
from econome.domain.usage import Bucket, Usage, UsageSource
from econome.ingest.memory import RunKey, run_key
from econome.pricing.book import PriceBook
from econome.pricing.cost import cost_of
from econome.store.client import Store
from econome.store.question import question
from econome.store.version import next_version

COUNTED_PLACE = 200
"""The place of a count of ours: behind everything that anybody reported."""

MOST_WAITING = 50
"""Patches that overtook their posts, of which 2 to 5 in 800 do, by milliseconds."""

REPORTED = Price("reported", "", "", "", None, "", {})
"""The "price" of a cost that the app itself stated: it has no rates, for nobody told them."""

_BUCKETS = tuple(bucket.value for bucket in Bucket)
_MAY_BE_COUNTED = frozenset((UsageSource.NONE, UsageSource.UNKNOWN, UsageSource.COUNTED))


@dataclass(frozen=True, slots=True)
class _PriceId:
    id: UUID


class Costing:
    """Counts and prices runs, and stores the prices it used. For one thread."""

    def __init__(self, store: Store, prices: PriceBook, tokenizers: Tokenizers) -> None:
        self._prices = prices
        self._tokenizers = tokenizers
        self._stored = {row.id for row in store.ask(_PriceId, question("price_ids", "econome.ingest.sql"))}
        self._used: dict[UUID, Price] = {}
        self._waiting: OrderedDict[RunKey, tuple[Any, Any]] = OrderedDict()

    def count_tokens(self, run: Run, piece: Piece) -> None:
        """Reads into `piece` the usage that nobody reported, where its model's tokenizer is here.

        A piece brings the prompt, the next the answer: what was counted before is kept.
        """
        kind = piece.fields.get("kind") or run.kind
        if kind not in ("", Kind.LLM) or piece.reading is not None or run.usage_source not in _MAY_BE_COUNTED:
            return
        model = str(piece.fields.get("model_asked") or run.model)
        if not model or not kind:
            self._wait(run, piece)
            return
        inputs, outputs = self._waiting.pop(run_key(run.workspace, run.id), (None, None))
        inputs = piece.inputs if piece.inputs is not None else inputs
        outputs = piece.outputs if piece.outputs is not None else outputs
        if inputs is None and outputs is None:
            return
        found = counted_usage(self._tokenizers, model, inputs, outputs)
        if found is None:
            return
        usage, convention = found
        both = Usage(
            uncached=run.uncached if usage.uncached is None else usage.uncached,
            text_out=run.text_out if usage.text_out is None else usage.text_out,
        )
        piece.reading = Reading(both, convention, COUNTED_PLACE, UsageSource.COUNTED)

    def _wait(self, run: Run, piece: Piece) -> None:
        """Keeps the texts of a piece that came before the one which names the model."""
        if piece.inputs is None and piece.outputs is None:
            return
        key = run_key(run.workspace, run.id)
        inputs, outputs = self._waiting.pop(key, (None, None))
        self._waiting[key] = (
            piece.inputs if piece.inputs is not None else inputs,
            piece.outputs if piece.outputs is not None else outputs,
        )
        if len(self._waiting) > MOST_WAITING:
            self._waiting.popitem(last=False)

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
