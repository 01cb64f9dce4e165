"""What each model used and cost, day by day: what is laid beside a provider's export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from econome.domain.price import STATED
from econome.domain.scope import EVERYTHING, Scope
from econome.store.client import Store
from econome.store.question import question


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One model on one day. Tokens and money are those of billed calls."""

    day: date
    provider: str
    model: str
    calls: int
    uncached: int | None
    cache_read: int | None
    cache_read_audio: int | None
    cache_write_5m: int | None
    cache_write_1h: int | None
    audio_in: int | None
    image_in: int | None
    video_in: int | None
    text_out: int | None
    reasoning: int | None
    audio_out: int | None
    image_out: int | None
    fees: Mapping[str, int]
    cost: Decimal | None
    fee_cost: Decimal | None
    counted_calls: int
    estimated_calls: int
    unknown_calls: int
    unpriced_calls: int
    uncounted_calls: int
    stated_calls: int


def ledger(store: Store, scope: Scope, zone: str) -> list[LedgerLine]:
    """The lines of a scope, by day of that zone, provider and model; without its filter."""
    return store.ask(
        LedgerLine, question("ledger"), EVERYTHING, zone=zone, stated=STATED.id, **scope.parameters()
    )
