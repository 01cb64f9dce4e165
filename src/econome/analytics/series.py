"""How it changed: calls, tokens, cost and speed over time, split by a dimension."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from econome.analytics import steps
from econome.analytics.dimension import By, split
from econome.analytics.spend import dearest
from econome.domain.scope import Scope
from econome.store.client import Store
from econome.store.question import question

_WHOLE = "workspace"
"""Splits nothing: a column that is the same for all runs of a scope."""


Speed = Literal["calls", "traces"]
"""Of which runs a latency is."""


@dataclass(frozen=True, slots=True)
class Point:
    """One bucket of one series."""

    value: str | None  # None: all values that have no series of their own
    start: int  # seconds since 1970
    runs: int
    calls: int
    errors: int  # traces that failed
    input_tokens: int | None
    output_tokens: int | None
    cost: Decimal | None
    priced_calls: int  # the calls that `cost` is the sum of
    known_calls: int  # the calls that the tokens are the sum of
    unpriced_calls: int
    reported_calls: int
    counted_calls: int
    estimated_calls: int  # in none of the sums
    unknown_calls: int
    settling_calls: int
    marked_calls: int
    estimated_cost: Decimal | None
    latency: list[float]  # p50 and p95 of what ended of `latency_of`, seconds; NaN for none


@dataclass(frozen=True, slots=True)
class Line:
    """One series: a point or None (nothing happened) for each bucket."""

    value: str | None
    points: list[Point | None]


@dataclass(frozen=True, slots=True)
class Series:
    """Lines over the same buckets, dearest first, the others last."""

    step: int  # seconds; days may be an hour longer or shorter
    latency_of: Speed
    times: list[datetime]  # when each bucket starts; none is missing
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Clock:
    """How the viewer cuts time: a step ("auto", a name, seconds) and a time zone."""

    step: str = "auto"
    zone: str = "UTC"


def series(store: Store, scope: Scope, by: By | None, clock: Clock, *, limit: int = 8) -> Series:
    """The dearest values of `by` over time and the sum of the others; one line if `by` is None.

    Raises `BadQuestion` for a step or a zone that makes no sense.
    """
    where = steps.zone(clock.zone)
    step = steps.step_of(clock.step, scope.until - scope.since)
    times = steps.starts(scope.since, scope.until, step, where)
    latency_of: Speed = "calls" if by is not None and by.is_of_calls else "traces"
    values = [] if by is None else dearest(store, scope, by, limit=limit)
    asked, bound = split(question("series"), _WHOLE if by is None else by)
    points = store.recall(
        Point,
        asked,
        scope.filter,
        **bound,
        values=sorted(values),
        latency_of=latency_of,
        starts=[_seconds(moment) for moment in times],
        **scope.parameters(),
    )
    if by is not None:
        points = [point for point in points if point.value is not None or point.calls]
    return Series(step, latency_of, times, _lines(values, times, points, always=by is None))


def _lines(
    values: Sequence[str], times: Sequence[datetime], points: Sequence[Point], *, always: bool
) -> list[Line]:
    at = {(point.value, point.start): point for point in points}
    shown: list[str | None] = [*values]
    if always or any(point.value is None for point in points):
        shown.append(None)
    return [Line(value, [at.get((value, _seconds(moment))) for moment in times]) for value in shown]


def _seconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(seconds=1)


_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
