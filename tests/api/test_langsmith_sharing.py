"""Runs shared by a link, and links for feedback: what each lets a stranger see and do, and nothing more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from econome.domain.key import Role
from econome.domain.project import DEFAULT_WORKSPACE
from econome.domain.run import Run
from econome.ingest.shares import FeedbackToken, Shares, put_tokens
from econome.web.context import Econome
from seeding import a_call, a_run, an_id, insert_payload, insert_runs


def here(server: TestClient) -> Econome:
    econome: Econome = server.app.state.econome  # type: ignore[attr-defined]
    return econome


def key(server: TestClient, role: Role = Role.READ, **limits: Any) -> dict[str, str]:
    _, secret = here(server).keys.create("a test's", role, **limits)
    return {"x-api-key": secret}


@pytest.fixture
def runs(server: TestClient) -> dict[str, Run]:
    """A trace in "shop" of two branches, one of which called a model in "lab" too; and another trace."""
    projects = here(server).projects
    shop, lab = (projects.by_name(DEFAULT_WORKSPACE, name) for name in ("shop", "lab"))
    top = a_run("top", project=shop, metadata={"user": "anna"})
    branch = a_run("branch", parent=top, after=1)
    found = {
        "top": top,
        "branch": branch,
        "leaf": a_call("leaf", (100, 10), parent=branch, after=1, cost=Decimal("0.25")),
        "beside": a_call("beside", (7, 1), parent=top, after=3, cost=Decimal("0.5")),
        "elsewhere": a_call("elsewhere", (1, 1), parent=branch, after=2, project=lab, cost=Decimal(4)),
        "another": a_run("another", project=shop),
    }
    insert_runs(here(server).store, *found.values())
    insert_payload(here(server).store, found["leaf"], inputs='{"q": "shown"}')
    return found


def test_a_shared_run_is_shown_to_whoever_has_its_token(server: TestClient, runs: dict[str, Run]) -> None:
    owner = key(server, Role.ADMIN)
    top = runs["top"].id
    assert server.get(f"/runs/{top}/share", headers=owner).json() is None
    proposed = {"run_id": str(top), "share_token": "00000000-0000-0000-0000-000000000000"}
    said = server.put(f"/runs/{top}/share", json=proposed, headers=owner).json()
    token = said["share_token"]
    assert token != proposed["share_token"], "a token that can be guessed shares with everybody"
    assert server.put(f"/runs/{top}/share", json=proposed, headers=owner).json() == said
    assert server.get(f"/runs/{top}/share", headers=owner).json() == said

    for root in ("", "/api/v1"):
        shown = server.get(f"{root}/public/{token}/run")
        assert (shown.status_code, shown.json()["name"]) == (200, "top")
        assert not {"app_path", "session_id"} & shown.json().keys()
        assert str(DEFAULT_WORKSPACE) not in shown.text
        assert shown.json()["total_cost"] == 0.75, "not what went to another project"
    unknown = server.get(f"/public/{token}/run", headers={"x-api-key": "placeholder"})
    assert unknown.status_code == 200, "its clients insist on sending some key"
    listed = server.post(f"/public/{token}/runs/query", json={}).json()
    assert [run["name"] for run in listed["runs"]] == ["top", "branch", "leaf", "beside"]
    leaf = server.get(f"/public/{token}/run/{runs['leaf'].id}").json()
    assert (leaf["inputs"], leaf["total_tokens"]) == ({"q": "shown"}, 110)
    page = server.post(f"/public/{token}/runs/query", json={"limit": 3}).json()
    rest = server.post(f"/public/{token}/runs/query", json={"cursor": page["cursors"]["next"]}).json()
    assert [run["name"] for run in rest["runs"]] == ["beside"]
    assert rest["cursors"]["next"] is None
    for other in ("elsewhere", "another"):
        assert server.get(f"/public/{token}/run/{runs[other].id}").status_code == 404
        chosen = server.post(f"/public/{token}/runs/query", json={"id": [str(runs[other].id)]})
        assert chosen.json()["runs"] == []
    refused = server.post(f"/public/{token}/runs/query", json={"filter": 'eq(name, "another")'})
    assert (refused.status_code, '"filter" cannot' in refused.json()["detail"]) == (400, True)

    server.delete(f"/runs/{top}/share", headers=owner).raise_for_status()
    assert server.get(f"/public/{token}/run").status_code == 404
    again = server.put(f"/runs/{top}/share", headers=owner).json()["share_token"]
    assert again != token, "who had the old link does not have the new one"


def test_a_shared_branch_shows_nothing_above_it_or_beside_it(
    server: TestClient, runs: dict[str, Run]
) -> None:
    token = server.put(f"/runs/{runs['branch'].id}/share", json={}).json()["share_token"]
    listed = server.post(f"/public/{token}/runs/query", json={}).json()["runs"]
    assert [run["name"] for run in listed] == ["branch", "leaf"]
    for other in ("top", "beside"):
        assert server.get(f"/public/{token}/run/{runs[other].id}").status_code == 404


def test_sharing_is_for_who_may_see_the_run_and_rules_the_workspace(
    server: TestClient, runs: dict[str, Run]
) -> None:
    path = f"/runs/{runs['top'].id}/share"
    for role in (Role.READ, Role.INGEST):
        assert server.put(path, json={}, headers=key(server, role)).status_code == 403
    for limits in ({"projects": "lab"}, {"workspace": "team"}):
        stranger = key(server, Role.ADMIN, **limits)
        assert server.put(path, json={}, headers=stranger).status_code == 404
    here(server).shares.share(DEFAULT_WORKSPACE, runs["top"].id)
    assert server.get(path, headers=key(server, workspace="team")).json() is None
    narrow = key(server, Role.ADMIN, projects="lab")
    assert server.get(path, headers=narrow).status_code == 404
    assert server.delete(path, headers=narrow).status_code == 404
    server.delete(path, headers=key(server, Role.ADMIN, workspace="team"))
    assert here(server).shares.get(DEFAULT_WORKSPACE, runs["top"].id) is not None
    ours = key(server, Role.ADMIN)
    assert server.put(f"/runs/{uuid4()}/share", json={}, headers=ours).status_code == 404


def test_shares_are_there_after_a_restart_until_they_end(server: TestClient, runs: dict[str, Run]) -> None:
    econome = here(server)
    share = econome.shares.share(DEFAULT_WORKSPACE, runs["top"].id)
    again = Shares(econome.store)
    assert again.of(share.token) == share
    again.end(DEFAULT_WORKSPACE, share.run_id)
    assert Shares(econome.store).of(share.token) is None


def test_the_page_of_a_share_leads_insiders_to_the_trace_and_others_to_the_run(
    server: TestClient, runs: dict[str, Run]
) -> None:
    token = server.put(f"/runs/{runs['branch'].id}/share", json={}).json()["share_token"]
    inside = server.get(f"/public/{token}/r", follow_redirects=False)
    assert inside.headers["location"] == f"/ui/traces/{runs['top'].id}?run={runs['branch'].id}"
    stranger = key(server, workspace="team")
    for headers in ({}, stranger):
        outside = server.get(f"/public/{token}/r", headers=headers, follow_redirects=False)
        assert outside.headers["location"] == f"/public/{token}/run"
    for nonsense in (str(uuid4()), "x"):
        for path in ("r", "run", f"run/{runs['top'].id}"):
            assert server.get(f"/public/{nonsense}/{path}").status_code == 404


def test_a_shared_dataset_shows_its_examples_and_nothing_more(server: TestClient) -> None:
    dataset = server.post("/datasets", json={"name": "capitals"}).json()["id"]
    example = {
        "dataset_id": dataset,
        "inputs": {"q": "?"},
        "outputs": {"a": "!"},
        "source_run_id": str(uuid4()),
    }
    server.post("/examples", json=example).raise_for_status()
    owner = key(server, Role.ADMIN)
    path = f"/datasets/{dataset}/share"
    assert server.get(path, headers=owner).status_code == 404
    token = server.put(path, json={}, headers=owner).json()["share_token"]
    shown = server.get(f"/public/{token}/datasets")
    assert (shown.json()["name"], shown.json()["example_count"]) == ("capitals", 1)
    assert str(DEFAULT_WORKSPACE) not in shown.text
    assert server.get(f"/public/{token}/d").json() == shown.json(), "where the clients' links lead"
    (seen,) = server.get(f"/public/{token}/examples").json()
    assert (seen["inputs"], seen["outputs"]) == ({"q": "?"}, {"a": "!"})
    assert not {"source_run_id", "attachment_urls"} & seen.keys()
    assert server.get(f"/public/{token}/examples/count").json() == 1
    assert server.get(f"/public/{token}/run").status_code == 404
    for headers in (key(server), key(server, Role.ADMIN, projects="shop")):
        assert server.put(path, json={}, headers=headers).status_code == 403
    stranger = key(server, Role.ADMIN, workspace="team")
    for method in ("PUT", "GET", "DELETE"):
        assert server.request(method, path, headers=stranger).status_code == 404
    server.delete(path, headers=owner).raise_for_status()
    assert server.get(f"/public/{token}/datasets").status_code == 404


def a_link(server: TestClient, run: Run, headers: dict[str, str], **said: object) -> dict[str, Any]:
    body = {"run_id": str(run.id), "feedback_key": "stars", **said}
    answer = server.post("/feedback/tokens", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_link_lets_a_stranger_judge_one_run_once(server: TestClient, runs: dict[str, Run]) -> None:
    sender = key(server, Role.INGEST)
    link = a_link(server, runs["top"], sender)
    assert link["url"] == f"http://localhost/feedback/tokens/{link['id']}"
    left = datetime.fromisoformat(link["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=2) < left <= timedelta(hours=3)
    path = f"/feedback/tokens/{link['id']}"
    given = server.get(f"{path}?score=1&comment=bien", headers={"origin": "https://shop.example"})
    assert (given.status_code, given.headers["access-control-allow-origin"]) == (200, "*")
    body = {"score": 0, "value": {"a": 1}, "metadata": {"page": "cart"}}
    changed = server.post(path, json=body, headers={"origin": "https://shop.example"})
    assert changed.status_code == 200
    assert server.options(path, headers={"origin": "https://shop.example"}).status_code == 204
    reader = key(server)
    (said,) = server.get(f"/feedback?run={runs['top'].id}", headers=reader).json()
    assert (said["key"], said["score"], said["value"], said["comment"]) == ("stars", 0.0, {"a": 1}, None)
    assert said["feedback_source"] == {"type": "api", "metadata": {"page": "cart"}}
    named = str(an_id("wanted"))
    several = server.post(
        "/api/v1/feedback/tokens",
        json=[{"run_id": str(runs["leaf"].id), "feedback_key": one, "id": named} for one in ("a", "b")],
        headers=sender,
    ).json()
    assert all(one["id"] != named for one in several), "a link that can be guessed is everybody's"
    assert several[0]["url"].startswith("http://localhost/api/v1/feedback/tokens/")
    listed = server.get(f"/feedback/tokens?run_id={runs['leaf'].id}", headers=sender).json()
    assert {one["id"] for one in listed} == {one["id"] for one in several}
    server.post(f"/api/feedback/tokens/{several[0]['id']}", json={"score": True}).raise_for_status()
    assert server.get(f"/feedback/{named}", headers=reader).json()["score"] == 1.0


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"feedback_key": "a"}, '"run_id" must say'),
        ({"run_id": str(uuid4())}, '"feedback_key" must be a text'),
        ({"run_id": "x", "feedback_key": "a"}, '"run_id" must be a UUID'),
        ({"run_id": str(uuid4()), "feedback_key": "a", "expires_at": "soon"}, "Say until when"),
        ({"run_id": str(uuid4()), "feedback_key": "a", "expires_in": "1h"}, "Say until when"),
        ({"run_id": str(uuid4()), "feedback_key": "a", "expires_in": {"days": 400}}, "may be good for"),
        ({"run_id": str(uuid4()), "feedback_key": "a", "expires_at": "2020-01-01"}, "may be good for"),
        ([], "1 to 100 links"),
        ([3], "with a JSON object"),
    ],
)
def test_a_link_without_sense_is_refused(server: TestClient, body: object, words: str) -> None:
    answer = server.post("/feedback/tokens", json=body)
    assert answer.status_code == 400
    assert words in answer.json()["detail"]


def test_a_link_does_nothing_but_what_it_is_for(server: TestClient, runs: dict[str, Run]) -> None:
    link = a_link(server, runs["top"], {})
    path = f"/feedback/tokens/{link['id']}"
    for query, words in (("", "Say what you think"), ("score=many", '"score" must be a number')):
        refused = server.get(f"{path}?{query}")
        assert (refused.status_code, words in refused.json()["detail"]) == (400, True)
    other = {"score": 1, "run_id": str(runs["another"].id), "key": "other", "id": str(uuid4())}
    server.post(path, json=other).raise_for_status()
    (said,) = server.get("/feedback").json()
    assert (said["run_id"], said["key"]) == (str(runs["top"].id), "stars")
    assert server.get(f"/feedback/tokens/{uuid4()}?score=1").status_code == 404
    assert server.get("/feedback/tokens/x?score=1").status_code == 404
    assert server.get("/feedback/tokens").status_code == 400
    over = datetime.now(UTC) - timedelta(seconds=1)
    token = FeedbackToken(uuid4(), DEFAULT_WORKSPACE, runs["top"].id, "k", None, "", over, over)
    put_tokens(here(server).store, [token])
    ended = server.get(f"/feedback/tokens/{token.id}?score=1")
    assert (ended.status_code, "was good until" in ended.json()["detail"]) == (403, True)
    narrow = key(server, Role.INGEST, projects="lab")
    body = {"run_id": str(runs["top"].id), "feedback_key": "stars"}
    assert server.post("/feedback/tokens", json=body, headers=narrow).status_code == 404
    listed = server.get(f"/feedback/tokens?run_id={runs['top'].id}", headers=narrow)
    assert listed.status_code == 404
    assert server.post("/feedback/tokens", json=body).status_code == 401
