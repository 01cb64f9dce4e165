"""One commit: everything that a few requests brought, folded, counted, priced and stored.

It runs in one thread, so that two pieces of a run never race. The order of writing is the
promise: texts first, then the small tables, then the facts that name them. Cut anywhere,
nothing is named that is not there, and sending again repairs it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any, TypeVar
from uuid import UUID

from econome.domain.key import matches
from econome.domain.piece import Delivery, Piece, Reason, Refusal
from econome.domain.project import DEFAULT_PROJECT
from econome.domain.run import CALLS, UNDATED, Op, Run
from econome.domain.usage import UsageSource
from econome.ingest.costing import Costing
from econome.ingest.counting import Member, TraceKey, Traces
from econome.ingest.fold import fold
from econome.ingest.memory import Memory, RunKey, run_key
from econome.ingest.projects import Projects
from econome.store.client import Store
from econome.store.question import question
from econome.store.version import next_version
from econome.wire.conventions import REPLAYED
from econome.wire.identity import time_in

Item = TypeVar("Item")

_COLUMNS = tuple(field.name for field in fields(Run))
_VALUES = attrgetter(*_COLUMNS)
_KNOWN = frozenset((UsageSource.REPORTED, UsageSource.COUNTED, UsageSource.ESTIMATED))
_TEXTS = ("inputs", "outputs", "events", "extra", "serialized", "error", "usage")
# Runs of a trace lie within days of its root; where its id tells no time, all time is searched.
_TRACE_SPAN = timedelta(days=7)
_ALL_TIME = (datetime(1971, 1, 1, tzinfo=UTC), datetime(2106, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Accepted:
    """A delivery on its way into the store."""

    workspace: UUID
    delivery: Delivery
    received_at: datetime
    projects: str | None = None  # patterns of the names that its key may write to; None: all


@dataclass(frozen=True, slots=True)
class Change:
    """What a commit changed, for those who watch."""

    workspace: UUID
    project: UUID
    runs: int


@dataclass(frozen=True, slots=True)
class _Stored:
    trace_id: UUID
    id: UUID
    key_time: datetime
    parent_id: UUID | None
    kind: str
    usage_source: str
    counted: bool
    notes: list[str]


class Committer:
    """Turns deliveries into rows. One thread at a time."""

    def __init__(
        self,
        store: Store,
        projects: Projects,
        costing: Costing,
        on_step: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`on_step` is told the name of each step as it begins: tests kill the process there."""
        self._store = store
        self._projects = projects
        self._costing = costing
        self._on_step = on_step
        self._memory = Memory(store)
        self._traces = Traces()

    @property
    def slack(self) -> timedelta:
        """How far the key of a run lies from its start, at most (see `Scope`)."""
        return self._memory.slack

    def commit(self, batch: Sequence[Accepted]) -> list[Change]:
        """Stores the batch; it is in the store when this returns.

        Raises `StoreError` when the store refuses. Nothing is acknowledged then, and
        memory has forgotten what it believed, so that the same batch may come again.
        """
        touched: dict[RunKey, Run] = {}
        superseded: list[Run] = []
        try:
            self._fold(batch, touched, superseded)
            self._count(touched)
            for run in touched.values():
                run.version = next_version(run.version)
                self._costing.price(run)
            self._write(batch, touched, superseded)
        except BaseException:
            self._memory.forget(touched)
            for run in touched.values():
                self._traces.forget(_trace_key(run))
            raise
        for run in touched.values():
            self._memory.put(run)
        self._memory.shrink()
        dropped = self._traces.shrink()
        if dropped is not None:
            self._memory.let_go(dropped)
        return _changes(touched.values())

    def remove_project(self, workspace: UUID, project: UUID) -> None:
        """Removes every run of a project with all that belongs to it."""
        for table, column in (("payloads", "id"), ("attachments", "run_id"), ("runs", "id")):
            self._store.command(
                f"delete from {table} where workspace = {{workspace:UUID}} and (key_time, {column}) in "  # noqa: S608
                "(select key_time, id from runs final"
                " where workspace = {workspace:UUID} and project = {project:UUID})",
                workspace=workspace,
                project=project,
            )
        for run in self._memory.forget_project(workspace, project):
            self._traces.forget(_trace_key(run))

    # --- folding

    def _fold(self, batch: Sequence[Accepted], touched: dict[RunKey, Run], superseded: list[Run]) -> None:
        self._recall(batch, superseded)
        for accepted in batch:
            if accepted.projects is not None:
                self._narrow(accepted, accepted.projects)
            for piece in accepted.delivery.pieces:
                run = self._run_of(accepted.workspace, piece)
                touched[run_key(run.workspace, run.id)] = run
                self._name_project(run, piece)
                self._costing.count_tokens(run, piece)
                fold(run, piece, accepted.received_at)

    def _recall(self, batch: Sequence[Accepted], superseded: list[Run]) -> None:
        """Brings into memory the runs that the store may know, in two questions at most."""
        dated: dict[UUID, set[tuple[datetime, UUID]]] = defaultdict(set)
        undated: dict[UUID, set[UUID]] = defaultdict(set)
        for accepted in batch:
            workspace = accepted.workspace
            for piece in accepted.delivery.pieces:
                if self._memory.get(run_key(workspace, piece.id)) is not None:
                    continue
                if piece.key_time is None:
                    undated[workspace].add(piece.id)
                else:
                    dated[workspace].update(self._keys_to_look_up(piece.id, piece.key_time))
        for workspace, keys in dated.items():
            self._memory.load(workspace, keys)
        for workspace, ids in undated.items():
            self._memory.load_undated(workspace, ids)
        for accepted in batch:
            for piece in accepted.delivery.pieces:
                self._redate(accepted.workspace, piece, superseded)

    def _keys_to_look_up(self, run_id: UUID, key_time: datetime) -> Iterable[tuple[datetime, UUID]]:
        if not self._memory.is_new(key_time):
            yield key_time, run_id
        if self._memory.has_undated and time_in(run_id) is None:  # a patch may have begun it, without a time
            yield UNDATED, run_id

    def _redate(self, workspace: UUID, piece: Piece, superseded: list[Run]) -> None:
        """Moves a run that a piece without a time began to the time that this piece tells."""
        run = self._memory.get(run_key(workspace, piece.id))
        if run is None or run.key_time != UNDATED or piece.key_time is None:
            return
        stale = Run(
            workspace=workspace, id=run.id, key_time=UNDATED, version=next_version(run.version), is_deleted=1
        )
        superseded.append(stale)
        run.key_time = piece.key_time

    def _narrow(self, accepted: Accepted, patterns: str) -> None:
        """Refuses what touches runs of other projects, whatever project it names itself."""
        delivery, workspace = accepted.delivery, accepted.workspace
        named = {piece.id for piece in delivery.pieces}
        others = {one.run_id for one in delivery.attachments}
        others |= {row["run_id"] for row in delivery.feedback if row["run_id"] is not None}
        self._memory.load_undated(
            workspace,
            [run_id for run_id in others - named if self._memory.get(run_key(workspace, run_id)) is None],
        )

        def refusal(run_id: UUID | None, what: str) -> Refusal | None:
            run = self._memory.get(run_key(workspace, run_id)) if run_id else None
            if run is None:
                if run_id in named:
                    return None  # a new run, of a project that the door has let in
                return Refusal(Reason.NO_RUN, what, "This key sees no such run")
            project = self._projects.get(workspace, run.project)
            if project is not None and matches(patterns, project.name):
                return None
            return Refusal(Reason.FORBIDDEN_PROJECT, what, f"This key writes to {patterns} only")

        delivery.pieces = _admitted(
            delivery, [(piece, refusal(piece.id, f"{piece.op}.{piece.id}")) for piece in delivery.pieces]
        )
        delivery.attachments = _admitted(
            delivery, [(one, refusal(one.run_id, f"attachment.{one.run_id}")) for one in delivery.attachments]
        )
        delivery.feedback = _admitted(
            delivery, [(row, refusal(row["run_id"], f"feedback.{row['id']}")) for row in delivery.feedback]
        )

    def _run_of(self, workspace: UUID, piece: Piece) -> Run:
        run = self._memory.get(run_key(workspace, piece.id))
        if run is None:
            run = Run(workspace=workspace, id=piece.id, key_time=piece.key_time or UNDATED)
            self._memory.put(run)
        return run

    def _name_project(self, run: Run, piece: Piece) -> None:
        if isinstance(piece.project, str):
            piece.fields["project"] = self._projects.by_name(run.workspace, piece.project)
        elif piece.project is not None:
            piece.fields["project"] = self._projects.by_id(run.workspace, piece.project)
        elif run.project.int == 0:
            run.project = self._projects.by_name(run.workspace, DEFAULT_PROJECT)

    # --- counting

    def _count(self, touched: dict[RunKey, Run]) -> None:
        self._recall_traces(touched.values())
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

    def _recall_traces(self, runs: Iterable[Run]) -> None:
        unknown: dict[UUID, set[UUID]] = defaultdict(set)
        for run in runs:
            if _trace_key(run) in self._traces:
                continue
            began = time_in(run.trace_id) or (run.key_time if run.trace_id == run.id else None)
            if began is None or not self._memory.is_new(began):
                unknown[run.workspace].add(run.trace_id)
        for workspace, traces in unknown.items():
            since, until = _window(traces)
            stored = self._store.ask(
                _Stored,
                question("trace_members", "econome.ingest.sql"),
                workspace=workspace,
                traces=list(traces),
                since=since,
                until=until,
            )
            by_trace: dict[UUID, list[_Stored]] = defaultdict(list)
            for row in stored:
                by_trace[row.trace_id].append(row)
            for trace_id, rows in by_trace.items():
                self._traces.load(
                    run_key(workspace, trace_id),
                    {row.id.int: _stored_member(row) for row in rows},
                    {row.id.int for row in rows if row.counted},
                )

    # --- writing

    def _write(self, batch: Sequence[Accepted], touched: dict[RunKey, Run], superseded: list[Run]) -> None:
        self._on_step("payloads")
        self._write_payloads(batch)
        self._on_step("attachments")
        self._write_attachments(batch)
        self._on_step("feedback")
        rows = [row for accepted in batch for row in accepted.delivery.feedback]
        if rows:
            self._store.insert("feedback", {name: [row[name] for row in rows] for name in rows[0]})
        self._on_step("prices")
        self._costing.store_prices(self._store)
        self._on_step("facts")
        self._write_runs(touched.values())
        self._on_step("superseded")
        self._write_runs(superseded)
        self._on_step("written")

    def _write_runs(self, runs: Iterable[Run]) -> None:
        for month in _by_month(runs, attrgetter("key_time")):
            columns = zip(*map(_VALUES, month), strict=True)
            self._store.insert("runs", dict(zip(_COLUMNS, columns, strict=True)))

    def _write_payloads(self, batch: Sequence[Accepted]) -> None:
        rows: list[tuple[Any, ...]] = []
        for accepted in batch:
            version = next_version(0)
            for piece in accepted.delivery.pieces:
                if not piece.payload.is_empty:
                    run = self._memory.get(run_key(accepted.workspace, piece.id))
                    key_time = run.key_time if run is not None else piece.key_time or UNDATED
                    rows.append(_payload_row(accepted.workspace, key_time, piece, version))
        names = ("workspace", "key_time", "id", "piece", "digest", "version", "is_deleted", *_TEXTS)
        for month in _by_month(rows, lambda row: row[1]):
            self._store.insert("payloads", dict(zip(names, zip(*month, strict=True), strict=True)))

    def _write_attachments(self, batch: Sequence[Accepted]) -> None:
        rows = []
        for accepted in batch:
            for attachment in accepted.delivery.attachments:
                run = self._memory.get(run_key(accepted.workspace, attachment.run_id))
                key_time = run.key_time if run is not None else time_in(attachment.run_id) or UNDATED
                rows.append(
                    (
                        accepted.workspace,
                        key_time,
                        attachment.run_id,
                        attachment.name,
                        attachment.mime,
                        attachment.content,
                        next_version(0),
                    ),
                )
        names = ("workspace", "key_time", "run_id", "name", "mime", "content", "version")
        for month in _by_month(rows, lambda row: row[1]):
            self._store.insert("attachments", dict(zip(names, zip(*month, strict=True), strict=True)))


