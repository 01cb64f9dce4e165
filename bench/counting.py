"""What counting each call once, and handing labels down, costs ingestion, in microseconds a run.

    python -m bench.counting [RUNS]

The same bodies are committed to stores of their own, under a tally that only looks at the kind of a
run; under Econome's; and under Econome's just after a restart, when memory knows nothing of what the
store holds, and the store must be asked whether it has a call's answer already. Printed are
processor time of the thread that commits, time by the clock, and of that the time in the tally, the
least of several rounds.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench import langsmith_bodies
from bench.steps import accepted_of, groups_of, opened
from bench.work import batches, steps

from econome.domain.run import CALLS, Run
from econome.ingest.commit import Committer
from econome.ingest.memory import Memory, RunKey
from econome.ingest.tally import Tally

ROUNDS = 3
COUNTING, NOTHING, RESTARTED = "Econome's tally", "no tally", "Econome's tally after a restart"


class NoTally:
    """Says that each call counts."""

    def count(self, touched: dict[RunKey, Run]) -> None:
        """Counts by kind alone."""
        for run in touched.values():
            run.counted = run.kind in CALLS

    def forget(self, runs: object) -> None:
        """Has nothing to forget."""

    def shrink(self) -> None:
        """Has nothing to let go of."""


def bodies_of(runs: int, seed: int) -> list[bytes]:
    """Posts and patches, each call with an answer of its own and each root with a user."""
    work = steps(runs, seed=seed)
    for step in work:
        if step.is_call:
            step.outputs["id"] = f"chatcmpl-{step.id.hex}"
        elif step.parent_id is not None:
            step.metadata.clear()
    return [
        body(batch, "counting")
        for batch in batches(work)
        for body in (langsmith_bodies.post_body, langsmith_bodies.patch_body)
    ]


def measure(case: str, filling: Sequence[bytes], measured: Sequence[bytes]) -> tuple[float, ...]:
    """Seconds of the committing thread, by the clock, and of the clock in the tally."""
    with TemporaryDirectory() as folder, opened(Path(folder) / "store", text_index=False) as committer:
        _commit(committer, filling)
        if case == RESTARTED:
            committer._memory = Memory(committer._store)  # noqa: SLF001 - as a new process begins
            committer._tally = Tally(committer._store, committer._memory)  # noqa: SLF001
        elif case == NOTHING:
            committer._tally = NoTally()  # type: ignore[assignment]  # noqa: SLF001
        deciding = _timed(committer._tally)  # noqa: SLF001
        groups = [accepted_of(group) for group in groups_of(measured)]
        began, clock = time.thread_time(), time.perf_counter()
        for group in groups:
            committer.commit(group)
        return time.thread_time() - began, time.perf_counter() - clock, sum(deciding)


def _timed(tally: Any) -> list[float]:
    """The seconds that each count of the tally takes from now on, by the clock."""
    seconds: list[float] = []
    count = tally.count

    def timed(touched: dict[RunKey, Run]) -> None:
        began = time.perf_counter()
        count(touched)
        seconds.append(time.perf_counter() - began)

    tally.count = timed
    return seconds


def _commit(committer: Committer, bodies: Sequence[bytes]) -> None:
    for group in groups_of(bodies):
        committer.commit(accepted_of(group))


def main() -> None:
    """Measures and prints."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 6_000
    filling, measured = bodies_of(runs, 1), bodies_of(runs, 2)
    least: dict[str, tuple[float, ...]] = {}
    for _ in range(ROUNDS):
        for case in (NOTHING, COUNTING, RESTARTED):
            spent = measure(case, filling, measured)
            least[case] = tuple(map(min, spent, least.get(case, spent)))
    print(f"load {os.getloadavg()[0]:.1f}, {runs} runs in {len(measured)} bodies, best of {ROUNDS}")
    print(f"{'us a run':34} {'thread':>8} {'clock':>8} {'in the tally':>14}")
    for case, spent in least.items():
        thread, clock, tally = (one / runs * 1e6 for one in spent)
        print(f"{case:34} {thread:8.1f} {clock:8.1f} {tally:14.1f}")


if __name__ == "__main__":
    main()
