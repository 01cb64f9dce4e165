"""Where prices come from: the interface, and how a source lists one model.

A source is a table that was read beforehand; asking it is pure. It tells what a provider
charges for a model as a `Listing`: dated periods, tiers of service beside the standard one,
and steps by the size of the call. The book makes a `Price` of it for one call.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Protocol

from econome.domain.price import Price
from econome.domain.usage import Bucket, Fee


@dataclass(frozen=True, slots=True)
class Rate:
    """US dollars per million tokens, and others for calls whose input is larger."""

    base: Decimal
    steps: tuple[tuple[int, Decimal], ...] = ()  # (more input tokens than, rate), ascending

    def above(self, step: int) -> Decimal:
        """The rate of every token of a call whose input exceeds that step (0: none)."""
        rate = self.base
        for start, other in self.steps:
            if start <= step:
                rate = other
        return rate


@dataclass(frozen=True, slots=True)
class Period:
    """The rates of one tier from one day on, or during some hours of each day (UTC)."""

    rates: Mapping[Bucket, Rate]  # empty: sold otherwise than by the token
    valid_from: date | None = None  # None: since ever
    hours: tuple[time, time] | None = None  # half-open; may pass midnight
    tier: str = ""  # "" is the standard one
    fees: Mapping[Fee, Decimal] = field(default_factory=dict)  # US dollars for one
    steps: tuple[int, ...] = field(init=False, compare=False, repr=False)  # of all its rates

    def __post_init__(self) -> None:
        steps = {start for rate in self.rates.values() for start, _ in rate.steps}
        object.__setattr__(self, "steps", tuple(sorted(steps)))

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
class Listing:
    """All that a source says of one model at one provider.

    Of the `periods` in force the last one counts. At another tier, its `variants` replace
    what differs: of those in force the first one, bucket by bucket.
    """

    source: str
    source_version: str
    provider: str
    model: str
    periods: tuple[Period, ...]
    variants: tuple[Period, ...] = ()
    project: str = ""  # the pattern of the projects that these are for
    _made: dict[tuple[int, ...], Price | None] = field(
        default_factory=dict, init=False, repr=False, compare=False, hash=False
    )

    def price(self, at: datetime, tier: str = "", input_tokens: int = 0) -> Price | None:
        """The price of a call at `at` (aware, UTC), served at `tier` ("" is standard).

        None when nothing was listed for that tier at that time: the standard rates are no
        price of another tier. `input_tokens` is that call's own, cached ones included.
        """
        parts = self._parts(at, tier)
        if not parts:
            return None
        step = 0
        for part in parts:
            for start in part.steps:
                if step < start < input_tokens:
                    step = start
        key = (*map(id, parts), step)
        if key not in self._made:  # two threads may make the same price: they are equal
            self._made[key] = self._make(parts, step)
        return self._made[key]

    def _parts(self, at: datetime, tier: str) -> list[Period]:
        """The periods that make the price, those that replace behind those that they replace."""
        parts = []
        for period in reversed(self.periods):
            if period.holds_at(at):
                parts.append(period)
                break
        if tier:
            variants = [part for part in self.variants if part.tier == tier and part.holds_at(at)]
            return [*parts, *reversed(variants)] if variants else []
        return parts

    def _make(self, parts: list[Period], step: int) -> Price | None:
        rates = {bucket: rate.above(step) for part in parts for bucket, rate in part.rates.items()}
        fees = {fee: rate for part in parts for fee, rate in part.fees.items()}
        if not rates and not fees:
            return None
        return Price(
            source=self.source,
            source_version=self.source_version,
            provider=self.provider,
            model=self.model,
            valid_from=_first_instant(parts),
            tier=_name_of_tier(parts, step),
            rates=rates,
            fees=fees,
            project=self.project,
        )


def _first_instant(parts: list[Period]) -> datetime | None:
    days = [part.valid_from for part in parts if part.valid_from]
    return datetime.combine(max(days), time(), UTC) if days else None


def _name_of_tier(parts: list[Period], step: int) -> str:
    words = [parts[-1].tier] if parts[-1].tier else []
    words += [f"{part.hours[0]:%H:%M}-{part.hours[1]:%H:%M} UTC" for part in parts if part.hours]
    if step:
        words.append(f">{step} tokens")
    return " ".join(words)


class PriceSource(Protocol):
    """A table of prices."""

    @property
    def name(self) -> str:
        """Which table, e.g. "genai-prices"."""
        ...

    @property
    def version(self) -> str:
        """Another one whenever the table is another; "" for none."""
        ...

    def find(self, provider: str, model: str) -> Listing | None:
        """What is charged for `model` by `provider`; None when the source does not know.

        Both are in lower case; `provider` is a name of `pricing.providers`, or what the
        client said when we know no such provider, or "" when nobody said and no convention tells.
        """
        ...

    def search(self, provider: str, text: str) -> Iterable[Listing]:
        """The models whose name contains `text`, in lower case; of one provider, or "" for all."""
        ...
