"""How long the dashboard waits for answers, over a million runs and ten, at rest and while runs come in."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError

from bench import machine
from bench.arriving import arriving
from bench.inside import DAYS
from bench.report import quantile, said, table
from bench.server import Server, econome
from bench.session import Session

RATE = 1_000
"""Runs a second that come in meanwhile."""

Options = Mapping[str, object]
ASKED: tuple[tuple[str, str, Options], ...] = (
    ("overview", "overview", {}),
    ("series", "series", {}),
    ("series by model", "series", {"by": "model"}),
    ("series by user", "series", {"by": "user"}),
    ("spend by model", "spend", {"by": "model"}),
    ("spend by user", "spend", {"by": "user"}),
    ("spend by session", "spend", {"by": "session"}),
    ("spend by tag", "spend", {"by": "tag"}),
    ("runs, the latest", "runs", {"view": "runs"}),
    ("runs, the dearest", "runs", {"view": "runs", "sort": "cost"}),
    ("traces, the latest", "runs", {"view": "traces"}),
    ("traces, the dearest", "runs", {"view": "traces", "sort": "cost"}),
    ("count", "count", {"view": "runs"}),
    ("facet of models", "facets", {"by": "model"}),
    ("facet of users", "facets", {"by": "user"}),
    ("all facets", "facets", {}),
)
SPANS = {"a day": timedelta(days=1), f"{DAYS} days": timedelta(days=DAYS)}
FILTERS = {"": "", "failed": 'eq(status, "error")'}


def run(session: Session) -> None:
    times = session.size(20, 3)
    said(
        f"Each asked {times} times over HTTP, one after the other, by one client; each time until a little "
        "later, so that no answer is repeated. *First* is the first time after the server started, when "
        "nothing of a question is remembered. Processor time is the server's, on average; on a machine that "
        "does other things, read that."
    )
    for name, folder in session.stores().items():
        for rate in (0, session.size(RATE, 50)):
            _measured(name, folder, rate, times)


def _measured(name: str, folder: Path, rate: int, times: int) -> None:
    rows: list[list[object]] = []
    before = machine.load()
    with ExitStack() as stack:
        server = stack.enter_context(econome(folder))
        server.settle()
        runs = server.get("/econome/v1/overview")["data"]["runs"]
        coming = stack.enter_context(arriving(server.address, rate)) if rate else None
        for question, path, options in ASKED:
            for span, length in SPANS.items():
                for filtered, text in FILTERS.items():
                    if text and span == "a day":
                        continue
                    scope: Options = {"filter": text, **options} if text else options
                    if found := _asked(server, path, scope, length, times):
                        rows.append([question, span, filtered, *found])
        rows.append(["a trace", "-", "", *_traces(server, times)])
        meanwhile = f"while {coming.per_second:,.0f} runs a second came in" if coming else "at rest"
    said(f"**{name}: {runs:,} runs, {meanwhile}.** Load average before: {before}, after: {machine.load()}.")
    table(["question", "of", "filter", "first ms", "p50 ms", "p95 ms", "longest ms", "CPU ms"], rows)


def _asked(server: Server, path: str, options: Options, length: timedelta, times: int) -> list[float]:
    latencies = []
    cpu = 0.0
    for number in range(times + 1):
        until = datetime.now(UTC) - timedelta(milliseconds=number)
        scope = {"since": (until - length).isoformat(), "until": until.isoformat()}
        start = time.perf_counter()
        try:
            server.get(f"/econome/v1/{path}", **scope, **options)
        except HTTPError as error:
            if error.code == 404:  # an older Econome, which is measured to be compared with
                return []
            raise
        latencies.append(time.perf_counter() - start)
        if number == 0:
            cpu = server.cpu_seconds()
    return [*_figures(latencies), (server.cpu_seconds() - cpu) / times * 1e3]


def _traces(server: Server, times: int) -> list[float]:
    until = datetime.now(UTC)
    since = (until - timedelta(days=DAYS)).isoformat()
    found = server.get(
        "/econome/v1/runs",
        view="traces",
        sort="latency",
        limit=times + 1,
        since=since,
        until=until.isoformat(),
    )
    latencies = []
    cpu = server.cpu_seconds()
    for row in found["rows"][1:]:  # the first is the one trace of thousands of runs
        start = time.perf_counter()
        server.get(f"/econome/v1/traces/{row['trace_id']}")
        latencies.append(time.perf_counter() - start)
    return [*_figures(latencies), (server.cpu_seconds() - cpu) / max(1, len(latencies)) * 1e3]


def _figures(latencies: list[float]) -> list[float]:
    first, again = latencies[0], latencies[1:] or latencies
    return [first * 1e3, *(quantile(again, share) * 1e3 for share in (0.5, 0.95, 1))]
