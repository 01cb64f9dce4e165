"""Where prices come from: the interface, and how a source lists one model.

A source is a table that was read beforehand; asking it is pure. It tells what a provider
charges for a model as a `Listing`: dated periods, tiers of service beside the standard one,
and steps by the size of the call. The book makes a `Price` of it for one call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import chain
from typing import Protocol

from econome.domain.price import Price
from econome.domain.usage import Bucket


@dataclass(frozen=True, slots=True)
class Rate:
    """US dollars per million tokens, and dearer ones for calls whose input is larger."""

    base: Decimal
    steps: tuple[tuple[int, Decimal], ...] = ()  # (more input tokens than, rate), ascending

    def at(self, input_tokens: int) -> Decimal:
        """The rate of every token of a call with so many of input."""
        rate = self.base
        for start, dearer in self.steps:
            if input_tokens > start:
                rate = dearer
        return rate


Rates = Mapping[Bucket, Rate]


@dataclass(frozen=True, slots=True)
class Period:
    """The standard rates from one day on, or during some hours of each day (UTC)."""

    rates: Rates  # empty: sold otherwise than by the token
    valid_from: date | None = None  # None: since ever
    hours: tuple[time, time] | None = None  # half-open; may pass midnight

    def holds_at(self, at: datetime) -> bool:
        """Whether these rates are in force at that instant (aware, UTC)."""
        if self.valid_from is not None and at.date() < self.valid_from:
            return False
        if self.hours is None:
            return True
        start, end = self.hours
        now = at.time()
        return start <= now < end if start <= end else (now >= start or now < end)


@dataclass(frozen=True, slots=True)
class Variant:
    """What differs from the standard rates when a call is served at another tier."""

    tier: str
    rates: Rates
    valid_from: date | None = None

    def holds_at(self, at: datetime) -> bool:
        """Whether the tier had these rates at that instant."""
        return self.valid_from is None or at.date() >= self.valid_from


@dataclass(frozen=True, slots=True)
class Listing:
    """All that a source says of one model at one provider.

    Of the periods in force the last one counts; of the variants in force the first one,
    bucket by bucket.
    """

    source: str
    source_version: str
    provider: str
    model: str
    periods: tuple[Period, ...]
    variants: tuple[Variant, ...] = ()
    _made: dict[tuple[int, tuple[int, ...], int], Price | None] = field(
        default_factory=dict, init=False, repr=False, compare=False, hash=False
    )

    def price(self, at: datetime, tier: str = "", input_tokens: int = 0) -> Price | None:
        """The price of a call at `at` (aware, UTC), served at `tier` ("" is standard).

        None when nothing was listed for that tier at that time: the standard rates are no
        price of another tier. `input_tokens` is that call's own, cached ones included.
        """
        period = self._period_at(at)
        if period is None:
            return None
        variants: tuple[int, ...] = ()
        if tier:
            variants = tuple(
                number
                for number, variant in enumerate(self.variants)
                if variant.tier == tier and variant.holds_at(at)
            )
            if not variants:
                return None
        step = self._step_of(period, variants, input_tokens)
        key = (period, variants, step)
        if key not in self._made:  # two threads may make the same price: they are equal
            self._made[key] = self._make(period, variants, step)
        return self._made[key]

    def _period_at(self, at: datetime) -> int | None:
        for number in range(len(self.periods) - 1, -1, -1):
            if self.periods[number].holds_at(at):
                return number
        return None

    def _step_of(self, period: int, variants: tuple[int, ...], input_tokens: int) -> int:
        highest = 0
        for rates in chain(
            (self.periods[period].rates,), (self.variants[number].rates for number in variants)
        ):
            for rate in rates.values():
                for start, _ in rate.steps:
                    if highest < start < input_tokens:
                        highest = start
        return highest

    def _make(self, period: int, variants: tuple[int, ...], step: int) -> Price | None:
        standard = self.periods[period]
        rates = dict(standard.rates)
        for number in reversed(variants):
            rates.update(self.variants[number].rates)
        if not rates:
            return None
        days = [day for day in (standard.valid_from, *(self.variants[n].valid_from for n in variants)) if day]
        return Price(
            source=self.source,
            source_version=self.source_version,
            provider=self.provider,
            model=self.model,
            valid_from=datetime.combine(max(days), time(), UTC) if days else None,
            tier=_name_of_tier(self.variants[variants[0]].tier if variants else "", standard.hours, step),
            rates={bucket: rates[bucket].at(step + 1) for bucket in Bucket if bucket in rates},
        )


def _name_of_tier(tier: str, hours: tuple[time, time] | None, step: int) -> str:
    parts = [tier] if tier else []
    if hours:
        parts.append(f"{hours[0]:%H:%M}-{hours[1]:%H:%M} UTC")
    if step:
        parts.append(f">{step} tokens")
    return " ".join(parts)


class PriceSource(Protocol):
    """A table of prices."""

    def find(self, provider: str, model: str) -> Listing | None:
        """What is charged for `model` by `provider`; None when the source does not know.

        Both are in lower case; `provider` is a name of `pricing.providers`, or "" when
        nobody said and no convention tells.
        """
        ...
