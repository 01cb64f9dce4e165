"""Counters for Prometheus: read by its own parsers, exact, and never going down."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_open
from prometheus_client.parser import text_string_to_metric_families as read_plain
from starlette.testclient import TestClient

from builders import a_run
from econome.app import create_app
from econome.domain.project import DEFAULT_WORKSPACE
from econome.domain.run import NO_ID, Run
from econome.domain.usage import Bucket
from econome.ingest.spending import Place, Spending, portion_of
from econome.settings import Settings
from econome.web.api import prometheus

TOKEN = "eca_test"
OPEN = {"accept": "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"}
DASHBOARD = Path(__file__).parents[2] / "examples" / "grafana" / "econome.json"

Told = dict[tuple[str, ...], float]


def send(server: TestClient, run_id: str | None = None, **said: Any) -> str:
    run_id = run_id or str(uuid4())
    model, sent, generated = (
        said.pop("model", "gpt-4o-mini"),
        said.pop("sent", 1000),
        said.pop("generated", 10),
    )
    body = {
        "id": run_id,
        "trace_id": run_id,
        "session_name": "shop",
        "name": "ask",
        "run_type": "llm",
        "start_time": "2026-11-20T12:00:00Z",
        "end_time": "2026-11-20T12:00:02Z",
        "outputs": {
            "usage_metadata": {
                "input_tokens": sent,
                "output_tokens": generated,
                "total_tokens": sent + generated,
            }
        },
        "extra": {"metadata": {"ls_provider": "openai", "ls_model_name": model}},
        **said,
    }
    assert server.post("/runs", json=body).status_code == 202
    return run_id


def told(server: TestClient, **headers: str) -> dict[str, Told]:
    """The samples by metric and the values of their labels; the text is read by Prometheus' own parser."""
    answer = server.get("/econome/v1/metrics", headers=headers)
    assert answer.status_code == 200
    read = read_open if "openmetrics" in answer.headers["content-type"] else read_plain
    found: dict[str, Told] = {}
    for family in read(answer.text):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


SHOP = ("shop", "openai", "gpt-4o-mini")


@pytest.mark.parametrize("headers", [{}, OPEN], ids=["text", "openmetrics"])
def test_what_was_stored_is_counted_by_project_and_model(server: TestClient, headers: dict[str, str]) -> None:
    send(server)
    send(server, error="broken")
    send(server, model="nobody-knows-this")
    counters = told(server, **headers)
    assert counters["econome_calls_total"] == {SHOP: 2, (*SHOP[:2], "nobody-knows-this"): 1}
    assert counters["econome_failed_calls_total"] == {SHOP: 1}
    assert counters["econome_unpriced_calls_total"] == {(*SHOP[:2], "nobody-knows-this"): 1}
    assert counters["econome_tokens_total"][*SHOP, "input", "uncached"] == 2000
    assert counters["econome_tokens_total"][*SHOP, "output", "text_out"] == 20
    spent = server.get("/econome/v1/spend?since=2026-11-20&until=2026-11-21").json()["rows"][0]
    assert counters["econome_cost_usd_total"] == {SHOP: float(spent["totals"]["cost"])}
    assert counters["econome_counting_since_seconds"][()] > 1.7e9


def test_the_form_is_the_one_that_is_asked_for(server: TestClient) -> None:
    assert server.get("/econome/v1/metrics").headers["content-type"] == prometheus.PLAIN
    answer = server.get("/econome/v1/metrics", headers=OPEN)
    assert answer.headers["content-type"] == prometheus.OPEN_METRICS
    assert answer.text.endswith("# EOF\n")
    assert "# TYPE econome_calls counter" in answer.text


def test_a_call_that_is_told_twice_counts_once(server: TestClient) -> None:
    run_id = send(server)
    send(server, run_id)
    assert told(server)["econome_calls_total"] == {SHOP: 1}


def test_a_wrapper_is_taken_back_once_its_call_is_known(server: TestClient) -> None:
    root = send(server)
    assert told(server)["econome_calls_total"] == {SHOP: 1}
    send(server, trace_id=root, parent_run_id=root)
    assert told(server)["econome_calls_total"] == {SHOP: 1}
    send(server)
    assert told(server)["econome_calls_total"] == {SHOP: 2}


def test_counters_stay_when_a_project_is_deleted(server: TestClient) -> None:
    send(server)
    before = told(server)["econome_tokens_total"]
    [project] = server.get("/econome/v1/projects").json()["rows"]
    assert server.delete(f"/api/v1/sessions/{project['id']}").status_code < 300
    after = told(server)["econome_tokens_total"]
    assert sorted(after.values()) == sorted(before.values())


def test_counters_stay_when_history_is_priced_again(server: TestClient) -> None:
    send(server)
    before = told(server)["econome_cost_usd_total"]
    price = {"provider": "openai", "model": "gpt-4o-mini", "rates": {"uncached": "0.01", "text_out": "0.01"}}
    assert server.post("/econome/v1/prices", json=price).status_code < 300
    asked = {"since": "2026-11-01T00:00:00Z", "until": "2026-12-01T00:00:00Z"}
    one = server.post("/econome/v1/repricings", json=asked).json()
    while one["state"] in ("measuring", "running"):
        one = server.get(f"/econome/v1/repricings/{one['id']}").json()
    assert one["changed"] == 1
    one = server.post(f"/econome/v1/repricings/{one['id']}/apply").json()
    while one["state"] in ("measuring", "running"):
        one = server.get(f"/econome/v1/repricings/{one['id']}").json()
    assert one["state"] == "done"
    assert told(server)["econome_cost_usd_total"] == before


