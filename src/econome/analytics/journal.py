"""Who changed what about prices and recorded costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from econome.domain.scope import EVERYTHING
from econome.store.client import Store
from econome.store.question import question


@dataclass(frozen=True, slots=True)
class Entry:
    """One change."""

    at: datetime
    id: UUID
    author: str
    action: str
    detail: str  # JSON text


def journal(store: Store, workspace: UUID, before: datetime, *, limit: int) -> list[Entry]:
    """The changes before an instant, newest first."""
    return store.ask(Entry, question("journal"), EVERYTHING, workspace=workspace, before=before, limit=limit)
