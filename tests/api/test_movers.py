"""What changed most between two spans, and why: checked by arithmetic on a real store."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from asking import Asking
from builders import NOON, SINCE, UNTIL, a_run, insert_runs
from econome.domain.price import Price
from econome.domain.project import DEFAULT_WORKSPACE
from econome.domain.run import Run
from econome.domain.usage import Bucket
from econome.store.client import Store

BEFORE = NOON - timedelta(days=1)
SPAN = {"since": SINCE.isoformat(), "until": UNTIL.isoformat()}


@pytest.fixture
def asking(store: Store) -> Asking:
    return Asking(store)


def a_call(model: str, tokens: tuple[int, int], rates: tuple[str, str], **more: object) -> Run:
    """A priced call: its tokens in and out, and what a token costs."""
    in_cost, out_cost = tokens[0] * Decimal(rates[0]), tokens[1] * Decimal(rates[1])
    facts: dict[str, object] = {
        "model": model,
        "uncached": tokens[0],
        "text_out": tokens[1],
        "input_cost": in_cost,
        "output_cost": out_cost,
        "cost": in_cost + out_cost,
    }
    return a_run(**{**facts, **more})


def calls(many: int, when: datetime, *what: object, **more: object) -> Iterable[Run]:
    return [a_call(*what, started_at=when, **more) for _ in range(many)]  # type: ignore[arg-type]


def causes(of: dict[str, Any]) -> dict[str, Decimal]:
    return {part["cause"]: Decimal(part["change"]) for part in of["parts"]}


def test_a_change_is_divided_into_its_causes(asking: Asking) -> None:
    rates = ("0.01", "0.03")
    insert_runs(asking.store, calls(2, BEFORE, "gpt-5", (100, 20), rates))
    insert_runs(asking.store, calls(3, NOON, "gpt-5", (150, 20), rates))
    answer = asking.ask("movers")
    [mover] = answer["rows"]
    a_call_before = 100 * Decimal("0.01") + 20 * Decimal("0.03")
    assert causes(mover) == {"volume": a_call_before, "prompts": 3 * 50 * Decimal("0.01")}
    assert Decimal(mover["change"]) == sum(causes(mover).values())
    assert (mover["value"], mover["cause"]) == ("gpt-5", "volume")
    assert mover["before"]["input_per_call"] == 100
    assert mover["now"]["input_per_call"] == 150
    assert answer["total"]["change"] == mover["change"]
    assert answer["before"]["since"] == (SINCE - (UNTIL - SINCE)).isoformat().replace("+00:00", "Z")


def test_what_is_new_and_what_is_gone_stand_among_the_movers_the_greatest_first(asking: Asking) -> None:
    insert_runs(asking.store, calls(1, BEFORE, "old", (100, 0), ("0.01", "0")))
    insert_runs(asking.store, calls(1, NOON, "new", (300, 0), ("0.01", "0")))
    answer = asking.ask("movers")
    assert [(one["value"], one["change"], one["cause"]) for one in answer["rows"]] == [
        ("new", "3", "new"),
        ("old", "-1", "gone"),
    ]
    assert causes(answer["total"]) == {"models": Decimal(2)}


def test_a_call_without_a_price_is_not_taken_for_one_that_cost_nothing(asking: Asking) -> None:
    insert_runs(asking.store, [a_run(model="homemade", uncached=100, text_out=1, started_at=BEFORE)])
    insert_runs(asking.store, calls(1, NOON, "homemade", (100, 1), ("0.01", "0")))
    answer = asking.ask("movers")
    assert answer["rows"] == []
    [other] = answer["not_compared"]
    assert (other["value"], other["change"], other["parts"], other["cause"]) == ("homemade", None, [], None)
    assert (other["before"]["unpriced"], other["before"]["amount"]) == (1, None)
    assert other["now"]["amount"] == "1"
    assert answer["total"]["change"] is None


def test_the_part_that_only_more_known_calls_explain_stands_apart(asking: Asking) -> None:
    unpriced = a_run(model="gpt-5", uncached=100, text_out=0, started_at=BEFORE)
    insert_runs(asking.store, [unpriced, *calls(1, BEFORE, "gpt-5", (100, 0), ("0.01", "0"))])
    insert_runs(asking.store, calls(2, NOON, "gpt-5", (100, 0), ("0.01", "0")))
    [mover] = asking.ask("movers")["rows"]
    assert causes(mover) == {"coverage": Decimal(1)}
    assert (mover["before"]["known"], mover["before"]["calls"]) == (1, 2)


def test_unknown_and_estimated_calls_are_told(asking: Asking) -> None:
    runs = [
        a_run(kind="llm", model="gpt-5"),
        a_run(model="gpt-5", uncached=9, usage_source="estimated", cost=Decimal(7)),
        *calls(1, NOON, "gpt-5", (100, 0), ("0.01", "0")),
    ]
    insert_runs(asking.store, runs)
    [mover] = asking.ask("movers")["rows"]
    now = mover["now"]
    assert (now["calls"], now["known"], now["unknown"], now["estimated"]) == (3, 1, 1, 1)
    assert now["amount"] == "1"


def test_the_cache_is_told_apart_from_the_price(asking: Asking) -> None:
    price = Price(
        "test", "1", "", "gpt-5", None, "", {Bucket.UNCACHED: Decimal(10), Bucket.CACHE_READ: Decimal(1)}
    )
    asking.store.insert(
        "prices",
        {
            "id": [price.id],
            "source": [price.source],
            "source_version": [price.source_version],
            "provider": [price.provider],
            "model": [price.model],
            "valid_from": [None],
            "tier": [""],
            "rates": [{bucket.value: rate for bucket, rate in price.rates.items()}],
            "fees": [{}],
            "discount": [Decimal(0)],
            "project": [""],
        },
    )
    per_token = Decimal(10).scaleb(-6)
    before = a_run(
        model="gpt-5",
        uncached=1000,
        started_at=BEFORE,
        price=price.id,
        cost=1000 * per_token,
        input_cost=1000 * per_token,
    )
    cost = 100 * per_token + 900 * per_token / 10
    now = a_run(model="gpt-5", uncached=100, cache_read=900, price=price.id, cost=cost, input_cost=cost)
    insert_runs(asking.store, [before, now])
    [mover] = asking.ask("movers")["rows"]
    assert causes(mover) == {"cache": cost - 1000 * per_token}
    assert (mover["before"]["cached"], mover["now"]["cached"]) == (0, 0.9)


def test_tokens_move_too(asking: Asking) -> None:
    insert_runs(asking.store, [a_run(model="homemade", uncached=100, text_out=10, started_at=BEFORE)])
    insert_runs(asking.store, [a_run(model="homemade", uncached=150, text_out=30)])
    answer = asking.ask("movers", unit="tokens")
    [mover] = answer["rows"]
    assert causes(mover) == {"prompts": 50, "answers": 20}
    assert mover["change"] == "70"


def test_a_second_dimension_tells_values_apart(asking: Asking) -> None:
    nightly = asking.projects.by_name(DEFAULT_WORKSPACE, "nightly")
    insert_runs(asking.store, calls(1, NOON, "gpt-5", (100, 0), ("0.01", "0")))
    insert_runs(asking.store, calls(2, NOON, "gpt-5", (100, 0), ("0.01", "0"), project=nightly))
    answer = asking.ask("movers", within="project")
    assert [(one["label"], one["within_label"], one["change"]) for one in answer["rows"]] == [
        ("gpt-5", "nightly", "2"),
        ("gpt-5", answer["rows"][1]["within_label"], "1"),
    ]
    assert answer["total"]["change"] == "3"


def test_values_beyond_the_limit_are_counted_and_in_the_total(asking: Asking) -> None:
    for number in range(3):
        insert_runs(asking.store, calls(number + 1, NOON, f"m{number}", (100, 0), ("0.01", "0")))
    answer = asking.ask("movers", limit=1)
    assert [one["value"] for one in answer["rows"]] == ["m2"]
    assert (answer["others"], answer["total"]["change"]) == (2, "6")


def test_tags_overlap_and_the_total_counts_each_call_once(asking: Asking) -> None:
    insert_runs(asking.store, calls(1, NOON, "gpt-5", (100, 0), ("0.01", "0"), tags=["a", "b"]))
    answer = asking.ask("movers", by="tag")
    assert [one["change"] for one in answer["rows"]] == ["1", "1"]
    assert (answer["total"]["change"], answer["overlapping"]) == ("1", True)


def test_a_key_of_the_metadata_moves(asking: Asking) -> None:
    insert_runs(asking.store, calls(1, NOON, "gpt-5", (100, 0), ("0.01", "0"), metadata={"team": "x"}))
    [mover] = asking.ask("movers", by="metadata.team")["rows"]
    assert (mover["value"], mover["change"]) == ("x", "1")


def test_an_earlier_span_may_be_named(asking: Asking) -> None:
    insert_runs(asking.store, calls(1, NOON - timedelta(days=9), "gpt-5", (100, 0), ("0.01", "0")))
    insert_runs(asking.store, calls(5, NOON - timedelta(days=5), "gpt-5", (100, 0), ("0.01", "0")))
    insert_runs(asking.store, calls(3, NOON, "gpt-5", (100, 0), ("0.01", "0")))
    week_before = (SINCE - timedelta(days=9)).isoformat()
    assert asking.ask("movers", against=week_before)["rows"][0]["change"] == "2"
    both = f"{(SINCE - timedelta(days=10)).isoformat()}/{(SINCE - timedelta(days=3)).isoformat()}"
    answer = asking.ask("movers", against=both)
    assert answer["rows"][0]["change"] == str(3 - 6)
    assert answer["before"]["recorded"] is False


def test_a_span_before_the_first_run_is_no_fair_measure(asking: Asking) -> None:
    insert_runs(asking.store, calls(1, NOON, "gpt-5", (100, 0), ("0.01", "0")))
    assert asking.ask("movers")["before"]["recorded"] is False
    assert asking.ask("overview")["previous"]["recorded"] is False
    insert_runs(asking.store, calls(1, NOON - timedelta(days=9), "gpt-5", (100, 0), ("0.01", "0")))
    assert asking.ask("movers")["before"]["recorded"] is True
    assert asking.ask("overview")["previous"]["recorded"] is True


def test_nothing_that_changed_is_no_mover(asking: Asking) -> None:
    for when in (BEFORE, NOON):
        insert_runs(asking.store, calls(1, when, "gpt-5", (100, 0), ("0.01", "0")))
    answer = asking.ask("movers")
    assert (answer["rows"], answer["total"]["change"], answer["total"]["parts"]) == ([], "0", [])


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("by", "colour", "colour"),
        ("within", "colour", "within"),
        ("within", "model", "already"),
        ("unit", "time", "cost, tokens"),
        ("against", "yesterday", "yesterday"),
        ("against", UNTIL.isoformat(), "START"),
        ("limit", "101", "1 to 100"),
    ],
)
def test_what_cannot_be_compared_is_refused_by_name(asking: Asking, name: str, value: str, told: str) -> None:
    assert told in asking.refusal("movers", **SPAN, **{name: value})
