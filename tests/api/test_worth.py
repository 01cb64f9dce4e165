"""What the tokens bring: cost beside score for each value, and what is dear for nothing."""

from __future__ import annotations

from typing import Any

import pytest

from asking import Asking
from builders import insert_runs
from comparing import calls, judge
from econome.store.client import Store


@pytest.fixture
def asking(store: Store) -> Asking:
    return Asking(store)


def rows(answer: Any) -> dict[str, Any]:
    return {row["value"]: row for row in answer["rows"]}


def test_each_value_has_what_a_call_costs_and_how_it_was_judged(asking: Asking) -> None:
    small, large = calls(40), calls(60, model="large", cost="2")
    insert_runs(asking.store, small + large)
    judge(asking.store, small, [1, 0] * 20)
    answer = asking.ask("compare/values", by="model")
    assert (answer["key"], answer["keys"]) == ("helpful", [{"key": "helpful", "judged": 40}])
    assert [row["value"] for row in answer["rows"]] == ["large", "small"]
    found = rows(answer)
    assert (found["small"]["cost"], found["small"]["cost_per_call"]["exact"]) == ("20", "0.5")
    assert (found["small"]["score"]["value"], found["small"]["score"]["traces"]) == (0.5, 40)
    assert found["large"]["score"]["value"] is None
    assert found["large"]["cheaper"] is None, "nobody judged it, so nobody knows"


def test_what_costs_more_and_is_judged_no_better_is_marked(asking: Asking) -> None:
    small, large = calls(40), calls(40, model="large", cost="2")
    insert_runs(asking.store, small + large)
    judge(asking.store, [*small, *large], [1, 0] * 40)
    found = rows(asking.ask("compare/values", by="model"))
    cheaper = found["large"]["cheaper"]
    assert cheaper["value"] == "small"
    assert cheaper["cost"]["ratio"]["value"] == 4
    assert cheaper["score"]["verdict"] == "unclear"
    assert found["small"]["cheaper"] is None


def test_what_costs_more_and_is_judged_better_is_worth_it(asking: Asking) -> None:
    small, large = calls(40), calls(40, model="large", cost="2")
    insert_runs(asking.store, small + large)
    judge(asking.store, [*small, *large], [*([0, 1] * 20), *([1] * 40)])
    assert rows(asking.ask("compare/values", by="model"))["large"]["cheaper"] is None


def test_the_values_of_a_parameter_are_those_that_were_asked_for(asking: Asking) -> None:
    insert_runs(asking.store, calls(1, temperature=0.0) + calls(2, temperature=0.7) + calls(3))
    answer = asking.ask("compare/values", by="temperature")
    assert [(row["value"], row["calls"]) for row in answer["rows"]] == [("", 3), ("0.7", 2), ("0", 1)]
    assert answer["key"] is None
    assert asking.ask("compare/values", by="temperature", limit=1)["rows"][0]["calls"] == 3


def test_one_asks_for_the_scores_of_a_key(asking: Asking) -> None:
    runs = calls(4)
    insert_runs(asking.store, runs)
    judge(asking.store, runs, [1] * 4)
    judge(asking.store, runs[:2], [0.25, 0.5], key="tone")
    answer = asking.ask("compare/values", key="tone")
    assert answer["rows"][0]["score"]["value"] == 0.375
    assert [one["key"] for one in answer["keys"]] == ["helpful", "tone"]


def test_tags_overlap_and_the_answer_says_so(asking: Asking) -> None:
    insert_runs(asking.store, calls(2, tags=["x", "y"]))
    answer = asking.ask("compare/values", by="tag")
    assert answer["overlapping"] is True
    assert [(row["value"], row["calls"]) for row in answer["rows"]] == [("x", 2), ("y", 2)]
