"""What is to be pasted is the same everywhere, and all of it is proven."""

from __future__ import annotations

import re

import pytest

from clients.snippets import ADDRESS, FOLDER, PAGES, Snippet, all_snippets, page
from house.repository import ROOT, files, name

SNIPPETS = all_snippets()
PROOFS = {"make test", "make test-snippets"}
CANNOT_RUN = {"claude-code", "codex", "gemini-cli", "vllm"}
"""They need an account, or a graphics card: docs/reference/clients.md says what proves them."""


@pytest.mark.parametrize("language", PAGES)
def test_the_page_has_the_snippets_as_they_are(language: str) -> None:
    assert PAGES[language].read_text("utf-8") == page(language), "run: make snippets"


def test_each_file_of_a_client_is_in_a_group_once() -> None:
    listed = [snippet.name for snippet in SNIPPETS]
    assert sorted(listed) == sorted(path.stem for path in FOLDER.glob("*.md") if path.stem != "README")


def test_only_what_cannot_run_is_not_run() -> None:
    assert {snippet.name for snippet in SNIPPETS if not snippet.is_run} == CANNOT_RUN
    assert {snippet.proof for snippet in SNIPPETS if snippet.is_run} == PROOFS


@pytest.mark.parametrize("client", sorted(CANNOT_RUN))
def test_what_proves_a_client_that_cannot_run_is_there(client: str) -> None:
    (snippet,) = (one for one in SNIPPETS if one.name == client)
    assert (ROOT / snippet.proof).exists()


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda snippet: snippet.name)
def test_a_snippet_is_short_and_says_the_documented_addresses_alone(snippet: Snippet) -> None:
    lines = [line for block in snippet.blocks for line in block.code.splitlines()]
    assert len(lines) < 40
    assert max(map(len, lines)) <= 105
    assert set(re.findall(r"https?://[\w.:]+", "\n".join(lines))) <= {ADDRESS, "http://127.0.0.1:4317"}


def test_no_other_place_repeats_the_snippets() -> None:
    said = "TRACELOOP_BASE_URL=http"
    where = {
        name(path)
        for path in files()
        if path.suffix in {".md", ".ts", ".svelte"} and said in path.read_text("utf-8")
    }
    assert where == {"examples/connect/openllmetry.md", *(name(path) for path in PAGES.values())}
