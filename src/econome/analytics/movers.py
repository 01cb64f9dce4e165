"""What changed most between two spans, and why (`movement` says how a change is divided)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from econome.analytics.dimension import By, split
from econome.analytics.movement import Cause, NotComparable, Side, leading, parts
from econome.analytics.prices import prices_of
from econome.domain.money import ZERO, total_of
from econome.domain.price import Price
from econome.domain.scope import Scope
from econome.domain.usage import INPUT, Bucket
from econome.pricing.cost import rate_of
from econome.store.client import Store
from econome.store.question import Question, question

_WHOLE = "workspace"
"""Splits nothing: a column that is the same for all runs of a scope."""

_CACHED = (Bucket.CACHE_READ, Bucket.CACHE_READ_AUDIO)


class Unit(StrEnum):
    """What may move."""

    COST = "cost"
    TOKENS = "tokens"

    @property
    def quantum(self) -> Decimal:
        """The finest part of a change: what the store keeps of money, a whole token."""
        return Decimal(1).scaleb(-18) if self is Unit.COST else Decimal(1)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be compared: the later span is the scope's."""

    since: datetime  # of the earlier span
    until: datetime
    unit: Unit
    by: By | None  # None: nothing is told apart
    within: By | None = None  # tells the values of `by` apart: a model in one project and in another

    @property
    def is_overlapping(self) -> bool:
        """Whether a call may be in several rows, so that they add up to more than the whole."""
        return any(by is not None and by.is_overlapping for by in (self.by, self.within))


@dataclass(frozen=True, slots=True)
class Used:
    """What calls used in one span. Amount and tokens are of the known calls, means over those that tell."""

    calls: int
    known: int
    unpriced: int
    estimated: int
    unknown: int
    amount: Decimal | None  # None: of calls, nothing is known
    input_per_call: float | None
    output_per_call: float | None
    cached: float | None  # the share of input tokens that were read from a cache


@dataclass(frozen=True, slots=True)
class Mover:
    """What one value used before and now; its change by cause, None if it cannot be told."""

    value: str
    within: str
    before: Used
    now: Used
    change: Decimal | None
    causes: Mapping[Cause, Decimal]
    leading: Cause | None


@dataclass(frozen=True, slots=True)
class Movers:
    """What changed most first; then what cannot be compared, for of some calls nothing is known."""

    total: Mover
    movers: list[Mover]
    others: int  # how many values that can be compared have no row
    not_compared: list[Mover]
    others_not_compared: int


@dataclass(frozen=True, slots=True)
class _Place:
    value: str
    within: str
    comparable: bool
    values: int


_EVERYTHING = _Place("", "", comparable=True, values=0)


class InputUsed(Protocol):
    """Input tokens in all; those of each bucket are attributes by its name."""

    @property
    def input(self) -> int:
        """All of them."""


@dataclass(frozen=True, slots=True)
class _Cell:
    value: str | None  # None: any value without a row of its own
    within: str | None
    is_now: bool
    provider: str
    model: str
    calls: int
    known: int
    unpriced: int
    estimated: int
    unknown: int
    cost: Decimal | None
    input_cost: Decimal | None
    output_cost: Decimal | None
    with_input: int
    with_output: int
    input: int
    output: int
    uncached: int
    cache_read: int
    cache_read_audio: int
    cache_write_5m: int
    cache_write_1h: int
    audio_in: int
    image_in: int
    video_in: int
    price: UUID


def movers(store: Store, scope: Scope, asked: Asked, *, limit: int = 10) -> Movers:
    """The values that changed most, and the change of the whole scope.

    The money of `scope` must have been found for both spans.
    """
    places = _places(store, scope, asked, limit)
    cells = _cells(store, scope, asked, places)
    whole = _cells(store, scope, replace(asked, by=None, within=None), []) if asked.is_overlapping else cells
    prices = prices_of(store, {cell.price for cell in (*cells, *whole) if not cell.is_now and cell.price.int})
    of: dict[tuple[str | None, str | None], list[_Cell]] = {}
    for cell in cells:
        of.setdefault((cell.value, cell.within), []).append(cell)
    found = [
        (
            place.comparable,
            _mover(asked.unit, prices, place, of.get((place.value, place.within), [])),
        )
        for place in places
    ]
    can = [mover for comparable, mover in found if comparable]
    cannot = [mover for comparable, mover in found if not comparable]
    values = {place.comparable: place.values for place in places}
    return Movers(
        total=_mover(asked.unit, prices, _EVERYTHING, whole),
        movers=[mover for mover in can if mover.change],
        others=values.get(True, 0) - len(can),
        not_compared=cannot,
        others_not_compared=values.get(False, 0) - len(cannot),
    )


def _places(store: Store, scope: Scope, asked: Asked, limit: int) -> list[_Place]:
    text, bound = _split(question("movers"), asked)
    return store.ask(_Place, text, scope.filter, limit=limit, **bound, **_spans(scope, asked))


