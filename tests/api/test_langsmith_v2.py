"""LangSmith's second API over HTTP: nothing unknown is ignored, nothing is shown to whom it is not for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from econome.domain.key import Role
from econome.domain.project import DEFAULT_WORKSPACE, project_id
from econome.domain.run import Run
from econome.web.context import Econome
from seeding import a_call, a_run, insert_payload, insert_runs

SHOP, LAB = (str(project_id(DEFAULT_WORKSPACE, name)) for name in ("shop", "lab"))


def here(server: TestClient) -> Econome:
    econome: Econome = server.app.state.econome  # type: ignore[attr-defined]
    return econome


def key(server: TestClient, role: Role = Role.READ, **limits: Any) -> dict[str, str]:
    _, secret = here(server).keys.create("a test's", role, **limits)
    return {"x-api-key": secret}


@pytest.fixture
def runs(server: TestClient) -> dict[str, Run]:
    """A chain of an hour ago in "shop" with a call of its own and one in "lab", in one conversation."""
    projects = here(server).projects
    shop, lab = (projects.by_name(DEFAULT_WORKSPACE, name) for name in ("shop", "lab"))
    now = datetime.now(UTC)
    chain = a_run("chain", project=shop, session="t1")
    chain.started_at = chain.key_time = now - timedelta(hours=1)
    chain.ended_at = chain.started_at + timedelta(seconds=2)
    own = a_call("own", (100, 10), parent=chain, after=1, cost=Decimal("0.25"), inherited_session="t1")
    own.first_token_at = own.started_at + timedelta(seconds=0.5)
    other = a_call(
        "other", (5, 1), parent=chain, after=2, project=lab, cost=Decimal(4), inherited_session="t1"
    )
    insert_runs(here(server).store, chain, own, other)
    insert_payload(here(server).store, chain, inputs='{"q": "secret"}')
    return {"chain": chain, "own": own, "other": other}


def items(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


@pytest.mark.parametrize(
    ("method", "path", "body", "words"),
    [
        ("POST", "runs/query", {}, "Say in which projects"),
        ("POST", "runs/query", {"project_ids": [SHOP], "reference_dataset_id": SHOP}, "with either"),
        ("POST", "runs/query", {"project_ids": ["shop"]}, '"project_ids" must be a UUID'),
        ("POST", "runs/query", {"project_ids": [SHOP], "session": [SHOP]}, '"session" is no field here'),
        ("POST", "runs/query", {"project_ids": [SHOP], "sem_filter": "x"}, "by meaning"),
        ("POST", "runs/query", {"project_ids": [SHOP], "page_size": 0}, "from 1 to 1000, not '0'"),
        ("POST", "runs/query", {"project_ids": [SHOP], "page_size": True}, "from 1 to 1000"),
        ("POST", "runs/query", {"project_ids": [SHOP], "selects": ["name", "NAMES"]}, "'NAMES' is no field"),
        ("POST", "runs/query", {"project_ids": [SHOP], "min_start_time": "noon"}, '"min_start_time" must be'),
        ("POST", "runs/query", {"project_ids": [SHOP], "filter": "eq("}, "position"),
        ("POST", "runs/query", {"project_ids": [SHOP], "filter": 3}, '"filter" must be a text'),
        ("POST", "runs/query", {"project_ids": [SHOP], "trace_filter": 'eq(nmae, "a")'}, "did you mean"),
        ("POST", "runs/query", {"project_ids": [SHOP], "is_root": "maybe"}, '"is_root" must be true'),
        ("POST", "runs/query", {"project_ids": [SHOP], "cursor": "x"}, "cursor"),
        ("GET", "runs/{run}", None, '"project_id" must say'),
        ("GET", "runs/{run}?project_id={shop}&colour=1", None, '"colour" is no field'),
        ("POST", "traces/query", {}, '"project_id" must say'),
        ("POST", "traces/query", {"project_id": SHOP, "page_size": 101}, "from 1 to 100"),
        ("POST", "threads/query", {"project_id": SHOP, "thread_filter": "x"}, "by their sums"),
        ("POST", "threads/query", {"project_id": SHOP, "cursor": "x"}, "cursor"),
        ("POST", "threads/stats", {"project_id": SHOP}, '"select" must name'),
        ("POST", "threads/stats", {"project_id": SHOP, "select": ["COLOUR"]}, "is no field"),
        ("GET", "threads/t1/stats?session_id={shop}", None, '"selects" must name'),
        ("GET", "sessions?colour=1", None, '"colour" is no field'),
        ("GET", "datasets?sort_by=SIZE", None, '"sort_by" must be one of'),
        ("GET", "datasets?data_type=cube", None, '"data_type" must be one of'),
        ("GET", "sessions?type=DOG", None, "'DOG' is no field"),
        ("GET", "sessions?sort_by=SIZE", None, '"sort_by" must be one of'),
        ("POST", "sessions", {"name": "x"}, '"type" must be one of'),
        ("POST", "sessions", {"name": "x", "type": "EXPERIMENT"}, "An EXPERIMENT has"),
        ("PATCH", "sessions/{shop}", {"colour": 1}, '"colour" is no field'),
    ],
)
@pytest.mark.usefixtures("runs")
def test_nonsense_is_told_what_would_be_sense(
    server: TestClient, runs: dict[str, Run], method: str, path: str, body: object, words: str
) -> None:
    path = path.replace("{run}", str(runs["chain"].id)).replace("{shop}", SHOP)
    answer = server.request(method, f"/api/v2/{path}", json=body)
    assert answer.status_code == 400, answer.text
    assert words in answer.json()["detail"]


def test_usage_is_a_run_s_own_unless_its_subtree_is_asked_for(
    server: TestClient, runs: dict[str, Run]
) -> None:
    body = {"project_ids": [SHOP, LAB], "selects": ["NAME", "TOTAL_TOKENS", "TOTAL_COST"]}
    own = {one["name"]: one for one in items(server.post("/api/v2/runs/query", json=body))}
    assert (own["chain"]["total_tokens"], own["chain"]["total_cost"]) == (None, None)
    assert (own["own"]["total_tokens"], own["other"]["total_cost"]) == (110, 4)
    body["include_subtree_usage"] = True  # type: ignore[assignment]
    whole = {one["name"]: one for one in items(server.post("/api/v2/runs/query", json=body))}
    assert (whole["chain"]["total_tokens"], whole["chain"]["total_cost"]) == (116, 4.25)
    traces = {"project_id": SHOP, "selects": ["NAME", "TOTAL_COST", "FIRST_TOKEN_TIME"]}
    (trace,) = items(server.post("/api/v2/traces/query", json=traces))
    assert trace["root_run"] == {"id": str(runs["chain"].id), "name": "chain"}
    said = runs["own"].first_token_at
    assert said is not None
    assert datetime.fromisoformat(trace["trace_aggregates"]["first_token_time"]) == said


def test_a_key_for_some_projects_sees_only_those(server: TestClient, runs: dict[str, Run]) -> None:
    ask = key(server, projects="sh*")
    chain = runs["chain"]
    assert server.post("/api/v2/runs/query", json={"project_ids": [LAB]}, headers=ask).status_code == 404
    body = {"project_ids": [SHOP], "include_subtree_usage": True, "selects": ["NAME", "TOTAL_COST"]}
    found = {one["name"]: one for one in items(server.post("/api/v2/runs/query", json=body, headers=ask))}
    assert (set(found), found["chain"]["total_cost"]) == ({"chain", "own"}, 0.25)
    listed = server.get(f"/api/v2/traces/{chain.id}/runs?project_id={SHOP}&selects=NAME", headers=ask)
    assert [one["name"] for one in items(listed)] == ["chain", "own"]
    assert server.get(f"/api/v2/traces/{chain.id}/runs?project_id={LAB}", headers=ask).status_code == 404
    (thread,) = items(server.post("/api/v2/threads/query", json={"project_id": SHOP}, headers=ask))
    assert (thread["thread_id"], thread["total_cost"]) == ("t1", 0.25)
    turns = server.get(f"/api/v2/threads/t1/traces?project_id={SHOP}&selects=TOTAL_COST", headers=ask)
    assert items(turns) == [{"trace_id": str(chain.id), "total_cost": 0.25}]
    other = runs["other"].id
    assert server.get(f"/api/v2/runs/{other}?project_id={LAB}", headers=ask).status_code == 404
    assert [one["name"] for one in items(server.get("/api/v2/sessions", headers=ask))] == ["shop"]
    assert server.get(f"/api/v2/sessions/{LAB}", headers=ask).status_code == 404


def test_nothing_of_the_second_api_crosses_workspaces(server: TestClient, runs: dict[str, Run]) -> None:
    ask, chain = key(server, Role.ADMIN, workspace="team"), runs["chain"].id
    for method, path, body in (
        ("POST", "runs/query", {"project_ids": [SHOP]}),
        ("GET", f"runs/{chain}?project_id={SHOP}", None),
        ("GET", f"runs/{chain}/url?project_id={SHOP}", None),
        ("POST", f"runs/{chain}/share", {"session_id": SHOP, "trace_id": str(chain)}),
        ("POST", "traces/query", {"project_id": SHOP}),
        ("GET", f"traces/{chain}/runs?project_id={SHOP}", None),
        ("POST", "threads/query", {"project_id": SHOP}),
        ("POST", "threads/stats", {"project_id": SHOP, "select": ["TRACE_COUNT"]}),
        ("GET", f"threads/t1/stats?session_id={SHOP}&selects=TURNS", None),
        ("GET", f"threads/t1/traces?project_id={SHOP}", None),
        ("GET", f"sessions/{SHOP}", None),
        ("PATCH", f"sessions/{SHOP}", {"name": "spoilt"}),
    ):
        answer = server.request(method, f"/api/v2/{path}", json=body, headers=ask)
        assert (answer.status_code, list(answer.json())) == (404, ["detail"]), path
    assert items(server.get("/api/v2/sessions", headers=ask)) == []
    sender = key(server, Role.INGEST)
    refused = server.post("/api/v2/runs/query", json={"project_ids": [SHOP]}, headers=sender)
    assert refused.status_code == 403
    assert server.post("/api/v2/runs/query", json={"project_ids": [SHOP]}).status_code == 401


def test_runs_on_a_dataset_are_found_by_it_however_old(server: TestClient) -> None:
    dataset, example = uuid4(), uuid4()
    body = {"name": "trial", "reference_dataset_id": str(dataset)}
    made = server.post("/sessions", json=body).json()
    found = here(server).projects.find(DEFAULT_WORKSPACE, "trial")
    assert found is not None
    insert_runs(
        here(server).store,
        a_run("old", project=found.id, reference_example_id=example),
        a_run("plain", project=found.id),
    )
    selects = ["NAME", "REFERENCE_DATASET_ID", "IS_IN_DATASET"]
    query: dict[str, Any] = {"reference_dataset_id": str(dataset), "selects": selects}
    by_name = {one["name"]: one for one in items(server.post("/api/v2/runs/query", json=query))}
    assert by_name["old"]["reference_dataset_id"] == str(dataset)
    assert (by_name["plain"]["reference_dataset_id"], by_name["plain"]["is_in_dataset"]) == (None, False)
    query["reference_examples"] = [str(example)]
    assert [one["name"] for one in items(server.post("/api/v2/runs/query", json=query))] == ["old"]
    nothing = {"reference_dataset_id": str(uuid4())}
    assert server.post("/api/v2/runs/query", json=nothing).status_code == 404
    kinds = server.get(f"/api/v2/sessions?type=EXPERIMENT&reference_dataset_id={dataset}")
    assert [one["id"] for one in items(kinds)] == [made["id"]]
    resolved = server.get(f"/sessions/resolutions?kind=experiment&id={made['id']}")
    assert resolved.json() == {"session_id": made["id"]}
    assert server.get("/api/v1/sessions/resolutions?kind=EVALUATOR").status_code == 404
    assert server.get("/sessions/resolutions?kind=DOG").status_code == 400


def test_an_agent_is_the_project_that_its_runs_address(server: TestClient) -> None:
    run = {"id": str(uuid4()), "name": "a", "run_type": "chain", "start_time": "2026-03-18T12:00:00Z"}
    server.post("/runs", json={**run, "address": "lrn:agents/shop/environments/local"}).raise_for_status()
    found = server.get("/sessions/resolutions?kind=AGENT&id=shop&environment=LOCAL").json()["session_id"]
    (listed,) = items(server.get("/api/v2/sessions?type=AGENT"))
    assert (listed["id"], listed["type"]) == (found, "AGENT")
