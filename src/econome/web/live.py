"""Tells open dashboards that something changed. A hint, not data: they ask again.

`publish` is called for every batch that was stored; a dashboard hears of it at most four times a
second. A listener that cannot keep up is not sent what it missed: its news are folded into the
next ones, and past some number of projects into "anything may have changed".
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

import orjson

from econome.web.errors import Busy

EVERY_SECONDS = 0.25  # an eye does not see more, and each hint makes a page ask again
PING_SECONDS = 15.0  # proxies cut connections that are silent for 30 to 60 s
MOST_PROJECTS = 200  # in one hint


@dataclass(frozen=True, slots=True)
class Change:
    """What changed since the last one."""

    projects: frozenset[UUID]  # empty: anything may have changed
    runs: int

    def event(self) -> bytes:
        """The change as a server-sent event."""
        said = {"projects": sorted(str(one) for one in self.projects), "runs": self.runs}
        return b"event: changed\ndata: " + orjson.dumps(said) + b"\n\n"


@dataclass(slots=True, eq=False)
class _Listener:
    workspace: UUID
    sees: Callable[[UUID], bool]
    projects: set[UUID] = field(default_factory=set)
    runs: int = 0
    is_lost: bool = False  # too much happened to say what
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, projects: frozenset[UUID], runs: int) -> None:
        seen = {one for one in projects if self.sees(one)}
        if not seen:
            return
        self.projects |= seen
        # Of a batch that is partly another's, how many runs are whose is not known, nor told.
        self.runs += runs if len(seen) == len(projects) else 0
        self.is_lost = self.is_lost or len(self.projects) > MOST_PROJECTS
        self.woken.set()

    def take(self) -> Change:
        change = Change(frozenset() if self.is_lost else frozenset(self.projects), self.runs)
        self.projects.clear()
        self.runs = 0
        self.is_lost = False
        self.woken.clear()
        return change


class Live:
    """Who listens. Belongs to the event loop: call it from nowhere else."""

    def __init__(self, most: int = 200, every: float = EVERY_SECONDS) -> None:
        self._most = most
        self._every = every
        self._listeners: set[_Listener] = set()
        self._closed = asyncio.Event()

    @property
    def listeners(self) -> int:
        """How many are listening."""
        return len(self._listeners)

    @property
    def is_full(self) -> bool:
        """Whether nobody more may listen."""
        return len(self._listeners) >= self._most

    @property
    def is_closed(self) -> bool:
        """Whether the server is on its way out."""
        return self._closed.is_set()

    def publish(self, workspace: UUID, projects: Iterable[UUID], runs: int) -> None:
        """Says that runs of these projects were stored."""
        changed = frozenset(projects)
        for listener in self._listeners:
            if listener.workspace == workspace:
                listener.hear(changed, runs)

    async def subscribe(
        self, workspace: UUID, sees: Callable[[UUID], bool], idle: float = PING_SECONDS
    ) -> AsyncGenerator[Change | None]:
        """The changes in those projects of a workspace that `sees` accepts; None after each silence.

        Ends when the server does. Raises `Busy` when too many listen already.
        """
        if self.is_full:
            raise Busy(f"{self._most} dashboards are listening already (live_clients).")
        listener = _Listener(workspace, sees)
        self._listeners.add(listener)
        clock = asyncio.get_running_loop().time
        last = clock() - self._every
        try:
            while not self.is_closed:
                with suppress(TimeoutError):
                    await asyncio.wait_for(listener.woken.wait(), idle)
                if not listener.woken.is_set():
                    yield None
                    continue
                await self._rest(last + self._every - clock())
                last = clock()
                if not self.is_closed:
                    yield listener.take()
        finally:
            self._listeners.discard(listener)

    def close(self) -> None:
        """Ends every subscription now: an open one would hold the server back from stopping."""
        self._closed.set()
        for listener in self._listeners:
            listener.woken.set()

    async def _rest(self, seconds: float) -> None:
        if seconds > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closed.wait(), seconds)
