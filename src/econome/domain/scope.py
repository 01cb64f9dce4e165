"""What a question is about: a workspace, a half-open span of time, some projects, a filter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Condition:
    """A part of a `where` clause, with the parameters it binds."""

    sql: str = "1"
    parameters: Mapping[str, object] = field(default_factory=dict)


EVERYTHING = Condition()


@dataclass(frozen=True, slots=True)
class Scope:
    """The runs that a question is asked of.

    `projects` empty keeps all of the workspace. `filter` has been compiled by
    `analytics.filters`; its parameters never collide with those of a question.
    """

    workspace: UUID
    since: datetime  # aware, included
    until: datetime  # aware, excluded
    projects: tuple[UUID, ...] = ()
    filter: Condition = EVERYTHING

    def parameters(self) -> dict[str, object]:
        """What the standard predicate of a question binds."""
        return {
            "workspace": self.workspace,
            "since": self.since,
            "until": self.until,
            "projects": list(self.projects),
        }
