"""A server may stand in any time zone; its answers do not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys
from datetime import UTC, datetime, timedelta
from builders import a_run, insert_runs
from econome.analytics.runs import count_runs
from econome.domain.project import DEFAULT_WORKSPACE
from econome.domain.scope import Scope
from econome.store.client import Store
from econome.store.migrate import migrate

store = Store(f"chdb://{sys.argv[1]}", readers=1)
migrate(store)
# In Paris both of these are half past two.
moments = [datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1)]
insert_runs(store, [a_run(started_at=moment) for moment in moments])
for moment in moments:
    print(count_runs(store, Scope(DEFAULT_WORKSPACE, moment, moment + timedelta(minutes=1))))
store.close()
"""


@pytest.mark.parametrize("zone", ["UTC", "Europe/Paris"])
def test_the_hour_that_comes_twice_in_autumn_is_two_hours(zone: str, tmp_path: Path) -> None:
    tests = Path(__file__).parents[1]
    answer = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "store")],
        env={**os.environ, "TZ": zone, "PYTHONPATH": str(tests)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (answer.stdout.split(), answer.returncode) == (["1", "1"], 0), answer.stderr
