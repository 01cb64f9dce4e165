"""Instants as clients write them, to aware UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Below this a number is seconds, from it on milliseconds: 10^11 s is the year 5138, 10^11 ms is 1973.
_MILLISECONDS_FROM = 100_000_000_000


def instant(value: object) -> datetime | None:
    """The instant that `value` tells, or None when it tells none.

    Clients send ISO 8601 with an offset, with Z, or naive (then UTC), integer
    milliseconds (the JavaScript SDK) and float seconds.
    """
    if isinstance(value, str):
        try:
            parsed = datetime.fromisoformat(value)
        except ValueError:
            return None
        if parsed.tzinfo is None:
            return parsed.replace(tzinfo=UTC)
        try:
            return parsed.astimezone(UTC)
        except OverflowError:  # year 1 or 9999, moved over the edge by its offset
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        seconds = value / 1000 if abs(value) >= _MILLISECONDS_FROM else value
        return _EPOCH + timedelta(seconds=seconds)
    except (OverflowError, ValueError):  # beyond the calendar, or not a number
        return None
