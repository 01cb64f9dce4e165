"""Says of the runs that a commit touches what their traces, and other runs of one answer, say of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from econome.domain.run import UNDATED, Run, Uncounted
from econome.ingest.answers import (
    LEAST_CHARACTERS,
    WITHIN,
    AnswerKey,
    Answers,
    Candidate,
    Place,
    TraceKey,
    repeated,
)
from econome.ingest.counting import PARTIAL, Member, Verdict
from econome.ingest.members import Stored, member_of, verdict_of
from econome.ingest.memory import Memory, RunKey, run_key
from econome.ingest.seen import Seen
from econome.ingest.shadows import EARLY, LONGEST, Alike, ShadowKey, Shadows, shadow_key, shadows
from econome.ingest.traces import Trace, Traces
from econome.ingest.windows import began_of, window_of
from econome.store.client import Store
from econome.store.question import question

_SQL = "econome.ingest.sql"


@dataclass(frozen=True, slots=True)
class _Answered:
    project: UUID
    response_id: str
    trace_id: UUID
    id: UUID
    key_time: datetime


class Tally:
    """Decides what is a property of traces: `counted`, why not, and what is inherited."""

    def __init__(self, store: Store, memory: Memory) -> None:
        self._store = store
        self._memory = memory
        self._traces = Traces()
        self._answers = Answers()
        self._shadows = Shadows()
        self._seen = Seen(memory.mark)
        self._unindexed = memory.mark  # no run with a later key has an answer that is not in `_answers`
        self._changed: dict[TraceKey, set[int]] = {}

    def count(self, touched: dict[RunKey, Run], *, anew: bool = False) -> None:
        """Tells the runs, and adds to them those of which something else is said now, wherever they are.

        `anew`: traces that are as they were are counted again too.
        """
        self._recall(touched.values())
        self._changed = defaultdict(set)
        asked: dict[AnswerKey, datetime] = {}
        dirty = self._put(touched.values(), asked) | ({*map(_trace_key, touched.values())} if anew else set())
        for key in dirty:
            trace = self._traces[key]
            for run_id in trace.recount():
                self._changed[key].add(run_id)
                self._ask(asked, key, trace.members[run_id])
        self._compare_answers(asked, dirty, touched)
        self._compare_libraries(dirty)
        self._bring_in(touched)
        for run in touched.values():
            _tell(run, self._traces[_trace_key(run)].verdict(run.id.int))

    def forget(self, runs: Iterable[Run]) -> None:
        """Drops the traces of these runs from memory, and those that the last count changed."""
        self._forget({*map(_trace_key, runs), *self._changed})

    def forget_project(self, workspace: UUID, project: UUID) -> None:
        """Drops all traces that have a run in this project."""
        self._forget(self._traces.of_project(workspace.int, project.int))

    def shrink(self) -> None:
        """Lets go of what is over the capacity."""
        for key, trace in self._traces.shrink():
            latest = self._let_go(key, trace)
            self._memory.let_go(latest)
            self._memory.let_go_of_trace(began_of(UUID(int=key[1]), latest))

    # --- traces

    def _put(self, runs: Iterable[Run], asked: dict[AnswerKey, datetime]) -> set[TraceKey]:
        dirty: set[TraceKey] = set()
        for run in runs:
            key, run_id, member = _trace_key(run), run.id.int, member_of(run)
            first = run_key(run.workspace, run.id)
            if key != first and first in self._traces and run_id in self._traces[first].members:
                # Before a piece named its trace, a run was its own.
                gone = self._traces.take(first, run_id)
                self._unlist(asked, first, run_id, gone)
                dirty.add(first)
            trace = self._traces.get(key)
            old = trace.members.get(run_id) if trace is not None else None
            if not self._traces.put(key, run_id, member):
                continue
            dirty.add(key)
            if old is not None and _answer_key(key, old) != _answer_key(key, member):
                self._unlist(asked, key, run_id, old)
            self._ask(asked, key, member)
        return {key for key in dirty if key in self._traces}

    def _recall(self, runs: Iterable[Run]) -> None:
        """Brings into memory the traces that the store may know."""
        unknown: dict[UUID, dict[UUID, list[datetime]]] = defaultdict(lambda: defaultdict(list))
        for run in runs:
            if _trace_key(run) in self._traces:
                continue
            began = began_of(run.trace_id, run.key_time) or (run.key_time if run.trace_id == run.id else None)
            if began is None:
                is_new = self._seen.is_new(run.trace_id.int, run.key_time)
            else:
                is_new = self._memory.is_new_trace(began)
            if not is_new:
                unknown[run.workspace][run.trace_id].append(run.key_time)
        for workspace, traces in unknown.items():
            self._load(workspace, traces)

    def _load_missing(self, owner: UUID, rows: Iterable[Alike | _Answered]) -> None:
        """Brings into memory the traces of these rows that are not there."""
        missing: dict[UUID, list[datetime]] = defaultdict(list)
        for row in rows:
            if run_key(owner, row.trace_id) not in self._traces:
                missing[row.trace_id].append(row.key_time)
        if missing:
            self._load(owner, missing)

    def _load(self, workspace: UUID, traces: Mapping[UUID, Iterable[datetime]]) -> None:
        """Brings traces into memory, each given with the key times of some of its runs."""
        since, until = window_of(traces)
        by_trace: dict[UUID, list[Stored]] = defaultdict(list)
        for row in self._store.ask(
            Stored,
            question("trace_members", _SQL),
            workspace=workspace,
            traces=list(traces),
            since=since,
            until=until,
        ):
            by_trace[row.trace_id].append(row)
        for trace_id, rows in by_trace.items():
            self._traces.load(
                run_key(workspace, trace_id),
                {row.id.int: member_of(row) for row in rows},
                {row.id.int: verdict_of(row) for row in rows},
                {row.id.int for row in rows if row.uncounted == Uncounted.REPEATED},
                {row.id.int for row in rows if row.uncounted == Uncounted.SHADOWED},
            )

    def _bring_in(self, touched: dict[RunKey, Run]) -> None:
        """Adds the runs of which something else is said now."""
        elsewhere: dict[UUID, set[tuple[datetime, UUID]]] = defaultdict(set)
        for key, run_ids in self._changed.items():
            workspace, _ = key
            for run_id in run_ids:
                if (workspace, run_id) in touched:
                    continue
                known = self._memory.get((workspace, run_id))
                if known is not None:
                    touched[workspace, run_id] = known
                else:
                    member = self._traces[key].members[run_id]
                    elsewhere[UUID(int=workspace)].add((member.key_time, UUID(int=run_id)))
        for owner, keys in elsewhere.items():
            for run in self._memory.load(owner, keys):
                touched[run_key(owner, run.id)] = run

    def _forget(self, keys: Iterable[TraceKey]) -> None:
        for key in keys:
            trace = self._traces.forget(key)
            latest = UNDATED if trace is None else self._let_go(key, trace)
            self._memory.let_go_of_trace(began_of(UUID(int=key[1]), latest))

    def _let_go(self, key: TraceKey, trace: Trace) -> datetime:
        """Drops what is known of the answers of a trace; gives the latest key of its runs."""
        self._answers.forget(key[0], trace.members)
        for run_id in trace.members:
            self._shadows.forget((key, run_id), self._is_here)
        latest = max((member.key_time for member in trace.members.values()), default=UNDATED)
        self._seen.add(key[1], latest)
        self._unindexed = max(self._unindexed, latest)
        return latest

    # --- libraries

    def _compare_libraries(self, dirty: Iterable[TraceKey]) -> None:
        """Finds which runs tell of a call that another library tells of, among those told of now."""
        told: list[tuple[ShadowKey, Place]] = []
        asked: dict[ShadowKey, None] = {}
        now = {key: self._traces[key].members.keys() for key in dirty}
        for key, run_ids in (*now.items(), *self._changed.items()):
            for run_id in run_ids:
                alike = shadow_key(key, self._traces[key].members[run_id])
                if alike is not None:
                    told.append((alike, (key, run_id)))
                for other in self._shadows.partners((key, run_id)):
                    was_alike = self._key_of(other)
                    if was_alike is not None:
                        asked[was_alike] = None
        self._look_up_alike(told)
        for alike, place in told:
            self._shadows.add(alike, place)
            asked[alike] = None
        for alike in asked:
            self._compare_alike(alike)

    def _compare_alike(self, alike: ShadowKey) -> None:
        here = [place for place in self._shadows.places(alike) if self._key_of(place) == alike]
        self._shadows.keep(alike, here)
        # What was told of a run stands when memory has let go of its other half.
        free = [place for place in here if all(map(self._is_here, self._shadows.partners(place)))]
        found = shadows(filter(None, map(self._unrepeated, free))) if len(free) > 1 else {}
        for place in free:
            self._shade(place, found.get(place))

    def _look_up_alike(self, told: Iterable[tuple[ShadowKey, Place]]) -> None:
        """Brings into memory the runs of the store that may be one call with these: just after a start."""
        unknown: dict[int, list[tuple[ShadowKey, Member]]] = defaultdict(list)
        for alike, (key, run_id) in told:
            member = self._traces[key].members[run_id]
            if alike not in self._shadows and member.started_at - LONGEST <= self._unindexed:
                unknown[key[0]].append((alike, member))
        for workspace, wanted in unknown.items():
            owner = UUID(int=workspace)
            found = self._store.ask(
                Alike,
                question("runs_alike", _SQL),
                workspace=owner,
                projects=[UUID(int=one) for one in {alike[1] for alike, _ in wanted}],
                models=sorted({alike[2] for alike, _ in wanted}),
                sent=sorted({alike[3] for alike, _ in wanted}),
                since=min(member.started_at for _, member in wanted) - LONGEST,
                until=max(self._unindexed, *(one.ended_at or one.started_at for _, one in wanted)) + EARLY,
            )
            self._load_missing(owner, found)
            keys = {alike for alike, _ in wanted}
            for row in found:
                place = run_key(owner, row.trace_id), row.id.int
                alike_too = self._key_of(place)
                if alike_too in keys:
                    self._shadows.add(alike_too, place)
            for alike in keys:
                self._pair_again(alike)

    def _pair_again(self, alike: ShadowKey) -> None:
        """Whose shadow a run of the store was is not stored."""
        places = [place for place in self._shadows.places(alike) if self._key_of(place) == alike]
        for place, best in shadows(filter(None, map(self._unrepeated, places))).items():
            if place[1] in self._traces[place[0]].shadowed:
                self._shadows.pair(place, best)

    def _key_of(self, place: Place) -> ShadowKey | None:
        key, run_id = place
        trace = self._traces.get(key)
        member = trace.members.get(run_id) if trace is not None else None
        return None if member is None else shadow_key(key, member)

    def _is_here(self, place: Place) -> bool:
        trace = self._traces.get(place[0])
        return trace is not None and place[1] in trace.members

    def _shade(self, place: Place, best: Place | None) -> None:
        key, run_id = place
        trace = self._traces[key]
        if best is not None:
            self._shadows.pair(place, best)
        elif not self._shadows.part(place):
            return  # what the store says stands: its pair may not be in memory
        if (run_id in trace.shadowed) != (best is not None):
            trace.shadowed ^= {run_id}
            self._changed[key].add(run_id)

    # --- answers

    def _ask(self, asked: dict[AnswerKey, datetime], key: TraceKey, member: Member) -> None:
        answer = _answer_key(key, member)
        if answer is not None:
            asked[answer] = min(asked.get(answer, member.started_at), member.started_at)

    def _unlist(self, asked: dict[AnswerKey, datetime], key: TraceKey, run_id: int, member: Member) -> None:
        answer = _answer_key(key, member)
        if answer is not None:
            self._answers.remove(answer, (key, run_id))
        self._ask(asked, key, member)

    def _compare_answers(
        self, asked: dict[AnswerKey, datetime], dirty: Iterable[TraceKey], touched: dict[RunKey, Run]
    ) -> None:
        """Finds which runs repeat another's call, among those with an answer asked about."""
        if not asked:
            return
        self._look_up(asked, touched)
        for key in dirty:
            for run_id, member in self._traces[key].members.items():
                answer = _answer_key(key, member)
                if answer is not None and answer in asked:
                    self._answers.add(answer, (key, run_id))
        for answer in asked:
            places = self._answers.places(answer)
            again: set[Place] = set()
            if len(places) > 1 and not self._answers.is_constant(answer):
                again = repeated(filter(None, map(self._candidate, places)))
            for place in places:
                self._mark(place, is_repeated=place in again)

    def _candidate(self, place: Place) -> Candidate | None:
        key, run_id = place
        trace = self._traces[key]
        return Candidate(place, trace.members[run_id]) if trace.verdicts[run_id].is_counted else None

    def _unrepeated(self, place: Place) -> Candidate | None:
        key, run_id = place
        return None if run_id in self._traces[key].repeated else self._candidate(place)

    def _mark(self, place: Place, *, is_repeated: bool) -> None:
        key, run_id = place
        trace = self._traces[key]
        if (run_id in trace.repeated) == is_repeated:
            return
        trace.repeated ^= {run_id}
        self._changed[key].add(run_id)

    def _look_up(self, asked: dict[AnswerKey, datetime], touched: dict[RunKey, Run]) -> None:
        """Brings into memory the runs of the store that have these answers, in one question a workspace.

        Most calls are fresh and most answers seen once: what began so long after the last run
        that memory has let go of that none within the span can be hidden is not asked about.
        """
        around = WITHIN + self._memory.slack
        unknown: dict[int, list[tuple[AnswerKey, datetime]]] = defaultdict(list)
        for answer, began in asked.items():
            if answer in self._answers:
                continue
            if began - around <= self._unindexed or self._memory.has_misplaced:
                unknown[answer[0]].append((answer, began))
        for workspace, keys in unknown.items():
            owner = UUID(int=workspace)
            found = self._store.ask(
                _Answered,
                question("runs_with_answers", _SQL),
                workspace=owner,
                answers=[answer for (_, _, answer), _ in keys],
                since=min(began for _, began in keys) - around,
                until=max(began for _, began in keys) + around,
            )
            self._enter(owner, found, {key for key, _ in keys}, touched)

    def _enter(
        self, owner: UUID, found: Iterable[_Answered], wanted: set[AnswerKey], touched: dict[RunKey, Run]
    ) -> None:
        """Makes runs of the store known by their answers, and with them their traces."""
        rows = []
        for row in found:
            run = touched.get(run_key(owner, row.id))
            is_moved = run is not None and run.trace_id != row.trace_id  # the store has its first trace still
            if (owner.int, row.project.int, row.response_id) in wanted and not is_moved:
                rows.append(row)
        self._load_missing(owner, rows)
        for row in rows:
            key = run_key(owner, row.trace_id)
            trace = self._traces.get(key)
            member = trace.members.get(row.id.int) if trace is not None else None
            answer = _answer_key(key, member) if member is not None else None
            if answer is not None and answer in wanted:
                self._answers.add(answer, (key, row.id.int))


def _trace_key(run: Run) -> TraceKey:
    return run.workspace.int, run.trace_id.int


def _answer_key(key: TraceKey, member: Member) -> AnswerKey | None:
    if not member.is_call or len(member.answer) < LEAST_CHARACTERS:
        return None
    return key[0], member.project, member.answer


def _tell(run: Run, verdict: Verdict) -> None:
    run.counted, run.uncounted, partial, inherited, run.call_site = verdict
    if partial or run.notes:
        old = next((note for note in run.notes if note.startswith(PARTIAL)), "")
        if old != partial:
            others = [note for note in run.notes if note != old]
            run.notes = [*others, partial] if partial else others
    run.inherited_user = inherited.user
    run.inherited_session = inherited.session
    run.inherited_environment = inherited.environment
    run.inherited_tags = list(inherited.tags)
    run.inherited_metadata = dict(inherited.metadata)
