"""What differs, and is it sure? Two sides over one store, checked by arithmetic."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from asking import Asking
from builders import NOON, a_run, an_id, insert_runs
from comparing import calls, judge
from econome.domain.project import DEFAULT_WORKSPACE, project_id
from econome.store.client import Store


@pytest.fixture
def asking(store: Store) -> Asking:
    return Asking(store)


def measure(answer: Any, name: str) -> Any:
    return next(one for one in answer["measures"] if one["name"] == name)


BY_MODEL = {"by": "model", "a": "small", "b": "large"}


# --- sides ------------------------------------------------------------------------------------


def test_two_models_are_held_together(asking: Asking) -> None:
    insert_runs(asking.store, calls(40) + calls(60, model="large", cost="2", text_out=50))
    answer = asking.ask("compare", **BY_MODEL)
    assert (answer["a"]["label"], answer["b"]["label"]) == ("small", "large")
    assert answer["a"]["totals"]["cost"] == str(40 * Decimal("0.5")).rstrip("0").rstrip(".")
    assert answer["b"]["totals"]["coverage"]["priced"] == 60
    assert (answer["a"]["traces"], answer["b"]["traces"]) == (40, 60)
    assert answer["b"]["scope"]["filter"] == 'eq(model, "large")'
    cost = measure(answer, "cost_per_call")
    assert (cost["a"]["exact"], cost["b"]["exact"]) == ("0.5", "2")
    assert cost["difference"]["exact"] == "1.5"
    assert cost["ratio"]["value"] == 4
    assert cost["verdict"] == "more"
    assert measure(answer, "output_per_call")["difference"]["value"] == 50 - 20
    assert measure(answer, "input_per_call")["verdict"] == "unclear"


def test_two_periods_are_held_together(asking: Asking) -> None:
    yesterday = [a_run(model="m", uncached=10, cost=Decimal(1), started_at=NOON - timedelta(days=1))]
    insert_runs(asking.store, yesterday + calls(2, cost="3"))
    answer = asking.ask(
        "compare",
        **{
            "a.since": (NOON - timedelta(days=1, hours=1)).isoformat(),
            "a.until": (NOON - timedelta(hours=23)).isoformat(),
        },
    )
    assert answer["by"] is None
    assert (answer["a"]["totals"]["calls"], answer["b"]["totals"]["calls"]) == (1, 2)
    cost = measure(answer, "cost_per_call")
    assert cost["difference"]["exact"] == "2"
    assert cost["difference"]["low"] is None
    assert cost["verdict"] == "too_few"


@pytest.mark.parametrize(
    ("by", "a", "b", "kept"),
    [
        ("temperature", "0", "0.7", (1, 2)),
        ("temperature", "", "0.7", (4, 2)),
        ("max_tokens", "100", "", (3, 4)),
        ("metadata.release", "1", "2", (1, 2)),
        ("metadata.release", "", "2", (4, 2)),
        ("tag", "old", "", (1, 6)),
        ("environment", "", "staging", (5, 2)),
    ],
)
def test_sides_may_differ_by_what_an_app_asked_or_said(
    asking: Asking, by: str, a: str, b: str, kept: tuple[int, int]
) -> None:
    insert_runs(
        asking.store,
        [
            *calls(1, temperature=0.0, max_tokens=100, metadata={"release": "1"}, tags=["old"]),
            *calls(2, temperature=0.7, max_tokens=100, metadata={"release": "2"}, environment="staging"),
            *calls(4, metadata={"other": "2"}),
        ],
    )
    answer = asking.ask("compare", by=by, a=a, b=b)
    assert (answer["a"]["totals"]["calls"], answer["b"]["totals"]["calls"]) == kept


def test_two_projects_are_named_by_id_or_by_name(asking: Asking) -> None:
    other = project_id(DEFAULT_WORKSPACE, "other")
    insert_runs(asking.store, calls(1) + calls(2, project=other))
    asking.projects.see(DEFAULT_WORKSPACE, ["default", "other"], NOON) if hasattr(
        asking.projects, "see"
    ) else None
    answer = asking.ask(
        "compare", by="project", a=str(project_id(DEFAULT_WORKSPACE, "default")), b=str(other)
    )
    assert (answer["a"]["totals"]["calls"], answer["b"]["totals"]["calls"]) == (1, 2)


def test_a_side_s_filter_stands_beside_the_common_one(asking: Asking) -> None:
    insert_runs(
        asking.store, calls(3, user="anna") + calls(5, user="ben", model="large") + calls(7, user="ben")
    )
    answer = asking.ask(
        "compare",
        **{"filter": 'eq(model, "small")', "a.filter": 'eq(user, "anna")', "b.filter": 'eq(user, "ben")'},
    )
    assert (answer["a"]["totals"]["calls"], answer["b"]["totals"]["calls"]) == (3, 7)
    assert answer["b"]["scope"]["filter"] == 'and(eq(model, "small"), eq(user, "ben"))'


def test_what_makes_no_side_is_refused_by_name(asking: Asking) -> None:
    assert asking.refusal("compare", by="colour", a="1", b="2").startswith('by: "colour" is none of project,')
    assert (
        asking.refusal("compare", by="model", a="1")
        == "b: goes with by, as in by=model&a=gpt-4o&b=gpt-4o-mini"
    )
    assert asking.refusal("compare", a="1").startswith("a: goes with by")
    assert asking.refusal("compare", by="temperature", a="hot", b="0").startswith(
        'temperature: "hot" is no number'
    )
    assert asking.refusal("compare", good_from="nan") == 'good_from: a number, not "nan"'
    assert "a.since" in asking.refusal("compare", **{"a.since": "2026-03-02", "a.until": "2026-03-01"})
    assert "there is no field 'colour'" in asking.refusal("compare", **{"a.filter": "eq(colour, 1)"})


# --- measures ---------------------------------------------------------------------------------


def test_a_mean_per_call_rests_on_traces(asking: Asking) -> None:
    """Each trace has two calls; forty traces are what is sure, not eighty calls."""
    runs = []
    for at in range(40):
        root = a_run(started_at=NOON + timedelta(seconds=at))
        runs += [
            root,
            *(a_run(parent=root, model="small", uncached=10, cost=Decimal(cost)) for cost in (1, 2)),
        ]
    insert_runs(asking.store, runs)
    answer = asking.ask("compare", **{"b.filter": 'lt(start_time, "2020-01-01")'})
    cost = measure(answer, "cost_per_call")["a"]
    assert (cost["exact"], cost["traces"]) == ("1.5", 40)
    assert measure(answer, "cost_per_trace")["a"]["exact"] == "3"
    assert measure(answer, "cost_per_call")["b"] == {
        "value": None, "exact": None, "low": None, "high": None, "traces": 0,
    }  # fmt: skip
    assert measure(answer, "cost_per_call")["verdict"] == "too_few"


def test_estimates_and_calls_without_a_price_are_in_no_mean(asking: Asking) -> None:
    insert_runs(
        asking.store,
        [
            *calls(40),
            *calls(9, usage_source="estimated", cost="99"),
            *[a_run(model="small", uncached=7_000) for _ in range(5)],
        ],
    )
    answer = asking.ask("compare", **BY_MODEL)
    assert measure(answer, "cost_per_call")["a"]["exact"] == "0.5"
    assert measure(answer, "input_per_call")["a"]["value"] == pytest.approx((40 * 100 + 5 * 7_000) / 45)
    assert answer["a"]["totals"]["coverage"]["unpriced"] == 5
    assert answer["a"]["totals"]["coverage"]["estimated"] == 9


def test_cost_per_million_tokens_leaves_out_what_tells_no_tokens(asking: Asking) -> None:
    silent = [a_run(model="small", usage_source="reported", cost=Decimal(1_000)) for _ in range(3)]
    insert_runs(asking.store, calls(40) + silent)
    found = measure(asking.ask("compare", **BY_MODEL), "cost_per_million_tokens")["a"]
    assert Decimal(found["exact"]) == pytest.approx(Decimal("0.5") / 120 * 1_000_000)
    assert found["value"] == pytest.approx(0.5 / 120 * 1e6)


def test_a_cache_hits_where_it_is_told(asking: Asking) -> None:
    insert_runs(
        asking.store,
        calls(40, uncached=25, cache_read=75)
        + calls(40)
        + calls(40, model="large", uncached=9, cache_read=1),
    )
    hits = measure(asking.ask("compare", **BY_MODEL), "cache_hits")
    assert (hits["a"]["value"], hits["b"]["value"]) == (0.75, 0.1)
    assert (hits["verdict"], hits["better"]) == ("less", "high")


def test_failures_that_all_agree_still_leave_a_doubt(asking: Asking) -> None:
    insert_runs(asking.store, calls(40) + calls(40, model="large", status="error"))
    failed = measure(asking.ask("compare", **BY_MODEL), "failed_calls")
    assert failed["a"]["value"] == failed["a"]["low"] == 0
    assert 0 < failed["a"]["high"] < 0.15
    assert failed["verdict"] == "more"


def test_the_median_of_latencies_lies_between_two_that_were_measured(asking: Asking) -> None:
    runs = calls(101)
    for at, run in enumerate(runs):
        run.ended_at = run.started_at + timedelta(seconds=at + 1)
    insert_runs(asking.store, runs)
    found = measure(asking.ask("compare", **BY_MODEL), "latency_p50")["a"]
    # Of 101 values, those at 101 times 0.5 ± 1.96 √(0.25 / 101), rounded outwards.
    assert (found["low"], found["value"], found["high"], found["traces"]) == (40, 51, 62, 101)
    assert measure(asking.ask("compare", **BY_MODEL), "first_token_p50")["a"]["value"] is None


def test_the_parts_of_a_change_add_up_to_it(asking: Asking) -> None:
    insert_runs(asking.store, calls(10, user="a") + calls(15, user="b", text_out=40, cost="0.7"))
    answer = asking.ask("compare", by="user", a="a", b="b")
    parts = {part["cause"]: Decimal(part["amount"]) for part in answer["change"]}
    assert parts["volume"] == 5 * 15 / 10 - 5
    assert next(iter(parts)) == "volume"
    assert sum(parts.values()) == 15 * Decimal("0.7") - 10 * Decimal("0.5")
    assert asking.ask("compare", by="user", a="a", b="nobody")["change"] == [
        {"cause": "gone", "amount": "-5"}
    ]


# --- scores -----------------------------------------------------------------------------------


def test_scores_stand_beside_cost(asking: Asking) -> None:
    small, large = calls(40), calls(40, model="large", cost="2")
    insert_runs(asking.store, small + large)
    judge(asking.store, small, [1, 0] * 20)
    judge(asking.store, large, [1, 1, 1, 0] * 10)
    (found,) = asking.ask("compare", **BY_MODEL)["feedback"]
    assert found["key"] == "helpful"
    assert (found["score"]["a"]["value"], found["score"]["b"]["value"]) == (0.5, 0.75)
    assert (found["good"]["a"]["value"], found["good"]["a"]["traces"]) == (0.5, 40)
    assert found["cost_per_good"]["b"]["exact"] == text(Decimal(40 * 2) / 30)
    assert found["cost_per_good"]["b"]["low"] < 80 / 30 < found["cost_per_good"]["b"]["high"]
    assert found["cost_per_good"]["a"]["low"] is None, "twenty good ones are too few"


def text(amount: Decimal) -> str:
    return str(amount.quantize(Decimal("1e-18")))


def test_a_score_is_its_trace_s_wherever_it_was_given(asking: Asking) -> None:
    """On the root, on another run of the trace, or on a trace that no run was told of."""
    runs, roots = [], []
    for at in range(3):
        root = a_run(started_at=NOON + timedelta(seconds=at))
        step = a_run(parent=root)
        runs += [root, step, a_run(parent=root, model="small", uncached=1, cost=Decimal(1))]
        roots.append((root, step))
    insert_runs(asking.store, runs)
    judge(asking.store, [roots[0][0]], [1.0])
    judge(asking.store, [roots[1][1]], [1.0], trace_id=None)
    judge(asking.store, [roots[2][0]], [0.0], trace_id=None)
    (found,) = asking.ask("compare", **BY_MODEL)["feedback"]
    assert found["good"]["a"]["traces"] == 3
    assert found["good"]["a"]["value"] == pytest.approx(2 / 3)
    assert found["score"]["b"]["value"] is None


def test_good_is_what_one_says_it_is(asking: Asking) -> None:
    runs = calls(40)
    insert_runs(asking.store, runs)
    judge(asking.store, runs, [3, 5] * 20)
    answer = asking.ask("compare", **BY_MODEL, good_from=4)
    assert answer["good_from"] == 4
    assert answer["feedback"][0]["good"]["a"]["value"] == 0.5


def test_scores_of_others_are_not_seen(asking: Asking) -> None:
    runs = calls(2)
    insert_runs(asking.store, runs)
    judge(asking.store, runs, [1, 1], workspace=an_id())
    assert asking.ask("compare", **BY_MODEL)["feedback"] == []
