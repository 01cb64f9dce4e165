"""How long the dashboard waits for its answers, over a million runs."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from bench.inside import DAYS
from bench.report import quantile, said, table
from bench.server import Server, econome
from bench.session import Session

SCOPED: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("overview", "overview", {}),
    ("series by model", "series", {"by": "model"}),
    ("spend by model", "spend", {"by": "model"}),
    ("spend by user", "spend", {"by": "user"}),
    ("runs, the latest", "runs", {"view": "runs"}),
    ("traces, the dearest", "runs", {"view": "traces", "sort": "cost"}),
    ("runs that failed", "runs", {"view": "runs", "filter": 'eq(status, "error")'}),
    ("count", "count", {"view": "runs"}),
    ("facets", "facets", {}),
)
SPANS = {"a day": timedelta(days=1), f"{DAYS} days": timedelta(days=DAYS)}


def run(session: Session) -> None:
    times = session.size(20, 3)
    data = session.million()
    said(
        f"Each asked {times} times over HTTP, one after the other, by one client, of a server at rest; each "
        "time until a little later, so that no answer is remembered."
    )
    rows: list[list[object]] = []
    with econome(data) as server:
        server.settle()
        ever = server.get("/econome/v1/overview")["data"]["runs"]
        for name, path, options in SCOPED:
            for span, length in SPANS.items():
                rows.append([name, span, *_asked(server, path, options, length, times)])
        rows.append(["a trace", "-", *_traces(server, times)])
    said(f"The store has {ever:,} runs.")
    table(["question", "of", "p50 ms", "p95 ms", "longest ms"], rows)


def _asked(
    server: Server, path: str, options: dict[str, object], length: timedelta, times: int
) -> list[float]:
    latencies = []
    for number in range(times):
        until = datetime.now(UTC) - timedelta(milliseconds=number)
        scope = {"since": (until - length).isoformat(), "until": until.isoformat()}
        start = time.perf_counter()
        server.get(f"/econome/v1/{path}", **scope, **options)
        latencies.append(time.perf_counter() - start)
    return _figures(latencies)


def _traces(server: Server, times: int) -> list[float]:
    until = datetime.now(UTC)
    since = (until - timedelta(days=DAYS)).isoformat()
    found = server.get(
        "/econome/v1/runs", view="traces", sort="latency", limit=times, since=since, until=until.isoformat()
    )
    latencies = []
    for row in found["rows"]:
        start = time.perf_counter()
        server.get(f"/econome/v1/traces/{row['trace_id']}")
        latencies.append(time.perf_counter() - start)
    return _figures(latencies)


def _figures(latencies: list[float]) -> list[float]:
    return [quantile(latencies, share) * 1e3 for share in (0.5, 0.95, 1)]
