"""Who changed what about prices and recorded costs."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson

from econome.analytics.errors import BadQuestion
from econome.domain.run import NO_ID
from econome.domain.scope import EVERYTHING
from econome.store.client import Store
from econome.store.question import question

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(2299, 12, 31, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One change."""

    at: datetime
    id: UUID
    author: str
    action: str
    detail: str  # JSON text

    @property
    def cursor(self) -> str:
        """Where the page behind this entry begins; opaque to whoever carries it."""
        parts = [(self.at - _EPOCH) // _MICROSECOND, str(self.id)]
        return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def journal(store: Store, workspace: UUID, cursor: str, *, limit: int) -> list[Entry]:
    """The changes behind a cursor, newest first; from the newest on for an empty one.

    Raises `BadQuestion` for a cursor that is none.
    """
    at, last = _read(cursor) if cursor else (_LAST, NO_ID)
    return store.ask(
        Entry, question("journal"), EVERYTHING, workspace=workspace, before=at, last=last, limit=limit
    )


def _read(cursor: str) -> tuple[datetime, UUID]:
    try:
        micros, last = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        at, identity = _EPOCH + micros * _MICROSECOND, UUID(last)
        if _EPOCH <= at <= _LAST:
            return at, identity
    except (ValueError, TypeError, AttributeError, OverflowError):
        pass
    raise BadQuestion(f"cursor: {cursor[:64]!r} is none that an answer gave; leave it out to start anew")
