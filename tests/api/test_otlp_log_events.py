"""Calls that a library tells in log events, beside its spans or without them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from conformance.spans import pairs, request_of
from econome.app import create_app
from econome.settings import Settings

CAPTURE = Path(__file__).parents[1] / "conformance" / "otlp" / "captures" / "genai-openai-1.3b0"
TRACES, LOGS = CAPTURE / "001.POST.v1_traces.pb", CAPTURE / "002.POST.v1_logs.pb"
ALWAYS = {"since": "2020-01-01T00:00:00Z", "until": "2040-01-01T00:00:00Z"}
STARTED = 1_790_000_000_000_000_000
TRACE, SPAN = "5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174"
SCOPE = {"name": "opentelemetry.instrumentation.openai_v2", "version": "2.4b0"}
DETAILS = "gen_ai.client.inference.operation.details"
CALL = {
    "gen_ai.operation.name": "chat",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.usage.input_tokens": 1200,
    "gen_ai.usage.output_tokens": 50,
    "gen_ai.response.id": "chatcmpl-0123456789abcdef",
}


@pytest.mark.parametrize("order", [(TRACES, LOGS), (LOGS, TRACES)], ids=["spans first", "events first"])
def test_events_of_a_real_library_count_no_call_again(server: TestClient, order: tuple[Path, Path]) -> None:
    for body in (*order, *order):
        send(server, body)
    tokens = totals(server)["tokens"]
    assert (tokens["input"], tokens["output"]) == (8424, 3060)
    assert totals(server)["calls"] == 15


def test_events_alone_tell_their_calls(server: TestClient) -> None:
    send(server, LOGS)
    send(server, LOGS)
    tokens = totals(server)["tokens"]
    assert (tokens["input"], tokens["output"]) == (8424 - 16, 3060)  # no event is written of embeddings
    assert totals(server)["calls"] == 14


def test_what_a_span_does_not_say_is_taken_from_its_event(server: TestClient) -> None:
    texts = {"gen_ai.input.messages": [{"role": "user", "parts": [{"type": "text", "content": "Weather?"}]}]}
    spans = request_of([a_span({**CALL, "gen_ai.usage.output_tokens": 49})], "")
    trace = spans["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["traceId"]
    post(server, "logs", logs(an_event(DETAILS, {**CALL, **texts}, trace=trace)))
    post(server, "traces", spans)
    (run,) = runs(server)
    assert totals(server)["tokens"]["output"] == 49  # the span is believed, whichever comes first
    assert (run["name"], run["started_at"][:19]) == ("chat gpt-4o", "2026-09-21T14:13:20")
    shown = server.get(f"/econome/v1/runs/{run['id']}").json()
    assert shown["inputs"] == {"messages": [{"role": "user", "content": "Weather?"}]}


def test_an_event_joins_a_span_that_comes_after_a_restart(settings_of: Callable[..., Settings]) -> None:
    spans = request_of([a_span(CALL)], "")
    trace = spans["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["traceId"]
    for signal, body in (("logs", logs(an_event(DETAILS, CALL, trace=trace))), ("traces", spans)):
        app = create_app(settings_of(), "eca_test")
        with TestClient(app, base_url="http://localhost") as server:
            post(server, signal, body)
            assert totals(server)["calls"] == 1
            assert totals(server)["tokens"]["input"] == 1200


def test_an_event_outside_of_any_span_is_a_call_of_its_own(server: TestClient) -> None:
    body = logs(an_event(DETAILS, CALL, trace="", span=""))
    post(server, "logs", body)
    post(server, "logs", body)
    assert totals(server)["calls"] == 1
    assert totals(server)["tokens"]["input"] == 1200


def test_two_calls_within_one_span_are_two(server: TestClient) -> None:
    other = {**CALL, "gen_ai.response.id": "chatcmpl-fedcba9876543210", "gen_ai.usage.input_tokens": 7}
    post(server, "logs", logs(an_event(DETAILS, CALL), an_event(DETAILS, other)))
    assert totals(server)["calls"] == 2
    assert totals(server)["tokens"]["input"] == 1207


def test_messages_in_events_of_their_own_are_the_texts_of_their_span(server: TestClient) -> None:
    system = {"gen_ai.system": "openai"}
    call = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
    spans = request_of([a_span(CALL)], "")
    trace = spans["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["traceId"]
    post(server, "traces", spans)
    events = [
        an_event("gen_ai.system.message", system, {"content": "Be brief."}, trace=trace),
        an_event("gen_ai.user.message", system, {"content": "Weather?"}, trace=trace),
        an_event("gen_ai.assistant.message", system, {"tool_calls": [call]}, trace=trace),
        an_event("gen_ai.tool.message", system, {"content": "Rain", "id": "call_1"}, trace=trace),
        an_event(
            "",
            {**system, "event.name": "gen_ai.choice"},
            {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "It rains."}},
            trace=trace,
        ),
    ]
    post(server, "logs", logs(*events))
    (run,) = runs(server)
    shown = server.get(f"/econome/v1/runs/{run['id']}").json()
    assert shown["inputs"]["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Weather?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "content": "Rain", "tool_call_id": "call_1"},
    ]
    assert shown["outputs"]["choices"] == [
        {"index": 0, "message": {"role": "assistant", "content": "It rains."}, "finish_reason": "stop"}
    ]
    assert totals(server)["tokens"]["input"] == 1200


def test_openlit_s_event_of_a_stream_is_left_to_its_span(server: TestClient) -> None:
    post(
        server,
        "logs",
        logs(an_event(DETAILS, CALL, trace="", span=""), scope="openlit.instrumentation.openai"),
    )
    assert totals(server)["runs"] == 0


def test_lines_of_an_app_are_neither_kept_nor_refused(server: TestClient) -> None:
    answer = post(server, "logs", logs(an_event("", {"http.route": "/"}, "GET / 200")))
    assert answer.json() == {}
    assert totals(server)["runs"] == 0


def test_a_failed_call_says_so_in_its_event(server: TestClient) -> None:
    failed = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o", "error.type": "TimeoutError"}
    post(server, "logs", logs(an_event(DETAILS, failed)))
    (run,) = runs(server)
    assert (run["status"], run["error"]) == ("error", "TimeoutError")


def a_span(attributes: dict[str, Any]) -> dict[str, Any]:
    return {"name": "chat gpt-4o", "spanId": SPAN, "scope": SCOPE, "attributes": attributes}


def an_event(
    name: str, attributes: dict[str, Any], body: object = None, *, trace: str = TRACE, span: str = SPAN
) -> dict[str, Any]:
    record: dict[str, Any] = {
        "timeUnixNano": str(STARTED + 2_000_000_000),
        "traceId": trace,
        "spanId": span,
        "attributes": pairs(attributes),
    }
    if name:
        record["eventName"] = name
    if body is not None:
        ((held,),) = [[one["value"] for one in pairs({"body": body})]]
        record["body"] = held
    return record


def logs(*records: dict[str, Any], scope: str = SCOPE["name"]) -> dict[str, Any]:
    within = {"scope": {**SCOPE, "name": scope}, "logRecords": list(records)}
    return {"resourceLogs": [{"scopeLogs": [within]}]}


def post(server: TestClient, signal: str, body: dict[str, Any]) -> Any:
    answer = server.post(f"/v1/{signal}", json=body)
    assert answer.status_code == 200, answer.text
    return answer


def send(server: TestClient, body: Path) -> None:
    path = "/v1/logs" if "logs" in body.name else "/v1/traces"
    headers = {"content-type": "application/x-protobuf"}
    assert server.post(path, content=body.read_bytes(), headers=headers).status_code == 200


def totals(server: TestClient) -> Any:
    return server.get("/econome/v1/overview", params=ALWAYS).json()["totals"]


def runs(server: TestClient) -> Any:
    return server.get("/econome/v1/runs", params=ALWAYS).json()["rows"]
