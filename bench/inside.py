"""What happens inside a store, in a process of its own: the engine stays out of the bench.

`python -m bench.inside count FOLDER` counts what a stopped server has stored.
`python -m bench.inside fill FOLDER RUNS` makes that many runs, by the engine itself; `fill FOLDER RUNS
payloads` makes their texts and some feedback too.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from econome.domain.project import DEFAULT_WORKSPACE
from econome.ingest.projects import Projects
from econome.settings import Settings
from econome.store.client import Store
from econome.store.migrate import migrate
from econome.store.question import Question
from econome.store.text_index import set_text_index

DAYS = 30
PROJECTS = ("shop", "support", "search", "reports", "lab")


@dataclass(frozen=True, slots=True)
class Stored:
    """Of a whole store."""

    runs: int
    pieces: int  # payloads: one for each post, one for each patch
    disk_bytes: int


_COUNT = Question(
    "stored",
    """
    select
        (select count() from runs final) as runs,
        (select count() from payloads final) as pieces,
        (select sum(bytes_on_disk) from system.parts
         where active and database = currentDatabase() and table in ('runs', 'payloads')) as disk_bytes
    """,
)


def stored(data: Path) -> Stored:
    """What the stopped server of that folder has stored."""
    return Stored(**_run("count", data))


def fill(data: Path, runs: int, *, payloads: bool = False) -> None:
    """Makes runs of the last thirty days in a new folder, with their texts or columns only."""
    _run("fill", data, str(runs), *(["payloads"] if payloads else []))


def _run(command: str, data: Path, *options: str) -> Any:
    program = [sys.executable, "-m", "bench.inside", command, str(data), *options]
    done = subprocess.run(program, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def _open(data: Path) -> Store:
    return Store(Settings(data=data).dsn, readers=1)


def _count(data: Path) -> Stored:
    store = _open(data)
    (found,) = store.ask(Stored, _COUNT)
    store.close()
    return found


def _fill(data: Path, runs: int, *options: str) -> Stored:
    data.mkdir(parents=True, exist_ok=True)
    store = _open(data)
    migrate(store)
    registry = Projects(store)
    projects = [registry.by_name(DEFAULT_WORKSPACE, name) for name in PROJECTS]
    now = datetime.now(UTC)
    _made(store, "million", workspace=DEFAULT_WORKSPACE, projects=projects, runs=runs, days=DAYS)
    _made(store, "feedback")
    if "payloads" in options:
        set_text_index(store, wanted=True)  # as a server has it unless told otherwise
        for day in range(DAYS + 2):  # the texts of a whole million in one insert take all memory
            since = now - timedelta(days=DAYS + 1 - day)
            _made(store, "payloads", since=since, until=since + timedelta(days=1))
    for table in ("runs", "payloads", "feedback"):
        store.command(f"optimize table {table} final")  # as the server leaves what has gone quiet
    (found,) = store.ask(Stored, _COUNT)
    store.close()
    return found


def _made(store: Store, name: str, **parameters: object) -> None:
    store.command(Path(__file__).with_name(f"{name}.sql").read_text(), **parameters)


if __name__ == "__main__":
    _, action, folder, *rest = sys.argv
    result = _count(Path(folder)) if action == "count" else _fill(Path(folder), int(rest[0]), *rest[1:])
    print(json.dumps(asdict(result)))
