"""How long until it answers, and what it holds when nobody asks anything."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

from bench.machine import Memory, forget_files
from bench.report import said, table
from bench.server import econome
from bench.session import Session


def run(session: Session) -> None:
    idle = float(session.size(10, 2))
    rounds = session.size(5, 1)
    said(
        f"From the start of the process to 200 at /health; the median of {rounds}. Memory after {idle:.0f} s "
        "without a request: what stands in RAM, and of that what is the process's own. Cold means that "
        "the machine's page cache was emptied just before."
    )
    empty = session.folder("start-empty")
    first, memory = _start(empty, idle)
    rows: list[list[object]] = [["a new folder", "warm", first, memory.resident, memory.private]]
    for name, data in (("an empty store", empty), ("a large store", session.million())):
        for is_cold in (True, False):
            if is_cold and not forget_files():
                rows.append([name, "cold: only root may measure it", None, None, None])
                continue
            starts = []
            for number in range(rounds):
                if is_cold:
                    forget_files()
                seconds, memory = _start(data, idle if number == rounds - 1 else 0.0)
                starts.append(seconds)
            rows.append(
                [name, "cold" if is_cold else "warm", median(starts), memory.resident, memory.private]
            )
    table(["starts on", "page cache", "seconds", "MB", "private MB"], rows)


def _start(data: Path, idle: float) -> tuple[float, Memory]:
    data.parent.mkdir(parents=True, exist_ok=True)
    with econome(data) as server:
        time.sleep(idle)
        return server.started_in, server.memory()
