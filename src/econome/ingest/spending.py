"""What was stored since the server started: counters for whoever watches it, such as Prometheus.

They count what arrives, when it arrives, and never go down: a re-pricing changes what was recorded,
not what was counted, and a project that is deleted leaves its counters. What one commit takes back
of what an earlier one had counted (a wrapper, once its call is known) waits until as much has come.

Each is kept by project, provider and model. There is room for so many of these, first come first
served until the server ends; what comes later counts together, as "other".
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from econome.domain.run import NO_ID, Run, Status
from econome.domain.usage import Bucket, UsageSource

MOST_SERIES = 1_000
"""Of each workspace: a model of a project is one. Each is up to eighteen lines of an answer."""

MOST_PROJECTS = 200
OTHER = "other"
COST = "cost"
_NAMES = tuple(bucket.value for bucket in Bucket)


class Count(StrEnum):
    """What is counted of calls, beside their tokens and cost."""

    CALLS = "calls"
    FAILED = "failed_calls"
    UNPRICED = "unpriced_calls"
    ESTIMATED = "estimated_calls"
    UNKNOWN = "unknown_calls"


@dataclass(frozen=True, slots=True)
class Place:
    """Whose calls: a model of a project. `NO_ID` stands for the projects that found no room."""

    project: UUID
    provider: str
    model: str


_Owner = tuple[UUID, UUID, str, str]
Portion = tuple[_Owner, Mapping[str, int | Decimal]]
"""What one run adds, and to whom."""


@dataclass(slots=True)
class Sums:
    """Counts and tokens by their names, and the cost; what nobody told is missing, which is not zero."""

    net: dict[str, int | Decimal] = field(default_factory=dict)
    shown: dict[str, int | Decimal] = field(default_factory=dict)


class Spending:
    """The counters. Any thread may ask; one adds."""

    def __init__(self, most_series: int = MOST_SERIES, most_projects: int = MOST_PROJECTS) -> None:
        self.since = datetime.now(UTC)
        self._most_series = most_series
        self._most_projects = most_projects
        self._lock = threading.Lock()
        self._sums: dict[UUID, dict[Place, Sums]] = defaultdict(dict)
        self._projects: dict[UUID, set[UUID]] = defaultdict(set)

    def add(self, before: Portion | None, after: Portion | None) -> None:
        """Counts a run that was stored, in place of what it counted before."""
        if before == after:
            return
        with self._lock:
            for portion, sign in ((before, -1), (after, 1)):
                if portion is None:
                    continue
                owner, amounts = portion
                net = self._of(owner).net
                for name, amount in amounts.items():
                    net[name] = net.get(name, 0) + sign * amount

    def told(self, workspace: UUID) -> dict[Place, dict[str, int | Decimal]]:
        """The counters of a workspace: none is lower than it was told before."""
        with self._lock:
            found = {}
            for place, sums in self._sums[workspace].items():
                for name, amount in sums.net.items():
                    sums.shown[name] = max(amount, sums.shown.get(name, 0))
                found[place] = dict(sums.shown)
            return found

    def _of(self, owner: _Owner) -> Sums:
        workspace, project, provider, model = owner
        known = self._sums[workspace]
        place = Place(project, provider, model)
        if place not in known:
            place = self._room_for(workspace, place)
        return known.setdefault(place, Sums())

    def _room_for(self, workspace: UUID, place: Place) -> Place:
        projects = self._projects[workspace]
        if place.project not in projects:
            if len(projects) >= self._most_projects:
                return Place(NO_ID, OTHER, OTHER)
            projects.add(place.project)
        if len(self._sums[workspace]) >= self._most_series:
            return Place(place.project, OTHER, OTHER)
        return place


def portion_of(run: Run) -> Portion | None:
    """What a run adds; None for one that does not count. Estimates add no tokens and no cost."""
    if not run.counted:
        return None
    amounts: dict[str, int | Decimal] = {Count.CALLS: 1}
    if run.status == Status.ERROR:
        amounts[Count.FAILED] = 1
    if run.usage_source == UsageSource.ESTIMATED:
        amounts[Count.ESTIMATED] = 1
    elif run.usage_source in (UsageSource.UNKNOWN, UsageSource.NONE):
        amounts[Count.UNKNOWN] = 1
    else:
        for name in _NAMES:
            tokens = getattr(run, name)
            if tokens is not None:
                amounts[name] = tokens
        if run.cost is None:
            amounts[Count.UNPRICED] = 1
        else:
            amounts[COST] = run.cost
    return (run.workspace, run.project, run.provider, run.model), amounts
