"""A partition that has gone quiet is merged into one part."""

from __future__ import annotations

from dataclasses import dataclass, replace

from builders import a_run, insert_runs
from econome.ingest.compaction import Compaction
from econome.store.client import Store
from econome.store.question import Question


@dataclass(frozen=True, slots=True)
class Parts:
    parts: int
    stored: int


PARTS = Question(
    "parts",
    "select count() as parts, sum(rows) as stored from system.parts"
    " where active and database = currentDatabase() and table = 'runs'",
)


def test_two_versions_of_a_run_become_one_row(store: Store) -> None:
    run = a_run(name="first")
    insert_runs(store, [run])
    insert_runs(store, [replace(run, name="second", version=run.version + 1)])
    assert Compaction(store).compact(quiet_seconds=3_600) == 0
    assert store.ask(Parts, PARTS) == [Parts(2, 2)]
    wait_for_the_next_second(store)
    assert Compaction(store).compact(quiet_seconds=0) == 1
    assert store.ask(Parts, PARTS) == [Parts(1, 1)]


def wait_for_the_next_second(store: Store) -> None:
    """Times of parts are whole seconds."""
    store.command("select sleep(1.1)")
