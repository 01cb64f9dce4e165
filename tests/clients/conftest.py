"""A real server in a process of its own, and LangSmith's real client for it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from langsmith import Client, tracing_context
from langsmith import utils as langsmith_utils

from clients.fake_provider import FakeProvider, running_provider
from clients.serving import Running, served


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One server for all these tests: each has a project of its own there."""
    with served(tmp_path_factory.mktemp("server") / "data") as running:
        yield running


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with running_provider() as running:
        yield running


@pytest.fixture
def project(request: pytest.FixtureRequest) -> str:
    """The name of a project of the test's own."""
    return str(request.node.name)


@pytest.fixture
def root(request: pytest.FixtureRequest) -> str:
    """The root of the API that the client is given; a test may take another."""
    return str(getattr(request, "param", "/api/v1"))


@pytest.fixture
def client(server: Running, project: str, root: str) -> Iterator[Client]:
    """The real client. Whatever is traced while the test lasts goes to the test's project."""
    caches: tuple[Any, ...] = (langsmith_utils.get_env_var, langsmith_utils.get_tracer_project)
    for cache in caches:
        cache.cache_clear()
    client = Client(api_url=server.address + root, api_key="anything", web_url=server.address)
    with tracing_context(enabled=True, client=client, project_name=project):
        yield client
    client.close()


def plain_environment(**more: str) -> dict[str, str]:
    """This process's environment without anybody's settings for tracing."""
    ours = ("LANGSMITH_", "LANGCHAIN_", "ECONOME_", "OPENAI_", "ANTHROPIC_")
    return {**{name: value for name, value in os.environ.items() if not name.startswith(ours)}, **more}
