"""A bill of sums: what tokens that metrics counted cost, and what that supposes.

A sum of many calls tells less than the calls. Where it leaves something open the bill is made as
the list has it for the ordinary case, and `supposed` says so: see `Supposition`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from econome.domain.metered import Part
from econome.domain.money import total_of
from econome.domain.price import Price
from econome.domain.usage import Bucket, Usage
from econome.pricing.book import PriceBook
from econome.pricing.cost import cost_of, rate_of
from econome.wire.conventions.account import Account
from econome.wire.conventions.splitting import add_exclusive, settle

_NO_PRICE = "there is no price of this model"
_NO_SIDE = "the price charges for what was sent and what was generated, and only one of these was told"
_NO_RATE = "the price lacks a rate of something that was used"
_AUDIO, _IMAGE, _VIDEO = "audio", "image", "video"


class Supposition(StrEnum):
    """What a bill of sums takes for granted, because sums do not tell it."""

    UNCACHED = "uncached"  # nothing was read from a cache nor written to one: nobody told how much
    CACHE_LEFT_OUT = "cache_left_out"  # there was none: this sender's input is without it
    SHORT_WRITES = "short_writes"  # what was written to a cache lives for five minutes
    FIRST_STEP = "first_step"  # no call was so long that its tokens cost more


_OF_CACHE = frozenset((Supposition.UNCACHED, Supposition.CACHE_LEFT_OUT))


@dataclass(frozen=True, slots=True)
class Priced:
    """Where the price of a bill is found."""

    book: PriceBook
    provider: str
    model: str
    tier: str
    workspace: UUID
    project: str  # its name, where the user's own prices may depend on it

    def price(self, day: date) -> Price | None:
        """The price at noon, UTC, of a day: a sum of a day has no hour."""
        noon = datetime.combine(day, time(12), UTC)
        return self.book.price(self.provider, self.model, noon, self.tier, 0, self.workspace, self.project)

    @property
    def has_steps(self) -> bool:
        """Whether long calls may cost more, which only a call tells and no sum."""
        return bool(self.book.steps(self.provider, self.model, self.workspace, self.project))


@dataclass(frozen=True, slots=True)
class Bill:
    """What was used and what it costs. Tokens of a cost that is unknown are unpriced, never free."""

    usage: Usage = field(default_factory=Usage)
    calls: int | None = None
    seconds: Decimal | None = None  # that the calls took, together
    cost: Decimal | None = None  # at our prices
    reported: Decimal | None = None  # as the sender reckons it
    priced_tokens: int = 0  # those that `cost` is of
    supposed_tokens: int = 0  # those among them of which nobody told how many were cached
    unpriced_tokens: int = 0
    supposed: frozenset[Supposition] = frozenset()
    notes: tuple[str, ...] = ()


def bill_of(
    tokens: Mapping[tuple[str, str], int],
    priced: Priced,
    day: date,
    *,
    calls: int | None,
    seconds: Decimal | None,
    reported: Decimal | None,
) -> Bill:
    """The bill of one day's tokens, by part and modality."""
    account = Account("metered")
    parts = {part for part, _ in tokens}
    _read(account, tokens)
    usage = Usage.of(account.buckets)
    used = (usage.input or 0) + (usage.output or 0)
    price = priced.price(day) if used else None
    cost = cost_of(usage, price) if price is not None else None
    if used and cost is None:
        account.notes.append(_why_unpriced(usage, price))
    supposed: set[Supposition] = set()
    if cost is not None:
        supposed |= _of_cache(parts, cost.price)
        if usage.cache_write_5m and cost.price.rates.get(Bucket.CACHE_WRITE_1H) is not None:
            supposed.add(Supposition.SHORT_WRITES)
        if priced.has_steps:
            supposed.add(Supposition.FIRST_STEP)
    return Bill(
        usage=usage,
        calls=calls,
        seconds=seconds,
        cost=cost.total if cost else None,
        reported=reported,
        priced_tokens=used if cost else 0,
        supposed_tokens=used if supposed & _OF_CACHE else 0,
        unpriced_tokens=0 if cost else used,
        supposed=frozenset(supposed),
        notes=tuple(dict.fromkeys(account.notes)),
    )


