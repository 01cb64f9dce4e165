"""One commit: everything that a few requests brought, folded, counted, priced and stored.

It runs in one thread, so that two pieces of a run never race. The order of writing is the
promise: texts first, then the small tables, then the facts that name them. Cut anywhere,
nothing is named that is not there, and sending again repairs it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from econome.domain.piece import Delivery, Piece
from econome.domain.project import DEFAULT_PROJECT
from econome.domain.run import UNDATED, Run
from econome.ingest import rows
from econome.ingest.copies import told_again
from econome.ingest.costing import Costing
from econome.ingest.fold import fold
from econome.ingest.measuring import Measuring
from econome.ingest.memory import Memory, RunKey, run_key
from econome.ingest.mining import Mining
from econome.ingest.narrowing import narrow
from econome.ingest.projects import Projects
from econome.ingest.spending import Portion, Spending, portion_of
from econome.ingest.tally import Tally
from econome.store.client import Store
from econome.store.version import next_version
from econome.wire.identity import time_in


@dataclass(frozen=True, slots=True)
class Accepted:
    """A delivery on its way into the store."""

    workspace: UUID
    delivery: Delivery
    received_at: datetime
    projects: str | None = None  # patterns of the names that its key may write to; None: all


Batch = list[tuple[Run, Run]]
"""Runs as they were, and as they are priced again."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a commit changed, for those who watch."""

    workspace: UUID
    project: UUID
    runs: int


class _Touched(dict[RunKey, Run]):
    """The runs of a commit, and what each counted before anything was changed in it."""

    def __init__(self) -> None:
        super().__init__()
        self.counted: dict[RunKey, Portion | None] = {}

    def __setitem__(self, key: RunKey, run: Run) -> None:
        if key not in self.counted:
            self.counted[key] = portion_of(run)
        super().__setitem__(key, run)


