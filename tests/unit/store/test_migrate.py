"""A store of an earlier version opens, with all that it holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from econome.domain.run import NO_ID
from econome.store import migrate as migrating
from econome.store.client import Store
from econome.store.migrate import migrate
from econome.store.question import Question

FIRST = ("0001_runs.sql", "0002_payloads.sql", "0003_small_tables.sql")


@dataclass(frozen=True, slots=True)
class _Seen:
    effective_user: str
    effective_tags: list[str]
    uncached: int | None
    video_in: int | None
    fees: dict[str, int]


def test_a_store_of_the_first_version_keeps_its_runs_and_gains_columns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(f"chdb://{tmp_path / 'store'}", readers=1)
    try:
        everything = migrating._files()
        monkeypatch.setattr(migrating, "_files", lambda: [one for one in everything if one[0] in FIRST])
        migrate(store)
        store.insert(
            "runs",
            {
                "workspace": [NO_ID],
                "id": [UUID(int=1)],
                "key_time": [datetime(2026, 1, 1, tzinfo=UTC)],
                "version": [1],
                "user": ["ada"],
                "tags": [["old"]],
                "uncached": [12],
            },
        )
        monkeypatch.setattr(migrating, "_files", lambda: everything)
        applied = migrate(store)
        (seen,) = store.ask(
            _Seen,
            Question(
                "seen", "select effective_user, effective_tags, uncached, video_in, fees from runs final"
            ),
        )
    finally:
        store.close()
    assert applied == [name for name, _ in everything if name not in FIRST]
    assert seen == _Seen("ada", ["old"], 12, None, {})


def test_a_store_that_is_up_to_date_is_left_alone(shared_store: Store) -> None:
    assert migrate(shared_store) == []
