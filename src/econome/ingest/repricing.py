"""Pricing a period again: first what it would change, then, when somebody says so, the change.

New prices do not reach back by themselves. A *proposal* prices every call of a period as if it
came now, and writes nothing but the difference. Applied, it does the same in the writer's
turns, a batch at a time, so that no commit comes between reading a run and writing it.

It survives being killed: what a batch changes is added up and stored before the batch is, with
the key it reaches to; whoever goes on writes that batch again, which changes nothing more, and
does not add it up twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar
from uuid import UUID, uuid4

from econome.domain.errors import EconomeError
from econome.domain.money import ZERO, text_of, total_of
from econome.domain.run import NO_ID, Run
from econome.domain.scope import Condition, Scope
from econome.domain.usage import UsageSource
from econome.ingest import journal
from econome.ingest.commit import Batch, Committer
from econome.ingest.costing import Costing
from econome.ingest.model_changes import ModelChange, changes_in, text_of_changes
from econome.ingest.writer import Stopped, Writer
from econome.store.client import Store, StoreBusy, StoreDown, StoreError
from econome.store.question import question
from econome.store.version import next_version

log = logging.getLogger(__name__)

BATCH = 500
"""Runs of one turn: senders wait for it, some 50 ms."""

FIRST_KEY = datetime(1900, 1, 1, tzinfo=UTC)
LAST_KEY = datetime(2299, 12, 31, tzinfo=UTC)
LAST_ID = UUID(int=(1 << 128) - 1)
_MOST_MODELS = 200
PAUSES = (0.5, 2.0, 8.0, 20.0)
"""Seconds before a batch is tried again that a busy or absent store refused."""

Answer = TypeVar("Answer")


class State(StrEnum):
    """How far a re-pricing is."""

    MEASURING = "measuring"  # the difference is being found; nothing is changed
    PROPOSED = "proposed"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"  # the store refused; it can be applied again, and goes on
    ABANDONED = "abandoned"  # its difference was not found, so nobody saw it: it is never applied


class NoSuchRepricing(EconomeError):
    """There is no re-pricing of that id."""


class NotNow(EconomeError):
    """A re-pricing cannot do that in its state."""


@dataclass(slots=True)
class _Row:
    """A re-pricing as the store has it."""

    workspace: UUID
    id: UUID
    author: str
    created_at: datetime
    since: datetime
    until: datetime
    projects: list[UUID]
    filter: str
    state: str = State.MEASURING
    done_key: datetime = FIRST_KEY
    done_id: UUID = NO_ID
    sum_key: datetime = FIRST_KEY
    sum_id: UUID = NO_ID
    runs: int = 0
    changed: int = 0
    cost_before: Decimal = ZERO
    cost_after: Decimal = ZERO
    by_model: str = "[]"
    expected: int = 0  # runs, as the proposal found; for a progress bar
    version: int = 0


_NAMES = tuple(_Row.__slots__)


@dataclass(slots=True)
class Repricing(_Row):
    """One period that is priced again. Money is that of billed calls, in US dollars."""

    models: dict[tuple[str, str], ModelChange] = field(default_factory=dict)

    @property
    def is_ahead(self) -> bool:
        """Whether a batch is added up that may not be written."""
        return (self.sum_key, self.sum_id) > (self.done_key, self.done_id)

    @property
    def unpriced_before(self) -> int:
        """How many billed calls are in no sum, for they have no cost."""
        return sum(model.unpriced_before for model in self.models.values())

    @property
    def unpriced_after(self) -> int:
        """How many of them there are afterwards."""
        return sum(model.unpriced_after for model in self.models.values())

    def add(self, before: Run, after: Run, *, is_changed: bool) -> None:
        """Takes in one call."""
        key = (after.provider, after.model)
        if key not in self.models and len(self.models) >= _MOST_MODELS:
            key = ("", "others")
        model = self.models.setdefault(key, ModelChange(*key))
        self.runs += 1
        model.runs += 1
        self.changed += is_changed
        model.changed += is_changed
        if not after.counted or after.usage_source == UsageSource.ESTIMATED:
            return
        model.unpriced_before += before.cost is None
        model.unpriced_after += after.cost is None
        old, new = before.cost or ZERO, after.cost or ZERO
        self.cost_before = total_of((self.cost_before, old))
        self.cost_after = total_of((self.cost_after, new))
        model.before, model.after = total_of((model.before, old)), total_of((model.after, new))


class Repricings:
    """The registry of re-pricings, and the one that is at work."""

    def __init__(
        self,
        store: Store,
        writer: Writer,
        committer: Committer,
        costing: Costing,
        compiled: Callable[[str], Condition],
        batch: int = BATCH,
    ) -> None:
        """`costing` is for proposals, which price beside the writer; `compiled` reads a filter."""
        self._store = store
        self._apart = store.apart()  # whoever asks much shall not make it fail
        self._writer = writer
        self._committer = committer
        self._costing = costing
        self._compiled = compiled
        self._batch = batch
        self._held: dict[tuple[UUID, UUID], Repricing] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        for row in store.ask(_Row, question("repricings_all", "econome.ingest.sql")):
            one = Repricing(**{name: getattr(row, name) for name in _NAMES})
            one.models = changes_in(one.by_model)
            self._held[one.workspace, one.id] = one

    def all(self, workspace: UUID) -> list[Repricing]:
        """Those of a workspace, the newest first."""
        mine = [one for (owner, _), one in self._held.items() if owner == workspace]
        return sorted(mine, key=lambda one: one.created_at, reverse=True)

    def get(self, workspace: UUID, identity: UUID) -> Repricing:
        """One of them. Raises `NoSuchRepricing`."""
        found = self._held.get((workspace, identity))
        if found is None:
            raise NoSuchRepricing(f"There is no re-pricing {identity}.")
        return found

    def go_on(self) -> None:
        """Takes up again what a stop cut short. Called once, on the event loop, at the start."""
        for one in list(self._held.values()):
            if one.state == State.RUNNING:
                log.warning("The re-pricing %s was cut short, and goes on", one.id)
                self._start(self._apply(one))
            elif one.state == State.MEASURING:
                one.state = State.ABANDONED

    async def propose(self, scope: Scope, filter_text: str, author: str) -> Repricing:
        """Finds what pricing the scope again would change. It may still be measuring when this returns."""
        one = Repricing(
            workspace=scope.workspace,
            id=uuid4(),
            author=author,
            created_at=datetime.now(UTC),
            since=scope.since,
            until=scope.until,
            projects=list(scope.projects),
            filter=filter_text,
        )
        await asyncio.to_thread(self._save, one)  # whoever asks for it after a stop is told
        self._held[one.workspace, one.id] = one
        task = self._start(self._measure(one))
        await asyncio.wait({task}, timeout=20)
        return one

    async def apply(self, one: Repricing, author: str) -> None:
        """Starts, or goes on with, the change. Raises `NotNow` where there is nothing to start."""
        state = one.state
        if state == State.ABANDONED:
            raise NotNow(f"The difference of the re-pricing {one.id} was never found: propose it again.")
        if state not in (State.PROPOSED, State.FAILED):
            raise NotNow(f"The re-pricing {one.id} is {state}; only a proposed one can be applied.")
        one.state = State.RUNNING  # at once: whoever asks meanwhile would start it a second time
        try:
            if state == State.PROPOSED:
                detail = {"id": one.id, "since": one.since, "until": one.until, "filter": one.filter}
                await asyncio.to_thread(
                    journal.write, self._store, one.workspace, author, "re-pricing started", detail
                )
                one.expected = one.runs
                one.runs = one.changed = 0
                one.cost_before = one.cost_after = ZERO
                one.models = {}
            one.author = author
            await asyncio.to_thread(self._save, one)
        except BaseException:
            one.state = State.FAILED if one.expected else state
            raise
        self._start(self._apply(one))

    async def stop(self) -> None:
        """Ends what is at work between two batches; the next start goes on."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- at work

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _measure(self, one: Repricing) -> None:
        try:
            key, identity = FIRST_KEY, NO_ID
            while True:
                read = partial(asyncio.to_thread, self._read, one, key, identity, LAST_KEY, LAST_ID)
                runs = await _patiently(read)
                if not runs:
                    break
                for run in runs:
                    after = replace(run, notes=list(run.notes))
                    self._costing.price(after)
                    one.add(run, after, is_changed=is_changed(run, after))
                key, identity = runs[-1].key_time, runs[-1].id
                await asyncio.sleep(0)
            await asyncio.to_thread(self._save, one, State.PROPOSED)
            one.state = State.PROPOSED
        except Exception:
            log.exception("The difference of the re-pricing %s could not be found", one.id)
            await self._end(one, State.ABANDONED)

    async def _apply(self, one: Repricing) -> None:
        try:
            while await _patiently(partial(self._turn, one)):
                pass
            detail = {
                "id": one.id,
                "runs": one.runs,
                "changed": one.changed,
                "before": text_of(one.cost_before),
                "after": text_of(one.cost_after),
            }
            await asyncio.to_thread(
                journal.write, self._store, one.workspace, one.author, "re-pricing done", detail
            )
            await asyncio.to_thread(self._save, one, State.DONE)
            one.state = State.DONE  # now that the journal and the store say so, too
        except Stopped:
            log.warning("The server stops; the re-pricing %s goes on when it starts again", one.id)
        except Exception:
            log.exception("The re-pricing %s stopped; apply it again to go on", one.id)
            await self._end(one, State.FAILED)

    async def _end(self, one: Repricing, state: State) -> None:
        """Ends it in a state that the store, which may be the trouble, is told when it can be."""
        try:
            await asyncio.to_thread(self._save, one, state)
        except StoreError:
            log.warning("The store does not know that the re-pricing %s is %s", one.id, state)
        one.state = state

    async def _turn(self, one: Repricing) -> bool:
        """One batch in the writer's turn; whether there may be more.

        A batch that is added up and may not be written is written first, and not added up again.
        """
        is_summed = one.is_ahead
        last = (one.sum_key, one.sum_id) if is_summed else (LAST_KEY, LAST_ID)
        read = partial(self._read, one, one.done_key, one.done_id, *last)
        before = partial(self._sum, one, is_summed=is_summed)
        found = await self._writer.act(partial(self._committer.reprice, read, before))
        if not found and not is_summed:
            return False
        one.done_key, one.done_id = found[-1] if found else last
        await asyncio.to_thread(self._save, one)
        return True

    def _sum(self, one: Repricing, batch: Batch, *, is_summed: bool) -> None:
        if is_summed:
            return
        for before, after in batch:
            one.add(before, after, is_changed=is_changed(before, after))
        one.sum_key, one.sum_id = batch[-1][1].key_time, batch[-1][1].id
        self._save(one)

    def _read(
        self, one: Repricing, done_key: datetime, done_id: UUID, last_key: datetime, last_id: UUID
    ) -> Sequence[Run]:
        scope = Scope(one.workspace, one.since, one.until, tuple(one.projects), slack=self._committer.slack)
        return self._apart.ask(
            Run,
            question("runs_to_price", "econome.ingest.sql"),
            self._compiled(one.filter),
            done_key=done_key,
            done_id=done_id,
            last_key=last_key,
            last_id=last_id,
            limit=self._batch,
            **scope.parameters(),
        )

    def _save(self, one: Repricing, state: State | None = None) -> None:
        """Stores it, in `state` if it comes into one that is not to be seen before it is stored."""
        one.by_model = text_of_changes(one.models)
        one.version = next_version(one.version)
        values = {name: getattr(one, name) for name in _NAMES} | {"state": state or one.state}
        self._store.insert("repricings", {name: [value] for name, value in values.items()})


async def _patiently(work: Callable[[], Awaitable[Answer]]) -> Answer:
    """Does it again after a pause, a few times, where the store is busy or away."""
    for pause in PAUSES:
        try:
            return await work()
        except (StoreBusy, StoreDown) as error:
            log.warning("A batch of a re-pricing is tried again in %s s: %s", pause, error)
            await asyncio.sleep(pause)
    return await work()


def is_changed(before: Run, after: Run) -> bool:
    """Whether pricing a run again made it another."""
    return any(getattr(before, name) != getattr(after, name) for name in PRICED)


PRICED = ("price", "cost", "input_cost", "output_cost", "fee_cost", "our_cost", "notes")
"""What pricing decides of a run."""