def test_a_narrowed_key_sees_the_counters_of_its_projects(settings_of: Callable[..., Settings]) -> None:
    app = create_app(settings_of(), TOKEN)
    with TestClient(app, base_url="http://localhost") as server:
        server.headers["x-api-key"] = TOKEN

        def key(**said: str) -> dict[str, str]:
            return {"x-api-key": server.post("/econome/v1/keys", json=said).json()["key"]}

        narrowed = key(name="narrowed", role="read", projects="blog*")
        sender = key(name="sender", role="ingest")
        send(server)
        send(server, session_name="blog")
        assert set(told(server, **narrowed)["econome_calls_total"]) == {("blog", *SHOP[1:])}
        assert server.get("/econome/v1/metrics", headers=sender).status_code == 403


def test_labels_may_hold_anything(server: TestClient) -> None:
    strange = 'a "b"\\\n{c="d"} é'
    send(server, model=strange)
    send(server, model="x" * 300)
    send(server, model="x" * 300 + "y")
    for headers in ({}, OPEN):
        counted = told(server, **headers)["econome_calls_total"]
        assert counted == {(*SHOP[:2], strange): 1, (*SHOP[:2], "x" * prometheus.LONGEST_LABEL): 2}


def test_an_unknown_parameter_is_refused(server: TestClient) -> None:
    assert server.get("/econome/v1/metrics?project=shop").status_code == 400


# --- the counters themselves ------------------------------------------------------------


def add(spending: Spending, *runs: Run) -> None:
    spending.replace((None, portion_of(run)) for run in runs)


def calls(spending: Spending) -> dict[Place, int | Decimal]:
    return {place: amounts["calls"] for place, amounts in spending.told(DEFAULT_WORKSPACE).items()}


def test_there_is_room_for_so_many_and_the_rest_counts_together() -> None:
    spending = Spending(most_series=3, most_projects=2)
    projects = [a_run(project=uuid4()).project for _ in range(3)]
    for project in projects:
        for model in ("a", "b"):
            add(spending, a_run(project=project, provider="p", model=model, uncached=1))
    told_now = calls(spending)
    first, second, _ = projects
    assert told_now == {
        Place(first, "p", "a"): 1,
        Place(first, "p", "b"): 1,
        Place(second, "p", "a"): 1,
        Place(second, "other", "other"): 1,
        Place(NO_ID, "other", "other"): 2,
    }
    assert sum(told_now.values()) == 6


def test_no_counter_goes_down_and_what_is_taken_back_is_made_up_for() -> None:
    spending = Spending()
    wrapper = portion_of(a_run(model="m", uncached=5, cost=Decimal("0.5")))
    spending.replace([(None, wrapper)])
    [before] = spending.told(DEFAULT_WORKSPACE).values()
    spending.replace([(wrapper, None)])
    [after] = spending.told(DEFAULT_WORKSPACE).values()
    assert after == before
    add(spending, a_run(model="m", uncached=7, cost=Decimal("0.75")))
    [then] = spending.told(DEFAULT_WORKSPACE).values()
    assert (then["calls"], then["uncached"], then["cost"]) == (1, 7, Decimal("0.75"))


def test_what_nobody_knows_is_no_zero() -> None:
    spending = Spending()
    add(spending, a_run(model="m"))
    add(spending, a_run(model="m", usage_source="estimated", uncached=9, cost=Decimal(1)))
    [amounts] = spending.told(DEFAULT_WORKSPACE).values()
    assert amounts == {"calls": 2, "unknown_calls": 1, "estimated_calls": 1}


# --- the dashboard ----------------------------------------------------------------------


def queries() -> Iterator[str]:
    def walk(one: Any) -> Iterator[str]:
        if isinstance(one, dict):
            if isinstance(one.get("expr"), str):
                yield one["expr"]
            if isinstance(one.get("query"), dict) and isinstance(one["query"].get("query"), str):
                yield one["query"]["query"]
            for value in one.values():
                yield from walk(value)
        elif isinstance(one, list):
            for value in one:
                yield from walk(value)

    yield from walk(json.loads(DASHBOARD.read_text("utf-8")))


def test_the_dashboard_asks_for_what_is_served_and_for_all_of_it(server: TestClient) -> None:
    send(server)
    send(server, error="broken", model="nobody-knows-this")
    text = server.get("/econome/v1/metrics").text
    served = set(re.findall(r"^# TYPE (\w+) ", text, re.MULTILINE))
    asked = {name for query in queries() for name in re.findall(r"\beconome_\w+", query)}
    assert asked == served


def test_the_dashboard_asks_by_labels_that_there_are(server: TestClient) -> None:
    send(server)
    text = server.get("/econome/v1/metrics").text
    labels = set(re.findall(r'[{,](\w+)="', text))
    for query in queries():
        used = set(re.findall(r'(\w+)\s*(?:=~|!~|!=|=)\s*"', query))
        for group in re.findall(r"by \(([^)]*)\)", query):
            used |= {one.strip() for one in group.split(",")}
        assert used <= labels, query
    assert {bucket.value for bucket in Bucket} >= set(re.findall(r'bucket="(\w+)"', text))
