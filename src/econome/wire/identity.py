"""What never changes about a run: its id, and the time that its id carries.

The store's key is `(workspace, key_time, id)`; a key that two pieces of one run see
differently would make two rows of it. So the key's time comes only from what every piece
repeats to the letter: the time inside a UUIDv7, else the run's own segment of
`dotted_order`, never from `start_time`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Ids from outside these years carry no time worth a partition: fuzzers, tests, broken clocks.
_FIRST = datetime(2000, 1, 1, tzinfo=UTC)
_LAST = datetime(2100, 1, 1, tzinfo=UTC)
_FIRST_MS = (_FIRST - _EPOCH) // timedelta(milliseconds=1)
_LAST_MS = (_LAST - _EPOCH) // timedelta(milliseconds=1)
_VERSION_7 = 7
_SEGMENT_TIME = 22  # "20261124T101112000000Z"


def uuid_of(text: object) -> UUID | None:
    """The UUID that `text` spells in the usual ways, or None."""
    if not isinstance(text, str) or len(text) > len("urn:uuid:") + 38:
        return None
    try:
        return UUID(text)
    except ValueError:
        return None


def time_in(run_id: UUID) -> datetime | None:
    """The instant inside a UUIDv7, to the millisecond; None for other ids and absurd years."""
    if run_id.version != _VERSION_7:
        return None
    milliseconds = run_id.int >> 80
    if not _FIRST_MS <= milliseconds < _LAST_MS:  # before any arithmetic: 48 bits reach the year 10889
        return None
    return _EPOCH + timedelta(milliseconds=milliseconds)


def key_time_of(run_id: UUID, dotted_order: str) -> datetime | None:
    """The time for the key of a run, or None when neither its id nor its place tells one."""
    dated = time_in(run_id)
    if dated is not None:
        return dated
    segment = dotted_order.rpartition(".")[2]
    # A place that is not the run's own says nothing that the next piece must repeat.
    return _segment_time(segment) if uuid_of(segment[_SEGMENT_TIME:]) == run_id else None


def first_id(dotted_order: str) -> UUID | None:
    """The id of the root: `dotted_order` begins with it."""
    return uuid_of(dotted_order.partition(".")[0][_SEGMENT_TIME:])


def parent_id(dotted_order: str) -> UUID | None:
    """The id before the last: whose child the run is."""
    ancestors, _, _ = dotted_order.rpartition(".")
    return uuid_of(ancestors.rpartition(".")[2][_SEGMENT_TIME:])


def _segment_time(segment: str) -> datetime | None:
    try:
        moment = datetime.strptime(segment[:_SEGMENT_TIME], "%Y%m%dT%H%M%S%fZ")  # noqa: DTZ007 - Z is UTC
    except ValueError:
        return None
    moment = moment.replace(tzinfo=UTC)
    return moment if _FIRST <= moment < _LAST else None
