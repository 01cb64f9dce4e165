"""The same work sent to servers that install from PyPI as Econome does, as each is when just installed.

They speak OpenTelemetry, whose spans come whole, so they are sent half the requests. What counts
is what lies in their database: some answer before they have stored anything.
"""

from __future__ import annotations

import gzip
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import otlp
from bench.ingest import measure
from bench.report import said, table
from bench.sending import SENDERS, Request, send
from bench.server import Server, free_port, running
from bench.session import Session
from bench.work import BATCH, Step, batches, steps

_PATIENCE_SECONDS = 120.0
_STILL_SECONDS = 10.0
"""Nothing more comes when the count has not moved for that long."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the work."""

    name: str
    sent: int
    stored: int
    seconds: float  # from the first request until the last of them was stored
    answered_seconds: float  # until the last was answered
    cpu_seconds: float

    @property
    def row(self) -> list[object]:
        return [
            self.name,
            self.sent,
            self.stored,
            self.stored / self.seconds,
            self.sent / self.answered_seconds,
            self.cpu_seconds / max(1, self.stored) * 1e3,
        ]


def run(session: Session) -> None:
    limit = float(session.size(60, 10))
    said(
        f"Requests of {BATCH} runs, {SENDERS} senders, for {limit:.0f} s at most; then the count in the "
        "server's database is watched until it stands still. SQLite is what these servers use unless told "
        "otherwise."
    )
    work = steps(session.size(12_000, 1_000), seed=3)
    outcomes = [
        _econome(work, session),
        mlflow(work, session, limit, _bodies_for(otlp.MLFLOW), BATCH),
        phoenix(work[: session.size(6_000, 500)], session, limit, _bodies_for(otlp.PHOENIX), BATCH),
    ]
    table(
        ["server", "runs sent", "stored", "stored/s", "answered/s", "server CPU s per 1,000 runs"],
        [one.row for one in outcomes],
    )


def _econome(work: Sequence[Step], session: Session) -> Outcome:
    one = measure(work, session.folder("alternatives-econome"))
    return Outcome("Econome", len(work), len(work), one.sent.seconds, one.sent.seconds, one.cpu_seconds)


Bodies = Callable[[Sequence[Step]], Sequence[bytes]]
"""The requests that some work becomes."""


def _bodies_for(dialect: otlp.Dialect) -> Bodies:
    return lambda work: [gzip.compress(otlp.body(batch, dialect)) for batch in batches(work)]


def mlflow(work: Sequence[Step], session: Session, limit: float, bodies: Bodies, size: int) -> Outcome:
    """MLflow, `size` spans a request."""
    python = _python("mlflow")
    folder, port = session.folder("mlflow"), free_port()
    database = folder / "mlflow.db"
    command = [
        *(str(python), "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port)),
        *(
            "--backend-store-uri",
            f"sqlite:///{database}",
            "--default-artifact-root",
            str(folder / "artifacts"),
        ),
    ]
    environment = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
    headers = {**otlp.PACKED, "x-mlflow-experiment-id": "0"}
    with _started(command, port, "/health", folder, environment) as server:
        name = _name("MLflow", python)
        return _watched(name, server, database, bodies(work), size, headers, limit)


def phoenix(work: Sequence[Step], session: Session, limit: float, bodies: Bodies, size: int) -> Outcome:
    """Phoenix, `size` spans a request."""
    python = _python("phoenix")
    folder, port = session.folder("phoenix"), free_port()
    environment = {
        "PHOENIX_HOST": "127.0.0.1",
        "PHOENIX_PORT": str(port),
        "PHOENIX_GRPC_PORT": str(free_port()),
        "PHOENIX_WORKING_DIR": str(folder),
        "PHOENIX_TELEMETRY_ENABLED": "false",
    }
    command = [str(python), "-m", "phoenix.server.main", "serve"]
    with _started(command, port, "/healthz", folder, environment) as server:
        database = folder / "phoenix.db"
        name = _name("Phoenix", python)
        return _watched(name, server, database, bodies(work), size, otlp.PACKED, limit)


def _python(name: str) -> Path:
    """The Python of an environment of its own, made as tests make theirs."""
    here = Path(__file__)
    sys.path.append(str(here.parents[1] / "tests"))
    from clients.environment import python_with  # noqa: PLC0415 - tests/ is on the path only now

    return python_with(f"bench-{name}", here.with_name(f"{name}.txt"))


@contextmanager
def _started(
    command: Sequence[str], port: int, health: str, folder: Path, environment: dict[str, str]
) -> Iterator[Server]:
    folder.mkdir()
    with running(command, port, health, folder / "server.log", environment) as server:
        server.settle()
        yield server


def _watched(
    name: str,
    server: Server,
    database: Path,
    bodies: Sequence[bytes],
    size: int,
    headers: dict[str, str],
    limit: float,
) -> Outcome:
    groups = [(Request("spans", body),) for body in bodies]
    cpu = server.cpu_seconds()
    sent = send(server.address, "/v1/traces", headers, groups, database.parent / "bodies", seconds=limit)
    stored, later = _count_until_still(database, sent.groups * size)
    assert stored or not sent.refused, sent.refused[:3]
    return Outcome(
        name=name,
        sent=sent.groups * size,
        stored=stored,
        seconds=sent.seconds + later,
        answered_seconds=sent.seconds,
        cpu_seconds=server.cpu_seconds() - cpu,
    )


def _count_until_still(database: Path, all_of_them: int) -> tuple[int, float]:
    """How many spans are stored at last, and how long after the last answer that was."""
    start = time.perf_counter()
    count, moved = _count(database), 0.0
    while count < all_of_them:
        time.sleep(0.2)
        now, found = time.perf_counter() - start, _count(database)
        if found > count:
            count, moved = found, now
        if now - moved > _STILL_SECONDS or now > _PATIENCE_SECONDS:
            break
    return count, moved


def _count(database: Path) -> int:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)) as connection:
        count: int = connection.execute("select count(*) from spans").fetchone()[0]
        return count


def _name(name: str, python: Path) -> str:
    (found,) = python.parents[1].glob(f"lib/python*/site-packages/{_PACKAGES[name]}-*.dist-info")
    return f"{name} {found.name.removesuffix('.dist-info').rpartition('-')[2]}"


_PACKAGES = {"MLflow": "mlflow", "Phoenix": "arize_phoenix"}
