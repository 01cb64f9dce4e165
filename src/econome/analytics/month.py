"""The month so far, the one before it, and what this one will come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from econome.analytics import steps
from econome.analytics.forecast import LEAST_DAYS, Forecast, forecast
from econome.analytics.movers import Unit
from econome.analytics.series import Clock, Point, series
from econome.domain.money import ZERO, total_of
from econome.domain.scope import Scope
from econome.store.client import Store

REACH = timedelta(days=64)
"""How far back the month before the current one may begin, and the days that are learnt from."""


class Why(StrEnum):
    """Why there is no forecast."""

    FEW_DAYS = "few_days"  # runs have come for too few whole days
    UNKNOWN = "unknown"  # on some of them calls were made and the amount of none is known


@dataclass(frozen=True, slots=True)
class Day:
    """What one day came to; None: there were calls, and nothing is known of them."""

    start: datetime
    calls: int
    known: int
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Month:
    """A month in a time zone, seen at some moment in it."""

    since: datetime
    until: datetime  # when the next one starts
    days: list[Day]  # up to now; the last is still running
    before: list[Day]  # those of the month before
    spent: Decimal | None
    whole_days: int  # how many whole days a forecast could learn from
    forecast: Forecast | None
    ends: list[datetime]  # when each day of the forecast's path ends
    why: Why | None  # there is none


def month(store: Store, scope: Scope, unit: Unit, zone: str, first: datetime | None) -> Month:
    """The month in which `scope.until` lies; runs have been kept since `first`.

    The money of `scope` must have been found for all of `REACH` before.
    """
    where = steps.zone(zone)
    now = scope.until
    today = now.astimezone(where).date()
    opens = today.replace(day=1)
    closes = (opens + timedelta(days=32)).replace(day=1)
    earlier = (opens - timedelta(days=1)).replace(day=1)
    since = min(_midnight(earlier, where), _midnight(today - timedelta(days=28), where))
    found = series(store, replace(scope, since=since), None, Clock("day", zone))
    points = found.lines[0].points
    all_days = [_day(start, point, unit) for start, point in zip(found.times, points, strict=True)]
    start, end = _midnight(opens, where), _midnight(closes, where)
    days = [day for day in all_days if day.start >= start]
    past = _past(all_days, first, _midnight(today, where))
    spent = _sum(days)
    ends = [_midnight(today + timedelta(days=n + 1), where) for n in range((closes - today).days)]
    predicted, why = _forecast(past, spent, now, ends)
    return Month(
        since=start,
        until=end,
        days=days,
        before=[day for day in all_days if _midnight(earlier, where) <= day.start < start],
        spent=spent,
        whole_days=len(past),
        forecast=predicted,
        ends=ends if predicted else [],
        why=why,
    )


def _forecast(
    past: Sequence[Day], spent: Decimal | None, now: datetime, ends: Sequence[datetime]
) -> tuple[Forecast | None, Why | None]:
    if len(past) < LEAST_DAYS:
        return None, Why.FEW_DAYS
    amounts = [day.amount for day in past if day.amount is not None]
    if len(amounts) < len(past) or spent is None:
        return None, Why.UNKNOWN
    left = Decimal((ends[0] - now) // timedelta(seconds=1)) / 86_400
    return forecast(amounts, spent, max(left, ZERO), len(ends) - 1), None


def _past(days: Sequence[Day], first: datetime | None, today: datetime) -> list[Day]:
    """The last whole days, four weeks at most, on none of which the recording only began."""
    if first is None:
        return []
    return [day for day in days if day.start < today and day.start >= first][-28:]


def _day(start: datetime, point: Point | None, unit: Unit) -> Day:
    if point is None or not point.calls:
        return Day(start, 0, 0, ZERO)
    if unit is Unit.COST:
        return Day(start, point.calls, point.priced_calls, point.cost)
    known = [count for count in (point.input_tokens, point.output_tokens) if count is not None]
    return Day(start, point.calls, point.known_calls, Decimal(sum(known)) if known else None)


def _sum(days: Sequence[Day]) -> Decimal | None:
    """None if there were calls and nothing is known of any."""
    known = [day.amount for day in days if day.amount is not None]
    return total_of(known) if len(known) == len(days) or any(day.known for day in days) else None


def _midnight(day: date, where: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), where).astimezone(UTC)
