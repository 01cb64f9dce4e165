"""What the log records of all agents have in common: their names, times and counts."""

from __future__ import annotations

from datetime import datetime, timedelta

from econome.wire.dialects.values import Attributes, number, text
from econome.wire.otlp.span import LogRecord
from econome.wire.times import instant


def event_of(record: LogRecord) -> str:
    """The name of an event: its attribute, the record's own, or its whole body; a dotted one goes first.

    The attribute first: Rust's exporter names a record after the line of code that wrote it.
    """
    names = [text(record.attributes, "event.name"), record.event]
    if isinstance(record.body, str) and len(record.body) < 100:
        names.append(record.body)
    dotted = [name for name in names if "." in name and " " not in name]
    return dotted[0] if dotted else next(filter(None, names), "")


def ended_at(record: LogRecord) -> datetime | None:
    """When it was written, by its own clock: an agent writes of a call when it has ended."""
    return instant(record.attributes.get("event.timestamp")) or record.at or record.observed_at


def started_at(record: LogRecord, ended: datetime | None) -> datetime | None:
    """When the call began, by how long it took."""
    milliseconds = number(record.attributes, "duration_ms")
    if ended is None or milliseconds is None or not 0 <= milliseconds < 86_400_000:
        return ended
    return ended - timedelta(milliseconds=milliseconds)


def count(attributes: Attributes, *names: str) -> int | None:
    """The first of these that is a number of tokens; exporters write some as texts."""
    found = number(attributes, *names)
    return int(found) if found is not None else None
