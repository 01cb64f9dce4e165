"""What OpenTelemetry's exporters send goes on, once it is stored."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from econome.app import create_app
from econome.doctor import Verdict, _passed_on, examine
from econome.settings import Settings, SettingsError
from second import Second, serving

TOKEN = "eca_test"
SPAN = {
    "traceId": "5b8efff798038103d269b633813fc60c",
    "spanId": "eee19b7ec3c1b174",
    "name": "ask",
    "startTimeUnixNano": "1763640000000000000",
    "endTimeUnixNano": "1763640001000000000",
}
BODY = gzip.compress(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [SPAN]}]}]}).encode())
HEADERS = {"content-type": "application/json", "content-encoding": "gzip", "x-api-key": "anything"}


@pytest.fixture
def second() -> Iterator[Second]:
    with serving(Second()) as one:
        yield one


@pytest.fixture
def server(settings_of: Callable[..., Settings], second: Second) -> Iterator[TestClient]:
    chosen = settings_of(forward=(second.base,), forward_headers=("x-team=hush",))
    with TestClient(create_app(chosen, TOKEN), base_url="http://localhost") as client:
        yield client


def standing(server: TestClient) -> Any:
    [one] = server.get("/econome/v1/forwarding").json()["rows"]
    return one


def test_what_is_stored_goes_on_as_it_came(server: TestClient, second: Second) -> None:
    assert server.post("/v1/traces", content=BODY, headers=HEADERS).status_code == 200
    empty = {"content-type": "application/json"}
    assert server.post("/v1/logs", content=b'{"resourceLogs":[]}', headers=empty).status_code == 200
    assert server.post("/v1/metrics", content=b'{"resourceMetrics":[]}', headers=empty).status_code == 200
    while standing(server)["sent"] < 3:
        time.sleep(0.01)
    got = {path: (said, body) for path, said, body in second.got}
    assert set(got) == {"/otlp/v1/traces", "/otlp/v1/logs", "/otlp/v1/metrics"}
    said, body = got["/otlp/v1/traces"]
    assert body == BODY
    assert (said["content-encoding"], said["x-team"]) == ("gzip", "hush")
    assert "x-api-key" not in said


def test_what_is_refused_here_does_not_go_on(server: TestClient, second: Second) -> None:
    assert server.post("/v1/traces", content=b"nonsense", headers=HEADERS).status_code == 400
    assert server.post("/v1/traces", content=BODY, headers=HEADERS).status_code == 200
    while standing(server)["sent"] < 1:
        time.sleep(0.01)
    assert second.bodies == [BODY]


def test_a_destination_that_does_not_answer_holds_nothing_up(server: TestClient, second: Second) -> None:
    second.gate.clear()
    for _ in range(20):
        assert server.post("/v1/traces", content=BODY, headers=HEADERS).status_code == 200
    assert standing(server)["waiting"] == 20
    assert 'econome_forwarding{what="waiting"} 20' in server.get("/metrics").text
    second.gate.set()


def test_the_owner_is_told_what_did_not_arrive(server: TestClient, second: Second) -> None:
    second.answers = [(401, {})]
    server.post("/v1/traces", content=BODY, headers=HEADERS)
    while not standing(server)["dropped"]["refused"]:
        time.sleep(0.01)
    check = _passed_on(standing(server))
    assert check.verdict is Verdict.WARN
    assert "1 refused; it answers 401" in check.says
    assert 'econome_forwarding{what="dropped_refused"} 1' in server.get("/metrics").text


def test_a_destination_that_cannot_be_ends_the_start(settings_of: Callable[..., Settings]) -> None:
    app = create_app(settings_of(forward=("nowhere",)), TOKEN)
    with pytest.raises(SettingsError, match="https://"), TestClient(app):
        pass


def test_the_doctor_reads_the_destinations(settings_of: Callable[..., Settings]) -> None:
    chosen = settings_of(forward=("https://otlp.example.org",), forward_headers=("x-team=hush",))
    said = {check.what: check for check in examine(chosen) if check.what == "forwarding"}
    assert "otlp.example.org" in said["forwarding"].says
    wrong = {check.what: check for check in examine(replace(chosen, forward=("ftp://x",)))}
    assert wrong["forwarding"].verdict is Verdict.WRONG


def test_secrets_are_not_shown() -> None:
    chosen = Settings(forward=("https://a.test",), forward_headers=("x-team=hush",))
    assert chosen.shown()["forward_headers"] == "x-team=***"
    assert chosen.without_secrets("sent with hush") == "sent with ***"
