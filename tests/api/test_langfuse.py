"""Langfuse's clients, before OpenTelemetry and beside it: batches, scores, and who they are."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from api.conftest import ADMIN_TOKEN
from econome.app import create_app
from econome.domain.key import Role
from econome.settings import Settings
from econome.wire.protocols.langfuse.ids import observation_run_id, trace_run_id

CAPTURES = Path(__file__).parents[1] / "conformance" / "otlp" / "captures"
SPAN = {"since": "2026-09-20T00:00:00Z", "until": "2026-12-20T00:00:00Z"}
WHEN = {**SPAN, "limit": "60"}
AT = "2026-11-23T21:21:06.000000Z"


def event(kind: str, at: str = AT, **body: Any) -> dict[str, Any]:
    return {"id": f"{kind} {body.get('id')} {at}", "type": kind, "timestamp": at, "body": body}


def send(server: TestClient, *events: object, **headers: str) -> dict[str, Any]:
    answer = server.post("/api/public/ingestion", json={"batch": events, "metadata": {}}, headers=headers)
    assert answer.status_code == 207, answer.text
    said: dict[str, Any] = answer.json()
    return said


def runs(server: TestClient) -> dict[str, dict[str, Any]]:
    rows = server.get("/econome/v1/runs", params=WHEN).json()["rows"]
    return {row["name"]: row for row in rows}


def detail(server: TestClient, run_id: str) -> dict[str, Any]:
    found: dict[str, Any] = server.get(f"/econome/v1/runs/{run_id}").json()
    return found


def key(server: TestClient, role: Role, projects: str | None = None) -> dict[str, str]:
    secret = server.app.state.econome.keys.create("test", role, projects=projects)[1]  # type: ignore[attr-defined]
    return basic("pk-lf-1234", secret)


def basic(public: str, secret: str = "sk-lf-1") -> dict[str, str]:  # noqa: S107 - it is none
    return {"authorization": "Basic " + base64.b64encode(f"{public}:{secret}".encode()).decode()}


GENERATION = event(
    "generation-create",
    id="g1",
    traceId="t1",
    name="answer",
    startTime=AT,
    model="gpt-4o",
    input=[{"role": "user", "content": "Hello"}],
    modelParameters={"temperature": 1, "max_tokens": "inf"},
    metadata={"step": 1},
    promptName="greet",
    promptVersion=3,
)
ANSWER = event(
    "generation-update",
    "2026-11-23T21:21:08.000000Z",
    id="g1",
    traceId="t1",
    endTime="2026-11-23T21:21:07.500000Z",
    completionStartTime="2026-11-23T21:21:06.500000Z",
    model="gpt-4o-2024-08-06",
    output={"role": "assistant", "content": "Hi"},
    usage={"input": 1200, "output": 50, "total": 1250, "unit": "TOKENS"},
    usageDetails={
        "prompt_tokens": 1200,
        "completion_tokens": 50,
        "total_tokens": 1250,
        "prompt_tokens_details": {"cached_tokens": 1024},
    },
    metadata={"tries": 2},
)
TRACE = event(
    "trace-create",
    id="t1",
    timestamp=AT,
    name="work",
    userId="anna",
    sessionId="s1",
    tags=["a"],
    metadata={"k": 1},
)


def test_what_version_2_sends_becomes_a_trace_with_its_steps(server: TestClient) -> None:
    for body in sorted(CAPTURES.glob("langfuse-v2-*/*.POST.*.json")):
        if not body.name.endswith(".headers.json"):
            answer = server.post("/api/public/ingestion", content=body.read_bytes())
            assert answer.json()["errors"] == []
    found = server.get("/econome/v1/runs", params=WHEN).json()["rows"]
    (app,) = (row for row in found if row["name"] == "app")
    calls = [row for row in found if row["name"] == "OpenAI-generation"]
    assert {row["parent_id"] for row in calls} == {app["id"]}
    assert (app["user"], app["session"], app["tags"]) == ("anna", "thread-1", ["beta"])
    assert len(calls) == 14
    (failed,) = (row["error"] for row in calls if row["status"] == "error")
    assert failed.startswith("Error code: 400")
    assert app["status"] == "success"
    (score,) = detail(server, app["id"])["feedback"]
    assert (score["key"], score["score"], score["comment"]) == ("stars", 4.0, "good")


def test_an_update_adds_to_what_was_created_and_sending_again_adds_nothing(server: TestClient) -> None:
    for _ in range(2):
        send(server, TRACE, GENERATION)
        send(server, ANSWER)
    found = runs(server)
    call, trace = found["answer"], found["work"]
    assert (call["model_asked"], call["model_answered"]) == ("gpt-4o", "gpt-4o-2024-08-06")
    assert {name: call["tokens"][name] for name in ("uncached", "cache_read", "text_out")} == {
        "uncached": 1200 - 1024,
        "cache_read": 1024,
        "text_out": 50,
    }
    assert call["latency"] == 1.5
    assert call["first_token"] == 0.5
    assert call["metadata"] == {
        "step": "1",
        "tries": "2",
        "prompt_name": "greet",
        "prompt_version": "3",
        "langfuse_observation_id": "g1",
        "k": "1",  # from the trace
    }
    assert (trace["latency"], trace["parent_id"], call["parent_id"]) == (1.5, None, trace["id"])
    assert trace["id"] == str(trace_run_id("t1"))
    whole = detail(server, call["id"])
    assert whole["inputs"] == {"messages": [{"role": "user", "content": "Hello"}]}
    assert whole["extra"]["langfuse"]["observation"]["modelParameters"]["max_tokens"] == "inf"
    totals = server.get("/econome/v1/overview", params=SPAN).json()["totals"]["tokens"]
    assert (totals["input"], totals["output"]) == (1200, 50)


@pytest.mark.parametrize("batches", [[[ANSWER, GENERATION, TRACE]], [[ANSWER], [GENERATION], [TRACE]]])
def test_the_order_in_which_events_come_does_not_matter(server: TestClient, batches: list[list[Any]]) -> None:
    for batch in batches:
        send(server, *batch)
    found = runs(server)
    call = found["answer"]
    assert (call["model_asked"], call["model_answered"]) == ("gpt-4o", "gpt-4o-2024-08-06")
    assert (call["tokens"]["input"], call["latency"], call["status"]) == (1200, 1.5, "success")
    assert (found["work"]["user"], found["answer"]["parent_id"]) == ("anna", found["work"]["id"])
    assert len(found) == 2


def test_a_bad_event_is_told_and_its_neighbours_are_stored(server: TestClient) -> None:
    said = send(
        server,
        GENERATION,
        "no event",
        {"id": "e1", "type": "generation-create", "body": "no body", "timestamp": AT},
        {"id": "e2", "type": ["generation-create"], "body": {}, "timestamp": AT},
        event("generation-create", name="no id"),
        event("rocket-create", id="r"),
        event("score-create", id="s1", traceId="t1", name="q", value=None),
        event("score-create", id="s2", traceId="t1", name="q", value=1),
        event("sdk-log", log={"what": "ever"}),
        ANSWER,
    )
    assert [one["id"] for one in said["successes"]] == [
        GENERATION["id"],
        f"score-create s2 {AT}",
        f"sdk-log None {AT}",
        ANSWER["id"],
    ]
    assert [(one["status"], one["message"]) for one in said["errors"]] == [
        (400, "An event is a JSON object"),
        *([(400, "An event needs a type, which is a text, and a body, which is an object")] * 2),
        (400, "An observation needs an id"),
        (400, "'rocket-create' is no type of event that is read here"),
        (400, "\"value\" must be a number or a text, not 'None'"),
    ]
    assert runs(server)["answer"]["tokens"]["input"] == 1200


@pytest.mark.parametrize("body", [b"", b"[]", b'{"batch": {}}', b"no json"])
def test_a_body_that_is_no_batch_is_refused(server: TestClient, body: bytes) -> None:
    answer = server.post("/api/public/ingestion", content=body)
    assert answer.status_code == 400
    assert "a batch, a list of events" in answer.json()["detail"]


def test_usage_in_other_units_is_no_tokens(server: TestClient) -> None:
    usage = {"total": 3, "unit": "IMAGES", "totalCost": 0.12}
    send(
        server,
        event("generation-create", id="i", traceId="t", name="draw", startTime=AT, endTime=AT, usage=usage),
    )
    call = runs(server)["draw"]
    assert (call["tokens"]["input"], call["fees"], call["cost_reported"]) == (None, {"image": 3}, "0.12")


def test_a_cost_alone_is_kept_without_tokens(server: TestClient) -> None:
    body = {"id": "c", "traceId": "t", "name": "own", "startTime": AT, "endTime": AT, "output": "x"}
    send(server, event("generation-create", **body, model="mine", costDetails={"input": 0.25, "output": 0.5}))
    call = runs(server)["own"]
    assert (call["tokens"]["input"], call["cost"], call["usage_source"]) == (None, "0.75", "unknown")


def test_ids_may_be_any_text_and_a_trace_is_not_what_is_in_it(server: TestClient) -> None:
    send(
        server,
        event("trace-create", id="same", name="trace"),
        event("span-create", id="same", traceId="same", name="outer", startTime=AT),
        event(
            "tool-create", id="in/ner", traceId="same", parentObservationId="same", name="inner", startTime=AT
        ),
        event("observation-create", id="x", type="AGENT", traceId="same", name="agent", startTime=AT),
    )
    found = runs(server)
    assert found["outer"]["parent_id"] == found["trace"]["id"] != found["outer"]["id"]
    assert found["inner"]["parent_id"] == found["outer"]["id"]
    assert (found["inner"]["kind"], found["agent"]["kind"]) == ("tool", "agent")
    assert found["inner"]["metadata"]["langfuse_observation_id"] == "in/ner"
    assert {row["trace_id"] for row in found.values()} == {found["trace"]["id"]}


def test_a_run_is_filed_by_when_it_began_and_found_again_after_a_restart(
    settings_of: Callable[..., Settings],
) -> None:
    found: list[dict[str, Any]] = []
    for one in (GENERATION, ANSWER):
        with TestClient(create_app(settings_of(), ADMIN_TOKEN), base_url="http://localhost") as server:
            send(server, one)
            found = [row for row in runs(server).values() if row["kind"] == "llm"]
    assert [row["latency"] for row in found] == [1.5]
    assert datetime.fromisoformat(found[0]["started_at"]) == datetime.fromisoformat(AT)


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", 1e300, "soon", None])
def test_a_time_that_cannot_be_costs_nobody_the_run(server: TestClient, moment: object) -> None:
    odd = event("generation-create", id="odd", traceId="t", name="odd", startTime=moment, model="gpt-4o")
    assert send(server, {**odd, "timestamp": moment}, GENERATION)["errors"] == []
    totals = server.get(
        "/econome/v1/overview", params={"since": "2000-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z"}
    )
    assert totals.json()["totals"]["calls"] == 2


def test_the_project_is_that_of_the_key_or_its_public_half(server: TestClient) -> None:
    assert _projects(server, basic("pk-lf-1"))[0]["name"] == "default"
    assert _projects(server, basic("shop"))[0]["name"] == "shop"
    send(server, GENERATION, **basic("shop"))
    assert runs(server)["answer"]["project"]["name"] == "shop"
    only = key(server, Role.INGEST, "kiosk")
    assert _projects(server, only)[0]["name"] == "kiosk"
    said = send(server, event("trace-create", id="t9", name="bought"), **only)
    assert said["errors"] == []
    admin = key(server, Role.ADMIN)
    rows = server.get("/econome/v1/runs", params=WHEN, headers=admin).json()["rows"]
    assert {row["name"]: row["project"]["name"] for row in rows}["bought"] == "kiosk"


def test_a_key_for_some_projects_touches_no_run_of_others(server: TestClient) -> None:
    send(server, TRACE, GENERATION, **basic("shop"))
    other = key(server, Role.INGEST, "kiosk")
    said = send(server, ANSWER, event("score-create", id="s", traceId="t1", name="q", value=1), **other)
    assert [one["status"] for one in said["errors"]] == [403, 403]
    answer = server.post("/api/public/scores", json={"traceId": "t1", "name": "q", "value": 1}, headers=other)
    assert answer.status_code == 403


def test_a_key_for_one_project_scores_what_has_not_come_yet(server: TestClient) -> None:
    only = key(server, Role.INGEST, "kiosk")
    trace, span = "d48ef4def8751d956a4c147b3e53a5b0", "198fdb54041086d1"
    scores = [
        {"traceId": trace, "name": "early", "value": 1},
        {"traceId": trace, "observationId": span, "name": "earlier", "value": 1},
        {"sessionId": "thread-1", "name": "whole", "value": 1},
    ]
    assert server.post("/api/public/scores", json=scores, headers=only).status_code == 202
    refused = server.post("/api/public/scores", json=scores[2], headers={**only, "x-project-name": "shop"})
    assert refused.status_code == 403
    body = next(CAPTURES.glob("langfuse-v3-*/*.pb")).read_bytes()
    headers = {"content-type": "application/x-protobuf", **only}
    assert server.post("/api/public/otel/v1/traces", content=body, headers=headers).status_code == 200
    admin = key(server, Role.ADMIN)
    rows = server.get("/econome/v1/runs", params=WHEN, headers=admin).json()["rows"]
    root = next(row for row in rows if row["parent_id"] is None)
    said = {"traceId": UUID(root["trace_id"]).hex, "name": "late", "value": 2}
    assert server.post("/api/public/scores", json=said, headers=only).status_code == 200
    assert (
        server.post("/api/public/scores", json=said, headers=key(server, Role.INGEST, "shop")).status_code
        == 403
    )
    found = server.get(f"/econome/v1/runs/{root['id']}", headers=admin).json()["feedback"]
    assert [one["key"] for one in found] == ["late"]
    assert {project["name"] for project in _of(server, admin)} == {"kiosk"}


def test_a_key_that_may_only_read_sends_nothing(server: TestClient) -> None:
    reader = key(server, Role.READ)
    assert server.post("/api/public/ingestion", json={"batch": []}, headers=reader).status_code == 403
    assert server.get("/api/public/projects", headers=reader).status_code == 200
    assert server.get("/api/public/projects", headers=basic("pk", "sk-wrong")).status_code == 401
    assert server.get("/api/public/health").json()["status"] == "OK"
    assert server.get("/api/public/traces").status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "traces",
        "traces/1",
        "v2/metrics",
        "datasets/a/runs",
        "dataset-run-items",
        "comments",
        "v3/observations",
        "otel/v2/x",
    ],
)
def test_what_is_not_served_says_so(server: TestClient, path: str) -> None:
    answer = server.get(f"/api/public/{path}")
    assert answer.status_code == 404
    assert answer.json()["detail"].startswith(f"Econome does not serve GET /api/public/{path}")


@pytest.mark.parametrize("path", ["/project/p/traces/t1", "/trace/t1"])
def test_links_that_the_sdk_prints_lead_to_the_trace(server: TestClient, path: str) -> None:
    key(server, Role.READ)  # whoever follows one may have to log in, there
    answer = server.get(path, follow_redirects=False)
    assert answer.headers["location"] == f"/ui/traces/{trace_run_id('t1')}"
    assert server.get("/project/p/experiments/results", follow_redirects=False).headers["location"] == "/ui/"


def test_links_to_shared_runs_are_still_langsmith_s(server: TestClient) -> None:
    token = "0b6c2f5e-3d1a-4e84-9a57-6f0e2c9d4b17"
    assert "Econome does not serve" not in server.get(f"/api/public/{token}/run").text


def test_a_score_is_feedback_of_what_it_is_about(server: TestClient) -> None:
    send(server, TRACE, GENERATION)
    at = "2026-11-23T22:00:00Z"
    answer = server.post(
        "/api/public/scores",
        json=[
            {"id": "s1", "traceId": "t1", "name": "stars", "value": 4, "comment": "good", "timestamp": at},
            {
                "id": "s2",
                "traceId": "t1",
                "observationId": "g1",
                "name": "tone",
                "value": "kind",
                "timestamp": at,
            },
            {
                "id": "s3",
                "traceId": "t1",
                "name": "ok",
                "value": 1,
                "dataType": "BOOLEAN",
                "metadata": {"a": 1},
            },
            {"id": "s4", "sessionId": "thread-1", "name": "whole", "value": 0.5},
        ],
    )
    assert (answer.status_code, answer.json()) == (202, {"message": "Accepted"})
    found = runs(server)
    assert sorted(one["key"] for one in detail(server, found["work"]["id"])["feedback"]) == ["ok", "stars"]
    (tone,) = detail(server, found["answer"]["id"])["feedback"]
    assert (tone["key"], tone["value"]) == ("tone", "kind")
    listed = server.get("/api/public/v2/scores", params={"traceId": "t1"}).json()
    assert listed["meta"] == {"page": 1, "limit": 50, "totalItems": 3, "totalPages": 1}
    stars = next(one for one in listed["data"] if one["name"] == "stars")
    assert (stars["id"], stars["value"], stars["dataType"], stars["traceId"]) == ("s1", 4.0, "NUMERIC", "t1")
    third = server.get("/api/public/v3/scores", params={"name": "ok,whole"}).json()["data"]
    assert {one["name"]: (one["value"], one["subject"]["kind"]) for one in third} == {
        "ok": (True, "trace"),
        "whole": (0.5, "session"),
    }
    of_session = server.get("/api/public/v3/scores", params={"sessionId": "thread-1"}).json()["data"]
    assert [one["id"] for one in of_session] == ["s4"]
    booleans = server.get("/api/public/v3/scores", params={"dataType": "BOOLEAN", "limit": 1}).json()
    assert ([one["id"] for one in booleans["data"]], booleans["meta"]) == (["s3"], {"limit": 1})
    first = server.get("/api/public/v3/scores", params={"limit": 3}).json()
    rest = server.get("/api/public/v3/scores", params={"limit": 3, "cursor": first["meta"]["cursor"]}).json()
    assert len({one["id"] for one in first["data"] + rest["data"]}) == 4
    assert server.get("/api/public/v3/scores", params={"valueMin": 1}).status_code == 400
    assert server.delete("/api/public/scores/s1").status_code == 202
    assert server.get("/api/public/scores/s1").status_code == 404
    assert server.get("/api/public/v2/scores/s3").json()["metadata"] == {"a": 1}


def test_a_score_that_is_sent_again_is_the_same_one(server: TestClient) -> None:
    for value in (1, 2):
        answer = server.post(
            "/api/public/scores", json={"id": "s", "traceId": "t", "name": "q", "value": value}
        )
        assert answer.json() == {"id": "s"}
    listed = server.get("/api/public/scores").json()
    assert [one["value"] for one in listed["data"]] == [2.0]


def test_a_bad_score_is_told_and_its_neighbours_are_stored(server: TestClient) -> None:
    answer = server.post(
        "/api/public/scores",
        json=[
            {"traceId": "t", "name": "q", "value": 1},
            {"id": "b", "traceId": "t", "name": "q", "value": "x", "dataType": "NUMERIC"},
            {"id": "c", "name": "q", "value": 1},
            7,
        ],
    )
    assert answer.status_code == 207
    said = answer.json()
    assert (said["accepted"], said["rejected"]) == (1, 3)
    assert said["errors"][0]["message"] == (
        "Score b: a score of type NUMERIC has a number as \"value\", not 'x'"
    )
    alone = server.post("/api/public/scores", json={"traceId": "t", "name": "", "value": 1})
    assert (alone.status_code, alone.json()["detail"]) == (400, 'Score 0: a score needs a "name"')


def test_scores_of_spans_find_the_runs_of_opentelemetry(server: TestClient) -> None:
    folder = next(CAPTURES.glob("langfuse-v5-*"))
    body = next(folder.glob("*.pb.gz")).read_bytes()
    headers = {"content-type": "application/x-protobuf", "content-encoding": "gzip", **basic("pk-lf-1")}
    (scores,) = (p for p in folder.glob("*scores.json"))  # which come first, as often as not
    assert server.post("/api/public/scores", content=scores.read_bytes()).status_code == 202
    assert server.post("/api/public/otel/v1/traces", content=body, headers=headers).status_code == 200
    root = next(row for row in runs(server).values() if row["parent_id"] is None)
    assert [one["key"] for one in detail(server, root["id"])["feedback"]] == ["stars"]
    judged = {**WHEN, "filter": 'and(eq(feedback_key, "stars"), gt(feedback_score, 3))'}
    rows = server.get("/econome/v1/runs", params=judged).json()["rows"]
    assert [row["id"] for row in rows] == [root["id"]]
    otel = detail(server, root["id"])["extra"]["otel"]
    assert root["id"] == str(observation_run_id(otel["span_id"], otel["trace_id"]))
    assert root["project"]["name"] == "langfuse-v5"  # its service


def test_the_public_key_names_the_project_of_spans_too(server: TestClient) -> None:
    body = next(CAPTURES.glob("langfuse-v3-*/*.pb")).read_bytes()
    headers = {"content-type": "application/x-protobuf", **basic("shop")}
    answer = server.post("/api/public/otel/v1/traces", content=body, headers=headers)
    assert answer.status_code == 200
    assert {row["project"]["name"] for row in runs(server).values()} == {"shop"}


def _of(server: TestClient, headers: dict[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = server.get("/econome/v1/projects", headers=headers).json()["rows"]
    return found


def _projects(server: TestClient, headers: dict[str, str]) -> list[dict[str, Any]]:
    answer = server.get("/api/public/projects", headers=headers)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = json.loads(answer.text)["data"]
    return found