def add_up(bills: Iterable[Bill]) -> Bill:
    """The sum of several. Of nothing known it is unknown, not zero."""
    every = list(bills)
    buckets = {
        bucket: sum(known)
        for bucket in Bucket
        if (known := [count for bill in every if (count := getattr(bill.usage, bucket)) is not None])
    }
    calls = [bill.calls for bill in every if bill.calls is not None]
    return Bill(
        usage=Usage.of(buckets),
        calls=sum(calls) if calls else None,
        seconds=_sum(bill.seconds for bill in every),
        cost=_sum(bill.cost for bill in every),
        reported=_sum(bill.reported for bill in every),
        priced_tokens=sum(bill.priced_tokens for bill in every),
        supposed_tokens=sum(bill.supposed_tokens for bill in every),
        unpriced_tokens=sum(bill.unpriced_tokens for bill in every),
        supposed=frozenset().union(*(bill.supposed for bill in every)),
        notes=tuple(dict.fromkeys(note for bill in every for note in bill.notes)),
    )


def _why_unpriced(usage: Usage, price: Price | None) -> str:
    if price is None:
        return _NO_PRICE
    return _NO_SIDE if None in (usage.input, usage.output) else _NO_RATE


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return total_of(known) if known else None


def _read(account: Account, tokens: Mapping[tuple[str, str], int]) -> None:
    """The parts to disjoint buckets."""

    def told(part: Part, modality: str | None = None) -> int | None:
        known = [n for (of, mode), n in tokens.items() if of == part and modality in (None, mode)]
        return max(sum(known), 0) if known else None

    cached, cached_sound = told(Part.CACHE_READ), told(Part.CACHE_READ, _AUDIO)
    sound = told(Part.INPUT, _AUDIO)
    parts_in = {
        Bucket.CACHE_READ: _less(cached, cached_sound),
        Bucket.CACHE_READ_AUDIO: cached_sound,
        Bucket.CACHE_WRITE_5M: told(Part.CACHE_WRITE),
        Bucket.AUDIO_IN: _less(sound, cached_sound),
        Bucket.IMAGE_IN: _less(told(Part.INPUT, _IMAGE), told(Part.CACHE_READ, _IMAGE)),
        Bucket.VIDEO_IN: _less(told(Part.INPUT, _VIDEO), told(Part.CACHE_READ, _VIDEO)),
    }
    parts_out = {
        Bucket.REASONING: told(Part.REASONING),
        Bucket.AUDIO_OUT: told(Part.OUTPUT, _AUDIO),
        Bucket.IMAGE_OUT: told(Part.OUTPUT, _IMAGE),
    }
    given = _plus(told(Part.INPUT), told(Part.TOOL))
    uncached, answer = told(Part.UNCACHED), told(Part.ANSWER)
    if uncached is not None and given is None:
        add_exclusive(account, uncached, {bucket: parts_in[bucket] for bucket in _CACHES})
    made = told(Part.OUTPUT) if answer is None else _plus(answer, parts_out[Bucket.REASONING])
    settle(account, given, made, None, parts_in, parts_out)


_CACHES = (Bucket.CACHE_READ, Bucket.CACHE_READ_AUDIO, Bucket.CACHE_WRITE_5M)


def _plus(one: int | None, other: int | None) -> int | None:
    return one if other is None else (one or 0) + other


def _less(whole: int | None, part: int | None) -> int | None:
    return None if whole is None else max(whole - (part or 0), 0)


def _of_cache(parts: set[str], price: Price) -> set[Supposition]:
    """What is taken for granted where nobody told how much of the input was cached."""
    if {Part.CACHE_READ, Part.CACHE_WRITE} & parts:
        return set()
    if Part.UNCACHED in parts:
        return {Supposition.CACHE_LEFT_OUT}
    plain = price.rates.get(Bucket.UNCACHED)
    caches = (rate_of(bucket, price) for bucket in (Bucket.CACHE_READ, Bucket.CACHE_WRITE_5M))
    has_own = any(rate is not None and rate != plain for rate in caches)
    return {Supposition.UNCACHED} if has_own and Part.INPUT in parts else set()
