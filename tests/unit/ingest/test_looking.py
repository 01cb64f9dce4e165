"""Calls that were stored before anybody looked for templates get theirs in the background."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from builders import a_run, insert_runs
from econome.counting.tokenizers import Tokenizers
from econome.domain.project import DEFAULT_WORKSPACE
from econome.domain.run import Run
from econome.ingest.commit import Committer
from econome.ingest.costing import Costing
from econome.ingest.looking import BATCH, Looking
from econome.ingest.measuring import Measuring
from econome.ingest.projects import Projects
from econome.ingest.writer import Writer
from econome.pricing.book import PriceBook
from econome.pricing.sources.overrides import Overrides
from econome.store.client import Store
from econome.store.question import Question


@dataclass(frozen=True, slots=True)
class Row:
    call_site: str
    prompt: str
    prompt_version: str
    input_tokens: int | None
    counted: bool


ROWS = Question(
    "rows",
    "select call_site, prompt, prompt_version, input_tokens, counted from runs final"
    " where workspace = {workspace:UUID} and kind = 'llm' order by key_time, id",
)


@pytest.fixture
def look(store: Store, tmp_path: Path) -> Callable[[], list[Row]]:
    """Starts a server's writer and its pass, and gives the calls as they are when it is through."""

    async def pass_over(committer: Committer) -> None:
        writer = Writer(committer)
        writer.start()
        looking = Looking(store, writer, committer)
        looking.start()
        assert looking._task is not None
        await looking._task
        await looking.stop()
        await asyncio.to_thread(writer.stop)

    def go() -> list[Row]:
        book = PriceBook([], Overrides.read(tmp_path / "none.json"))
        committer = Committer(store, Projects(store), Measuring(Tokenizers()), Costing(store, book))
        asyncio.run(pass_over(committer))
        return store.ask(Row, ROWS, workspace=DEFAULT_WORKSPACE)

    return go


def stored(store: Store, run: Run, system: str) -> Run:
    """Puts a run of an earlier version into the store, with its text."""
    asked = {"messages": [{"role": "system", "content": system}, {"role": "user", "content": f"Hi {run.id}"}]}
    insert_runs(store, [run])
    store.insert(
        "payloads",
        {
            "workspace": [run.workspace],
            "key_time": [run.key_time],
            "id": [run.id],
            "piece": ["post"],
            "digest": [1],
            "version": [1],
            "inputs": [json.dumps(asked)],
        },
    )
    return run


def test_old_calls_get_a_call_site_and_a_prompt(store: Store, look: Callable[[], list[Row]]) -> None:
    root = a_run(name="answer")
    insert_runs(store, [root])
    for _ in range(3):
        stored(store, a_run(parent=root, name="ask", model="m", uncached=7), "Help in a garden shop.")
    rows = look()
    assert {row.call_site for row in rows} == {"answer > ask"}
    assert {(row.prompt.split(" #")[0], row.prompt_version) for row in rows} == {
        ("Help in a garden shop.", "1")
    }
    assert [(row.input_tokens, row.counted) for row in rows] == [(7, True)] * 3


def test_more_calls_than_one_batch_and_those_without_texts_are_looked_at_too(
    store: Store, look: Callable[[], list[Row]]
) -> None:
    insert_runs(store, [a_run(name="ask", model="m", uncached=1) for _ in range(2 * BATCH + 5)])
    rows = look()
    assert {(row.call_site, row.prompt) for row in rows} == {("ask", "")}
    assert len(rows) == 2 * BATCH + 5


def test_what_was_looked_at_is_not_looked_at_again(store: Store, look: Callable[[], list[Row]]) -> None:
    stored(store, a_run(name="ask", model="m", uncached=1), "Be kind to plants, and to people.")
    first = look()
    versions = Question("versions", "select toString(max(version)) as text from runs")
    before = store.ask(Text, versions)
    assert look() == first
    assert store.ask(Text, versions) == before


@dataclass(frozen=True, slots=True)
class Text:
    text: str
