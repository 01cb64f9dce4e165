"""Prices of one's own, set while the server runs: they hold from the next call on, and are accounted for."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from api.conftest import ADMIN_TOKEN
from econome.app import create_app
from econome.domain.key import Role
from econome.settings import Settings

PRICES = "/econome/v1/prices"
WHENEVER = {"since": "2000-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z"}


def call(
    server: TestClient,
    *,
    model: str = "my-model",
    provider: str = "vllm",
    project: str = "shop",
    usage: dict[str, Any] | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """The run of a call of 1,000 tokens in and 100 out, which took two seconds, as the API shows it."""
    run_id = str(uuid4())
    usage = usage or {"input_tokens": 1_000, "output_tokens": 100, "total_tokens": 1_100}
    run = {
        "id": run_id,
        "trace_id": run_id,
        "dotted_order": f"20261120T100000000000Z{run_id}",
        "session_name": project,
        "name": "call",
        "run_type": "llm",
        "start_time": "2026-11-20T10:00:00Z",
        "end_time": "2026-11-20T10:00:02Z",
        "inputs": {"messages": []},
        "outputs": {"usage_metadata": usage},
        "extra": {"metadata": {"ls_provider": provider, "ls_model_name": model}},
        **fields,
    }
    sent = server.post("/runs/batch", json={"post": [run]})
    assert sent.status_code == 202, sent.text
    found: dict[str, Any] = server.get(f"/econome/v1/runs/{run_id}").json()["run"]
    return found


def set_price(server: TestClient, **price: Any) -> dict[str, Any]:
    answer = server.post(PRICES, json=price)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


RATES = {"uncached": "2", "text_out": "10"}  # 0.002 + 0.001 for a call of `call`


def test_the_next_call_is_priced_by_a_price_that_was_set(server: TestClient) -> None:
    before = call(server)
    made = set_price(server, model="my-model", rates=RATES, note="as negotiated")
    after = call(server)
    assert (before["cost"], after["cost"]) == (None, "0.003")
    assert (made["source"], made["note"], made["author"], made["editable"]) == (
        *("overrides", "as negotiated", "admin"),
        True,
    )
    assert call(server, model="another")["cost"] is None
    again = server.get(f"/econome/v1/runs/{before['id']}").json()["run"]
    assert again["cost"] is None  # a price does not reach back


def test_a_price_that_is_set_anew_replaces_the_one_before(server: TestClient) -> None:
    first = set_price(server, model="my-model", rates=RATES)
    assert call(server)["cost"] == "0.003"
    second = set_price(server, model="my-model", rates={"uncached": "4", "text_out": "10"})
    assert call(server)["cost"] == "0.005"
    assert first["id"] == second["id"]
    same = server.post(PRICES, json={"model": "my-model", "rates": {"uncached": "4", "text_out": "10"}})
    assert same.status_code == 200
    assert len(listed(server)) == 1


def test_a_price_of_some_projects_holds_in_those(server: TestClient) -> None:
    set_price(server, model="my-model", rates=RATES)
    set_price(server, model="my-*", project="blog*", rates={"uncached": "0", "text_out": "0"})
    assert call(server, project="blog-fr")["cost"] == "0"
    assert call(server, project="shop")["cost"] == "0.003"


def test_a_discount_is_off_the_list_price(server: TestClient) -> None:
    full = call(server, model="gpt-4o", provider="openai")
    made = set_price(server, model="gpt-4o*", provider="openai", discount="0.15")
    less = call(server, model="gpt-4o", provider="openai")
    assert made["discount"] == "0.15"
    assert Decimal(less["cost"]) == Decimal(full["cost"]) * Decimal("0.85")
    assert call(server, model="gpt-4o", provider="azure")["cost"] == full["cost"]


def test_a_price_holds_from_its_first_day(server: TestClient) -> None:
    set_price(server, model="my-model", valid_from="2026-11-21", rates=RATES)
    assert call(server)["cost"] is None
    assert call(server, start_time="2026-11-21T00:00:00Z", end_time="2026-11-21T00:00:01Z")["cost"] == "0.003"


def test_a_model_of_ones_own_costs_what_its_seconds_do(server: TestClient) -> None:
    set_price(server, model="my-model", fees={"second": "0.0012"})
    run = call(server)
    assert (run["cost"], run["input_cost"]) == ("0.0024", "0")
    assert run["fee_cost"] == "0.0024"


def test_a_batch_call_costs_what_a_batch_costs(server: TestClient) -> None:
    set_price(server, model="my-model", rates=RATES)
    batch = {"metadata": {"ls_provider": "vllm", "ls_model_name": "my-model", "service_tier": "batch"}}
    assert call(server, extra=batch)["cost"] is None  # never silently at the standard price
    set_price(server, model="my-model", tier="batch", rates={"uncached": "1", "text_out": "5"})
    assert call(server, extra=batch)["cost"] == "0.0015"
    assert call(server)["cost"] == "0.003"


def test_a_removed_price_holds_no_longer_and_recorded_costs_stay(server: TestClient) -> None:
    made = set_price(server, model="my-model", rates=RATES)
    run = call(server)
    assert server.delete(f"{PRICES}/{made['id']}").status_code == 204
    assert call(server)["cost"] is None
    assert server.get(f"/econome/v1/runs/{run['id']}").json()["run"]["cost"] == "0.003"
    assert server.delete(f"{PRICES}/{made['id']}").status_code == 404


def test_prices_are_there_when_the_server_starts_again(
    settings_of: Callable[..., Settings], server: TestClient
) -> None:
    set_price(server, model="my-model", rates=RATES)
    with TestClient(create_app(settings_of(), ADMIN_TOKEN), base_url="http://localhost") as again:
        assert call(again)["cost"] == "0.003"
        assert [price["model"] for price in listed(again)] == ["my-model"]


def test_each_change_is_in_the_journal(server: TestClient) -> None:
    made = set_price(server, model="my-model", rates=RATES)
    set_price(server, model="my-model", rates={"uncached": "3"})
    server.delete(f"{PRICES}/{made['id']}")
    lines = journal(server)
    assert [line["action"] for line in lines] == ["price removed", "price set", "price set"]
    assert {line["author"] for line in lines} == {"admin"}
    assert lines[1]["detail"]["before"]["rates"] == RATES
    assert lines[1]["detail"]["price"]["rates"] == {"uncached": "3"}


# --- importing ---------------------------------------------------------------------------


CSV = """model,provider,project,valid_from,tier,uncached,text_out,web_search,discount,note
my-model,,,,,2,10,,,
my-model,,shop,2026-11-01,batch,1,5,0.01,,half
gpt-4o*,openai,,,,,,,0.1,
bad,,,,,cheap,,,,
worse,,,soon,,1,,,,
"""


def imported(server: TestClient, text: str, how: str = "csv", **more: Any) -> dict[str, Any]:
    answer = server.post(f"{PRICES}/import", json={"format": how, "text": text, **more})
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def test_a_csv_is_taken_line_by_line_and_a_dry_run_changes_nothing(server: TestClient) -> None:
    tried = imported(server, CSV, dry_run=True)
    assert listed(server) == []
    done = imported(server, CSV)
    assert {**tried, "dry_run": False} == done
    assert (done["added"], done["changed"], done["unchanged"]) == (3, 0, 0)
    assert [one["line"] for one in done["refused"]] == [5, 6]
    assert "cheap" in done["refused"][0]["why"]
    assert "soon" in done["refused"][1]["why"]
    assert call(server)["cost"] == "0.003"
    again = imported(server, CSV.replace("2,10", "4,10"))
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 1, 2)
    assert call(server)["cost"] == "0.005"
    assert [line["action"] for line in journal(server)] == ["prices imported"] * 2


def test_litellm_s_map_is_taken_with_its_tiers(server: TestClient) -> None:
    entry = {
        "litellm_provider": "hosted_vllm",
        "input_cost_per_token": 2e-06,
        "output_cost_per_token": 1e-05,
        "input_cost_per_token_batches": 1e-06,
        "output_cost_per_token_batches": 5e-06,
    }
    done = imported(server, json.dumps({"hosted_vllm/my-model": entry}), "litellm")
    assert (done["added"], done["refused"]) == (2, [])
    assert call(server)["cost"] == "0.003"


def test_thousands_of_prices_are_one_line_in_the_journal(server: TestClient) -> None:
    many = "model,uncached\n" + "".join(f"model-{number},{number}\n" for number in range(3_000))
    assert imported(server, many)["added"] == 3_000
    assert len(journal(server)) == 1
    assert len(listed(server, limit="1000")) == 1_000
    assert call(server, model="model-2999", usage={"input_tokens": 1_000, "output_tokens": 0})["cost"]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({"format": "xml", "text": ""}, "must be csv or litellm"),
        ({"format": "csv", "text": "name,price\na,1\n"}, "name, price"),
        ({"format": "csv", "text": "uncached\n1\n"}, "no column model"),
        ({"format": "litellm", "text": "{}"}, "not LiteLLM's map"),
        ({"format": "csv", "text": "model\n", "dry_run": "yes"}, "dry_run"),
    ],
)
def test_an_import_that_cannot_be_read_is_refused(
    server: TestClient, body: dict[str, Any], complaint: str
) -> None:
    answer = server.post(f"{PRICES}/import", json=body)
    assert answer.status_code == 400
    assert complaint in answer.json()["detail"]


# --- refusing ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({}, '"model" must be the name'),
        ({"model": "m"}, '"rates" must give'),
        ({"model": "m", "rates": {"input": "1"}}, "no bucket is called 'input'"),
        ({"model": "m", "rates": {"uncached": "much"}}, "'much'"),
        ({"model": "m", "rates": {"uncached": "-1"}}, "'-1'"),
        ({"model": "m", "rates": {"uncached": "1e-30"}}, "1e-30"),
        ({"model": "m\n", "rates": {"uncached": "0"}, "project": "a\x00b"}, "project"),
        ({"model": "m", "rates": {"uncached": ["1", [200000]]}}, "the steps of uncached"),
        ({"model": "m", "fees": {"coffee": "1"}}, "no fee is called 'coffee'"),
        ({"model": "m", "discount": "15"}, "'15'"),
        ({"model": "m", "discount": "0.1", "rates": {"uncached": "1"}}, "leave out"),
        ({"model": "m", "rates": {"uncached": "1"}, "valid_from": "tomorrow"}, "'tomorrow'"),
        ({"model": "m", "rates": {"uncached": "1"}, "colour": "red"}, "nothing but"),
    ],
)
def test_a_price_that_cannot_be_read_is_refused_by_name(
    server: TestClient, body: dict[str, Any], complaint: str
) -> None:
    answer = server.post(PRICES, json=body)
    assert answer.status_code == 400
    assert complaint in answer.json()["detail"]
    assert listed(server) == []
    assert journal(server) == []


def test_only_a_key_that_manages_the_whole_workspace_sets_prices(server: TestClient) -> None:
    keys = server.app.state.econome.keys  # type: ignore[attr-defined]
    body = {"model": "m", "rates": {"uncached": "1"}}
    seen = {}
    for name, role, projects in (
        ("sender", Role.INGEST, None),
        ("reader", Role.READ, None),
        ("narrow", Role.ADMIN, "shop-*"),
        ("admin-of-all", Role.ADMIN, None),
    ):
        _, secret = keys.create(name, role, projects=projects)
        answer = server.post(PRICES, json=body, headers={"x-api-key": secret})
        seen[name] = (answer.status_code, server.get(PRICES, headers={"x-api-key": secret}).status_code)
    assert seen == {
        "sender": (403, 403),
        "reader": (403, 200),
        "narrow": (403, 200),
        "admin-of-all": (201, 200),
    }


def test_a_workspace_neither_sees_nor_pays_another_s_prices(server: TestClient) -> None:
    set_price(server, model="my-model", rates=RATES)
    keys = server.app.state.econome.keys  # type: ignore[attr-defined]
    _, secret = keys.create("theirs", Role.ADMIN, workspace="other")
    server.headers["x-api-key"] = secret
    assert listed(server) == []
    assert call(server)["cost"] is None


# --- explaining --------------------------------------------------------------------------


def test_a_run_s_price_is_explained_with_its_lines(server: TestClient) -> None:
    set_price(server, model="my-*", rates=RATES)
    run = call(server)
    said = server.get(f"{PRICES}/explain", params={"run": run["id"]}).json()
    assert said["run"] == run["id"]
    assert said["cost"] == "0.003"
    assert [(line["bucket"], line["count"], line["rate"], line["cost"]) for line in said["lines"]] == [
        ("uncached", 1_000, "2", "0.002"),
        ("text_out", 100, "10", "0.001"),
    ]
    assert (said["price"]["source"], said["price"]["model"]) == ("overrides", "my-*")
    assert [(step["source"], step["found"]) for step in said["steps"]][:2] == [
        ("overrides", True),
        ("genai-prices", False),
    ]


def test_a_stated_cost_stands_beside_ours_with_the_difference(server: TestClient) -> None:
    set_price(server, model="my-model", rates=RATES)
    usage = {"input_tokens": 1_000, "output_tokens": 100, "total_tokens": 1_100, "total_cost": 0.004}
    run = call(server, usage=usage)
    said = server.get(f"{PRICES}/explain", params={"run": run["id"]}).json()
    assert run["cost"] == "0.004"
    assert (said["our_cost"], said["cost_reported"], said["difference"]) == ("0.003", "0.004", "-0.001")
    assert len(said["lines"]) == 2


def test_a_call_that_nobody_made_is_explained_too(server: TestClient) -> None:
    asked = {"provider": "azure.ai.openai", "model": "gpt-4o", "tier": "priority"}
    said = server.get(f"{PRICES}/explain", params=asked).json()
    assert said["asked"] == {"provider": "azure", "model": "gpt-4o", "tier": "priority"}
    assert said["price"] is None
    assert "priority" in said["steps"][1]["why"]


def test_the_project_of_a_call_decides_whose_price_explains_it(server: TestClient) -> None:
    set_price(server, model="my-model", project="shop-*", rates=RATES)
    asked = {"model": "my-model", "project": "shop-fr"}
    assert server.get(f"{PRICES}/explain", params=asked).json()["price"]["project"] == "shop-*"
    assert server.get(f"{PRICES}/explain", params={**asked, "project": "blog"}).json()["price"] is None


def test_models_without_a_price_are_told_with_the_reasons(server: TestClient) -> None:
    call(server)
    call(server)
    set_price(server, model="half", rates={"uncached": "1", "text_out": "1"})
    sound = {"input_tokens": 10, "output_tokens": 1, "total_tokens": 11, "input_token_details": {"audio": 9}}
    call(server, model="half", usage=sound)
    call(server, model="gpt-4o", provider="openai")
    said = server.get(f"{PRICES}/unpriced", params=WHENEVER).json()["rows"]
    assert [(row["model"], row["calls"], row["reasons"]) for row in said] == [
        ("my-model", 2, ["no price for this model"]),
        ("half", 1, ["audio_in has no rate"]),
    ]
    assert (said[0]["provider"], said[0]["input"], said[0]["output"]) == ("vllm", 2_000, 200)


def test_the_lists_are_shown_a_page_at_a_time(server: TestClient) -> None:
    asked = {"provider": "openai", "model": "gpt-4o", "source": "genai-prices", "limit": "2"}
    first = server.get(PRICES, params=asked).json()
    second = server.get(PRICES, params={**asked, "cursor": first["next"]}).json()
    assert len(first["rows"]) == 2
    assert first["rows"] != second["rows"]
    assert all(not price["editable"] and price["source"] == "genai-prices" for price in first["rows"])
    assert server.get(PRICES, params={"source": "nowhere"}).status_code == 400
    assert server.get(PRICES, params={"colour": "red"}).status_code == 400


def listed(server: TestClient, **asked: str) -> list[dict[str, Any]]:
    answer = server.get(PRICES, params={"source": "overrides", **asked})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["rows"]
    return found


def journal(server: TestClient) -> list[dict[str, Any]]:
    answer = server.get("/econome/v1/journal")
    assert answer.status_code == 200, answer.text
    [lines] = (value for value in answer.json().values() if isinstance(value, list))
    return list(lines)
