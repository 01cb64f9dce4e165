"""What is compared, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeVar

from econome.domain.money import total_of
from econome.domain.usage import Bucket

Key = tuple[date, str, str]


@dataclass(frozen=True, slots=True)
class Ours:
    """What we counted of one model on one day. `tokens` are billed ones; estimates stand beside them."""

    day: date
    provider: str
    model: str
    calls: int
    tokens: Mapping[Bucket, int] = field(hash=False)
    fees: Mapping[str, int] = field(default_factory=dict, hash=False)
    counted: int = 0  # calls whose tokens we counted ourselves
    estimated: int = 0
    unknown: int = 0
    unpriced: int = 0
    uncounted: int = 0  # repeats, wrappers and replays, which are not among `calls`
    stated: int = 0  # calls whose cost the app itself stated
    cost: Decimal | None = None  # of the billed calls that have one; None: none has
    fee_cost: Decimal | None = None  # of that, what is billed beside tokens

    def plus(self, other: Ours) -> Ours:
        """Both, for a model whose provider is called by two names."""
        counts = ("calls", "counted", "estimated", "unknown", "unpriced", "uncounted", "stated")
        return Ours(
            self.day,
            self.provider,
            self.model,
            tokens=_sum_of(self.tokens, other.tokens),
            fees=_sum_of(self.fees, other.fees),
            cost=_both(self.cost, other.cost),
            fee_cost=_both(self.fee_cost, other.fee_cost),
            **{name: getattr(self, name) + getattr(other, name) for name in counts},
        )


@dataclass(frozen=True, slots=True)
class Reason:
    """What explains a difference, or some of it; None: how much is not known."""

    kind: str
    detail: str
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison. The difference is ours less theirs; None of either is unknown, not zero."""

    day: date
    provider: str
    model: str
    what: str
    theirs: Decimal | None
    ours: Decimal | None
    difference: Decimal
    reasons: tuple[Reason, ...] = ()


Name = TypeVar("Name")


def _sum_of(one: Mapping[Name, int], other: Mapping[Name, int]) -> dict[Name, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}


def _both(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    known = [amount for amount in (one, other) if amount is not None]
    return total_of(known) if known else None
