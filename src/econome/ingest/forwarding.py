"""A copy of what OpenTelemetry's exporters send, to a second destination, as it came.

So that trying Econome costs nobody their present tool. A body is offered once it is stored here, and
waits in memory for a thread of its own: ingest never waits for a destination. It is sent at most
once, but for a destination that took it and whose answer was lost: then it comes again. What
finds no room, is refused or takes too long is dropped, counted and logged, and so is what waits
when the server ends and cannot be sent within some seconds.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from econome.ingest.destinations import PATIENCE_SECONDS, Destination, Line, Outcome

log = logging.getLogger(__name__)

SENDERS = 4
"""Threads for each destination: with 50 ms to it and back, some 80 requests a second."""

KEPT_SECONDS = 600.0
"""How long the same body is tried, from when it was offered. A destination that restarts is back by then."""

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.5, 30.0
FLUSH_SECONDS = 5.0
TOLD_EVERY_SECONDS = 60.0  # of what is dropped

PASSED_ON = (
    "content-type",
    "content-encoding",
    "langsmith-project",
    "x-project-name",
    "traceparent",
    "tracestate",
)
"""Headers that belong to the body. No other goes on: a sender's key is for us alone."""

FORWARDED = "x-econome-forwarded"
"""What marks a request of ours. It is not forwarded again: two that forward to each other would never end."""


class Dropped(StrEnum):
    """Why a body did not go on."""

    FULL = "full"  # too many wait
    REFUSED = "refused"  # the destination does not want it
    TOO_OLD = "too_old"  # it was tried for long enough
    STOPPED = "stopped"  # the server ended


