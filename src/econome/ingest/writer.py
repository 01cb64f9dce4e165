"""The one door into the store: stored, then answered.

Requests queue here; one thread takes all that wait and commits them together. While it
commits, the next ones gather: the slower the store, the larger the commits.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar, cast
from uuid import UUID

from econome.domain.errors import EconomeError
from econome.domain.piece import Delivery, Reason, Refusal
from econome.ingest.commit import Accepted, Change, Committer
from econome.store.client import BadRow, StoreDown, StoreError

log = logging.getLogger(__name__)

# Below, each small request pays for parts of its own; above, a lone sender feels it.
LINGER_SECONDS = 0.03
MOST_PIECES = 800
"""Of one commit. Fewer cost more each; with more, all senders wait for one commit together, and
nobody decodes meanwhile."""

Answer = TypeVar("Answer")


class Stopped(EconomeError):
    """The server is stopping and takes nothing more."""


@dataclass(slots=True)
class _Job:
    """Something to do in the writing thread, and whom to tell."""

    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[object]
    accepted: Accepted | None = None
    action: Callable[[], object] | None = None


class Writer:
    """Commits deliveries in groups, in a thread of its own."""

    def __init__(
        self,
        committer: Committer,
        on_change: Callable[[Sequence[Change]], None] = lambda _: None,
    ) -> None:
        """`on_change` is called on the event loop after each commit."""
        self._committer = committer
        self._on_change = on_change
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._stopping = False
        self.counters: Counter[str] = Counter()

    @property
    def slack(self) -> timedelta:
        """How far the key of a run lies from its start, at most (see `Scope`)."""
        return self._committer.slack

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Takes nothing more, commits what waits, and ends the thread."""
        self._stopping = True
        self._queue.put(None)
        self._thread.join()

    async def write(self, workspace: UUID, delivery: Delivery, projects: str | None = None) -> None:
        """Stores what a request brought. It is in the store when this returns.

        With `projects`, the patterns of a narrowed key, what touches runs of other projects
        is moved to the delivery's refusals.

        Raises `StoreError` when the store did not take it, `Stopped` at the end.
        """
        if delivery.pieces or delivery.attachments or delivery.feedback:
            await self._ask(accepted=Accepted(workspace, delivery, datetime.now(UTC), projects))
        for refusal in delivery.refusals:
            self.counters[f"refused_{refusal.reason}"] += 1

    async def remove_project(
        self, workspace: UUID, project: UUID, also: Callable[[], None] = lambda: None
    ) -> None:
        """Removes the runs of a project, in turn with the commits.

        `also` is done in the same turn, after it: no commit comes between the two.
        """

        def remove() -> None:
            self._committer.remove_project(workspace, project)
            also()

        await self._ask(action=remove)

    async def act(self, action: Callable[[], Answer]) -> Answer:
        """Does something in turn with the commits: none comes between what it reads and writes."""
        return cast("Answer", await self._ask(action=action))

    async def _ask(
        self,
        accepted: Accepted | None = None,
        action: Callable[[], object] | None = None,
    ) -> object:
        if self._stopping:
            message = "The server is stopping. Send it again in a moment."
            raise Stopped(message)
        loop = asyncio.get_running_loop()
        job = _Job(loop, loop.create_future(), accepted, action)
        self._queue.put(job)
        return await job.done

    def _work(self) -> None:
        while True:
            jobs, is_last = self._gather()
            group: list[_Job] = []
            for job in jobs:
                if job.accepted is not None:
                    group.append(job)
                    continue
                self._commit(group)
                group = []
                self._act(job)
            self._commit(group)
            if is_last:
                return

    def _gather(self) -> tuple[list[_Job], bool]:
        """All that waits, and a little more when little waits."""
        jobs: list[_Job] = []
        pieces = 0
        deadline = 0.0
        while pieces < MOST_PIECES:
            try:
                if not jobs:
                    job = self._queue.get()
                else:
                    job = self._queue.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                break
            if job is None:
                return jobs, True
            if not jobs:
                deadline = time.monotonic() + LINGER_SECONDS
            jobs.append(job)
            pieces += len(job.accepted.delivery.pieces) if job.accepted else 0
        return jobs, False

    def _commit(self, group: Sequence[_Job]) -> None:
        if not group:
            return
        try:
            changes = self._committer.commit([job.accepted for job in group if job.accepted])
        except StoreDown as error:
            for job in group:
                self._fail(job, error)
            return
        except Exception as error:  # noqa: BLE001 - the thread must live; whoever sent is told
            if len(group) > 1:  # one bad delivery must not take its neighbours down
                for job in group:
                    self._commit([job])
            else:
                self._rescue(group[0], error)
            return
        self._done(group, changes)

    def _rescue(self, job: _Job, error: Exception) -> None:
        """Stores what can be stored of a delivery that could not be as a whole.

        This is the net under everything that is meant to mend strange values before: one
        item that the store cannot hold is refused and told, and its neighbours are stored.
        """
        if job.accepted is None or (isinstance(error, StoreError) and not isinstance(error, BadRow)):
            self._fail(job, error)
            return
        delivery, kept, changes = job.accepted.delivery, [], []
        for piece in delivery.pieces:
            alone = replace(job.accepted, delivery=Delivery(pieces=[piece]))
            try:
                changes += self._committer.commit([alone])
                kept.append(piece)
            except Exception as culprit:
                log.exception("A piece of run %s cannot be stored", piece.id)
                why = f"It holds a value that cannot be stored: {type(culprit).__name__}"
                delivery.refusals.append(Refusal(Reason.NOT_STORABLE, f"{piece.op}.{piece.id}", why))
        beside = Delivery(attachments=delivery.attachments, feedback=delivery.feedback)
        try:
            changes += self._committer.commit([replace(job.accepted, delivery=beside)])
        except Exception as culprit:  # noqa: BLE001 - as above
            self._fail(job, culprit)
            return
        delivery.pieces = kept
        self._done([job], changes)

    def _done(self, group: Sequence[_Job], changes: Sequence[Change]) -> None:
        self.counters["commits"] += 1
        for job in group:
            if job.accepted:
                self.counters["pieces"] += len(job.accepted.delivery.pieces)
        loop = group[0].loop
        _call(loop, self._finish, group, changes)

    def _finish(self, group: Sequence[_Job], changes: Sequence[Change]) -> None:
        for job in group:
            if not job.done.done():  # its sender may have hung up
                job.done.set_result(None)
        self._on_change(changes)

    def _act(self, job: _Job) -> None:
        if job.action is None:
            return
        try:
            answer = job.action()
        except Exception as error:  # noqa: BLE001 - as above
            self._fail(job, error)
            return
        _call(job.loop, _resolve, job.done, answer)

    def _fail(self, job: _Job, error: Exception) -> None:
        self.counters["failed_commits"] += 1
        if not isinstance(error, EconomeError):
            log.error("A commit failed", exc_info=error)
            error = StoreError(
                f"This could not be stored: {type(error).__name__}. The server's log says more."
            )
        _call(job.loop, _reject, job.done, error)


def _resolve(done: asyncio.Future[object], answer: object) -> None:
    if not done.done():
        done.set_result(answer)


def _reject(done: asyncio.Future[object], error: Exception) -> None:
    if not done.done():
        done.set_exception(error)


def _call(loop: asyncio.AbstractEventLoop, function: Callable[..., None], *arguments: object) -> None:
    try:
        loop.call_soon_threadsafe(function, *arguments)
    except RuntimeError:
        log.warning("The event loop had ended before a commit could be told")
