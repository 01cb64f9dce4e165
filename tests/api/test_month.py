"""The month so far and what it will come to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from asking import Asking
from builders import a_run, insert_runs
from econome.store.client import Store

NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)


@pytest.fixture
def asking(store: Store) -> Asking:
    return Asking(store)


def spend(store: Store, day: datetime, cost: object, **more: object) -> None:
    facts: dict[str, object] = {
        "uncached": 100,
        "text_out": 10,
        "cost": None if cost is None else Decimal(str(cost)),
    }
    insert_runs(store, [a_run(model="gpt-5", started_at=day + timedelta(hours=1), **{**facts, **more})])


def month(asking: Asking, **parameters: object) -> Any:
    return asking.tell("month", **{"until": NOW.isoformat(), **parameters})


def midnight(day: int, of_month: int = 3) -> datetime:
    return datetime(2026, of_month, day, tzinfo=UTC)


def test_the_month_so_far_stands_day_by_day_beside_the_one_before(asking: Asking) -> None:
    spend(asking.store, midnight(1), 2)
    spend(asking.store, midnight(18), 3)
    spend(asking.store, midnight(28, 2), 7)
    answer = month(asking)
    assert (answer["since"], answer["until"]) == ("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z")
    amounts = [day["amount"] for day in answer["days"]]
    assert amounts == ["2", *["0"] * 16, "3"]
    assert answer["spent"] == "5"
    assert [day["amount"] for day in answer["before"]] == [*["0"] * 27, "7"]
    assert answer["recorded_since"] == "2026-02-28T01:00:00Z"


def test_days_begin_where_the_viewer_is(asking: Asking) -> None:
    spend(asking.store, midnight(28, 2) + timedelta(hours=22), 2)  # 23:00 UTC, past midnight in Paris
    answer = month(asking, tz="Europe/Paris")
    assert answer["since"] == "2026-02-28T23:00:00Z"
    assert answer["days"][0] == {"start": "2026-02-28T23:00:00Z", "calls": 1, "known": 1, "amount": "2"}


def test_a_forecast_goes_on_as_the_last_whole_weeks_went(asking: Asking) -> None:
    for back in range(1, 30):
        spend(asking.store, midnight(18) - timedelta(days=back), 4)
    answer = month(asking)
    found = answer["forecast"]
    assert (found["days"], found["level"], answer["why"]) == (28, 0.8, None)
    spent = 17 * 4
    assert answer["spent"] == str(spent)
    assert found["path"][0] == {"at": "2026-03-19T00:00:00Z", "low": "70", "middle": "70", "high": "70"}
    assert found["path"][-1]["at"] == answer["until"]
    assert Decimal(found["path"][-1]["middle"]) == spent + Decimal("13.5") * 4


def test_the_day_on_which_recording_began_is_no_whole_day(asking: Asking) -> None:
    for back in range(1, 15):
        spend(asking.store, midnight(18) - timedelta(days=back), 4)
    answer = month(asking)
    assert (answer["forecast"], answer["why"]) == (None, "few_days")
    assert (answer["whole_days"], answer["needed_days"]) == (13, 14)


def test_a_day_of_which_nothing_is_known_is_not_taken_for_a_free_one(asking: Asking) -> None:
    for back in range(1, 30):
        spend(asking.store, midnight(18) - timedelta(days=back), None if back == 5 else 4)
    answer = month(asking)
    assert (answer["forecast"], answer["why"]) == (None, "unknown")
    day = next(day for day in answer["days"] if day["start"] == "2026-03-13T00:00:00Z")
    assert day == {"start": "2026-03-13T00:00:00Z", "calls": 1, "known": 0, "amount": None}
    assert month(asking, unit="tokens")["forecast"] is not None


def test_tokens_are_added_up_too(asking: Asking) -> None:
    spend(asking.store, midnight(1), None)
    answer = month(asking, unit="tokens")
    assert answer["spent"] == "110"
    assert month(asking)["spent"] is None


def test_a_filter_narrows_it_and_a_span_is_refused(asking: Asking) -> None:
    spend(asking.store, midnight(1), 2)
    assert month(asking, filter='eq(model, "other")')["spent"] == "0"
    assert "since" in asking.refusal("month", since="2026-03-01")
    assert "tz" in asking.refusal("month", tz="Mars/Olympus")
