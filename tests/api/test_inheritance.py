"""What is said of a root reaches its descendants in every question; what was sent is not rewritten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.conftest import ADMIN_TOKEN
from econome.app import create_app
from econome.settings import Settings

ROOT = "019d0118-f600-7000-8000-000000000001"
STEP = "019d0118-f601-7000-8000-000000000002"
CALL = "019d0118-f602-7000-8000-000000000003"
ALL_TIME = {"since": "2000-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z"}
LABELS = {
    "user_id": "anna",
    "thread_id": "t-1",
    "env": "live",
    "tenant": "acme",
    "ls_machine": "x",
    "revision_id": "r",
}


@pytest.mark.parametrize("restarts", [False, True])
def test_a_root_that_arrives_last_names_the_user_of_its_calls(
    settings_of: Callable[..., Settings], restarts: bool
) -> None:
    with started(settings_of) as server:
        send(server, run(CALL, STEP, ROOT), run(STEP, ROOT, kind="chain"))
        assert users(server) == {"": 15}
        if not restarts:
            send(server, run(ROOT, kind="chain", metadata=LABELS))
            assert users(server) == {"anna": 15}
    if restarts:
        with started(settings_of) as server:
            send(server, run(ROOT, kind="chain", metadata=LABELS))
            assert users(server) == {"anna": 15}


def test_a_root_that_says_more_in_a_later_piece_tells_its_calls(server: TestClient) -> None:
    send(server, run(ROOT, kind="chain"), run(CALL, ROOT))
    patch = {
        "id": ROOT,
        "trace_id": ROOT,
        "dotted_order": place(ROOT),
        "tags": ["vip"],
        "extra": {"metadata": LABELS},
    }
    assert server.post("/runs/batch", json={"patch": [patch]}).status_code == 202
    call = row(server, CALL)
    assert (call["user"], call["session"], call["environment"], call["tags"]) == (
        "anna",
        "t-1",
        "live",
        ["vip"],
    )
    assert call["inherited"] == ["user", "session", "environment", "tags", "metadata"]
    assert row(server, ROOT)["inherited"] == []


def test_metadata_reaches_calls_but_for_what_frameworks_write_of_a_run(server: TestClient) -> None:
    send(
        server,
        run(ROOT, kind="chain", metadata=LABELS),
        run(CALL, ROOT, metadata={"tenant": "other", "own": "1"}),
    )
    assert row(server, CALL)["metadata"] == {
        "env": "live", "thread_id": "t-1", "user_id": "anna", "tenant": "other", "own": "1"
    }  # fmt: skip


def test_the_nearest_user_wins_and_tags_are_united(server: TestClient) -> None:
    send(
        server,
        run(ROOT, kind="chain", metadata={"user_id": "anna"}, tags=["a"]),
        run(STEP, ROOT, kind="chain", metadata={"user_id": "bob"}, tags=["b"]),
        run(CALL, STEP, ROOT, tags=["b", "c"]),
    )
    call = row(server, CALL)
    assert (call["user"], sorted(call["tags"]), call["inherited"]) == (
        "bob",
        ["a", "b", "c"],
        ["user", "tags", "metadata"],
    )
    assert users(server) == {"bob": 15}
    step = row(server, STEP)
    assert (step["user"], step["inherited"]) == ("bob", ["tags"])
    spend = server.get("/econome/v1/spend", params={**ALL_TIME, "by": "tag"}).json()["rows"]
    assert {one["value"]: one["totals"]["tokens"]["total"] for one in spend} == {"a": 15, "b": 15, "c": 15}


@pytest.mark.parametrize(
    "text",
    [
        'eq(user, "anna")',
        'eq(thread_id, "t-1")',
        'eq(session, "t-1")',
        'eq(environment, "live")',
        'has(tags, "vip")',
        'in(tags, ["vip", "x"])',
        'search("t-1")',
        'has(metadata, \'{"tenant": "acme"}\')',
        'and(eq(metadata_key, "tenant"), eq(metadata_value, "acme"))',
    ],
)
def test_filters_find_a_call_by_what_its_root_says(server: TestClient, text: str) -> None:
    other = "019d0118-f603-7000-8000-000000000004"
    send(server, run(ROOT, kind="chain", metadata=LABELS, tags=["vip"]), run(CALL, ROOT), run(other))
    assert ids(server, text) == [ROOT, CALL]
    assert ids(server, f"not({text})") == [other]
    asked = server.post("/runs/query", json={"session": [project_of(server)], "filter": text})
    assert {one["id"] for one in asked.json()["runs"]} == {ROOT, CALL}


def test_facets_count_what_is_inherited(server: TestClient) -> None:
    send(server, run(ROOT, kind="chain", metadata=LABELS, tags=["vip"]), run(CALL, ROOT))
    facets = server.get("/econome/v1/facets", params=ALL_TIME).json()["facets"]
    found = {facet["name"]: facet["values"] for facet in facets}
    for name, value in (("user", "anna"), ("session", "t-1"), ("environment", "live"), ("tag", "vip")):
        (choice,) = found[name]
        assert (choice["value"], choice["runs"]) == (value, 2)


def test_what_langsmith_reads_back_is_as_sent(server: TestClient) -> None:
    send(
        server, run(ROOT, kind="chain", metadata=LABELS, tags=["vip"]), run(CALL, ROOT, metadata={"own": "1"})
    )
    read = server.get(f"/runs/{CALL}").json()
    assert read["tags"] == []
    assert read["extra"]["metadata"] == {"own": "1"}


def test_another_project_is_not_reached(server: TestClient) -> None:
    send(server, run(ROOT, kind="chain", metadata=LABELS), run(CALL, ROOT) | {"session_name": "another"})
    call = row(server, CALL)
    assert (call["user"], call["metadata"], call["inherited"]) == ("", {}, [])


def test_what_is_inherited_is_bounded(server: TestClient) -> None:
    many = {f"key{number:03}": "v" for number in range(100)} | {"a_long_one": "x" * 3_999, "user_id": "anna"}
    send(server, run(ROOT, kind="chain", metadata=many), run(CALL, ROOT))
    call = row(server, CALL)
    assert len(call["metadata"]) <= 64
    assert sum(len(key) + len(value) for key, value in call["metadata"].items()) <= 4_096
    assert call["user"] == "anna"


def test_filters_find_marked_calls_and_why_others_are_not_counted(server: TestClient) -> None:
    answer = {"id": "chatcmpl-0a1b2c3d4e5f"}
    whole = run(CALL, STEP, ROOT)
    whole["outputs"] |= answer
    outer = run(STEP, ROOT)
    outer["outputs"]["usage_metadata"] = {"input_tokens": 20, "output_tokens": 5, "total_tokens": 25}
    send(server, run(ROOT, kind="chain"), outer, whole)
    assert ids(server, "eq(marked, true)") == [STEP]
    assert ids(server, 'search(note, "10 input")') == [STEP]
    assert ids(server, 'eq(uncounted, "wrapper")') == [STEP]
    assert ids(server, f'eq(response_id, "{answer["id"]}")') == [CALL]
    assert ids(server, "neq(fee_cost, null)") == []
    assert ids(server, "eq(cost_reported, null)") == [ROOT, STEP, CALL]


def started(settings_of: Callable[..., Settings]) -> TestClient:
    return TestClient(create_app(settings_of(), ADMIN_TOKEN), base_url="http://localhost")


def send(server: TestClient, *runs: dict[str, Any]) -> None:
    assert server.post("/runs/batch", json={"post": list(runs)}).status_code == 202


def place(run_id: str) -> str:
    return f"20260318T120000000000Z{run_id}"


def run(
    run_id: str,
    parent: str | None = None,
    root: str | None = None,
    *,
    kind: str = "llm",
    metadata: dict[str, str] | None = None,
    tags: list[str] | None = None,
) -> dict[str, Any]:
    outputs = {"usage_metadata": {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}}
    return {
        "id": run_id,
        "trace_id": root or parent or run_id,
        "parent_run_id": parent,
        "dotted_order": place(run_id),
        "name": "ask",
        "run_type": kind,
        "start_time": "2026-03-18T12:00:00Z",
        "end_time": "2026-03-18T15:00:00Z",
        "session_name": "tests",
        "tags": tags or [],
        "extra": {"metadata": metadata or {}},
        "inputs": {},
        "outputs": outputs if kind == "llm" else {},
    }


def row(server: TestClient, run_id: str) -> dict[str, Any]:
    rows = server.get("/econome/v1/runs", params=ALL_TIME).json()["rows"]
    return next(one for one in rows if one["id"] == run_id)


def ids(server: TestClient, text: str) -> list[str]:
    answer = server.get("/econome/v1/runs", params={**ALL_TIME, "filter": text})
    assert answer.status_code == 200, answer.text
    return sorted(one["id"] for one in answer.json()["rows"])


def users(server: TestClient) -> dict[str, int]:
    """Tokens by user."""
    rows = server.get("/econome/v1/spend", params={**ALL_TIME, "by": "user"}).json()["rows"]
    return {one["value"]: one["totals"]["tokens"]["total"] for one in rows if one["totals"]["calls"]}


def project_of(server: TestClient) -> str:
    return str(row(server, ROOT)["project"]["id"])
