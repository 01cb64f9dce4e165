"""Runs that come in at a given rate, from a process of its own, while something else is measured.

`python -m bench.arriving ADDRESS RATE` sends until it is ended: posts, then patches, of runs that began
just now. Every second it prints how many runs are stored so far.
"""

from __future__ import annotations

import http.client
import itertools
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from bench import langsmith_bodies
from bench.work import RUNS_OF_TRACE, Step, batches, steps

PROJECT = "arriving"
_TICK_SECONDS = 0.5
_SENDERS = 8
_AHEAD = 16  # batches that wait for a sender: the rate then falls, and is told as it is


class Arriving:
    """What came in so far, as its sender tells it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._began = time.perf_counter()
        self._stored = 0
        self._last = self._began
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def per_second(self) -> float:
        """Runs stored a second, on average, until the sender's last word."""
        return self._stored / max(1e-9, self._last - self._began)

    def _listen(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._stored, self._last = int(line), time.perf_counter()


@contextmanager
def arriving(address: str, rate: int) -> Iterator[Arriving]:
    """Runs come in for as long as the context lasts."""
    command = [sys.executable, "-m", "bench.arriving", address, str(rate)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield Arriving(process)
    finally:
        process.terminate()
        process.wait()


def _main(address: str, rate: int) -> None:
    waiting: queue.Queue[list[Step]] = queue.Queue(_AHEAD)
    stored: list[int] = []  # a length for each batch: appending is safe between threads
    for _ in range(_SENDERS):
        threading.Thread(target=_send, args=(address, waiting, stored), daemon=True).start()
    began = time.monotonic()
    sent = told = 0
    for seed in itertools.count():
        due = int((time.monotonic() - began + _TICK_SECONDS) * rate) - sent
        due -= due % RUNS_OF_TRACE
        for batch in batches(steps(due, seed=seed, per_second=rate) if due else []):
            waiting.put(list(batch))
        sent += due
        if time.monotonic() - began > told:
            told += 1
            print(sum(stored), flush=True)
        time.sleep(max(0.0, began + sent / rate - _TICK_SECONDS / 2 - time.monotonic()))


def _send(address: str, waiting: queue.Queue[list[Step]], stored: list[int]) -> None:
    where = urlsplit(address)
    connection = http.client.HTTPConnection(where.hostname or "", where.port)
    while True:
        batch = waiting.get()
        for body in (langsmith_bodies.post_body(batch, PROJECT), langsmith_bodies.patch_body(batch, PROJECT)):
            status = 429
            while status in (429, 503):
                connection.request("POST", langsmith_bodies.PATH, body, langsmith_bodies.HEADERS)
                answer = connection.getresponse()
                answer.read()
                status = answer.status
                if status in (429, 503):
                    time.sleep(0.1)
            assert status < 300, f"{status}: a run was refused"
        stored.append(len(batch))


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]))