@dataclass(frozen=True, slots=True)
class Offered:
    """One body that waits."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float  # by the monotonic clock


@dataclass(frozen=True, slots=True)
class Standing:
    """How a destination does."""

    destination: str
    waiting: int
    waiting_bytes: int
    sent: int
    dropped: Mapping[str, int]
    trouble: str  # what went wrong at the last attempt; empty: nothing


class Forwarder:
    """Passes bodies on to each destination, each with its own queue and threads."""

    def __init__(
        self,
        destinations: Sequence[Destination],
        queue_bytes: int = 64 << 20,
        kept_seconds: float = KEPT_SECONDS,
    ) -> None:
        """`queue_bytes` is how much may wait for one destination."""
        self._queues = [_Queue(one, queue_bytes, kept_seconds) for one in destinations]

    def start(self) -> None:
        """Starts the threads."""
        for queue in self._queues:
            queue.start()

    def offer(self, path: str, headers: Mapping[str, str], body: bytes) -> None:
        """Passes on a body that was received at `path`, as it came, still packed. Returns at once."""
        if not self._queues or FORWARDED in headers:
            return
        passed = {name: headers[name] for name in PASSED_ON if name in headers}
        offered = Offered(path, {**passed, FORWARDED: "1", "user-agent": "econome"}, body, time.monotonic())
        for queue in self._queues:
            queue.put(offered)

    def stop(self, within: float = FLUSH_SECONDS) -> None:
        """Sends what waits, for some seconds at most, and ends."""
        deadline = time.monotonic() + within
        for queue in self._queues:
            queue.finish(deadline)
        for queue in self._queues:
            queue.join(deadline)

    def standing(self) -> list[Standing]:
        """How each destination does."""
        return [queue.standing() for queue in self._queues]


class _Queue:
    """What waits for one destination."""

    def __init__(self, destination: Destination, most_bytes: int, kept_seconds: float) -> None:
        self._destination = destination
        self._most_bytes = most_bytes
        self._kept_seconds = kept_seconds
        self._waiting: deque[Offered] = deque()
        self._bytes = 0  # of those that wait and of those under way
        self._under_way = 0
        self._changed = threading.Condition()
        self._deadline: float | None = None  # set: no more come, and this is when to end
        self._not_before = 0.0  # the destination asked for patience: all its threads have it
        self._is_told = False  # what was left at the end
        self._failures = 0  # in a row
        self._counts: Counter[str] = Counter()
        self._trouble = ""
        self._told_at = -TOLD_EVERY_SECONDS
        self._untold: Counter[str] = Counter()
        self._threads = [
            threading.Thread(target=self._work, name=f"forwarding-{number}", daemon=True)
            for number in range(SENDERS)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def put(self, offered: Offered) -> None:
        with self._changed:
            if self._deadline is not None:
                self._drop(Dropped.STOPPED)
            elif self._bytes + len(offered.body) > self._most_bytes:
                self._drop(Dropped.FULL)
            else:
                self._waiting.append(offered)
                self._bytes += len(offered.body)
                self._changed.notify()

    def finish(self, deadline: float) -> None:
        with self._changed:
            self._deadline = deadline
            self._changed.notify_all()

    def join(self, deadline: float) -> None:
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, deadline - time.monotonic()))
        with self._changed:  # a thread may still hang on its connection; it dies with the process
            if not self._is_told:
                for _ in range(len(self._waiting) + self._under_way):
                    self._drop(Dropped.STOPPED)
            self._is_told = True
            self._waiting.clear()
            self._bytes = 0
            self._tell(at_once=True)

    def standing(self) -> Standing:
        with self._changed:
            dropped = {reason.value: self._counts[reason] for reason in Dropped}
            return Standing(
                self._destination.host,
                len(self._waiting) + self._under_way,
                self._bytes,
                self._counts["sent"],
                dropped,
                self._trouble,
            )

    # --- in its threads

    def _work(self) -> None:
        line = Line(self._destination)
        while (offered := self._next()) is not None:
            try:
                outcome = line.send(offered.path, offered.headers, offered.body, self._patience())
            except Exception as error:  # the thread must live
                log.exception("Forwarding to %s failed", self._destination.host)
                outcome = Outcome(taken=False, says=type(error).__name__)
            self._done(offered, outcome)
        line.close()

    def _next(self) -> Offered | None:
        """The next body, when the destination may be asked; None at the end."""
        with self._changed:
            while True:
                now = time.monotonic()
                if self._deadline is not None and self._is_over(now, self._deadline):
                    return None
                pause = self._not_before - now
                if self._waiting and pause <= 0:
                    self._under_way += 1
                    return self._waiting.popleft()
                ends = [] if self._deadline is None else [self._deadline - now]
                if self._waiting:
                    ends.append(pause)
                self._changed.wait(min(ends) if ends else None)

    def _is_over(self, now: float, deadline: float) -> bool:
        return now >= deadline or self._not_before >= deadline or not self._waiting

    def _patience(self) -> float:
        deadline = self._deadline
        if deadline is None:
            return PATIENCE_SECONDS
        return max(0.1, min(PATIENCE_SECONDS, deadline - time.monotonic()))

    def _done(self, offered: Offered, outcome: Outcome) -> None:
        with self._changed:
            if self._is_told:
                return
            self._under_way -= 1
            now = time.monotonic()
            if outcome.taken:
                self._counts["sent"] += 1
                self._failures = 0
                self._recovered()
            elif not outcome.again:
                self._failures = 0
                self._troubled(outcome.says)
                self._drop(Dropped.REFUSED)
            else:
                self._failures += 1
                self._not_before = max(self._not_before, now + _wait(self._failures, outcome.after_seconds))
                self._troubled(outcome.says)
                if self._not_before < offered.at + self._kept_seconds:
                    self._waiting.appendleft(offered)
                    self._changed.notify()
                    return
                self._drop(Dropped.TOO_OLD)
            self._bytes -= len(offered.body)
            self._changed.notify()

    # --- what is told; all of it within the lock

    def _drop(self, why: Dropped) -> None:
        self._counts[why] += 1
        self._untold[why] += 1
        self._tell()

    def _tell(self, *, at_once: bool = False) -> None:
        now = time.monotonic()
        if not self._untold or (not at_once and now - self._told_at < TOLD_EVERY_SECONDS):
            return
        said = ", ".join(f"{count} {why}" for why, count in sorted(self._untold.items()))
        last = f" Last: {self._trouble}." if self._trouble else ""
        log.warning(
            "Not forwarded to %s: %s. All of it is stored here.%s", self._destination.host, said, last
        )
        self._untold.clear()
        self._told_at = now

    def _troubled(self, says: str) -> None:
        if not self._trouble:
            log.warning("Forwarding to %s: %s", self._destination.host, says)
        self._trouble = says

    def _recovered(self) -> None:
        if self._trouble:
            log.warning("Forwarding to %s goes on", self._destination.host)
        self._trouble = ""


def _wait(failures: int, asked: float) -> float:
    """How long to leave a destination alone, in seconds: what it asks, else twice as long each time."""
    if asked:
        return asked
    longest = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2.0 ** min(failures - 1, 10))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311  (so that many do not come back together)
