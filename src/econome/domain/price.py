"""What a bucket of tokens costs, from when, says who; and the bill that it makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid5

from econome.domain.money import ZERO, text_of, total_of
from econome.domain.usage import INPUT, Bucket, Fee

_NAMESPACE = UUID("b0d9c1de-33f4-5d0e-9a52-7c5f0c2f61a4")  # drawn once, for prices


@dataclass(frozen=True, slots=True)
class Price:
    """What one model costs at one tier from one day on: US dollars per million tokens, and for one of a fee.

    A row keeps the id of the price that made its cost. The id is a function of all that
    stands here, so a price that changes in any way is another price.
    """

    source: str  # who says so: "overrides", "genai-prices", "litellm"
    source_version: str
    provider: str
    model: str  # as the source names it, which may be another spelling than the one asked for
    valid_from: datetime | None  # aware, UTC; None when the source names no first day
    tier: str  # "", "batch", "flex", "priority", ">200000 tokens", "batch >200000 tokens", …
    rates: Mapping[Bucket, Decimal] = field(hash=False)
    fees: Mapping[Fee, Decimal] = field(default_factory=dict, hash=False)
    discount: Decimal = ZERO  # what was taken off a list price, 0.15 for 15 %: already off the rates
    project: str = ""  # the pattern of the projects that it is for; "" is all
    id: UUID = field(init=False, compare=False)

    def __post_init__(self) -> None:
        day = self.valid_from.isoformat() if self.valid_from else ""
        rates = (f"{bucket.value}={text_of(self.rates[bucket])}" for bucket in Bucket if bucket in self.rates)
        fees = (f"{fee.value}={text_of(self.fees[fee])}" for fee in Fee if fee in self.fees)
        facts = [self.source, self.source_version, self.provider, self.model, day, self.tier, *rates, *fees]
        if self.discount or self.project:  # appended, so that a price without them keeps the id it had
            facts += [f"discount={text_of(self.discount)}", f"project={self.project}"]
        object.__setattr__(self, "id", uuid5(_NAMESPACE, "\n".join(facts)))


STATED = Price("reported", "", "", "", None, "", {})
"""The "price" of a cost that the app itself stated: it has no rates, for nobody told them."""


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One line of a bill. `rate` is US dollars per million tokens; `cost` is rounded, once."""

    bucket: Bucket
    tokens: int
    rate: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class FeeLine:
    """What is billed beside tokens. `rate` is US dollars for one; `count` may be a part of a second."""

    fee: Fee
    count: Decimal
    rate: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Cost:
    """A bill: one line per used bucket and fee, and the price that made it."""

    lines: tuple[PriceLine, ...]
    price: Price
    fee_lines: tuple[FeeLine, ...] = ()

    @property
    def total(self) -> Decimal:
        """All of it, in US dollars."""
        return total_of((*(line.cost for line in self.lines), *(line.cost for line in self.fee_lines)))

    @property
    def input(self) -> Decimal:
        """What was sent, cached tokens included."""
        return total_of(line.cost for line in self.lines if line.bucket in INPUT)

    @property
    def output(self) -> Decimal:
        """What was generated, reasoning included."""
        return total_of(line.cost for line in self.lines if line.bucket not in INPUT)

    @property
    def fee(self) -> Decimal:
        """What is billed beside tokens: `total` is `input`, `output` and this."""
        return total_of(line.cost for line in self.fee_lines)
