"""The whole server, in memory: requests go through every layer down to an embedded store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from econome.app import create_app
from econome.settings import Settings

ADMIN_TOKEN = "eca_test"


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all servers of the session, so that the list of prices is made once."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def settings_of(dsn: str, data_folder: Path) -> Callable[..., Settings]:
    """Settings for a server on the shared store, which is empty; a test changes what it is about."""

    def make(**changes: object) -> Settings:
        return Settings(**{"store": dsn, "data": data_folder, "port": 0, **changes})  # type: ignore[arg-type]

    return make


@pytest.fixture
def server(settings_of: Callable[..., Settings]) -> Iterator[TestClient]:
    """A client of a server on an empty store, with nothing configured."""
    with TestClient(create_app(settings_of(), ADMIN_TOKEN), base_url="http://localhost") as client:
        yield client
