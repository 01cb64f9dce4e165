"""The lightest of the snippets; `make test-snippets` runs all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from clients.snippets import all_snippets, read
from libraries.onboarding import Places, places, try_out

HERE = [snippet.name for snippet in all_snippets() if snippet.proof == "make test"]


@pytest.fixture(scope="module")
def servers() -> Iterator[Places]:
    with places() as running:
        yield running


@pytest.mark.parametrize("name", HERE)
def test_who_does_what_a_snippet_says_sees_the_call_with_its_tokens(name: str, servers: Places) -> None:
    assert try_out(read(name), servers) == []


def test_a_key_that_is_none_is_noticed(servers: Places) -> None:
    guarded = servers.guarded
    stranger = Places(type(guarded)(guarded.running, "eco_wrong", guarded.reader), servers.opened)
    assert "calls: 0, expected 1" in try_out(read("langsmith-python"), stranger)
