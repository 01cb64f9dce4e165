"""A provider's export beside what is stored: what agrees, and why the rest does not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from starlette.testclient import TestClient

from builders import NOON, a_run, insert_runs

DAY = NOON.date().isoformat()


def reconcile(server: TestClient, text: str, **said: object) -> dict[str, Any]:
    answer = server.post("/econome/v1/reconcile", json={"text": text, **said})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def insert(server: TestClient, *runs: Any) -> None:
    insert_runs(server.app.state.econome.store, list(runs))  # type: ignore[attr-defined]


def openai(**columns: Any) -> Any:
    given = {
        "model": "gpt-4o",
        "provider": "openai",
        "uncached": 1000,
        "text_out": 100,
        "cost": Decimal("0.0035"),
    }
    return a_run(**{**given, **columns})


def csv_of(**cells: object) -> str:
    told = {"day": DAY, "provider": "openai", "model": "gpt-4o", **cells}
    return f"{','.join(told)}\n{','.join(map(str, told.values()))}\n"


def differing(found: dict[str, Any]) -> dict[str, tuple[str, list[str]]]:
    return {
        row["bucket"]: (row["difference"], [reason["kind"] for reason in row["reasons"]])
        for row in found["rows"]
        if row["difference"] != "0"
    }


def test_what_agrees_has_no_difference(server: TestClient) -> None:
    insert(server, openai(), openai())
    found = reconcile(server, csv_of(uncached=2000, output=200, calls=2, cost="0.007"))
    assert differing(found) == {}
    assert {row["bucket"] for row in found["rows"]} == {"uncached", "output", "calls", "cost"}


def test_runs_that_never_came_are_missing(server: TestClient) -> None:
    insert(server, openai())
    found = reconcile(server, csv_of(uncached=3000, output=300))
    assert differing(found) == {
        "uncached": ("-2000", ["missing runs"]),
        "output": ("-200", ["missing runs"]),
    }


def test_a_model_that_we_have_not_is_missing(server: TestClient) -> None:
    found = reconcile(server, csv_of(model="gpt-9", uncached=5))
    assert differing(found) == {"uncached": ("-5", ["missing runs"])}


def test_an_unpriced_model_is_named(server: TestClient) -> None:
    insert(server, openai(), openai(cost=None))
    assert differing(reconcile(server, csv_of(cost="0.07"))) == {"cost": ("-0.0665", ["unpriced"])}


def test_another_price_is_named_where_the_tokens_agree(server: TestClient) -> None:
    insert(server, openai(), openai())
    found = reconcile(server, csv_of(uncached=2000, output=200, cost="0.07"))
    assert differing(found) == {"cost": ("-0.063", ["another price"])}
    (row,) = [row for row in found["rows"] if row["bucket"] == "cost"]
    assert "10 times" in row["reasons"][0]["detail"]


def test_estimated_calls_are_named_and_not_in_our_sum(server: TestClient) -> None:
    insert(server, openai(), openai(usage_source="estimated"))
    found = reconcile(server, csv_of(uncached=2000))
    assert differing(found) == {"uncached": ("-1000", ["estimated usage"])}


def test_repeats_are_named(server: TestClient) -> None:
    insert(server, openai(), openai(counted=False, uncounted="repeated"))
    assert differing(reconcile(server, csv_of(uncached=2000))) == {"uncached": ("-1000", ["uncounted calls"])}


def test_a_dated_name_is_the_model_that_it_is_priced_as(server: TestClient) -> None:
    insert(server, openai())
    found = reconcile(server, csv_of(model="gpt-4o-2024-08-06", uncached=1000))
    assert differing(found) == {}


def test_the_days_are_those_of_the_zone(server: TestClient) -> None:
    insert(server, openai(started_at=NOON.replace(hour=23, minute=30)))
    next_day = csv_of(day="2026-03-19", uncached=1000)
    assert differing(reconcile(server, next_day, zone="Europe/Paris")) == {}
    assert differing(reconcile(server, next_day))


def test_a_provider_by_any_of_its_names_is_one(server: TestClient) -> None:
    insert(server, openai(), openai(provider="OpenAI"), openai(provider="openai.chat"))
    assert differing(reconcile(server, csv_of(uncached=3000))) == {}


def test_only_the_projects_that_are_asked_for_are_compared(server: TestClient) -> None:
    insert(server, openai())
    answer = server.post("/econome/v1/reconcile", json={"text": csv_of(uncached=1), "project": ["nowhere"]})
    assert answer.status_code == 400
    assert "nowhere" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({}, '"text"'),
        ({"text": ""}, "empty"),
        ({"text": "{}"}, "page"),
        ({"text": "day\n", "format": "excel"}, "excel"),
        ({"text": "day\n", "zone": "Moon"}, "Moon"),
        ({"text": "a", "colour": 1}, "colour"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(
    server: TestClient, said: dict[str, Any], why: str
) -> None:
    answer = server.post("/econome/v1/reconcile", json=said)
    assert answer.status_code == 400
    assert why in answer.json()["detail"]


def test_lines_that_cannot_be_read_are_told(server: TestClient) -> None:
    found = reconcile(server, f"day,provider,model,uncached\n{DAY},openai,m,x\nnever,openai,m,1\n")
    assert [one["line"] for one in found["refused"]] == ["line 2", "line 3"]
    assert found["rows"] == []


def test_two_models_of_one_price_of_ones_own_are_two(server: TestClient) -> None:
    server.post("/econome/v1/prices", json={"model": "house-*", "rates": {"uncached": "1"}})
    insert(server, openai(model="house-7b"))
    found = reconcile(server, csv_of(model="house-70b", uncached=1000))
    assert differing(found)["uncached"][1] in (["missing runs"], ["not in the export"])
    assert {row["model"] for row in found["rows"]} == {"house-7b", "house-70b"}
