"""Counts the traces that a commit touches, with what the store knows of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from econome.domain.run import CALLS, Run
from econome.domain.usage import UsageSource
from econome.ingest.counting import Member, TraceKey, Traces
from econome.ingest.memory import Memory, RunKey, run_key
from econome.store.client import Store
from econome.store.question import question
from econome.wire.conventions import REPLAYED
from econome.wire.identity import time_in

_KNOWN = frozenset((UsageSource.REPORTED, UsageSource.COUNTED, UsageSource.ESTIMATED))
# Runs of a trace lie within days of its root; where its id tells no time, all time is searched.
_TRACE_SPAN = timedelta(days=7)
_ALL_TIME = (datetime(1971, 1, 1, tzinfo=UTC), datetime(2106, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class _Stored:
    trace_id: UUID
    id: UUID
    key_time: datetime
    parent_id: UUID | None
    project: UUID
    kind: str
    usage_source: str
    counted: bool
    notes: list[str]


class Tally:
    """Decides `counted` for the runs of every trace that moves."""

    def __init__(self, store: Store, memory: Memory) -> None:
        self._store = store
        self._memory = memory
        self._traces = Traces()

    def count(self, touched: dict[RunKey, Run]) -> None:
        """Sets `counted` on the runs, and adds to them those that it flips elsewhere in their traces."""
        self._recall(touched.values())
        dirty: set[TraceKey] = set()
        for run in touched.values():
            key = _trace_key(run)
            if self._traces.put(key, run.id.int, _member(run)):
                dirty.add(key)
        flipped: dict[UUID, set[tuple[datetime, UUID]]] = defaultdict(set)
        for key in dirty:
            workspace, _ = key
            for run_id in self._traces.recount(key):
                if (workspace, run_id) in touched:
                    continue
                known = self._memory.get((workspace, run_id))
                if known is not None:
                    touched[workspace, run_id] = known
                else:
                    member = self._traces.member(key, run_id)
                    flipped[UUID(int=workspace)].add((member.key_time, UUID(int=run_id)))
        for owner, keys in flipped.items():
            for run in self._memory.load(owner, keys):
                touched[run_key(owner, run.id)] = run
        for run in touched.values():
            run.counted = self._traces.is_counted(_trace_key(run), run.id.int)

    def forget(self, runs: Iterable[Run]) -> None:
        """Drops the traces of these runs from memory."""
        for run in runs:
            self._traces.forget(_trace_key(run))
            self._memory.let_go_of_trace(run.trace_id)

    def shrink(self) -> None:
        """Lets go of what is over the capacity."""
        for (_, trace_id), latest in self._traces.shrink():
            self._memory.let_go(latest)
            self._memory.let_go_of_trace(UUID(int=trace_id))

    def _recall(self, runs: Iterable[Run]) -> None:
        """Brings into memory the traces that the store may know."""
        unknown: dict[UUID, set[UUID]] = defaultdict(set)
        for run in runs:
            if _trace_key(run) in self._traces:
                continue
            began = time_in(run.trace_id) or (run.key_time if run.trace_id == run.id else None)
            if began is None or not self._memory.is_new_trace(began):
                unknown[run.workspace].add(run.trace_id)
        for workspace, traces in unknown.items():
            self._load(workspace, traces)

    def _load(self, workspace: UUID, traces: set[UUID]) -> None:
        since, until = _window(traces)
        by_trace: dict[UUID, list[_Stored]] = defaultdict(list)
        for row in self._store.ask(
            _Stored,
            question("trace_members", "econome.ingest.sql"),
            workspace=workspace,
            traces=list(traces),
            since=since,
            until=until,
        ):
            by_trace[row.trace_id].append(row)
        for trace_id, rows in by_trace.items():
            self._traces.load(
                run_key(workspace, trace_id),
                {row.id.int: _member(row) for row in rows},
                {row.id.int for row in rows if row.counted},
            )


def _trace_key(run: Run) -> TraceKey:
    return run.workspace.int, run.trace_id.int


def _member(run: Run | _Stored) -> Member:
    is_call = run.kind in CALLS and REPLAYED not in run.notes
    parent = run.parent_id.int if run.parent_id else None
    return Member(run.key_time, parent, run.project.int, is_call, run.usage_source in _KNOWN)


def _window(traces: Iterable[UUID]) -> tuple[datetime, datetime]:
    times = [time_in(trace_id) for trace_id in traces]
    known = [moment for moment in times if moment is not None]
    if not known or len(known) < len(times):
        return _ALL_TIME
    return min(known) - _TRACE_SPAN, max(known) + _TRACE_SPAN
