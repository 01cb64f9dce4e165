"""Which runs of a trace count: each call once, though wrappers repeat what they wrap.

A model call inside a model call (a wrapped client inside a LangChain model, say) reports
the same tokens twice. The deepest one that knows its tokens counts; where none knows, the
deepest. It is a property of the whole trace, recomputed when a piece changes it, so that
the order of arrival changes nothing.

Ids are integers here and in `memory`: a UUID hashes itself in Python, and it was hashed some
fifty times a run.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Member:
    """What counting needs to know of a run."""

    key_time: datetime
    parent_id: int | None
    project: int
    is_call: bool
    is_known: bool  # whether somebody said how many tokens it used


def counted_runs(members: Mapping[int, Member]) -> set[int]:
    """The ids of the runs that enter totals.

    A call counts when no call below it knows its tokens, and either it knows its own, or
    no call stands below it and none above it knows. A trace that passes into another project
    is another one there: what one project sends never takes from the totals of another.
    """
    calls = [run_id for run_id, member in members.items() if member.is_call]
    if len(calls) < 2:
        return set(calls)
    parents = _parents_first(members)
    above_known: set[int] = set()  # under a call that knows
    over_call: set[int] = set()
    over_known: set[int] = set()
    for run_id, parent in parents.items():
        if parent is not None and (
            (members[parent].is_call and members[parent].is_known) or parent in above_known
        ):
            above_known.add(run_id)
    for run_id, parent in reversed(parents.items()):
        if parent is None:
            continue
        if members[run_id].is_call or run_id in over_call:
            over_call.add(parent)
        if (members[run_id].is_call and members[run_id].is_known) or run_id in over_known:
            over_known.add(parent)
    return {
        run_id
        for run_id in calls
        if run_id not in over_known
        and (members[run_id].is_known or (run_id not in over_call and run_id not in above_known))
    }


def _parents_first(members: Mapping[int, Member]) -> dict[int, int | None]:
    """Each run's parent, where it is here and in the same project; parents stand before their children.

    A trace is hostile text: where parents run in a circle, it is cut above its greatest id.
    """
    ordered: dict[int, int | None] = {}
    cut: set[int] = set()
    for start in members:
        path: list[int] = []
        run_id: int | None = start
        seen: set[int] = set()
        while run_id is not None and run_id not in ordered:
            if run_id in seen:
                cut.add(max(path[path.index(run_id) :]))
                path, seen, run_id = [], set(), start
                continue
            path.append(run_id)
            seen.add(run_id)
            run_id = _parent_of(run_id, members, cut)
        for one in reversed(path):
            ordered[one] = _parent_of(one, members, cut)
    return ordered


def _parent_of(run_id: int, members: Mapping[int, Member], cut: set[int]) -> int | None:
    member = members[run_id]
    parent = members.get(member.parent_id) if member.parent_id is not None else None
    if parent is None or parent.project != member.project or run_id in cut:
        return None
    return member.parent_id


@dataclass(slots=True)
class _Trace:
    members: dict[int, Member] = field(default_factory=dict)
    counted: set[int] = field(default_factory=set)


TraceKey = tuple[int, int]
"""Workspace and trace."""


class Traces:
    """The traces that are moving, in memory. Bounded: the least recently touched go first."""

    def __init__(self, capacity: int = 200_000) -> None:
        self._capacity = capacity  # members, some 300 bytes each
        self._size = 0
        self._traces: OrderedDict[TraceKey, _Trace] = OrderedDict()

    def __contains__(self, key: TraceKey) -> bool:
        return key in self._traces

    def load(self, key: TraceKey, members: Mapping[int, Member], counted: set[int]) -> None:
        """Makes a trace known as it stands in the store."""
        self.forget(key)
        self._traces[key] = _Trace(dict(members), set(counted))
        self._size += len(members)

    def put(self, key: TraceKey, run_id: int, member: Member) -> bool:
        """Adds or changes a run of a trace; says whether the trace must be counted again."""
        trace = self._traces.get(key)
        if trace is None:
            trace = self._traces[key] = _Trace()
        else:
            self._traces.move_to_end(key)
        old = trace.members.get(run_id)
        if old == member:
            return False
        trace.members[run_id] = member
        self._size += old is None
        return True

    def recount(self, key: TraceKey) -> set[int]:
        """Counts a trace again: the ids of those whose `counted` changed."""
        trace = self._traces[key]
        counted = counted_runs(trace.members)
        changed = counted ^ trace.counted
        trace.counted = counted
        return changed

    def is_counted(self, key: TraceKey, run_id: int) -> bool:
        """Whether a run of a known trace counts, as of the last recount."""
        trace = self._traces.get(key)
        return trace is not None and run_id in trace.counted

    def member(self, key: TraceKey, run_id: int) -> Member:
        """What is known of a run of a known trace."""
        return self._traces[key].members[run_id]

    def forget(self, key: TraceKey) -> None:
        """Drops a trace from memory; the store still knows it."""
        trace = self._traces.pop(key, None)
        if trace is not None:
            self._size -= len(trace.members)

    def shrink(self) -> list[tuple[TraceKey, datetime]]:
        """Drops the oldest until the rest fits; the traces dropped, each with its latest key."""
        dropped = []
        while self._size > self._capacity and len(self._traces) > 1:
            key, trace = self._traces.popitem(last=False)
            self._size -= len(trace.members)
            dropped.append((key, max(member.key_time for member in trace.members.values())))
        return dropped
