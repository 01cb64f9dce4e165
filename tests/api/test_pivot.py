"""Two dimensions across each other, checked by arithmetic."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from asking import Asking
from builders import a_run, insert_runs
from comparing import calls
from econome.store.client import Store


@pytest.fixture
def asking(store: Store) -> Asking:
    return Asking(store)


def table(answer: Any, name: str = "cost") -> dict[tuple[str, str], Any]:
    """The cells by the labels of their row and column."""
    return {
        (row["label"], column["label"]): cell and cell[name]
        for row, line in zip(answer["rows"], answer["cells"], strict=True)
        for column, cell in zip(answer["columns"], line, strict=True)
    }


def test_each_pair_of_values_has_its_sum_and_so_has_each_value(asking: Asking) -> None:
    insert_runs(
        asking.store,
        calls(2, user="anna")
        + calls(3, user="anna", model="large", cost="2")
        + calls(4, user="ben", cost="0.25"),
    )
    answer = asking.ask("pivot", rows="user", columns="model")
    assert answer["by"] == ["user", "model"]
    assert table(answer) == {
        ("anna", "large"): "6",
        ("anna", "small"): "1",
        ("ben", "large"): None,
        ("ben", "small"): "1",
    }
    assert [row["total"]["cost"] for row in answer["rows"]] == ["7", "1"]
    assert [column["total"]["cost"] for column in answer["columns"]] == ["6", "2"]
    assert answer["total"]["cost"] == "8"
    assert answer["total"]["coverage"]["calls"] == 2 + 3 + 4
    assert table(answer, "tokens")["anna", "large"] == 3 * (100 + 20)
    assert (answer["latency_of"], answer["overlapping"]) == ("calls", False)


def test_what_has_no_place_of_its_own_is_with_the_others(asking: Asking) -> None:
    runs = [run for at in range(5) for run in calls(1, user=f"user-{at}", cost=str(2**at))]
    insert_runs(asking.store, runs + calls(1, user="user-0", model="large"))
    answer = asking.ask("pivot", rows="user", columns="model", limit=2, across=1)
    assert [row["label"] for row in answer["rows"]] == ["user-4", "user-3", "others"]
    assert answer["rows"][2]["value"] is None
    assert (answer["other_rows"], answer["other_columns"]) == (3, 1)
    assert table(answer)["others", "small"] == str(1 + 2 + 4)
    assert table(answer)["others", "others"] == "0.5"
    assert answer["total"]["cost"] == "31.5"


def test_a_run_with_two_tags_is_once_in_each_and_once_in_all(asking: Asking) -> None:
    insert_runs(asking.store, calls(1, tags=["a", "b", "c"], user="anna"))
    answer = asking.ask("pivot", rows="tag", columns="user", limit=1)
    assert answer["overlapping"] is True
    assert table(answer) == {("a", "anna"): "0.5", ("others", "anna"): "0.5"}
    assert answer["total"]["cost"] == answer["columns"][0]["total"]["cost"] == "0.5"


def test_a_key_of_the_metadata_stands_across_a_dimension(asking: Asking) -> None:
    insert_runs(asking.store, calls(1, metadata={"plan": "free"}) + calls(2))
    answer = asking.ask("pivot", rows="metadata.plan", columns="model")
    assert table(answer) == {("", "small"): "1", ("free", "small"): "0.5"}
    across = asking.ask("pivot", rows="model", columns="metadata.plan")
    assert table(across) == {("small", ""): "1", ("small", "free"): "0.5"}


def test_values_are_chosen_by_the_measure(asking: Asking) -> None:
    insert_runs(
        asking.store,
        [
            *calls(1, user="dear", cost="9"),
            *calls(3, user="often", cost="0"),
            *calls(1, user="long", cost="0", uncached=10**6),
            *calls(2, user="fails", cost="0", status="error"),
        ],
    )
    for measure, first in (
        ("cost", "dear"),
        ("calls", "often"),
        ("tokens", "long"),
        ("failed_calls", "fails"),
    ):
        answer = asking.ask("pivot", rows="user", columns="model", measure=measure, limit=1)
        assert answer["rows"][0]["label"] == first


def test_estimates_and_unpriced_calls_are_told_and_not_added(asking: Asking) -> None:
    insert_runs(
        asking.store,
        [*calls(1), *calls(1, usage_source="estimated", cost="99"), a_run(model="small", uncached=10)],
    )
    cell = asking.ask("pivot", rows="kind", columns="model")["cells"][0][0]
    assert cell["cost"] == "0.5"
    assert cell["tokens"] == 120 + 10
    assert cell["coverage"]["estimated"] == cell["coverage"]["unpriced"] == cell["coverage"]["priced"] == 1


def test_a_filter_narrows_all_of_it(asking: Asking) -> None:
    insert_runs(asking.store, calls(2, user="anna") + calls(3, user="ben"))
    answer = asking.ask("pivot", rows="user", columns="model", filter='eq(user, "ben")')
    assert answer["total"]["cost"] == str(3 * Decimal("0.5"))
    assert [row["label"] for row in answer["rows"]] == ["ben"]


def test_nothing_is_an_empty_table(asking: Asking) -> None:
    answer = asking.ask("pivot")
    assert (answer["rows"], answer["columns"], answer["cells"], answer["total"]) == ([], [], [], None)


def test_what_makes_no_table_is_refused_by_name(asking: Asking) -> None:
    assert asking.refusal("pivot", rows="colour").startswith('rows: "colour" is none of project,')
    assert asking.refusal("pivot", columns="colour").startswith('columns: "colour" is none of project,')
    assert (
        asking.refusal("pivot", rows="model")
        == "columns: another dimension than the rows, which are by model"
    )
    assert asking.refusal("pivot", measure="colour").startswith('measure: "colour" is none of cost, tokens,')
    assert asking.refusal("pivot", across=101) == 'across: a whole number from 1 to 100, not "101"'
