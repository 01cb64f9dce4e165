"""Prices of one's own: set, at work on the next call, explained, listed, removed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

NOW = datetime.now(UTC).replace(microsecond=0)


def send(server: TestClient, *, model: str = "house-7b", project: str = "shop", **usage: Any) -> str:
    run_id = str(uuid4())
    said = {
        "id": run_id,
        "name": "call",
        "run_type": "llm",
        "start_time": NOW.isoformat(),
        "end_time": NOW.replace(second=(NOW.second + 1) % 60).isoformat()
        if NOW.second < 59
        else NOW.isoformat(),
        "inputs": {"messages": []},
        "outputs": {
            "usage": usage or {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
        },
        "extra": {"metadata": {"ls_model_name": model, "ls_provider": "openai"}},
        "session_name": project,
    }
    answer = server.post("/runs/batch", json={"post": [said], "patch": []})
    assert answer.status_code < 300, answer.text
    return run_id


def cost_of(server: TestClient, run_id: str) -> str | None:
    answer = server.get(f"/econome/v1/runs/{run_id}")
    assert answer.status_code == 200, answer.text
    cost: str | None = answer.json()["run"]["cost"]
    return cost


def set_price(server: TestClient, **said: Any) -> dict[str, Any]:
    answer = server.post("/econome/v1/prices", json=said)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_a_price_that_is_set_prices_the_next_call(server: TestClient) -> None:
    before = send(server)
    set_price(server, model="house-7b", rates={"uncached": "2", "text_out": "10"})
    after = send(server)
    assert cost_of(server, before) is None
    assert cost_of(server, after) == "0.003"


def test_a_price_for_some_projects_holds_in_them_only(server: TestClient) -> None:
    set_price(server, model="house-7b", rates={"uncached": "2", "text_out": "10"})
    set_price(server, model="house-*", project="vip-*", rates={"uncached": "1", "text_out": "5"})
    assert cost_of(server, send(server, project="vip-1")) == "0.0015"
    assert cost_of(server, send(server, project="shop")) == "0.003"


def test_a_discount_is_taken_off_the_list_price(server: TestClient) -> None:
    full = cost_of(server, send(server, model="gpt-4o"))
    set_price(server, provider="openai", model="gpt-4o", discount="0.10")
    assert full == "0.0035"
    assert cost_of(server, send(server, model="gpt-4o")) == "0.00315"


def test_a_price_holds_from_its_first_day_on(server: TestClient) -> None:
    set_price(server, model="house-7b", valid_from="2099-01-01", rates={"uncached": "2", "text_out": "10"})
    assert cost_of(server, send(server)) is None


def test_a_model_by_the_second_is_billed_by_its_duration(server: TestClient) -> None:
    set_price(server, model="house-7b", fees={"second": "0.0004"})
    run_id = send(server)
    run = server.get(f"/econome/v1/runs/{run_id}").json()["run"]
    assert run["cost"] == {1.0: "0.0004", 0.0: "0"}[run["latency"]]


def test_the_explanation_tells_the_source_the_lines_and_who_else_was_asked(server: TestClient) -> None:
    made = set_price(server, model="house-7b", rates={"uncached": "2", "text_out": "10"}, note="agreed")
    run_id = send(server)
    said = server.get("/econome/v1/prices/explain", params={"run": run_id}).json()
    assert said["price"]["source"] == "overrides"
    assert said["is_recorded"]
    assert [(line["bucket"], line["count"], line["cost"]) for line in said["lines"]] == [
        ("uncached", 1000, "0.002"),
        ("text_out", 100, "0.001"),
    ]
    assert [step["source"] for step in said["steps"]] == ["overrides", "genai-prices", "litellm"]
    assert made["note"] == "agreed"


def test_an_unpriced_model_is_listed_with_its_reason(server: TestClient) -> None:
    send(server)
    send(server, model="gpt-4o")
    (model,) = server.get("/econome/v1/prices/unpriced").json()["models"]
    assert (model["model"], model["calls"], model["input"], model["output"]) == ("house-7b", 1, 1000, 100)
    assert model["reasons"] == ["no price for this model"]


def test_setting_the_same_price_twice_changes_nothing(server: TestClient) -> None:
    said = {"model": "house-7b", "rates": {"uncached": "2"}}
    assert server.post("/econome/v1/prices", json=said).status_code == 201
    assert server.post("/econome/v1/prices", json=said).status_code == 200
    listed = server.get("/econome/v1/prices", params={"source": "overrides"}).json()["prices"]
    assert [price["model"] for price in listed] == ["house-7b"]


def test_a_removed_price_holds_no_longer(server: TestClient) -> None:
    made = set_price(server, model="house-7b", rates={"uncached": "2", "text_out": "10"})
    kept = send(server)
    assert server.delete(f"/econome/v1/prices/{made['id']}").status_code == 204
    assert server.delete(f"/econome/v1/prices/{made['id']}").status_code == 404
    assert cost_of(server, kept) == "0.003"
    assert cost_of(server, send(server)) is None


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"rates": {"uncached": "2"}}, '"model"'),
        ({"model": "m"}, '"rates"'),
        ({"model": "m", "rates": {"tokens": "2"}}, "'tokens'"),
        ({"model": "m", "rates": {"uncached": "two"}}, "'two'"),
        ({"model": "m", "rates": {"uncached": "-1"}}, "'-1'"),
        ({"model": "m", "rates": {"uncached": ["1", [0, "2"]]}}, "steps"),
        ({"model": "m", "fees": {"lunch": "2"}}, "'lunch'"),
        ({"model": "m", "discount": "15"}, "'15'"),
        ({"model": "m", "discount": "0.1", "rates": {"uncached": "1"}}, "discount"),
        ({"model": "m", "rates": {"uncached": "1"}, "valid_from": "tomorrow"}, "'tomorrow'"),
        ({"model": "m", "rates": {"uncached": "1"}, "valid_from": "2999-01-01"}, "2999-01-01"),
        ({"model": "m", "rates": {"uncached": "1"}, "colour": "red"}, "colour"),
    ],
)
def test_a_price_that_cannot_be_is_refused_with_the_reason(
    server: TestClient, said: dict[str, Any], why: str
) -> None:
    answer = server.post("/econome/v1/prices", json=said)
    assert answer.status_code == 400
    assert why in answer.json()["detail"]


def test_a_csv_is_imported_and_its_bad_lines_are_told(server: TestClient) -> None:
    text = "model,provider,uncached,text_out,web_search\nhouse-7b,,2,10,\nbad,,x,1,\nother,openai,1,2,0.01\n"
    trial = server.post(
        "/econome/v1/prices/import", json={"format": "csv", "text": text, "dry_run": True}
    ).json()
    assert (trial["added"], trial["unchanged"]) == (2, 0)
    done = server.post("/econome/v1/prices/import", json={"format": "csv", "text": text}).json()
    assert (done["added"], [line["line"] for line in done["refused"]]) == (2, [3])
    again = server.post("/econome/v1/prices/import", json={"format": "csv", "text": text}).json()
    assert (again["added"], again["unchanged"]) == (0, 2)
    assert cost_of(server, send(server)) == "0.003"


def test_the_lists_are_searched_page_by_page(server: TestClient) -> None:
    first = server.get(
        "/econome/v1/prices", params={"model": "gpt-4o", "provider": "openai", "limit": 2}
    ).json()
    assert len(first["prices"]) == 2
    then = server.get(
        "/econome/v1/prices",
        params={"model": "gpt-4o", "provider": "openai", "limit": 2, "cursor": first["next"]},
    ).json()
    assert then["prices"]
    assert then["prices"] != first["prices"]
    assert {price["provider"] for price in (*first["prices"], *then["prices"])} == {"openai"}


def test_prices_of_one_s_own_outlive_the_server(server: TestClient, settings_of: Any) -> None:
    from econome.app import create_app  # noqa: PLC0415

    set_price(server, model="house-7b", rates={"uncached": ["2", [500, "4"]], "text_out": "10"})
    with TestClient(create_app(settings_of(), "eca_test"), base_url="http://localhost") as other:
        assert cost_of(other, send(other)) == "0.005"
