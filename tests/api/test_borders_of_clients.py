"""What a key may not do by the routes of LangSmith's and Langfuse's clients, though its role lets it in."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from econome.domain.key import Role
from econome.domain.project import DEFAULT_WORKSPACE
from econome.domain.run import Run
from econome.web.context import Econome
from seeding import a_run, insert_payload, insert_runs

AT = "2026-03-01T12:00:00Z"


def here(server: TestClient) -> Econome:
    econome: Econome = server.app.state.econome  # type: ignore[attr-defined]
    return econome


def key(server: TestClient, role: Role, **limits: Any) -> dict[str, str]:
    _, secret = here(server).keys.create("a test's", role, **limits)
    return {"x-api-key": secret}


@pytest.fixture
def secret(server: TestClient) -> Run:
    """A run in "lab"."""
    run = a_run("secret", project=here(server).projects.by_name(DEFAULT_WORKSPACE, "lab"))
    insert_runs(here(server).store, run)
    insert_payload(here(server).store, run, inputs='{"q": "secret"}')
    return run


@pytest.fixture
def ours(server: TestClient) -> Run:
    """A run in "shop"."""
    run = a_run("ours", project=here(server).projects.by_name(DEFAULT_WORKSPACE, "shop"))
    insert_runs(here(server).store, run)
    return run


def feedback(server: TestClient, run: Run) -> list[str]:
    found = server.get("/feedback", params={"run": str(run.id)}, headers=key(server, Role.READ)).json()
    return [one["key"] for one in found]


def test_a_key_that_may_only_send_reads_no_run_by_making_an_example_of_it(
    server: TestClient, secret: Run
) -> None:
    dataset = server.post("/datasets", json={"name": "d"}).json()["id"]
    body = {"dataset_id": dataset, "use_source_run_io": True, "source_run_id": str(secret.id)}
    sender = key(server, Role.INGEST)
    refused = server.post("/examples", json=body, headers=sender)
    assert (refused.status_code, "secret" in refused.text) == (403, False)
    assert "use_source_run_io" in refused.json()["detail"]
    assert server.post("/examples/bulk", json=[body], headers=sender).status_code == 403
    made = server.post("/examples", json=body, headers=key(server, Role.ADMIN))
    assert made.json()["inputs"] == {"q": "secret"}


@pytest.mark.parametrize("trace", [{}, {"traceId": "a-trace-that-nobody-knows"}])
def test_a_score_of_a_run_needs_a_key_for_its_project_whatever_trace_is_named(
    server: TestClient, secret: Run, trace: dict[str, str]
) -> None:
    narrow = key(server, Role.INGEST, projects="shop*")
    score = {"observationId": str(secret.id), "name": "bad", "value": 0, **trace}
    assert server.post("/api/public/scores", json=score, headers=narrow).status_code == 403
    event = {"id": "e", "type": "score-create", "timestamp": AT, "body": score}
    said = server.post("/api/public/ingestion", json={"batch": [event]}, headers=narrow).json()
    assert [one["status"] for one in said["errors"]] == [403]
    assert feedback(server, secret) == []


def test_feedback_of_another_project_is_not_replaced_by_what_has_its_id(
    server: TestClient, secret: Run, ours: Run
) -> None:
    owner = key(server, Role.ADMIN)
    narrow = key(server, Role.INGEST, projects="shop*")
    given = {"id": str(uuid4()), "key": "good", "run_id": str(secret.id), "score": 1}
    server.post("/feedback", json=given, headers=owner).raise_for_status()
    stolen = {**given, "key": "bad", "run_id": str(ours.id)}
    assert server.post("/feedback", json=stolen, headers=narrow).status_code == 403
    score = {"id": "secret-good", "name": "better", "value": 1, "traceId": str(secret.trace_id)}
    server.post("/api/public/scores", json=score, headers=owner).raise_for_status()
    taken = {**score, "name": "bad", "traceId": str(ours.trace_id)}
    assert server.post("/api/public/scores", json=taken, headers=narrow).status_code == 403
    assert sorted(feedback(server, secret)) == ["better", "good"]
    assert feedback(server, ours) == []
    mine = {**taken, "id": "ours-good", "name": "fine"}
    for _ in range(2):  # one's own is replaced as ever
        assert server.post("/api/public/scores", json=mine, headers=narrow).status_code == 200
    assert feedback(server, ours) == ["fine"]


def test_a_link_to_a_dataset_ends_with_it(server: TestClient) -> None:
    made = {"name": "d", "id": str(uuid4())}
    server.post("/datasets", json=made).raise_for_status()
    token = server.put(f"/datasets/{made['id']}/share", json={}).json()["share_token"]
    assert server.get(f"/public/{token}/datasets").status_code == 200
    server.delete(f"/datasets/{made['id']}").raise_for_status()
    server.post("/datasets", json={**made, "name": "of somebody else"}).raise_for_status()
    assert server.get(f"/public/{token}/datasets").status_code == 404


def test_a_key_that_may_only_send_is_not_shown_the_item_that_it_changes(server: TestClient) -> None:
    item = {"datasetName": "d", "id": "one", "input": "secret", "metadata": {"of": "secret"}}
    server.post("/api/public/v2/datasets", json={"name": "d"}).raise_for_status()
    server.post("/api/public/dataset-items", json=item).raise_for_status()
    change = {"datasetName": "d", "id": "one", "expectedOutput": "open"}
    changed = server.post("/api/public/dataset-items", json=change, headers=key(server, Role.INGEST))
    assert changed.json()["expectedOutput"] == "open"
    assert "secret" not in changed.text
    kept = server.get("/api/public/dataset-items/one", headers=key(server, Role.READ)).json()
    assert (kept["input"], kept["expectedOutput"]) == ("secret", "open")


def test_a_score_of_a_step_is_shown_to_keys_for_the_project_of_that_step_only(
    server: TestClient, secret: Run
) -> None:
    shop = here(server).projects.by_name(DEFAULT_WORKSPACE, "shop")
    ours = a_run("ours", parent=secret, project=shop)
    step = a_run("step", parent=secret, project=secret.project)
    insert_runs(here(server).store, ours, step)
    trace = {"traceId": str(secret.trace_id), "value": 1}
    scores = [
        {"name": "whole", **trace},
        {"name": "theirs", "observationId": str(step.id), **trace},
        {"name": "ours", "observationId": str(ours.id), **trace},
    ]
    server.post("/api/public/scores", json=scores, headers=key(server, Role.ADMIN)).raise_for_status()
    found = server.get("/api/public/v2/scores", headers=key(server, Role.READ, projects="shop")).json()
    assert {one["name"] for one in found["data"]} == {"whole", "ours"}


def test_a_key_that_may_only_send_is_not_shown_the_feedback_that_it_changes(
    server: TestClient, secret: Run
) -> None:
    given = {"id": str(uuid4()), "key": "good", "run_id": str(secret.id), "comment": "secret"}
    server.post("/feedback", json=given).raise_for_status()
    path = f"/feedback/{given['id']}"
    changed = server.patch(path, json={"score": 1}, headers=key(server, Role.INGEST))
    assert (changed.status_code, "secret" in changed.text) == (200, False)
    kept = server.get(path, headers=key(server, Role.READ)).json()
    assert (kept["score"], kept["comment"]) == (1, "secret")
