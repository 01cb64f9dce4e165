"""The traces that are moving, in memory: their runs, and what was last said of each."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from econome.domain.run import Uncounted
from econome.ingest.answers import TraceKey
from econome.ingest.counting import Member, Verdict, judge


@dataclass(slots=True)
class Trace:
    """The runs of a trace, and what was last said of each."""

    members: dict[int, Member] = field(default_factory=dict)
    verdicts: dict[int, Verdict] = field(default_factory=dict)
    repeated: set[int] = field(default_factory=set)  # those whose call another run reports better
    shadowed: set[int] = field(default_factory=set)  # those whose call another library reports as well

    def recount(self) -> set[int]:
        """Judges all runs again: the ids of those of which something else is said now."""
        verdicts = judge(self.members)
        changed = {run_id for run_id, verdict in verdicts.items() if self.verdicts.get(run_id) != verdict}
        self.verdicts = verdicts
        return changed

    def verdict(self, run_id: int) -> Verdict:
        """What is said of a run, as of the last recount."""
        verdict = self.verdicts[run_id]
        if verdict.is_counted and run_id in self.repeated:
            return verdict._replace(is_counted=False, uncounted=Uncounted.REPEATED)
        if verdict.is_counted and run_id in self.shadowed:
            return verdict._replace(is_counted=False, uncounted=Uncounted.SHADOWED)
        return verdict


class Traces:
    """Bounded: the least recently touched traces go first."""

    def __init__(self, capacity: int = 200_000) -> None:
        self._capacity = capacity  # members, some 400 bytes each
        self._size = 0
        self._traces: OrderedDict[TraceKey, Trace] = OrderedDict()

    def __contains__(self, key: TraceKey) -> bool:
        return key in self._traces

    def __getitem__(self, key: TraceKey) -> Trace:
        return self._traces[key]

    def get(self, key: TraceKey) -> Trace | None:
        """The trace, if it is in memory."""
        return self._traces.get(key)

    def load(
        self,
        key: TraceKey,
        members: Mapping[int, Member],
        verdicts: Mapping[int, Verdict],
        repeated: set[int],
        shadowed: set[int],
    ) -> None:
        """Makes a trace known as it stands in the store."""
        self.forget(key)
        self._traces[key] = Trace(dict(members), dict(verdicts), set(repeated), set(shadowed))
        self._size += len(members)

    def put(self, key: TraceKey, run_id: int, member: Member) -> bool:
        """Adds or changes a run of a trace; says whether the trace must be counted again."""
        trace = self._traces.get(key)
        if trace is None:
            trace = self._traces[key] = Trace()
        else:
            self._traces.move_to_end(key)
        old = trace.members.get(run_id)
        if old == member:
            return False
        trace.members[run_id] = member
        self._size += old is None
        return True

    def take(self, key: TraceKey, run_id: int) -> Member:
        """Takes a run out of a trace that it was not of."""
        trace = self._traces[key]
        member = trace.members.pop(run_id)
        trace.verdicts.pop(run_id, None)
        trace.repeated.discard(run_id)
        trace.shadowed.discard(run_id)
        self._size -= 1
        if not trace.members:
            del self._traces[key]
        return member

    def forget(self, key: TraceKey) -> Trace | None:
        """Drops a trace from memory; the store still knows it."""
        trace = self._traces.pop(key, None)
        if trace is not None:
            self._size -= len(trace.members)
        return trace

    def of_project(self, workspace: int, project: int) -> list[TraceKey]:
        """The traces that have a run in this project."""
        return [
            key
            for key, trace in self._traces.items()
            if key[0] == workspace and any(one.project == project for one in trace.members.values())
        ]

    def shrink(self) -> list[tuple[TraceKey, Trace]]:
        """Drops the oldest until the rest fits; gives what was dropped."""
        dropped = []
        while self._size > self._capacity and len(self._traces) > 1:
            key, trace = self._traces.popitem(last=False)
            self._size -= len(trace.members)
            dropped.append((key, trace))
        return dropped
