"""A stored call says which prompt it is from, where it was made, and its tools: offered and called."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from econome.counting.tokenizers import Tokenizers
from econome.domain.project import DEFAULT_WORKSPACE, project_id
from econome.ingest.commit import Accepted, Committer
from econome.ingest.costing import Costing
from econome.ingest.measuring import Measuring
from econome.ingest.projects import Projects
from econome.pricing.book import PriceBook
from econome.pricing.sources.overrides import Overrides
from econome.store.client import Store, StoreError
from econome.store.question import Question
from econome.wire.protocols.langsmith import decode_batch

ROOT = "019d0118-f600-7000-8000-000000000001"
CALL = "019d0118-f602-7000-8000-000000000003"
TOOLS = [{"type": "function", "function": {"name": name, "parameters": {}}} for name in ("find", "order")]
ASKED = {
    "messages": [
        {"role": "system", "content": "Help in a garden shop."},
        {"role": "user", "content": "Roses?"},
    ],
    "tools": TOOLS,
}
FOUND = {"choices": [{"message": {"tool_calls": [{"type": "function", "function": {"name": "find"}}]}}]}


@dataclass(frozen=True, slots=True)
class Row:
    call_site: str
    prompt: str
    prompt_version: str
    toolset: int
    tools_called: list[str]


ROWS = Question(
    "rows",
    "select call_site, prompt, prompt_version, toolset, tools_called from runs final"
    " where workspace = {workspace:UUID} and kind = 'llm' order by id",
)


@dataclass(frozen=True, slots=True)
class Wording:
    system: list[str]
    user: list[str]


WORDINGS = Question("wordings", "select system, user from templates final order by prompt, number")


@dataclass(frozen=True, slots=True)
class Tools:
    id: int
    names: list[str]


TOOLSETS = Question("toolsets", "select id, names from toolsets final")


@pytest.fixture
def committer(store: Store, tmp_path: Path) -> Callable[..., Committer]:
    def make(on_step: Callable[[str], None] = lambda _: None) -> Committer:
        book = PriceBook([], Overrides.read(tmp_path / "none.json"))
        costing = Costing(store, book)
        return Committer(store, Projects(store), Measuring(Tokenizers()), costing, on_step)

    return make


def sent(*posts: dict[str, Any], patch: list[dict[str, Any]] | None = None) -> Accepted:
    delivery = decode_batch(json.dumps({"post": posts, "patch": patch or []}).encode())
    return Accepted(DEFAULT_WORKSPACE, delivery, datetime(2026, 3, 18, 12, tzinfo=UTC))


def a_step(run_id: str, name: str, parent: str | None = None, **said: Any) -> dict[str, Any]:
    return {
        "id": run_id,
        "trace_id": ROOT,
        "parent_run_id": parent,
        "dotted_order": f"20260318T110000000000Z{run_id}",
        "name": name,
        "run_type": "llm" if parent else "chain",
        "start_time": "2026-03-18T11:00:00Z",
        **said,
    }


def rows(store: Store) -> list[Row]:
    return store.ask(Row, ROWS, workspace=DEFAULT_WORKSPACE)


def test_a_call_has_its_prompt_its_place_and_its_tools(
    store: Store, committer: Callable[..., Committer]
) -> None:
    call = a_step(CALL, "ChatOpenAI", ROOT, inputs=ASKED, outputs=FOUND)
    committer().commit([sent(a_step(ROOT, "answer"), call)])
    (row,) = rows(store)
    assert row.call_site == "answer > ChatOpenAI"
    assert row.prompt.startswith("Help in a garden shop. #")
    assert row.tools_called == ["find"]
    assert store.ask(Tools, TOOLSETS) == [Tools(row.toolset, ["find", "order"])]
    assert store.ask(Wording, WORDINGS) == [Wording(["Help in a garden shop."], ["Roses?"])]


@pytest.mark.parametrize("restarts", [False, True])
def test_a_parent_that_comes_later_completes_the_call_site(
    store: Store, committer: Callable[..., Committer], restarts: bool
) -> None:
    first = committer()
    first.commit([sent(a_step(CALL, "ChatOpenAI", ROOT, inputs=ASKED))])
    before = rows(store)[0]
    assert before.call_site == "ChatOpenAI"
    (committer() if restarts else first).commit([sent(a_step(ROOT, "answer"))])
    after = rows(store)[0]
    assert after.call_site == "answer > ChatOpenAI"
    assert after.prompt == before.prompt


@pytest.mark.parametrize("restarts", [False, True])
def test_a_run_that_is_sent_again_keeps_its_prompt(
    store: Store, committer: Callable[..., Committer], restarts: bool
) -> None:
    first = committer()
    call = sent(a_step(CALL, "ChatOpenAI", ROOT, inputs=ASKED))
    first.commit([call])
    before = rows(store)
    (committer() if restarts else first).commit([call, call])
    assert rows(store) == before
    assert len(store.ask(Wording, WORDINGS)) == 1


def test_a_name_that_comes_with_the_answer_names_the_prompt(
    store: Store, committer: Callable[..., Committer]
) -> None:
    told = {"metadata": {"prompt_name": "triage", "prompt_version": "3"}}
    patch = {"id": CALL, "dotted_order": f"20260318T110000000000Z{CALL}", "extra": told, "outputs": FOUND}
    committer().commit([sent(a_step(CALL, "ChatOpenAI", ROOT, inputs=ASKED), patch=[patch])])
    (row,) = rows(store)
    assert (row.prompt, row.prompt_version) == ("triage", "3")


def test_a_commit_that_fails_leaves_no_template_behind_in_memory(
    store: Store, committer: Callable[..., Committer]
) -> None:
    def fail(step: str) -> None:
        if step == "templates" and fails:
            raise StoreError("no")

    fails = True
    first = committer(fail)
    call = sent(a_step(CALL, "ChatOpenAI", ROOT, inputs=ASKED))
    with pytest.raises(StoreError):
        first.commit([call])
    fails = False
    first.commit([call])
    assert len(store.ask(Wording, WORDINGS)) == 1


def test_a_removed_project_takes_its_templates_along(
    store: Store, committer: Callable[..., Committer]
) -> None:
    first = committer()
    first.commit([sent(a_step(CALL, "ChatOpenAI", ROOT, inputs=ASKED, session_name="shop"))])
    first.remove_project(DEFAULT_WORKSPACE, project_id(DEFAULT_WORKSPACE, "shop"))
    assert store.ask(Wording, WORDINGS) == []
