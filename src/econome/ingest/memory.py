"""The runs that are moving, in memory, and the proof that a run is new.

Pieces of a run come within seconds of each other; reading the store for each would cost
more than all the rest. The proof that an unseen id is not in the store either needs no
reading: nothing stored, and nothing that memory has let go of, has a later key than the
*mark*. So an id whose key lies beyond the mark is new.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from econome.domain.run import UNDATED, Run, Status
from econome.domain.scope import LEAST_SLACK
from econome.store.client import Store
from econome.store.question import question

AHEAD = timedelta(hours=1)
"""Keys further ahead than this do not move the mark: one broken clock would spoil it for all."""

RunKey = tuple[int, int]
"""Workspace and run, as integers (see `counting`)."""


def run_key(workspace: UUID, run_id: UUID) -> RunKey:
    """Under which a run is remembered."""
    return workspace.int, run_id.int


_SQL = "econome.ingest.sql"


@dataclass(frozen=True, slots=True)
class _Latest:
    mark: datetime
    ahead_from: datetime
    ahead_to: datetime
    undated: int
    slack_seconds: int
    trace_mark: datetime


class Memory:
    """Recently seen runs. Bounded: ended ones go first, then the least recently touched."""

    def __init__(self, store: Store, capacity: int = 40_000) -> None:
        self._store = store
        self._capacity = capacity  # runs, some 2 KB each
        self._open: OrderedDict[RunKey, Run] = OrderedDict()
        self._ended: OrderedDict[RunKey, Run] = OrderedDict()
        (latest,) = store.ask(_Latest, question("latest_key", _SQL), ahead=datetime.now(UTC) + AHEAD)
        self._mark = latest.mark
        self._ahead_from, self._ahead_to = latest.ahead_from, latest.ahead_to
        # Traces are dated by their roots' clocks, runs by their own: a root may lie after its children.
        self._trace_mark = latest.trace_mark
        self.has_undated = latest.undated > 0
        self.slack = max(LEAST_SLACK, timedelta(seconds=latest.slack_seconds + 1))

    def get(self, key: RunKey) -> Run | None:
        """The run, if it is in memory."""
        return self._open.get(key) or self._ended.get(key)

    def put(self, run: Run) -> None:
        """Remembers a run as it now stands in the store."""
        key = run_key(run.workspace, run.id)
        self._open.pop(key, None)
        self._ended.pop(key, None)
        where = self._open if run.status == Status.PENDING else self._ended
        where[key] = run
        if run.key_time == UNDATED:
            self.has_undated = True
        elif run.started_at != UNDATED and abs(run.started_at - run.key_time) > self.slack:
            self.slack = abs(run.started_at - run.key_time)

    @property
    def mark(self) -> datetime:
        """Beyond it an id unseen here is new."""
        return self._mark

    @property
    def has_misplaced(self) -> bool:
        """Whether there are runs whose keys tell nothing of when they ran."""
        return self.has_undated or self._ahead_to > UNDATED

    def is_new(self, key_time: datetime) -> bool:
        """Whether a run with this key, unseen here, cannot be in the store."""
        if self._ahead_from <= key_time <= self._ahead_to:
            return False
        return self._mark < key_time <= datetime.now(UTC) + AHEAD

    def is_new_trace(self, began: datetime) -> bool:
        """Whether no run of a trace that began then, unseen here, can be in the store."""
        return self._trace_mark < began and self.is_new(began)

    def let_go_of_trace(self, began: datetime | None) -> None:
        """Takes note that the store knows runs of a trace that began then, and memory counts it no longer."""
        if began is not None and began <= datetime.now(UTC) + AHEAD:
            self._trace_mark = max(self._trace_mark, began)
        elif began is not None:
            self.let_go(began)

    def shrink(self) -> None:
        """Lets go of what is over the capacity."""
        while len(self._open) + len(self._ended) > self._capacity:
            oldest = self._ended or self._open
            _, run = oldest.popitem(last=False)
            self.let_go(run.key_time)

    def forget(self, keys: Iterable[RunKey]) -> None:
        """Lets go of these runs: what memory holds of them is not what the store holds."""
        for key in keys:
            run = self._open.pop(key, None) or self._ended.pop(key, None)
            if run is not None:
                self.let_go(run.key_time)

    def forget_project(self, workspace: UUID, project: UUID) -> list[Run]:
        """Lets go of the runs of a project, and says which they were."""
        gone = [
            run
            for runs in (self._open, self._ended)
            for run in runs.values()
            if run.workspace == workspace and run.project == project
        ]
        self.forget([run_key(run.workspace, run.id) for run in gone])
        return gone

    def load(self, workspace: UUID, keys: Iterable[tuple[datetime, UUID]]) -> list[Run]:
        """The runs that the store has under these keys, remembered from now on."""
        wanted = set(keys)
        if not wanted:
            return []
        found = self._store.ask(
            Run,
            question("runs_by_key", _SQL),
            workspace=workspace,
            times=sorted({key_time for key_time, _ in wanted}),
            ids=[run_id for _, run_id in wanted],
        )
        return self._remember([run for run in found if (run.key_time, run.id) in wanted])

    def load_by_id(self, workspace: UUID, ids: Iterable[UUID]) -> list[Run]:
        """The runs that the store has under these ids, whatever their keys."""
        wanted = list(ids)
        if not wanted:
            return []
        return self._remember(
            self._store.ask(Run, question("runs_by_id", _SQL), workspace=workspace, ids=wanted),
        )

    def _remember(self, runs: list[Run]) -> list[Run]:
        for run in runs:
            run.tags, run.metadata, run.notes = list(run.tags), dict(run.metadata), list(run.notes)
            run.inherited_tags, run.inherited_metadata = (
                list(run.inherited_tags),
                dict(run.inherited_metadata),
            )
            run.fees, run.tools_called = dict(run.fees), list(run.tools_called)
            self.put(run)
        return runs

    def let_go(self, key_time: datetime) -> None:
        """Takes note that the store knows a run or a trace with this key, and memory does not."""
        if key_time <= datetime.now(UTC) + AHEAD:
            self._mark = max(self._mark, key_time)
        else:
            some = self._ahead_to > UNDATED
            self._ahead_from = min(self._ahead_from, key_time) if some else key_time
            self._ahead_to = max(self._ahead_to, key_time)
