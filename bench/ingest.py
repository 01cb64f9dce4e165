"""How many runs a second are *stored*: through real HTTP, counted at the end in the store itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench import langsmith_bodies
from bench.inside import Stored, stored
from bench.machine import Memory
from bench.report import said, table
from bench.sending import SENDERS, Request, Sent, send
from bench.server import Server, econome
from bench.session import Session
from bench.work import BATCH, Expected, Step, batches, expected, steps

PROJECT = "bench"
MANY_SENDERS = 16
"""As many threads as one client of LangSmith's starts when it has much to send."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One server, one pass of the work."""

    sent: Sent
    stored: Stored
    cpu_seconds: float  # of the server, while it was sent to
    later_cpu_seconds: float  # of the server, afterwards: merges
    memory: Memory  # of the server, right after the last answer


def run(session: Session) -> None:
    work = steps(session.size(60_000, 2_000))
    size = langsmith_bodies.bytes_of_run(work[:500], PROJECT)
    said(
        f"{len(work):,} runs, {size:,.0f} bytes of JSON each, two in five of them model calls; {BATCH} posts "
        f"or {BATCH} patches a request, zstd. Each sender waits for its answer before it goes on: a few are "
        "held by how long an answer takes, many by what the server can do. An answer comes when its runs are "
        "stored; at the end the server's API counts runs, calls and "
        "tokens, and the store itself the rows: every run is there, once, or this stops."
    )
    measured = {
        (senders, index): measure(work, session.folder(f"ingest{senders}{option}"), option, senders=senders)
        for senders in (SENDERS, MANY_SENDERS)
        for index, option in (("yes", "--text-index"), ("no", "--no-text-index"))
    }
    table(
        [
            "senders",
            "text index",
            "runs/s",
            "rows/s",
            "cores used",
            "server CPU s per 1,000 runs",
            "the same, of merges later",
            "the same, of the sender",
            "server MB",
            "bytes a run on disk",
        ],
        [[*case, *_figures(one, len(work))] for case, one in measured.items()],
    )
    table(
        ["senders", "text index", "request", "p50 ms", "p95 ms", "longest ms"],
        [
            [*case, kind, *(one.sent.latency(kind, share) for share in (0.5, 0.95, 1))]
            for case, one in measured.items()
            for kind in ("post", "patch")
        ],
    )
    said("Rows are those that stand in the store at the end: one a run, and one a piece with its texts.")


def measure(work: Sequence[Step], folder: Path, *options: str, senders: int = SENDERS) -> Measured:
    """Stores the work in a new store; raises `AssertionError` when not all of it is there, once."""
    folder.mkdir(parents=True)
    data = folder / "data"
    with econome(data, *options) as server:
        _warm_up(server, folder)
        before = server.cpu_seconds()
        sent = _send(server, work, PROJECT, folder / "bodies", senders)
        cpu, memory = server.cpu_seconds() - before, server.memory()
        later = server.settle()
        assert not sent.refused, sent.refused[:3]
        _check(server, expected(work))
    found = stored(data)
    extra = BATCH  # the warm-up
    assert found.runs == len(work) + extra, found
    assert found.pieces == 2 * (len(work) + extra), found
    return Measured(sent, found, cpu, later, memory)


def _warm_up(server: Server, folder: Path) -> None:
    """The first request finds the list of prices not yet read, and projects not yet made."""
    _send(server, steps(BATCH, seed=2), "warm-up", folder / "warm-up")
    server.settle()


def _send(server: Server, work: Sequence[Step], project: str, folder: Path, senders: int = 1) -> Sent:
    groups = (
        (
            Request("post", langsmith_bodies.post_body(batch, project)),
            Request("patch", langsmith_bodies.patch_body(batch, project)),
        )
        for batch in batches(work)
    )
    return send(
        server.address,
        langsmith_bodies.PATH,
        langsmith_bodies.HEADERS,
        groups,
        folder,
        senders=senders,
    )


def _check(server: Server, wanted: Expected) -> None:
    until = datetime.now(UTC) + timedelta(hours=1)
    answer = server.get(
        "/econome/v1/overview",
        project=PROJECT,
        since=(until - timedelta(days=7)).isoformat(),
        until=until.isoformat(),
    )
    totals = answer["totals"]
    found = Expected(
        totals["runs"],
        totals["traces"],
        totals["calls"],
        totals["tokens"]["input"],
        totals["tokens"]["output"],
    )
    assert found == wanted, f"stored {found}, not {wanted}"
    assert totals["coverage"]["priced"] == wanted.calls, totals["coverage"]


def _figures(one: Measured, runs: int) -> list[object]:
    rows = runs + 2 * runs
    return [
        runs / one.sent.seconds,
        rows / one.sent.seconds,
        one.cpu_seconds / one.sent.seconds,
        one.cpu_seconds / runs * 1e3,
        one.later_cpu_seconds / runs * 1e3,
        one.sent.cpu_seconds / runs * 1e3,
        one.memory.resident,
        one.stored.disk_bytes / one.stored.runs,
    ]
