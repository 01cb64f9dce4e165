"""What requests bring is stored whole, once, whatever the order and whatever breaks."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from econome.counting.tokenizers import Tokenizers
from econome.domain.project import DEFAULT_WORKSPACE, project_id, workspace_id
from econome.domain.run import UNDATED
from econome.ingest.commit import Accepted, Committer
from econome.ingest.costing import Costing
from econome.ingest.measuring import Measuring
from econome.ingest.projects import Projects
from econome.pricing.book import PriceBook
from econome.pricing.sources.overrides import Overrides
from econome.store.client import Store, StoreError
from econome.store.question import Question
from econome.wire.protocols.langsmith import decode_batch

NOW = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)
ROOT = "019d0118-f600-7000-8000-000000000001"  # UUIDv7s of that day
OUTER = "019d0118-f601-7000-8000-000000000002"
INNER = "019d0118-f602-7000-8000-000000000003"
RANDOM = "f47ac10b-58cc-4372-a567-0e02b2c3d479"
USAGE = {"input_tokens": 1000, "output_tokens": 100, "total_tokens": 1100}


@dataclass(frozen=True, slots=True)
class Row:
    id: UUID
    name: str
    key_time: datetime
    started_at: datetime
    project: UUID
    counted: bool
    input_tokens: int | None
    cost: Decimal | None


ROWS = Question(
    "rows",
    "select id, name, key_time, started_at, project, counted, input_tokens, cost"
    " from runs final where workspace = {workspace:UUID} order by id",
)


@dataclass(frozen=True, slots=True)
class Text:
    id: UUID
    piece: str
    inputs: str
    outputs: str


TEXTS = Question(
    "texts",
    "select id, toString(payloads.piece) as piece, inputs, outputs"
    " from payloads final order by id, payloads.piece, version",
)


@pytest.fixture
def committer(store: Store, tmp_path: Path) -> Callable[[], Committer]:
    """Makes committers that remember nothing: each is the server after a restart."""
    prices = tmp_path / "prices.json"
    prices.write_text('[{"model": "gpt-test", "rates": {"uncached": "2.50", "text_out": "10"}}]')

    def make() -> Committer:
        book = PriceBook([], Overrides.read(prices))
        return Committer(store, Projects(store), Measuring(Tokenizers()), Costing(store, book))

    return make


def test_a_run_is_stored_with_its_tokens_and_its_cost(
    store: Store, committer: Callable[[], Committer]
) -> None:
    committer().commit([sent(post=[llm(ROOT)], patch=[answer(ROOT)])])
    (row,) = rows(store)
    assert row.input_tokens == 1000
    assert row.cost == Decimal("2.50") * 1000 / 1_000_000 + Decimal(10) * 100 / 1_000_000
    assert row.counted
    assert row.project == project_id(DEFAULT_WORKSPACE, "maths")


@pytest.mark.parametrize("restarts", [False, True])
def test_pieces_in_separate_commits_are_one_run(
    store: Store, committer: Callable[[], Committer], restarts: bool
) -> None:
    first = committer()
    first.commit([sent(patch=[answer(ROOT)])])
    (committer() if restarts else first).commit([sent(post=[llm(ROOT)])])
    (row,) = rows(store)
    assert (row.name, row.input_tokens) == ("ask", 1000)
    assert [(text.piece, text.inputs, text.outputs != "") for text in store.ask(Text, TEXTS)] == [
        ("post", '{"q":"two and two?"}', False),
        ("patch", "", True),
    ]


def test_the_same_request_again_changes_nothing(store: Store, committer: Callable[[], Committer]) -> None:
    request = sent(post=[llm(ROOT)], patch=[answer(ROOT)])
    for _ in range(3):
        committer().commit([request, request])
    assert len(rows(store)) == 1
    assert len(store.ask(Text, TEXTS)) == 2


def test_a_second_patch_keeps_the_texts_of_the_first(
    store: Store, committer: Callable[[], Committer]
) -> None:
    committer().commit([sent(post=[llm(ROOT)], patch=[answer(ROOT)])])
    committer().commit([sent(patch=[{"id": ROOT, "error": "too late", "dotted_order": place(ROOT)}])])
    assert [text.outputs != "" for text in store.ask(Text, TEXTS) if text.piece == "patch"] == [True, False]


@pytest.mark.parametrize("restarts", [False, True])
def test_a_late_child_takes_the_count_from_its_wrapper(
    store: Store, committer: Callable[[], Committer], restarts: bool
) -> None:
    first = committer()
    outer = llm(OUTER, parent=ROOT) | {"outputs": {"usage_metadata": USAGE}}
    inner = llm(INNER, parent=OUTER) | {"outputs": {"usage_metadata": USAGE}}
    first.commit([sent(post=[chain(ROOT), outer])])
    assert {str(row.id): row.counted for row in rows(store)} == {ROOT: False, OUTER: True}
    (committer() if restarts else first).commit([sent(post=[inner])])
    assert {str(row.id): row.counted for row in rows(store)} == {ROOT: False, OUTER: False, INNER: True}


@pytest.mark.parametrize("restarts", [False, True])
def test_a_patch_without_any_time_waits_for_its_post(
    store: Store, committer: Callable[[], Committer], restarts: bool
) -> None:
    first = committer()
    bare = answer(RANDOM)
    del bare["dotted_order"]
    first.commit([sent(patch=[bare])])
    assert [row.key_time for row in rows(store)] == [UNDATED]
    (committer() if restarts else first).commit([sent(post=[llm(RANDOM)])])
    (row,) = rows(store)
    assert row.key_time == UNDATED  # where it began, it stays: a key never changes
    assert row.started_at == datetime(2026, 3, 18, 11, 0, tzinfo=UTC)
    assert (row.name, row.input_tokens) == ("ask", 1000)
    assert {text.piece for text in store.ask(Text, TEXTS)} == {"post", "patch"}


@pytest.mark.parametrize("restarts", [False, True])
def test_a_patch_without_any_time_finds_its_post(
    store: Store, committer: Callable[[], Committer], restarts: bool
) -> None:
    first = committer()
    first.commit([sent(post=[llm(RANDOM)])])
    bare = answer(RANDOM)
    del bare["dotted_order"]
    (committer() if restarts else first).commit([sent(patch=[bare])])
    (row,) = rows(store)
    assert (row.name, row.input_tokens) == ("ask", 1000)


def test_runs_of_two_hundred_months_are_stored_together(
    store: Store, committer: Callable[[], Committer]
) -> None:
    """ClickHouse refuses an insert that touches more than a hundred partitions."""
    moments = [datetime(2000 + number // 12, 1 + number % 12, 2, tzinfo=UTC) for number in range(200)]
    posts = []
    for number, moment in enumerate(moments):
        run_id = str(UUID(int=(0x4000 << 64) | (1 << 63) | number))
        stamp = moment.strftime("%Y%m%dT%H%M%S%fZ")
        posts.append(llm(run_id) | {"dotted_order": f"{stamp}{run_id}", "start_time": moment.isoformat()})
    committer().commit([sent(post=posts)])
    assert sorted(row.started_at for row in rows(store)) == moments


def test_a_commit_that_failed_can_come_again(
    store: Store, committer: Callable[[], Committer], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = committer()
    request = sent(post=[llm(ROOT)], patch=[answer(ROOT)])
    insert = store.insert

    def full(table: str, columns: dict[str, Any]) -> None:
        if table == "runs":
            message = "no space left"
            raise StoreError(message)
        insert(table, columns)

    monkeypatch.setattr(store, "insert", full)
    with pytest.raises(StoreError):
        here.commit([request])
    assert rows(store) == []
    monkeypatch.undo()
    here.commit([request])
    assert [row.input_tokens for row in rows(store)] == [1000]


def test_workspaces_may_have_runs_of_the_same_id(store: Store, committer: Callable[[], Committer]) -> None:
    other = workspace_id("other")
    here = committer()
    here.commit([sent(post=[llm(ROOT)]), sent(workspace=other, post=[llm(ROOT) | {"name": "theirs"}])])
    assert [row.name for row in rows(store)] == ["ask"]
    assert [row.name for row in rows(store, other)] == ["theirs"]


def test_a_removed_project_leaves_nothing_of_its_runs(
    store: Store, committer: Callable[[], Committer]
) -> None:
    here = committer()
    here.commit([sent(post=[llm(ROOT), llm(RANDOM) | {"session_name": "other"}], patch=[answer(ROOT)])])
    here.remove_project(DEFAULT_WORKSPACE, project_id(DEFAULT_WORKSPACE, "maths"))
    assert [str(row.id) for row in rows(store)] == [RANDOM]
    assert [str(text.id) for text in store.ask(Text, TEXTS)] == [RANDOM]
    here.commit([sent(patch=[answer(ROOT)])])
    assert {row.name for row in rows(store)} == {"", "ask"}


def sent(
    *,
    workspace: UUID = DEFAULT_WORKSPACE,
    post: list[dict[str, Any]] | None = None,
    patch: list[dict[str, Any]] | None = None,
) -> Accepted:
    delivery = decode_batch(json.dumps({"post": post or [], "patch": patch or []}).encode())
    assert not delivery.refusals
    return Accepted(workspace, delivery, NOW)


def place(run_id: str) -> str:
    return f"20260318T110000000000Z{run_id}"


def chain(run_id: str) -> dict[str, Any]:
    return llm(run_id) | {"run_type": "chain"}


def llm(run_id: str, parent: str | None = None) -> dict[str, Any]:
    return {
        "id": run_id,
        "trace_id": ROOT if parent else run_id,
        "parent_run_id": parent,
        "dotted_order": place(run_id),
        "name": "ask",
        "run_type": "llm",
        "start_time": "2026-03-18T11:00:00Z",
        "inputs": {"q": "two and two?"},
        "session_name": "maths",
        "extra": {"metadata": {"ls_model_name": "gpt-test"}},
    }


def answer(run_id: str) -> dict[str, Any]:
    return {
        "id": run_id,
        "dotted_order": place(run_id),
        "end_time": "2026-03-18T11:00:01Z",
        "outputs": {"text": "four", "usage_metadata": USAGE},
    }


def rows(store: Store, workspace: UUID = DEFAULT_WORKSPACE) -> list[Row]:
    return store.ask(Row, ROWS, workspace=workspace)


def test_of_two_patches_in_one_commit_the_later_stands(
    store: Store, committer: Callable[[], Committer]
) -> None:
    first, second = answer(ROOT), answer(ROOT) | {"outputs": {"text": "five"}}
    committer().commit([sent(post=[llm(ROOT)]), sent(patch=[first, second])])
    assert [text.outputs for text in store.ask(Text, TEXTS)][-1] == '{"text":"five"}'


@pytest.mark.parametrize("restarts", [False, True])
def test_a_root_whose_clock_is_ahead_of_its_children_counts_them_once(
    store: Store, committer: Callable[[], Committer], restarts: bool
) -> None:
    later = "019d011b-0000-7000-8000-000000000009"  # two minutes after its child
    child = llm(INNER) | {"trace_id": later, "parent_run_id": later, "outputs": {"usage_metadata": USAGE}}
    root = llm(later) | {"outputs": {"usage_metadata": USAGE}}
    first = committer()
    first.commit([sent(post=[child])])
    (committer() if restarts else first).commit([sent(post=[root])])
    assert {str(row.id): row.counted for row in rows(store)} == {INNER: True, later: False}


def test_a_renamed_project_keeps_its_name_when_the_old_one_comes_again(store: Store) -> None:
    projects = Projects(store)
    alpha = projects.by_name(DEFAULT_WORKSPACE, "alpha")
    renamed = projects.get(DEFAULT_WORKSPACE, alpha)
    assert renamed is not None
    projects.rename(renamed, "beta")
    again = projects.by_name(DEFAULT_WORKSPACE, "alpha")
    assert again != alpha
    assert [project.name for project in Projects(store).all(DEFAULT_WORKSPACE)] == ["alpha", "beta"]


def test_a_project_named_after_an_id_is_meant_by_it(store: Store) -> None:
    projects = Projects(store)
    named = projects.by_name(DEFAULT_WORKSPACE, RANDOM)
    assert projects.by_id(DEFAULT_WORKSPACE, UUID(RANDOM)) == named


def test_a_run_far_from_its_id_s_time_widens_what_questions_read(
    store: Store, committer: Callable[[], Committer]
) -> None:
    here = committer()
    assert here.slack == timedelta(days=1)
    here.commit([sent(post=[llm(ROOT) | {"start_time": "2025-01-01T00:00:00Z"}])])
    assert here.slack > timedelta(days=400)
    assert committer().slack >= here.slack
    (row,) = rows(store)
    assert row.started_at == datetime(2025, 1, 1, tzinfo=UTC)
