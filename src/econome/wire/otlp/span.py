"""What OpenTelemetry sends, in Python's own types, before anybody asks what it means."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SPANS = UUID("6f7b4d0e-6a52-5d43-9c7e-0d9d2f5b8a11").bytes
_FIRST = datetime(2000, 1, 1, tzinfo=UTC)
_LAST = datetime(2100, 1, 1, tzinfo=UTC)

SERVER = 2
"""The kind of a span that answers a call which somebody else made."""
ERROR = 2
"""The code of a status that says that it failed."""

_NEVER = 2**64
_HALF_KNOWN = 0b10 << 62 | 0x2C0EC0 << 40
"""The variant of a UUID, then 22 bits that are a mark, then 40 of a hash."""
_HALF_MASK = 0xFFFFFF << 40

TRACE_BYTES = 16
SPAN_BYTES = 8


@dataclass(frozen=True, slots=True)
class Source:
    """Who sends: shared by all spans of one scope."""

    resource: Mapping[str, Any] = field(default_factory=dict)
    scope: str = ""  # the name of the instrumentation
    scope_version: str = ""
    scope_attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Event:
    """Something that happened while a span lasted."""

    name: str
    at: datetime | None
    attributes: dict[str, Any]


@dataclass(slots=True)
class Span:
    """One span.

    Values of attributes are str, bool, int, float, None, lists and dicts of these; bytes are base64 text.
    """

    trace_id: bytes
    span_id: bytes
    parent_id: bytes  # empty for a root
    name: str
    kind: int
    started_at: datetime | None
    ended_at: datetime | None
    attributes: dict[str, Any]
    source: Source
    status: int = 0
    message: str = ""  # of the status
    events: list[Event] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)

    @property
    def run_id(self) -> UUID:
        """The id of its run: the same however often it is sent."""
        return run_id_of(self.trace_id, self.span_id)

    @property
    def key_time(self) -> datetime | None:
        """Of its run: when it started, which never changes; None where that is no time to file under."""
        moment = self.started_at or self.ended_at
        return moment if moment is not None and _FIRST <= moment < _LAST else None


@dataclass(slots=True)
class LogRecord:
    """One log record. The ids are empty where it was written outside of any span."""

    trace_id: bytes
    span_id: bytes
    at: datetime | None
    observed_at: datetime | None
    severity: int
    event: str  # its name, "" for a plain line
    body: Any
    attributes: dict[str, Any]
    source: Source


def run_id_of(trace_id: bytes, span_id: bytes) -> UUID:
    """The id of the run of a span, a UUIDv5: a span's own eight bytes are too few to be one."""
    digest = hashlib.sha1(_SPANS + trace_id + span_id, usedforsecurity=False).digest()
    return UUID(bytes=digest[:16], version=5)


def langsmith_run_id(trace_id: bytes, span_id: bytes) -> UUID:
    """The id of the run of a span that LangSmith's client wrote, whose id is the first half of a run's.

    The run itself may come too, in LangSmith's own protocol: `is_half_known` tells these from those.
    A hash of the trace makes the other half, for the first half alone is a time and twelve bits.
    """
    half = int.from_bytes(hashlib.blake2b(trace_id, digest_size=5).digest())
    return UUID(int=int.from_bytes(span_id) << 64 | _HALF_KNOWN | half)


def is_half_known(run_id: int) -> bool:
    """Whether an id, as an integer, was made by `langsmith_run_id`."""
    return run_id & _HALF_MASK == _HALF_KNOWN


def trace_of(trace_id: bytes) -> UUID:
    """A trace's id: its sixteen bytes as they are, so that it is found under the id that apps log."""
    return UUID(bytes=trace_id)


def is_id(value: bytes, size: int) -> bool:
    """Whether these bytes are an id: of that size, and not all zero."""
    return len(value) == size and any(value)


def moment_of(nanoseconds: int) -> datetime | None:
    """The instant; None for 0, which is how "not told" is sent. To the microsecond."""
    return _EPOCH + timedelta(microseconds=nanoseconds // 1000) if 0 < nanoseconds < _NEVER else None
