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
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from uuid import UUID

from econome.domain.run import NO_ID, Run, Status
from econome.domain.usage import Bucket, UsageSource

MOST_SERIES = 1_000
"""Of each workspace: a model of a project is one. Each is up to eighteen lines of an answer."""

MOST_PROJECTS = 200
OTHER = "other"
COST = "cost"


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


Amounts = dict[str, int | Decimal]
"""By the name of a count, of a bucket, or `COST`. What nobody told is missing, which is not zero."""

_Owner = tuple[int, int, str, str]  # plain numbers: this is done for every call, and ids are slow to hash
_Tokens = tuple[int | None, ...]
Portion = tuple[_Owner, bool, int, _Tokens, Decimal | None]
"""What one run adds: to whom, whether it failed, the place of its count, its tokens and its cost."""

_COUNTS = tuple(count.value for count in Count)
_NAMES = (*_COUNTS, *(bucket.value for bucket in Bucket), COST)
_CALLS, _FAILED, _UNPRICED, _ESTIMATED, _UNKNOWN = range(len(_COUNTS))
_COST = len(_NAMES) - 1
_PRICED = -1  # it has no count of its own
_tokens_of = attrgetter(*(bucket.value for bucket in Bucket))
_NOTHING = (None,) * len(Bucket)


class _Sums:
    """The amounts of one place, in the order of `_NAMES`; None is missing."""

    __slots__ = ("net", "shown")

    def __init__(self) -> None:
        self.net: list[int | Decimal | None] = [None] * len(_NAMES)
        self.shown: Amounts = {}

    def add(self, portion: Portion, sign: int) -> None:
        _, failed, kind, tokens, cost = portion
        net = self.net
        net[_CALLS] = (net[_CALLS] or 0) + sign
        if failed:
            net[_FAILED] = (net[_FAILED] or 0) + sign
        if kind != _PRICED:
            net[kind] = (net[kind] or 0) + sign
        if tokens is not _NOTHING:
            for place, count in enumerate(tokens, len(_COUNTS)):
                if count is not None:
                    net[place] = (net[place] or 0) + sign * count
        if cost is not None:
            net[_COST] = (net[_COST] or 0) + sign * cost

    def told(self) -> Amounts:
        for name, amount in zip(_NAMES, self.net, strict=True):
            if amount is not None:
                self.shown[name] = max(amount, self.shown.get(name, 0))
        return dict(self.shown)


class Spending:
    """The counters. Any thread may ask; one adds."""

    def __init__(self, most_series: int = MOST_SERIES, most_projects: int = MOST_PROJECTS) -> None:
        self.since = datetime.now(UTC)
        self._most_series = most_series
        self._most_projects = most_projects
        self._lock = threading.Lock()
        self._sums: dict[_Owner, _Sums] = {}
        self._series: dict[int, int] = defaultdict(int)  # how many there are, by workspace
        self._projects: dict[int, set[int]] = defaultdict(set)

    def replace(self, portions: Iterable[tuple[Portion | None, Portion | None]]) -> None:
        """Counts the runs that were stored, each in place of what it counted before."""
        with self._lock:
            for before, after in portions:
                if before == after:
                    continue
                if before is not None:
                    self._of(before[0]).add(before, -1)
                if after is not None:
                    self._of(after[0]).add(after, 1)

    def told(self, workspace: UUID) -> dict[Place, Amounts]:
        """The counters of a workspace: none is lower than it was told before."""
        with self._lock:
            return {
                Place(UUID(int=project), provider, model): sums.told()
                for (owner, project, provider, model), sums in self._sums.items()
                if owner == workspace.int
            }

    def _of(self, owner: _Owner) -> _Sums:
        sums = self._sums.get(owner)
        if sums is None:
            owner = self._room_for(owner)
            sums = self._sums.get(owner)
        if sums is None:
            sums = self._sums[owner] = _Sums()
            self._series[owner[0]] += 1
        return sums

    def _room_for(self, owner: _Owner) -> _Owner:
        workspace, project, _, _ = owner
        projects = self._projects[workspace]
        if project not in projects:
            if len(projects) >= self._most_projects:
                return (workspace, NO_ID.int, OTHER, OTHER)
            projects.add(project)
        if self._series[workspace] >= self._most_series:
            return (workspace, project, OTHER, OTHER)
        return owner


def portion_of(run: Run) -> Portion | None:
    """What a run adds; None for one that does not count. Estimates add no tokens and no cost."""
    if not run.counted:
        return None
    tokens: _Tokens = _NOTHING
    cost = None
    if run.usage_source == UsageSource.ESTIMATED:
        kind = _ESTIMATED
    elif run.usage_source in (UsageSource.UNKNOWN, UsageSource.NONE):
        kind = _UNKNOWN
    else:
        tokens, cost = _tokens_of(run), run.cost
        kind = _UNPRICED if cost is None else _PRICED
    owner = (run.workspace.int, run.project.int, run.provider, run.model)
    return owner, run.status == Status.ERROR, kind, tokens, cost
