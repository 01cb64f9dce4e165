"""What tracing costs the app that is traced: the latency of a call, and processor time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from statistics import median
from typing import Any

from bench.provider import provider
from bench.report import quantile, said, table
from bench.server import Server, econome
from bench.session import Session

PROJECT = "traced"
DELAYS_MS = (20, 0)
_LABELS = {"plain": "not decorated", "off": "tracing off", "on": "into Econome"}


def run(session: Session) -> None:
    rounds, calls = session.size(20, 2), session.size(50, 10)
    said(
        f"A function that asks a provider on this machine, decorated with LangSmith's @traceable; {rounds} "
        f"rounds of {calls} calls each way, taking turns. Processor time is the app's, sending included."
    )
    folder = session.folder("tracing")
    folder.mkdir()
    with provider() as address, econome(folder / "data") as server:
        server.settle()
        traced = 0
        for delay in DELAYS_MS:
            seen = _app(server, address, delay, rounds, calls)
            traced += seen["traced"]
            _tell(delay, seen)
        (totals,) = [server.get("/econome/v1/overview", project=PROJECT)["totals"]]
        assert totals["calls"] == totals["coverage"]["reported"] == traced, (totals, traced)


def _app(server: Server, provider_address: str, delay_ms: int, rounds: int, calls: int) -> Any:
    arguments = [provider_address, *map(str, (delay_ms, rounds, calls))]
    done = subprocess.run(
        [sys.executable, "-m", "bench.traced_app", *arguments],
        check=True,
        stdout=subprocess.PIPE,
        env={
            **os.environ,
            "LANGSMITH_ENDPOINT": f"{server.address}/api/v1",
            "LANGSMITH_API_KEY": "anything",
            "LANGSMITH_PROJECT": PROJECT,
        },
    )
    return json.loads(done.stdout)


def _tell(delay_ms: int, seen: Any) -> None:
    rows = []
    base = median(seen["latencies"]["off"])
    for mode, label in _LABELS.items():
        latencies = seen["latencies"][mode]
        rows.append(
            [
                label,
                median(latencies) * 1e3,
                quantile(latencies, 0.95) * 1e3,
                (median(latencies) - base) * 1e6,
                median(seen["cpu"][mode]) * 1e6,
            ]
        )
    headings = [f"provider takes {delay_ms} ms", "median ms", "p95 ms", "more than off, µs", "CPU µs a call"]
    table(headings, rows)
