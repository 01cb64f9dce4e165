"""What a bucket of tokens costs, from when, says who; and the bill that it makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid5

from econome.domain.money import text_of, total_of
from econome.domain.usage import INPUT, Bucket

_NAMESPACE = UUID("b0d9c1de-33f4-5d0e-9a52-7c5f0c2f61a4")  # drawn once, for prices


@dataclass(frozen=True, slots=True)
class Price:
    """The rates of one model at one tier from one day on, in US dollars per million tokens.

    A row keeps the id of the price that made its cost. The id is a function of all that
    stands here, so a price that changes in any way is another price.
    """

    source: str  # who says so: "genai-prices", "overrides"
    source_version: str
    provider: str
    model: str  # as the source names it, which may be another spelling than the one asked for
    valid_from: datetime | None  # aware, UTC; None when the source names no first day
    tier: str  # "", "batch", "flex", "priority", ">200000 tokens", "batch >200000 tokens", …
    rates: Mapping[Bucket, Decimal] = field(hash=False)
    id: UUID = field(init=False, compare=False)

    def __post_init__(self) -> None:
        day = self.valid_from.isoformat() if self.valid_from else ""
        rates = (f"{bucket.value}={text_of(self.rates[bucket])}" for bucket in Bucket if bucket in self.rates)
        facts = (self.source, self.source_version, self.provider, self.model, day, self.tier, *rates)
        object.__setattr__(self, "id", uuid5(_NAMESPACE, "\n".join(facts)))


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One line of a bill. `rate` is US dollars per million tokens; `cost` is rounded, once."""

    bucket: Bucket
    tokens: int
    rate: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Cost:
    """A bill: one line per used bucket, and the price that made it."""

    lines: tuple[PriceLine, ...]
    price: Price

    @property
    def total(self) -> Decimal:
        """All of it, in US dollars."""
        return total_of(line.cost for line in self.lines)

    @property
    def input(self) -> Decimal:
        """What was sent, cached tokens included."""
        return total_of(line.cost for line in self.lines if line.bucket in INPUT)

    @property
    def output(self) -> Decimal:
        """What was generated, reasoning included."""
        return total_of(line.cost for line in self.lines if line.bucket not in INPUT)