def _cells(store: Store, scope: Scope, asked: Asked, places: Sequence[_Place]) -> list[_Cell]:
    text, bound = _split(question("moved"), asked)
    return store.ask(
        _Cell,
        text,
        scope.filter,
        values=[place.value for place in places],
        withins=[place.within for place in places],
        **bound,
        **_spans(scope, asked),
    )


def _split(text: Question, asked: Asked) -> tuple[Question, dict[str, object]]:
    text, first = split(text, asked.by or _WHOLE)
    text, second = split(text, asked.within or _WHOLE, "second")
    return text, {**first, **second}


def _spans(scope: Scope, asked: Asked) -> dict[str, object]:
    both = replace(scope, since=asked.since)
    return {
        "unit": asked.unit.value,
        "before_until": asked.until,
        "now_since": scope.since,
        **both.parameters(),
    }


def _mover(unit: Unit, prices: Mapping[UUID, Price], place: _Place, cells: Iterable[_Cell]) -> Mover:
    before: dict[tuple[str, str], _Cell] = {}
    now: dict[tuple[str, str], _Cell] = {}
    for cell in _merged(cells):
        (now if cell.is_now else before)[cell.provider, cell.model] = cell
    price_of = {model: prices.get(cell.price) for model, cell in before.items()}
    sides = [
        {model: _side(unit, cell, price_of.get(model)) for model, cell in span.items()}
        for span in (before, now)
    ]
    change: Decimal | None
    causes: dict[Cause, Decimal]
    try:
        causes = parts(sides[0], sides[1], unit.quantum)
    except NotComparable:
        change, causes = None, {}
    else:
        change = total_of(causes.values())
    return Mover(
        place.value,
        place.within,
        _used(unit, before.values()),
        _used(unit, now.values()),
        change,
        causes,
        leading(causes),
    )


def _merged(cells: Iterable[_Cell]) -> list[_Cell]:
    """One cell for each model and span; its price is that of most of its calls."""
    found: dict[tuple[bool, str, str], _Cell] = {}
    for cell in cells:
        key = (cell.is_now, cell.provider, cell.model)
        other = found.get(key)
        found[key] = cell if other is None else _joined(other, cell)
    return [*found.values()]


def _joined(one: _Cell, other: _Cell) -> _Cell:
    greater = max(one, other, key=lambda cell: cell.known)
    sums: dict[str, Decimal | int | None] = {}
    for name in _SUMMED:
        known = [amount for cell in (one, other) if (amount := getattr(cell, name)) is not None]
        if not known:
            sums[name] = None
        else:
            sums[name] = total_of(known) if isinstance(known[0], Decimal) else sum(known)
    return replace(greater, **sums)  # type: ignore[arg-type]


def _side(unit: Unit, cell: _Cell, price: Price | None) -> Side:
    if unit is Unit.TOKENS:
        given, generated = Decimal(cell.input), Decimal(cell.output)
        return Side(cell.calls, cell.known, given + generated, given, generated, cell.input, cell.output)
    return Side(
        calls=cell.calls,
        known=cell.known,
        amount=cell.cost or ZERO,
        of_input=cell.input_cost or ZERO,
        of_output=cell.output_cost or ZERO,
        input=cell.input,
        output=cell.output,
        weight=weight_of(cell, price),
    )


def weight_of(cell: InputUsed, price: Price | None) -> Decimal | None:
    """How many uncached tokens cost as much as one input token did, as the cache was used; None: unknown."""
    rate = None if price is None else rate_of(Bucket.UNCACHED, price)
    if price is None or not rate or not cell.input:
        return None
    weighed = ZERO
    for bucket in INPUT:
        if tokens := getattr(cell, bucket.value):
            own = rate_of(bucket, price)
            if own is None:
                return None
            weighed += tokens * own
    return weighed / rate / cell.input


def _used(unit: Unit, cells: Iterable[_Cell]) -> Used:
    used = [*cells]

    def sum_of(name: str) -> int:
        return sum(getattr(cell, name) for cell in used)

    calls, known, given = sum_of("calls"), sum_of("known"), sum_of("input")
    cost = total_of(cell.cost for cell in used if cell.cost is not None)
    amount = cost if unit is Unit.COST else Decimal(given + sum_of("output"))
    return Used(
        calls=calls,
        known=known,
        unpriced=sum_of("unpriced"),
        estimated=sum_of("estimated"),
        unknown=sum_of("unknown"),
        amount=amount if known or not calls else None,
        input_per_call=_ratio(given, sum_of("with_input")),
        output_per_call=_ratio(sum_of("output"), sum_of("with_output")),
        cached=_ratio(sum(sum_of(bucket.value) for bucket in _CACHED), given),
    )


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


_SUMMED = tuple(
    field.name
    for field in fields(_Cell)
    if field.name not in {"value", "within", "is_now", "provider", "model", "price"}
)
