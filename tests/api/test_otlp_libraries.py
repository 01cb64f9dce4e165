"""Calls that two libraries report in traces of their own: each once, however and whenever they come."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from builders import NOON, SINCE, UNTIL
from econome.app import create_app
from econome.ingest import shadows
from econome.settings import Settings

ASKED = {"since": SINCE.isoformat(), "until": UNTIL.isoformat()}
CLIENT, FRAMEWORK, GATEWAY = "instrumentation.of.a.client", "instrumentation.of.a.framework", "gateway"
_NONE: Mapping[str, str] = {}


def test_calls_that_are_all_alike_stay_paired_when_newer_ones_take_their_place(
    server: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shadows, "MOST", 8)
    for number in range(12):
        for span in a_call(number):
            post(server, [span])
    assert calls(server) == 12


def test_a_body_full_of_calls_that_are_all_alike_has_each_once(server: TestClient) -> None:
    spans = [span for number in range(100) for span in a_call(number, apart=timedelta(milliseconds=1))]
    post(server, spans)
    assert calls(server) == 100


def test_a_restart_between_the_two_reports_of_a_call_makes_no_second_call(
    settings_of: Callable[..., Settings],
) -> None:
    settings = settings_of()
    client, framework = a_call(1)
    late_client, early_framework = a_call(2)
    with TestClient(create_app(settings, "eca_test"), base_url="http://localhost") as server:
        post(server, [client])
        post(server, [early_framework])
        alike = [a_span(f"d{number:031x}", FRAMEWORK, NOON + timedelta(seconds=3)) for number in range(600)]
        post(server, alike, {"x-project-name": "another"})
    with TestClient(create_app(settings, "eca_test"), base_url="http://localhost") as server:
        post(server, [framework])
        post(server, [late_client])
        assert calls(server) == 2 + len(alike)


def test_after_a_restart_a_nearer_report_takes_the_place_of_the_one_that_was_paired(
    settings_of: Callable[..., Settings],
) -> None:
    settings = settings_of()
    client = a_span("a" * 32, CLIENT, NOON + timedelta(milliseconds=200), f"chatcmpl-{7:020}")
    with TestClient(create_app(settings, "eca_test"), base_url="http://localhost") as server:
        post(server, [client, a_span("b" * 32, FRAMEWORK, NOON)])
        assert calls(server) == 1
    with TestClient(create_app(settings, "eca_test"), base_url="http://localhost") as server:
        post(server, [a_span("c" * 32, FRAMEWORK, NOON + timedelta(milliseconds=199))])
        assert calls(server) == 2


def test_a_call_that_three_libraries_report_is_one(server: TestClient) -> None:
    client, framework = a_call(1)
    post(server, [client])
    post(server, [a_span("c" * 32, GATEWAY, NOON + timedelta(seconds=1, milliseconds=2)), framework])
    assert calls(server) == 1


def a_call(number: int, apart: timedelta = timedelta(seconds=1)) -> tuple[dict[str, Any], dict[str, Any]]:
    """The reports of one call: the client's, which knows the id of the answer, and the framework's."""
    began = NOON + number * apart
    client = a_span(f"a{number:031x}", CLIENT, began + timedelta(milliseconds=5), f"chatcmpl-{number:020}")
    return client, a_span(f"b{number:031x}", FRAMEWORK, began)


def a_span(trace: str, library: str, began: Any, answer: str = "") -> dict[str, Any]:
    start = round(began.timestamp() * 1e6) * 1000
    ended = start + (490 if answer else 500) * 10**6
    said = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o", "gen_ai.response.id": answer}
    counts = {"gen_ai.usage.input_tokens": 120, "gen_ai.usage.output_tokens": 30}
    span = {
        "traceId": trace,
        "spanId": "ab" * 8,
        "name": "chat",
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(ended),
        "attributes": [
            *({"key": key, "value": {"stringValue": value}} for key, value in said.items() if value),
            *({"key": key, "value": {"intValue": value}} for key, value in counts.items()),
        ],
    }
    return {"scope": {"name": library}, "spans": [span]}


def post(server: TestClient, scopes: Sequence[dict[str, Any]], headers: Mapping[str, str] = _NONE) -> None:
    content = json.dumps({"resourceSpans": [{"scopeSpans": list(scopes)}]})
    answer = server.post(
        "/v1/traces", content=content, headers={"content-type": "application/json", **headers}
    )
    assert (answer.status_code, answer.json()) == (200, {})


def calls(server: TestClient) -> int:
    return int(server.get("/econome/v1/overview", params=ASKED).json()["totals"]["calls"])