class Committer:
    """Turns deliveries into rows. One thread at a time."""

    def __init__(
        self,
        store: Store,
        projects: Projects,
        measuring: Measuring,
        costing: Costing,
        on_step: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`on_step` is told the name of each step as it begins: tests kill the process there."""
        self._store = store
        self._projects = projects
        self._measuring = measuring
        self._costing = costing
        self._on_step = on_step
        self._memory = Memory(store)
        self._tally = Tally(store, self._memory)
        self._mining = Mining(store)
        self._version = 0  # of the last text that was written
        self.spending = Spending()

    @property
    def slack(self) -> timedelta:
        """How far the key of a run lies from its start, at most (see `Scope`)."""
        return self._memory.slack

    def commit(self, batch: Sequence[Accepted]) -> list[Change]:
        """Stores the batch; it is in the store when this returns.

        Raises `StoreError` when the store refuses. Nothing is acknowledged then, and
        memory has forgotten what it believed, so that the same batch may come again.
        """
        touched = _Touched()
        try:
            self._fold(batch, touched)
            for run in touched.values():
                self._measuring.estimate(run)
            self._tally.count(touched)
            for run in touched.values():
                run.version = next_version(run.version)
                self._costing.price(run)
            self._write(batch, touched)
        except BaseException:
            self._memory.forget(touched)
            self._tally.forget(touched.values())
            self._mining.forget()
            raise
        for run in touched.values():
            self._memory.put(run)
        self.spending.replace((touched.counted[key], portion_of(run)) for key, run in touched.items())
        self._memory.shrink()
        self._tally.shrink()
        return _changes(touched.values())

    def reprice(
        self, read: Callable[[], Sequence[Run]], before: Callable[[Batch], None]
    ) -> list[tuple[datetime, UUID]]:
        """Prices again the runs that `read` gives; stored when it returns. Their keys, in its order.

        `before` is told each run as it was and as it will be, before it is stored.
        """
        batch: Batch = []
        for stored in read():
            was = self._memory.get(run_key(stored.workspace, stored.id)) or stored
            run = replace(was, notes=list(was.notes))
            self._costing.price(run)
            batch.append((was, run))
        if not batch:
            return []
        before(batch)
        changed = [run for was, run in batch if run != was]
        for run in changed:
            run.version = next_version(run.version)
        self._costing.store_prices(self._store)
        rows.write_runs(self._store, changed)
        for run in changed:
            if self._memory.get(run_key(run.workspace, run.id)) is not None:
                self._memory.put(run)
        return [(run.key_time, run.id) for _, run in batch]

    def look_at(
        self,
        workspace: UUID,
        keys: Sequence[tuple[datetime, UUID]],
        pieces: Mapping[UUID, Sequence[Piece]],
    ) -> None:
        """Says of stored calls which prompts they are from, by what `pieces` tell; stored when it returns."""
        touched = _Touched()
        try:
            self._memory.load(
                workspace, [key for key in keys if self._memory.get(run_key(workspace, key[1])) is None]
            )
            for _, identity in keys:
                run = self._memory.get(run_key(workspace, identity))
                if run is not None:
                    touched[run_key(workspace, identity)] = run
                    self._mining.look(run, pieces.get(identity, ()))
            self._tally.count(touched, anew=True)
            for run in touched.values():
                run.version = next_version(run.version)
            self._mining.write()
            rows.write_runs(self._store, touched.values())
        except BaseException:
            self._memory.forget(touched)
            self._tally.forget(touched.values())
            self._mining.forget()
            raise
        for run in touched.values():
            self._memory.put(run)
        self.spending.replace((touched.counted[key], portion_of(run)) for key, run in touched.items())
        self._memory.shrink()
        self._tally.shrink()

    def remove_project(self, workspace: UUID, project: UUID) -> None:
        """Removes every run of a project with all that belongs to it."""
        rows.remove_project(self._store, workspace, project)
        self._tally.forget(self._memory.forget_project(workspace, project))
        self._tally.forget_project(workspace, project)
        self._mining.forget_project(workspace, project)

    # --- folding

    def _fold(self, batch: Sequence[Accepted], touched: dict[RunKey, Run]) -> None:
        self._recall(batch)
        for accepted in batch:
            if accepted.projects is not None:
                narrow(accepted.delivery, accepted.workspace, accepted.projects, self._memory, self._projects)
            for piece in accepted.delivery.pieces:
                run = self._run_of(accepted.workspace, piece)
                touched[run_key(run.workspace, run.id)] = run
                told_again(piece, run)
                self._name_project(run, piece)
                self._mining.mine(run, piece)
                self._measuring.measure(run, piece)
                fold(run, piece, accepted.received_at)

    def _recall(self, batch: Sequence[Accepted]) -> None:
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
            self._memory.load_by_id(workspace, ids)

    def _keys_to_look_up(self, run_id: UUID, key_time: datetime) -> Iterable[tuple[datetime, UUID]]:
        if not self._memory.is_new(key_time):
            yield key_time, run_id
        if self._memory.has_undated and time_in(run_id) is None:
            yield UNDATED, run_id  # a piece without a time may have begun it: then it stays there

    def _run_of(self, workspace: UUID, piece: Piece) -> Run:
        run = self._memory.get(run_key(workspace, piece.id))
        if run is None:
            key_time = piece.key_time or piece.begins_at or piece.said_at or UNDATED
            run = Run(workspace=workspace, id=piece.id, key_time=key_time)
            self._memory.put(run)
        return run

    def _name_project(self, run: Run, piece: Piece) -> None:
        if isinstance(piece.project, str):
            piece.fields["project"] = self._projects.by_name(run.workspace, piece.project)
        elif piece.project is not None:
            piece.fields["project"] = self._projects.by_id(run.workspace, piece.project)
        elif run.project.int == 0:
            run.project = self._projects.by_name(run.workspace, DEFAULT_PROJECT)

    # --- writing

    def _write(self, batch: Sequence[Accepted], touched: dict[RunKey, Run]) -> None:
        self._on_step("payloads")
        self._version = rows.write_payloads(
            self._store,
            self._version,
            (
                (self._key_time(accepted.workspace, piece.id, piece.key_time), accepted.workspace, piece)
                for accepted in batch
                for piece in accepted.delivery.pieces
            ),
        )
        self._on_step("attachments")
        rows.write_attachments(
            self._store,
            (
                (self._key_time(accepted.workspace, one.run_id, time_in(one.run_id)), accepted.workspace, one)
                for accepted in batch
                for one in accepted.delivery.attachments
            ),
        )
        self._on_step("feedback")
        rows.write_feedback(self._store, (row for accepted in batch for row in accepted.delivery.feedback))
        self._on_step("prices")
        self._costing.store_prices(self._store)
        self._on_step("templates")
        self._mining.write()
        self._on_step("facts")
        rows.write_runs(self._store, touched.values())
        self._on_step("written")

    def _key_time(self, workspace: UUID, run_id: UUID, otherwise: datetime | None) -> datetime:
        """Of the run that a row belongs to, as its fact has it."""
        run = self._memory.get(run_key(workspace, run_id))
        return run.key_time if run is not None else otherwise or UNDATED


def _changes(runs: Iterable[Run]) -> list[Change]:
    counts: dict[tuple[UUID, UUID], int] = defaultdict(int)
    for run in runs:
        counts[run.workspace, run.project] += 1
    return [Change(workspace, project, count) for (workspace, project), count in counts.items()]
