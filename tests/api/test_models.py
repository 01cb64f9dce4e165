"""Models side by side: price per token, cache, speed; tokens against latency."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from asking import Asking
from builders import NOON, a_run, insert_runs
from econome.analytics.fit import LEAST_POINTS, least_squares
from econome.domain.money import per_million
from econome.pricing.book import PriceBook
from econome.pricing.sources.overrides import Overrides
from econome.store.client import Store

MILLION = 1_000_000


@pytest.fixture
def asking(store: Store) -> Asking:
    return Asking(store)


def the_model(asking: Asking, **parameters: object) -> Any:
    (row,) = asking.ask("models", **parameters)["rows"]
    return row


def after(seconds: float) -> Any:
    return NOON + timedelta(seconds=seconds)


# --- price ------------------------------------------------------------------------------


def test_no_calls_are_no_models(asking: Asking) -> None:
    insert_runs(asking.store, [a_run()])
    assert asking.ask("models")["rows"] == []


def test_a_model_is_told_apart_by_its_provider_and_the_dearest_comes_first(asking: Asking) -> None:
    insert_runs(
        asking.store,
        [
            a_run(model="m", provider="a", uncached=1, cost=Decimal(1)),
            a_run(model="m", provider="b", uncached=1, cost=Decimal(2)),
            a_run(model="n", provider="a", uncached=999),
        ],
    )
    answer = asking.ask("models")
    assert [(row["model"], row["provider"]) for row in answer["rows"]] == [("m", "b"), ("m", "a"), ("n", "a")]
    assert asking.ask("models", limit=1)["others"] == 2


def test_the_effective_price_is_cost_by_tokens_of_the_calls_that_have_both(asking: Asking) -> None:
    insert_runs(
        asking.store,
        [
            a_run(
                model="m",
                uncached=1_000,
                text_out=100,
                cost=Decimal("0.003"),
                input_cost=Decimal("0.002"),
                output_cost=Decimal("0.001"),
            ),
            a_run(
                model="m",
                uncached=1_000,
                cache_read=1_000,
                text_out=300,
                cost=Decimal("0.006"),
                input_cost=Decimal("0.003"),
                output_cost=Decimal("0.003"),
            ),
            a_run(model="m", uncached=50_000, text_out=50_000),  # unpriced: neither its cost nor its tokens
        ],
    )
    price = the_model(asking)["price"]
    assert Decimal(price["input"]) == per_million(Decimal("0.005"), 3_000)
    assert Decimal(price["output"]) == Decimal("0.004") * MILLION / 400
    assert Decimal(price["blended"]) == per_million(Decimal("0.009"), 3_000 + 400)
    assert (price["input_calls"], price["output_calls"]) == (2, 2)


def test_a_price_of_which_nothing_is_known_is_none(asking: Asking) -> None:
    insert_runs(asking.store, [a_run(model="m", uncached=5, text_out=5), a_run(model="m")])
    row = the_model(asking)
    assert row["price"] == {
        "input": None,
        "output": None,
        "blended": None,
        "input_calls": 0,
        "output_calls": 0,
    }
    assert (row["cost"], row["coverage"]["unpriced"], row["coverage"]["unknown"]) == (None, 1, 1)
    assert row["list_price"] is None


def test_the_price_in_force_now_stands_beside_it(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    path.write_text(json.dumps([{"model": "m", "rates": {"uncached": "2.5", "text_out": "10"}}]))
    asking = Asking(store, prices=PriceBook([], Overrides.read(path)))
    insert_runs(store, [a_run(model="m", uncached=5)])
    listed = the_model(asking)["list_price"]
    assert (listed["input"], listed["output"]) == ("2.5", "10")
    assert listed["cache_read"] == "2.5"  # without a rate of its own: that of input


def test_a_price_per_million_is_exact_or_rounded_once() -> None:
    assert per_million(Decimal("0.0025"), 1_000) == Decimal("2.5")
    assert per_million(Decimal(1), 3) == Decimal("333333.333333333333333333")


# --- cache, reasoning, caps -------------------------------------------------------------


def test_the_cache_is_of_the_calls_that_tell_it(asking: Asking) -> None:
    insert_runs(
        asking.store,
        [
            a_run(model="m", uncached=100, cache_read=300),
            a_run(model="m", uncached=100, cache_read=0),
            a_run(model="m", uncached=9_999),  # says nothing of a cache
        ],
    )
    assert the_model(asking)["cache"] == {"ratio": 300 / (400 + 100), "calls": 2}


def test_who_tells_nothing_of_a_cache_has_no_ratio(asking: Asking) -> None:
    insert_runs(asking.store, [a_run(model="m", uncached=100)])
    assert the_model(asking)["cache"] == {"ratio": None, "calls": 0}


def test_reasoning_is_a_share_of_the_output_that_tells_it(asking: Asking) -> None:
    insert_runs(asking.store, [a_run(model="m", text_out=100, reasoning=300), a_run(model="m", text_out=600)])
    assert the_model(asking)["reasoning"] == {"share": 300 / 400, "calls": 1}


def test_a_cap_is_used_as_far_as_the_output_goes(asking: Asking) -> None:
    insert_runs(
        asking.store,
        [
            a_run(model="m", text_out=50, max_tokens=100),
            a_run(model="m", text_out=100, max_tokens=100),
            a_run(model="m", max_tokens=100),
            a_run(model="m", text_out=7),
        ],
    )
    caps = the_model(asking)["caps"]
    assert (caps["calls"], caps["measured"], caps["full"]) == (3, 2, 1)
    assert caps["p50"] == (0.5 + 1) / 2


# --- speed ------------------------------------------------------------------------------


def test_latency_has_four_percentiles_and_a_failed_call_is_a_call(asking: Asking) -> None:
    runs = [a_run(model="m", ended_at=after(seconds)) for seconds in range(1, 102)]
    runs[0].status = "error"
    insert_runs(asking.store, runs)
    row = the_model(asking)
    assert row["latency"] == {"p50": 51, "p90": 91, "p95": 96, "p99": 100, "calls": 101}
    assert (row["calls"], row["failed_calls"]) == (101, 1)


def test_a_streamed_call_is_as_fast_as_it_writes_and_another_as_fast_as_it_is(asking: Asking) -> None:
    insert_runs(
        asking.store,
        [
            a_run(model="m", text_out=90, first_token_at=after(1), ended_at=after(4)),
            a_run(model="m", text_out=90, ended_at=after(4.5)),
            # It thought before its first token: what it wrote there is in its output.
            a_run(model="m", text_out=10, reasoning=90, first_token_at=after(9), ended_at=after(10)),
        ],
    )
    row = the_model(asking)
    assert row["speed"]["streamed"] == {"p50": 90 / 3, "p5": 90 / 3, "calls": 1}
    assert row["speed"]["whole"]["calls"] == 2
    assert row["speed"]["whole"]["p50"] == (90 / 4.5 + 100 / 10) / 2
    assert row["first_token"] == {"p50": 5, "p95": pytest.approx(1 + 0.95 * 8), "calls": 2}


def test_a_model_that_nobody_timed_has_no_speed(asking: Asking) -> None:
    insert_runs(asking.store, [a_run(model="m", text_out=5, status="pending")])
    row = the_model(asking)
    assert row["latency"] == {"p50": None, "p90": None, "p95": None, "p99": None, "calls": 0}
    assert row["speed"]["whole"] == {"p50": None, "p5": None, "calls": 0}


def test_an_estimate_is_in_no_price_cache_or_speed(asking: Asking) -> None:
    insert_runs(
        asking.store,
        [a_run(model="m", uncached=5, cache_read=5, text_out=5, usage_source="estimated", cost=Decimal(1))],
    )
    row = the_model(asking)
    assert (row["price"]["blended"], row["cache"]["ratio"], row["speed"]["whole"]["p50"]) == (
        None,
        None,
        None,
    )
    assert row["estimated"]["cost"] == "1"


def test_latencies_are_binned_four_to_a_doubling_and_none_is_missing(asking: Asking) -> None:
    insert_runs(
        asking.store,
        [a_run(model="m", ended_at=after(seconds)) for seconds in (0.001, 0.001, 0.008)]
        + [a_run(model="m", ended_at=after(0.0004), status="error"), a_run(ended_at=after(50))],
    )
    answer = asking.ask("models/latencies")
    bins = answer["bins"]
    assert len(bins) == 4 * 3 + 1  # from 1 ms to 8 ms there are three doublings
    assert (bins[0]["start"], bins[0]["calls"], bins[0]["failed_calls"]) == (0, 3, 1)
    assert (bins[4]["start"], bins[4]["end"]) == (pytest.approx(0.002), pytest.approx(0.002 * 2**0.25))
    assert (bins[-1]["start"], bins[-1]["calls"]) == (pytest.approx(0.008), 1)
    assert answer["calls"] == 4


# --- tokens against latency -------------------------------------------------------------


def test_the_scatter_of_nothing_is_empty(asking: Asking) -> None:
    answer = asking.ask("models/scatter")
    assert (answer["models"], answer["points"], answer["others"]) == ([], [], 0)


def test_a_call_is_a_point_that_leads_to_its_run(asking: Asking) -> None:
    call = a_run(model="m", uncached=30, text_out=12, ended_at=after(2), cost=Decimal("0.1"))
    insert_runs(asking.store, [call, a_run(model="m", text_out=1), a_run(model="m", uncached=1)])
    answer = asking.ask("models/scatter")
    (point,) = answer["points"]
    assert (point["run"], point["trace_id"]) == (str(call.id), str(call.trace_id))
    assert (point["tokens"], point["latency"], point["cost"], point["model"]) == (12, 2, "0.1", 0)
    assert answer["models"][0] == {"model": "m", "provider": "", "calls": 1, "sampled": 1, "fit": None}
    assert asking.ask("models/scatter", tokens="total")["points"][0]["tokens"] == 42


def test_a_fit_finds_the_seconds_that_a_token_takes(asking: Asking) -> None:
    insert_runs(
        asking.store,
        [
            a_run(model="m", uncached=1, text_out=tokens, ended_at=after(1 + 0.02 * tokens))
            for tokens in range(0, 400, 10)
        ],
    )
    fit = asking.ask("models/scatter")["models"][0]["fit"]
    assert fit["seconds_per_token"] == pytest.approx(0.02)
    assert fit["intercept"] == pytest.approx(1)
    assert fit["low"] == pytest.approx(0.02)
    assert fit["high"] == pytest.approx(0.02)


def test_a_sample_is_bounded_even_between_models_and_the_same_each_time(asking: Asking) -> None:
    insert_runs(
        asking.store,
        [a_run(model="often", uncached=1, text_out=n) for n in range(400)]
        + [a_run(model="seldom", uncached=1, text_out=n) for n in range(30)],
    )
    answer = asking.ask("models/scatter", limit=100)
    assert [(one["model"], one["calls"], one["sampled"]) for one in answer["models"]] == [
        ("often", 400, 50),
        ("seldom", 30, 30),
    ]
    assert asking.ask("models/scatter", limit=100)["points"] == answer["points"]
    # What comes later does not change which of the earlier ones are in it, but by taking their place.
    insert_runs(asking.store, [a_run(model="seldom", uncached=1, text_out=n) for n in range(10)])
    again = {point["run"] for point in asking.ask("models/scatter", limit=100)["points"]}
    of_often = {point["run"] for point in answer["points"] if point["model"] == 0}
    assert of_often <= again


def test_models_with_few_calls_are_left_out_and_said(asking: Asking) -> None:
    insert_runs(
        asking.store,
        [a_run(model=f"m{model}", uncached=1, text_out=1) for model in range(4) for _ in range(model + 1)],
    )
    answer = asking.ask("models/scatter", models=2)
    assert [one["model"] for one in answer["models"]] == ["m3", "m2"]
    assert answer["others"] == 2
    assert {point["model"] for point in answer["points"]} == {0, 1}


def test_what_is_asked_wrongly_is_refused(asking: Asking) -> None:
    assert "none of output, input, total" in asking.refusal("models/scatter", tokens="cost")
    assert "from 1 to 2000" in asking.refusal("models/scatter", limit=5000)
    assert "from 1 to 500" in asking.refusal("models", limit=501)


# --- the line ---------------------------------------------------------------------------


def test_an_interval_holds_the_slope_and_grows_with_the_noise() -> None:
    xs = [float(x) for x in range(100)]
    calm = least_squares(xs, [2 * x + (-1) ** int(x) * 0.1 for x in xs])
    wild = least_squares(xs, [2 * x + (-1) ** int(x) * 10 for x in xs])
    assert calm is not None
    assert wild is not None
    for line in (calm, wild):
        assert line.low < 2 < line.high
    assert (wild.high - wild.low) == pytest.approx(100 * (calm.high - calm.low))


@pytest.mark.parametrize("xs", [[], [1.0] * (LEAST_POINTS - 1), [7.0] * 50])
def test_too_few_points_or_all_at_one_place_make_no_line(xs: list[float]) -> None:
    assert least_squares(xs, xs) is None
