"""Buckets of time, as whoever looks at the clock would draw them.

A day starts at the viewer's midnight and may last 23 or 25 hours. Shorter buckets never
cross it when they fit into a day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from econome.analytics.errors import BadQuestion

MOST = 2000
"""So many buckets are more than a screen has pixels for."""

DAY = 86_400
NAMED = {"minute": 60, "hour": 3600, "day": DAY}
_UP_TO_A_DAY = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, DAY)
_DAYS = (1, 2, 3, 7, 14, 28, 91, 182, 364)


def zone(name: str) -> ZoneInfo:
    """The time zone of that name. Raises `BadQuestion` for an unknown one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        message = f'tz: no time zone is named "{name[:64]}"; it is said like Europe/Paris or UTC'
        raise BadQuestion(message) from error


def step_of(text: str, span: timedelta) -> int:
    """The length of a bucket in seconds, from "auto", a name or a number.

    Raises `BadQuestion` for anything else and for a step that cuts `span` too fine.
    """
    if text == "auto":
        return _automatic(span)
    step = NAMED.get(text) or (int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0)
    if step < 1:
        message = f'step: auto, minute, hour, day or a number of seconds, not "{text[:64]}"'
        raise BadQuestion(message)
    if step > DAY and step % DAY:
        message = f"step: above one day it must be whole days ({DAY} seconds), not {step}"
        raise BadQuestion(message)
    if span / timedelta(seconds=step) > MOST:
        message = f"step: {step} seconds would cut this span into more than {MOST} buckets"
        raise BadQuestion(message)
    return step


def starts(since: datetime, until: datetime, step: int, where: ZoneInfo) -> list[datetime]:
    """When each bucket starts, ascending, in UTC: the first holds `since`, none starts at `until`."""
    kept: list[datetime] = []
    for moment in _candidates(since, step, where):
        if moment >= until:
            break
        if moment <= since:
            kept = [moment]
        elif moment > kept[-1]:  # a zone that skipped a whole day repeats an instant
            kept.append(moment)
    return kept


def _automatic(span: timedelta) -> int:
    """The longest step up to a day that gives 30 buckets, or the shortest in days that gives 120."""
    seconds = span.total_seconds()
    if seconds > 120 * DAY:
        return next((days * DAY for days in _DAYS if seconds <= 120 * days * DAY), _DAYS[-1] * DAY)
    return next((step for step in reversed(_UP_TO_A_DAY) if seconds >= 30 * step), 1)


def _candidates(since: datetime, step: int, where: ZoneInfo) -> Iterator[datetime]:
    """Starts without end, the first of them not after `since`."""
    day = since.astimezone(where).date()
    if step >= DAY:
        days = step // DAY
        day -= timedelta(days=(day.toordinal() - 1) % days)  # day 1 was a Monday: so are weeks
        return _midnights(day, days, where)
    if DAY % step == 0:
        return _within_days(day, step, where)
    return _even(since, step)


def _midnights(day: date, days: int, where: ZoneInfo) -> Iterator[datetime]:
    while True:
        yield datetime.combine(day, time(), where).astimezone(UTC)
        day += timedelta(days=days)


def _within_days(day: date, step: int, where: ZoneInfo) -> Iterator[datetime]:
    for midnight, following in pairwise(_midnights(day, 1, where)):
        moment = midnight
        while moment < following:
            yield moment
            moment += timedelta(seconds=step)


def _even(since: datetime, step: int) -> Iterator[datetime]:
    seconds = int(since.timestamp())
    moment = datetime.fromtimestamp(seconds - seconds % step, UTC)
    while True:
        yield moment
        moment += timedelta(seconds=step)
