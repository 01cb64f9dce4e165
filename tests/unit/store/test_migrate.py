"""A store of an earlier version opens, with all that it holds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from econome.store.client import Store
from econome.store.migrate import migrate

# An engine has one folder for as long as its process lives, and this process has one already.
FROM_THE_FIRST_VERSION = """
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from econome.domain.run import NO_ID
from econome.store import migrate as migrating
from econome.store.client import Store
from econome.store.question import Question

FIRST = ("0001_runs.sql", "0002_payloads.sql", "0003_small_tables.sql")

@dataclass(frozen=True)
class Seen:
    effective_user: str
    effective_tags: list
    uncached: int
    video_in: int
    fees: dict

store = Store(f"chdb://{sys.argv[1]}", readers=1)
everything = migrating._files()
migrating._files = lambda: [one for one in everything if one[0] in FIRST]
migrating.migrate(store)
store.insert("runs", {
    "workspace": [NO_ID], "id": [UUID(int=1)], "key_time": [datetime(2026, 1, 1, tzinfo=UTC)],
    "version": [1], "user": ["ada"], "tags": [["old"]], "uncached": [12],
})
migrating._files = lambda: everything
assert migrating.migrate(store) == [name for name, _ in everything if name not in FIRST]
asked = Question("seen", "select effective_user, effective_tags, uncached, video_in, fees from runs final")
print(*store.ask(Seen, asked))
store.close()
"""


def test_a_store_of_the_first_version_keeps_its_runs_and_gains_columns(tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-c", FROM_THE_FIRST_VERSION, str(tmp_path / "store")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    seen = "Seen(effective_user='ada', effective_tags=['old'], uncached=12, video_in=None, fees={})"
    assert said.stdout.strip() == seen


def test_a_store_that_is_up_to_date_is_left_alone(shared_store: Store) -> None:
    assert migrate(shared_store) == []
