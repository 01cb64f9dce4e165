"""Traffic for minutes on end: nothing grows that should not, and the sums are right at the end.

Two minutes in the tests. `make soak` makes it thirty.
"""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.request import urlopen

from durability.senders import Journal, Sender
from durability.started import Started

MINUTES = float(os.environ.get("ECONOME_TEST_SOAK_MINUTES", "2"))
SENDERS = 4
PAUSE_SECONDS = 0.1
"""Of each sender between two requests of ten runs: some 200 runs a second in all."""
SAMPLES = 24


@dataclass(frozen=True, slots=True)
class Sample:
    """What a process holds."""

    memory: int  # resident bytes
    descriptors: int
    threads: int


def test_memory_descriptors_and_threads_stay_level(tmp_path: Path) -> None:
    journal, lock, stop = Journal(), threading.Lock(), threading.Event()
    senders = [Sender(seed, journal, lock) for seed in range(SENDERS)]
    with Started(tmp_path / "data") as (server, address):
        work = [
            threading.Thread(target=sender.send, args=(address, stop, PAUSE_SECONDS)) for sender in senders
        ]
        work += [threading.Thread(target=watch, args=(address, stop))]
        for thread in work:
            thread.start()
        samples = []
        for _ in range(SAMPLES):
            time.sleep(MINUTES * 60 / SAMPLES)
            assert server.poll() is None
            samples.append(sample(server.pid))
        stop.set()
        for thread in work:
            thread.join()
        for sender in senders:
            sender.drain(address)
        totals = ask(address, "/econome/v1/overview?since=2000-01-01")["totals"]
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=60) == 0
    report(samples, len(journal.posted))
    assert totals["runs"] == len(journal.posted) == len(journal.patched)
    assert totals["calls"] == len(journal.tokens)
    assert totals["tokens"]["input"] == sum(tokens for tokens, _ in journal.tokens.values())
    assert totals["tokens"]["output"] == sum(tokens for _, tokens in journal.tokens.values())
    third = SAMPLES // 3
    middle, last = samples[third : 2 * third], samples[2 * third :]
    assert peak(last, "memory") < peak(middle, "memory") * 1.2 + (50 << 20)
    assert peak(last, "threads") < peak(middle, "threads") + 32
    assert peak(last, "descriptors") < peak(middle, "descriptors") + 200


def watch(address: str, stop: threading.Event) -> None:
    """A dashboard that is open all the while."""
    while not stop.wait(1.0):
        for path in ("overview", "series?by=model", "runs?view=traces"):
            ask(address, f"/econome/v1/{path}")


def ask(address: str, path: str) -> dict[str, Any]:
    with urlopen(address + path, timeout=60) as answer:  # noqa: S310 - our own server
        return json.load(answer)  # type: ignore[no-any-return]


def sample(pid: int) -> Sample:
    process = Path(f"/proc/{pid}")
    status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    return Sample(
        memory=int(status["VmRSS"].split()[0]) * 1024,
        descriptors=len(list((process / "fd").iterdir())),
        threads=int(status["Threads"]),
    )


def peak(samples: list[Sample], name: Literal["memory", "descriptors", "threads"]) -> int:
    numbers: list[int] = [getattr(one, name) for one in samples]
    return max(numbers)


def report(samples: list[Sample], runs: int) -> None:
    """For whoever runs it with -s."""
    print(f"\n{MINUTES:g} minutes, {runs:,} runs")
    for one in samples:
        print(f"{one.memory >> 20:6} MB {one.descriptors:5} descriptors {one.threads:4} threads")