def _admitted(delivery: Delivery, judged: Iterable[tuple[Item, Refusal | None]]) -> list[Item]:
    """The items that nothing speaks against; what speaks against the others is told."""
    kept = []
    for item, refusal in judged:
        if refusal is None:
            kept.append(item)
        else:
            delivery.refusals.append(refusal)
    return kept


def _payload_row(workspace: UUID, key_time: datetime, piece: Piece, version: int) -> tuple[Any, ...]:
    texts = [getattr(piece.payload, name) for name in _TEXTS]
    digest = hashlib.blake2b(b"\0".join(texts), digest_size=8).digest()
    return (
        workspace,
        key_time,
        piece.id,
        "post" if piece.op is Op.POST else "patch",
        int.from_bytes(digest),
        version,
        0,
        *texts,
    )


def _by_month(rows: Iterable[Any], key_time: Callable[[Any], datetime]) -> Iterable[list[Any]]:
    """The rows by partition: an insert that touches more than a hundred fails whole."""
    months: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for row in rows:
        moment = key_time(row)
        months[moment.year, moment.month].append(row)
    return months.values()


def _trace_key(run: Run) -> TraceKey:
    return run.workspace.int, run.trace_id.int


def _member(run: Run) -> Member:
    is_call = run.kind in CALLS and REPLAYED not in run.notes
    parent = run.parent_id.int if run.parent_id else None
    return Member(run.key_time, parent, is_call, run.usage_source in _KNOWN)


def _stored_member(row: _Stored) -> Member:
    is_call = row.kind in CALLS and REPLAYED not in row.notes
    parent = row.parent_id.int if row.parent_id else None
    return Member(row.key_time, parent, is_call, row.usage_source in _KNOWN)


def _window(traces: Iterable[UUID]) -> tuple[datetime, datetime]:
    times = [time_in(trace_id) for trace_id in traces]
    known = [moment for moment in times if moment is not None]
    if not known or len(known) < len(times):
        return _ALL_TIME
    return min(known) - _TRACE_SPAN, max(known) + _TRACE_SPAN


def _changes(runs: Iterable[Run]) -> list[Change]:
    counts: dict[tuple[UUID, UUID], int] = defaultdict(int)
    for run in runs:
        counts[run.workspace, run.project] += 1
    return [Change(workspace, project, count) for (workspace, project), count in counts.items()]
