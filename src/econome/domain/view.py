"""Views of the dashboard that somebody wanted to find again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5


def view_id(workspace: UUID, page: str, name: str, projects: str) -> UUID:
    """The id that a view gets: saving it twice is harmless."""
    return uuid5(workspace, f"view/{page}/{projects}/{name}")


@dataclass(frozen=True, slots=True)
class SavedView:
    """A page with all that its address said, under a name that no other view of the page has."""

    workspace: UUID
    id: UUID
    page: str
    name: str
    query: str  # of the address, without its question mark
    projects: str  # what the key of its maker was narrowed to; empty: to nothing
    created_at: datetime
    modified_at: datetime
