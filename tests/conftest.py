"""What every test may ask for: a store, a folder of its own, a clock.

The embedded engine opens one folder per process at a time, and opening one costs threads and
file descriptors that it never gives back. So one engine serves the whole run of pytest, and a
test that asks for `store` finds it empty (13 ms). What a test may take:

- `store`: the shared store, migrated, emptied before the test.
- `dsn`: the address of that same store, emptied too, for a test whose server opens it itself.
- `shared_store`: the same, emptied once per module and then kept: seed it in a fixture of
  module scope, then ask. A module takes this one or `store`, not both.
- `own_folder`: an empty folder that no engine has open. The shared engine is closed for as
  long as the test lasts, so a server in this process may make its own store there.

A server in a process of its own takes `tmp_path`, and needs none of these.

Tests are no package: what they share is imported from here on, `from builders import a_run`,
`from durability.senders import Sender`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings

from econome.store.client import Store
from econome.store.migrate import migrate

# A developer's own settings never decide a test; ECONOME_TEST_... are ours.
for _name in list(os.environ):
    if _name.startswith(("ECONOME_", "LANGSMITH_", "LANGCHAIN_")) and not _name.startswith("ECONOME_TEST_"):
        del os.environ[_name]


# A loaded machine is slow: no time limit decides whether a law holds. Repeatable, so that a
# red run can be run again; no folder of examples is left behind.
settings.register_profile("econome", deadline=None, derandomize=True, database=None)
settings.load_profile("econome")


class SharedEngine:
    """The one engine of this process, opened when first asked for."""

    def __init__(self, folder: Path) -> None:
        self.dsn = f"chdb://{folder}"
        self._store: Store | None = None
        self._tables: tuple[str, ...] = ()
        self.kept_by = ""  # the module whose rows stay between its tests

    def open(self) -> Store:
        if self._store is None:
            self._store = Store(self.dsn)
            migrate(self._store)
            names = str(self._store.command("show tables")).split()
            self._tables = tuple(name for name in names if name != "migrations")
        return self._store

    def empty(self) -> Store:
        store = self.open()
        for table in self._tables:
            store.command(f"truncate table {table}")
        return store

    def close(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None


@pytest.fixture(scope="session")
def shared_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedEngine]:
    engine = SharedEngine(tmp_path_factory.mktemp("engine") / "store")
    yield engine
    engine.close()


@pytest.fixture
def store(shared_engine: SharedEngine) -> Store:
    """The shared store, empty."""
    assert not shared_engine.kept_by, f"{shared_engine.kept_by} keeps its rows: use shared_store there"
    return shared_engine.empty()


@pytest.fixture
def dsn(store: Store) -> str:
    """The address of the shared store, which is empty and open."""
    return store.dsn


@pytest.fixture(scope="module")
def shared_store(shared_engine: SharedEngine, request: pytest.FixtureRequest) -> Iterator[Store]:
    """The shared store, empty at the module's first test and then left alone."""
    shared_engine.kept_by = request.node.name
    yield shared_engine.empty()
    shared_engine.kept_by = ""


@pytest.fixture
def own_folder(shared_engine: SharedEngine, tmp_path: Path) -> Path:
    """An empty folder; no engine is open in this process, so the test may open one there."""
    shared_engine.close()
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


class Clock:
    """A clock that a test moves by hand. Called, it tells the time; aware, UTC."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> datetime:
        """Moves on by a span given as to `timedelta`: `clock.advance(minutes=5)`."""
        self.now += timedelta(**span)
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock that stands at noon of an ordinary day."""
    return Clock(datetime(2026, 3, 18, 12, 0, tzinfo=UTC))
