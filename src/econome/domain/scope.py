"""What a question is about: a workspace, a half-open span of time, some projects, a filter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Condition:
    """A part of a `where` clause, with the parameters it binds.

    `source` is what to ask instead of the runs as they are recorded: the same columns, with other
    amounts of money (see `analytics.priced`). Empty: the recorded ones.
    """

    sql: str = "1"
    parameters: Mapping[str, object] = field(default_factory=dict)
    source: str = ""


EVERYTHING = Condition()

LEAST_SLACK = timedelta(days=1)
_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2299, 12, 31, tzinfo=UTC)
"""What the store's type of time can hold."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The runs that a question is asked of.

    `projects` empty keeps all of the workspace. `filter` has been compiled by
    `analytics.filters`; its parameters never collide with those of a question.

    `slack` is how far a run's key may lie from its start: an app that sends its past under
    fresh ids has keys of today on runs of last year. Only rows whose key is within the span
    and the slack are read; all that are in the span are counted.
    """

    workspace: UUID
    since: datetime  # aware, included
    until: datetime  # aware, excluded
    projects: tuple[UUID, ...] = ()
    filter: Condition = EVERYTHING
    slack: timedelta = LEAST_SLACK
    prices_at: date | None = None  # at the prices of that day; None: as recorded
    currency: str = "USD"

    @property
    def money(self) -> Condition:
        """What other amounts the scope asks for, and no filter: for questions about what it found."""
        if not self.filter.source:
            return EVERYTHING
        return Condition(parameters=self.filter.parameters, source=self.filter.source)

    def parameters(self) -> dict[str, object]:
        """What the standard predicate of a question binds."""
        return {
            "workspace": self.workspace,
            "since": self.since,
            "until": self.until,
            "key_since": _FIRST if self.since - _FIRST < self.slack else self.since - self.slack,
            "key_until": _LAST if _LAST - self.until < self.slack else self.until + self.slack,
            "projects": list(self.projects),
        }
