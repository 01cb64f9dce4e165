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
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Member:
    """What counting needs to know of a run."""

    key_time: datetime
    parent_id: int | None
    is_call: bool
    is_known: bool  # whether somebody said how many tokens it used


def counted_runs(members: Mapping[int, Member]) -> set[int]:
    """The ids of the runs that enter totals.

    A call counts when no call below it knows its tokens, and either it knows its own, or
    no call stands below it and none above it knows.
    """
    calls = [run_id for run_id, member in members.items() if member.is_call]
    if len(calls) < 2:
        return set(calls)
    over_known: set[int] = set()
    over_call: set[int] = set()
    under_known: set[int] = set()
    for run_id in calls:
        is_known = members[run_id].is_known
        for ancestor in _ancestors(run_id, members):
            above = members[ancestor]
            if above.is_call:
                over_call.add(ancestor)
                if is_known:
                    over_known.add(ancestor)
                if above.is_known:
                    under_known.add(run_id)
    return {
        run_id
        for run_id in calls
        if run_id not in over_known
        and (members[run_id].is_known or (run_id not in over_call and run_id not in under_known))
    }


def _ancestors(run_id: int, members: Mapping[int, Member]) -> Iterable[int]:
    seen = {run_id}  # a trace is hostile text: its parents may run in a circle
    parent = members[run_id].parent_id
    while parent is not None and parent in members and parent not in seen:
        yield parent
        seen.add(parent)
        parent = members[parent].parent_id


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
        return run_id in self._traces[key].counted

    def member(self, key: TraceKey, run_id: int) -> Member:
        """What is known of a run of a known trace."""
        return self._traces[key].members[run_id]

    def forget(self, key: TraceKey) -> None:
        """Drops a trace from memory; the store still knows it."""
        trace = self._traces.pop(key, None)
        if trace is not None:
            self._size -= len(trace.members)

    def shrink(self) -> datetime | None:
        """Drops the oldest until the rest fits; the latest key of what was dropped, if anything was."""
        latest = None
        while self._size > self._capacity and len(self._traces) > 1:
            _, trace = self._traces.popitem(last=False)
            self._size -= len(trace.members)
            for member in trace.members.values():
                latest = member.key_time if latest is None else max(latest, member.key_time)
        return latest
