"""When a trace began, and between which keys its runs lie."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from econome.domain.run import UNDATED
from econome.ingest.seen import APART
from econome.wire.identity import time_in

# Runs of a trace lie within days of its root.
_TRACE_SPAN = timedelta(days=7)
_ALL_TIME = (datetime(1971, 1, 1, tzinfo=UTC), datetime(2106, 1, 1, tzinfo=UTC))


def began_of(trace_id: UUID, key_time: datetime) -> datetime | None:
    """When a trace began, by its id; None where that tells no time.

    One in some thousand random ids looks as if it told one, far from when its runs ran.
    """
    began = time_in(trace_id)
    if began is None or (key_time != UNDATED and abs(began - key_time) > _TRACE_SPAN):
        return None
    return began


def window_of(traces: Mapping[UUID, Iterable[datetime]]) -> tuple[datetime, datetime]:
    """A span that holds the keys of all runs of these traces, each given with those of some of its runs."""
    since, until = _ALL_TIME[1], _ALL_TIME[0]
    for trace_id, key_times in traces.items():
        for key_time in key_times:
            began = began_of(trace_id, key_time)
            if began is None and key_time == UNDATED:
                return _ALL_TIME
            middle, around = (key_time, APART) if began is None else (began, _TRACE_SPAN)
            since, until = min(since, middle - around), max(until, middle + around)
    return max(since, _ALL_TIME[0]), min(until, _ALL_TIME[1])
