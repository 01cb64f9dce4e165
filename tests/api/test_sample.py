"""The sample, loaded by the server and by the demo's own wire, and removed without a trace."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

from econome.sample.marks import SAMPLE

LAST_WEEK = {"since": "2000-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z"}


def totals(server: TestClient, **scope: str) -> dict[str, Any]:
    answer = server.get("/econome/v1/overview", params={**LAST_WEEK, **scope})
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["totals"])


def is_loaded(server: TestClient) -> bool:
    return bool(server.get("/econome/v1/session").json()["sample"]["loaded"])


def test_the_sample_is_loaded_with_prices_gaps_and_all(server: TestClient) -> None:
    answer = server.post("/econome/v1/sample")
    assert answer.status_code == 202, answer.text
    loaded = answer.json()
    assert loaded["project"]["name"] == "sample"
    assert is_loaded(server)
    found = totals(server)
    assert (found["traces"], found["runs"]) == (loaded["traces"], loaded["runs"])
    coverage = found["coverage"]
    assert coverage["priced"] > 0.6 * coverage["calls"]
    assert coverage["unpriced"] > 0
    assert coverage["unknown"] > 0
    assert found["errors"] > 0
    assert float(found["cost"]) > 0
    tokens = found["tokens"]
    assert all(
        tokens[bucket] for bucket in ("uncached", "cache_read", "cache_write_5m", "text_out", "reasoning")
    )
    assert found["first_token"]["p50"]


def test_its_models_have_prices_but_for_the_shops_own(server: TestClient) -> None:
    server.post("/econome/v1/sample")
    params = {**LAST_WEEK, "by": "model", "limit": "20"}
    rows = server.get("/econome/v1/spend", params=params).json()["rows"]
    unpriced = {row["value"] for row in rows if row["totals"]["coverage"]["unpriced"]}
    priced = {row["value"] for row in rows if row["totals"]["coverage"]["priced"]}
    assert unpriced == {"garden-moderator-7b"}
    assert len(priced) >= 6


def test_loading_it_twice_changes_nothing(server: TestClient) -> None:
    server.post("/econome/v1/sample")
    once = totals(server)
    server.post("/econome/v1/sample")
    assert totals(server)["cost"] == once["cost"]
    assert totals(server)["runs"] == once["runs"]


def test_removing_it_leaves_nothing_but_the_rest(server: TestClient) -> None:
    mine = {"id": "019d0118-f600-7000-8000-000000000001", "name": "mine", "run_type": "chain"}
    mine |= {"session_name": "mine", "start_time": "2026-03-18T12:00:00Z"}
    server.post("/runs/batch", json={"post": [mine]})
    server.post("/econome/v1/sample")
    assert server.delete("/econome/v1/sample").status_code == 204
    assert not is_loaded(server)
    assert totals(server)["runs"] == 1
    projects = server.get("/econome/v1/projects").json()["rows"]
    assert [project["name"] for project in projects] == ["mine"]


def test_what_was_removed_can_be_loaded_again(server: TestClient) -> None:
    once = server.post("/econome/v1/sample").json()
    server.delete("/econome/v1/sample")
    again = server.post("/econome/v1/sample").json()
    assert again["runs"] >= once["runs"]
    assert totals(server)["runs"] == again["runs"]


def test_removing_what_is_not_there_is_no_error(server: TestClient) -> None:
    assert server.delete("/econome/v1/sample").status_code == 204


def test_an_apps_own_project_of_that_name_is_never_touched(server: TestClient) -> None:
    mine = {"id": "019d0118-f600-7000-8000-000000000001", "name": "mine", "run_type": "chain"}
    mine |= {"session_name": "sample", "start_time": "2026-03-18T12:00:00Z"}
    server.post("/runs/batch", json={"post": [mine]})
    for answer in (server.post("/econome/v1/sample"), server.delete("/econome/v1/sample")):
        assert answer.status_code == 409
        assert "Rename it" in answer.json()["detail"]
    assert totals(server)["runs"] == 1


def test_langsmiths_api_makes_and_removes_a_marked_project_too(server: TestClient) -> None:
    content = {
        "name": SAMPLE.name,
        "description": SAMPLE.description,
        "extra": {"metadata": SAMPLE.metadata},
    }
    assert server.post("/sessions", json=content).status_code == 200
    found = server.get("/sessions", params={"name": "sample", "limit": 1}).json()
    assert SAMPLE.is_on(found[0]["extra"])
    assert server.post("/econome/v1/sample").status_code == 202
    assert server.delete(f"/sessions/{found[0]['id']}").status_code in (200, 202, 204)
    assert not is_loaded(server)
