"""OpenTelemetry's exporters, as they knock: encodings, answers, refusals, retries."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import zstandard
from google.protobuf.message import Message
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from starlette.testclient import TestClient

from builders import NOON, SINCE, UNTIL
from econome.app import create_app
from econome.settings import Settings

PROTOBUF, JSON = "application/x-protobuf", "application/json"
ASKED = {"since": SINCE.isoformat(), "until": UNTIL.isoformat()}
TRACE, SPAN = "5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174"


def test_a_span_as_json_is_a_run_once_it_is_answered(server: TestClient) -> None:
    answer = post_json(server, a_span())
    assert (answer.status_code, answer.json()) == (200, {})
    assert answer.headers["content-type"] == JSON
    assert totals(server) == {"runs": 1, "calls": 1, "input": 1200, "output": 50}


def test_a_span_as_protobuf_is_a_run_once_it_is_answered(server: TestClient) -> None:
    answer = server.post("/v1/traces", content=protobuf(a_span()), headers={"content-type": PROTOBUF})
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == PROTOBUF
    assert totals(server)["input"] == 1200


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "raw deflate", "zstd", "identity"])
def test_every_encoding_is_unpacked(server: TestClient, encoding: str) -> None:
    pack: dict[str, Callable[[bytes], bytes]] = {
        "gzip": gzip.compress,
        "deflate": zlib.compress,
        "raw deflate": lambda body: zlib.compress(body)[2:-4],
        "zstd": zstandard.compress,
        "identity": bytes,
    }
    headers = {"content-type": PROTOBUF, "content-encoding": encoding.rpartition(" ")[2]}
    answer = server.post("/v1/traces", content=pack[encoding](protobuf(a_span())), headers=headers)
    assert answer.status_code == 200, answer.content
    assert totals(server)["runs"] == 1


def test_a_body_in_chunks_without_a_length_is_read(server: TestClient) -> None:
    body = request_of(a_span())
    parts = (body[at : at + 100] for at in range(0, len(body), 100))
    answer = server.post("/v1/traces", content=parts, headers={"content-type": JSON})
    assert answer.status_code == 200
    assert totals(server)["runs"] == 1


def test_a_batch_that_is_sent_again_changes_nothing(server: TestClient) -> None:
    for _ in range(3):
        post_json(server, a_span(), a_span(spanId="eee19b7ec3c1b175"))
    assert totals(server)["runs"] == 2


def test_ids_are_hex_of_any_case_and_whole_numbers_texts_or_numbers(server: TestClient) -> None:
    post_json(server, a_span())
    loud = a_span(traceId=TRACE.upper(), spanId=SPAN.upper())
    loud["startTimeUnixNano"] = int(loud["startTimeUnixNano"])
    loud["attributes"][2]["value"] = {"intValue": 1200}
    post_json(server, loud)
    assert totals(server) == {"runs": 1, "calls": 1, "input": 1200, "output": 50}


def test_a_text_that_was_cut_within_an_emoji_costs_no_batch(server: TestClient) -> None:
    cut, other = a_span(), a_span(spanId="ab" * 8)
    cut["name"], cut["attributes"][0]["value"] = "CUT", {"doubleValue": "NUMBER"}
    body = request_of(cut, other).replace(b'CUT"', b'half \\ud83d"').replace(b'"NUMBER"', b"NaN")
    answer = server.post("/v1/traces", content=body, headers={"content-type": JSON})
    assert (answer.status_code, answer.json()) == (200, {})
    assert totals(server)["runs"] == 2


def test_a_text_that_is_no_utf8_costs_no_batch_of_protobuf(server: TestClient) -> None:
    broken = a_span(name="MARKED", attributes=[text("MARKED", "MARKED")], spanId="ab" * 8)
    content = protobuf(broken, a_span()).replace(b"MARKED", b"caf\xe9 \xff")
    answer = server.post("/v1/traces", content=content, headers={"content-type": PROTOBUF})
    assert (answer.status_code, answer.content) == (200, b"")
    assert totals(server) == {"runs": 2, "calls": 1, "input": 1200, "output": 50}


@pytest.mark.parametrize("content", [b"{}", b'{"resourceSpans": null}', b'{"resourceSpans": []}'])
def test_an_export_of_nothing_is_taken(server: TestClient, content: bytes) -> None:
    answer = server.post("/v1/traces", content=content, headers={"content-type": JSON})
    assert (answer.status_code, answer.json()) == (200, {})


def test_a_span_without_an_id_is_refused_and_told_and_its_neighbours_are_kept(server: TestClient) -> None:
    answer = post_json(server, a_span(), a_span(spanId=""), a_span(traceId="0" * 32, spanId="ab" * 8))
    assert answer.status_code == 200
    told = answer.json()["partialSuccess"]
    assert told["rejectedSpans"] == "2"
    assert "16 bytes" in told["errorMessage"]
    assert totals(server)["runs"] == 1


def test_what_was_refused_is_told_in_protobuf_too(server: TestClient) -> None:
    body = protobuf(a_span(), a_span(spanId=""))
    answer = server.post("/v1/traces", content=body, headers={"content-type": PROTOBUF})
    told = ExportTraceServiceResponse.FromString(answer.content).partial_success
    assert told.rejected_spans == 1
    assert "16 bytes" in told.error_message


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (PROTOBUF, b"\xff\xff\xff"),
        (PROTOBUF, b"not protobuf at all"),
        (JSON, b"{"),
        (JSON, b"[]"),
        (JSON, b'{"resourceSpans": 3}'),
    ],
)
def test_a_body_that_cannot_be_read_is_400_in_its_own_type(
    server: TestClient, content_type: str, body: bytes
) -> None:
    answer = server.post("/v1/traces", content=body, headers={"content-type": content_type})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == content_type
    if content_type == JSON:
        assert answer.json()["code"] == 3
        assert "The body is no" in answer.json()["message"]
    else:
        assert answer.content[:2] == b"\x08\x03"  # a google.rpc.Status with code 3
        assert b"The body is no protobuf" in answer.content


def test_a_damaged_archive_is_400(server: TestClient) -> None:
    body = gzip.compress(protobuf(a_span()))[:-9]
    headers = {"content-type": PROTOBUF, "content-encoding": "gzip"}
    assert server.post("/v1/traces", content=body, headers=headers).status_code == 400
    assert totals(server)["runs"] == 0


def test_another_type_is_415(server: TestClient) -> None:
    answer = server.post("/v1/traces", content=b"hello", headers={"content-type": "text/plain"})
    assert answer.status_code == 415
    assert "text/plain" in answer.json()["message"]


def test_a_type_may_have_parameters(server: TestClient) -> None:
    headers = {"content-type": "application/json; charset=utf-8"}
    assert server.post("/v1/traces", content=request_of(a_span()), headers=headers).status_code == 200


def test_a_body_over_the_limit_is_413_packed_or_not(settings_of: Callable[..., Settings]) -> None:
    app = create_app(settings_of(max_body_bytes=10_000), "eca_test")
    with TestClient(app, base_url="http://localhost") as server:
        large = a_span(name="x" * 20_000)
        assert post_json(server, large).status_code == 413
        headers = {"content-type": JSON, "content-encoding": "gzip"}
        packed = gzip.compress(request_of(large))
        assert len(packed) < 10_000
        assert server.post("/v1/traces", content=packed, headers=headers).status_code == 413


def test_a_wrong_key_is_401_in_the_type_of_the_request(settings_of: Callable[..., Settings]) -> None:
    app = create_app(settings_of(host="0.0.0.0"), "eca_test")  # noqa: S104 - it listens nowhere
    with TestClient(app, base_url="http://localhost") as server:
        headers = {"content-type": PROTOBUF, "authorization": "Bearer wrong"}
        answer = server.post("/v1/traces", content=protobuf(a_span()), headers=headers)
        assert answer.status_code == 401
        assert answer.content[:2] == b"\x08\x10"
        right = {**headers, "authorization": "Bearer eca_test"}
        assert server.post("/v1/traces", content=protobuf(a_span()), headers=right).status_code == 200


def test_a_key_may_stand_in_the_path_for_exporters_without_headers(
    settings_of: Callable[..., Settings],
) -> None:
    app = create_app(settings_of(host="0.0.0.0"), "eca_test")  # noqa: S104 - it listens nowhere
    with TestClient(app, base_url="http://localhost") as server:
        content, headers = request_of(a_span()), {"content-type": JSON}
        assert server.post("/key/eca_test/v1/traces", content=content, headers=headers).status_code == 200
        assert server.post("/key/wrong/v1/traces", content=content, headers=headers).status_code == 401
        assert server.post("/key/eca_test/runs", content=content, headers=headers).status_code == 401
        assert server.get("/key/eca_test/econome/v1/overview").status_code == 401


def test_a_span_with_strange_values_is_kept_and_its_neighbours_too(server: TestClient) -> None:
    strange = a_span(spanId="ab" * 8)
    strange["attributes"] += [
        {"key": "gen_ai.input.messages", "value": {"stringValue": '[{"role": 3, "parts": [[1], null, {}]}]'}},
        {"key": "gen_ai.usage.output_tokens", "value": {"doubleValue": "NaN"}},
        {"key": "gen_ai.request.temperature", "value": {"arrayValue": {"values": [{"boolValue": True}]}}},
        {"key": "", "value": None},
        "no attribute",
    ]
    strange["startTimeUnixNano"] = "99999999999999999999999999"
    assert post_json(server, strange, a_span()).status_code == 200
    assert totals(server)["runs"] == 2


@pytest.mark.parametrize("path", ["/v1/traces", "/otel/v1/traces", "/api/v1/otel/v1/traces"])
def test_the_project_is_the_request_s_else_the_service_s(server: TestClient, path: str) -> None:
    headers = {"content-type": JSON, "langsmith-project": "named"}
    server.post(path, content=request_of(a_span()), headers=headers)
    post_json(server, a_span(spanId="ab" * 8))
    names = {one["name"] for one in server.get("/econome/v1/projects").json()["rows"]}
    assert {"named", "shop"} <= names


def test_an_error_is_the_exception_of_its_span(server: TestClient) -> None:
    failed = a_span(status={"code": "STATUS_CODE_ERROR", "message": "it broke"})
    failed["events"] = [
        {
            "name": "exception",
            "timeUnixNano": failed["endTimeUnixNano"],
            "attributes": [text("exception.type", "RateLimit"), text("exception.message", "too many")],
        }
    ]
    post_json(server, failed)
    (run,) = server.get("/econome/v1/runs", params=ASKED).json()["rows"]
    assert run["status"] == "error"
    assert run["error"] == "RateLimit: too many"


def test_a_late_parent_takes_its_place(server: TestClient) -> None:
    post_json(server, a_span(parentSpanId="ab" * 8))
    assert totals(server)["input"] == 1200
    agent = a_span(spanId="ab" * 8, name="invoke_agent")
    agent["attributes"][0] = text("gen_ai.operation.name", "invoke_agent")
    post_json(server, agent)
    found = totals(server)
    assert (found["runs"], found["calls"], found["input"]) == (2, 1, 1200)


def test_a_sum_that_comes_alone_counts_until_its_calls_come(server: TestClient) -> None:
    agent = a_span(spanId="ab" * 8, name="invoke_agent")
    agent["attributes"][0] = text("gen_ai.operation.name", "invoke_agent")
    post_json(server, agent)
    assert totals(server)["input"] == 1200
    post_json(server, a_span(parentSpanId="ab" * 8))
    found = totals(server)
    assert (found["calls"], found["input"]) == (1, 1200)


def post_json(server: TestClient, *spans: dict[str, Any]) -> Any:
    return server.post("/v1/traces", content=request_of(*spans), headers={"content-type": JSON})


def request_of(*spans: dict[str, Any]) -> bytes:
    resource = {"attributes": [text("service.name", "shop")]}
    scope = {"scope": {"name": "hand-built"}, "spans": list(spans)}
    return json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]}).encode()


def a_span(**said: Any) -> dict[str, Any]:
    start = int(NOON.timestamp()) * 10**9
    return {
        "traceId": TRACE,
        "spanId": SPAN,
        "name": "chat gpt-4o",
        "kind": 3,
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(start + int(timedelta(seconds=1).total_seconds()) * 10**9),
        "attributes": [
            text("gen_ai.operation.name", "chat"),
            text("gen_ai.request.model", "gpt-4o"),
            {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "1200"}},
            {"key": "gen_ai.usage.output_tokens", "value": {"intValue": "50"}},
            text("gen_ai.provider.name", "openai"),
        ],
        "unknownFutureField": {"x": 1},
        **said,
    }


def text(key: str, value: str) -> dict[str, Any]:
    return {"key": key, "value": {"stringValue": value}}


def protobuf(*spans: dict[str, Any]) -> bytes:
    request = ExportTraceServiceRequest()
    within = request.resource_spans.add()
    _attributes(within.resource, [text("service.name", "shop")])
    scope = within.scope_spans.add()
    for span in spans:
        one = scope.spans.add()
        one.trace_id, one.span_id = bytes.fromhex(span["traceId"]), bytes.fromhex(span["spanId"])
        one.name, one.kind = span["name"], span["kind"]
        one.start_time_unix_nano = int(span["startTimeUnixNano"])
        one.end_time_unix_nano = int(span["endTimeUnixNano"])
        _attributes(one, span["attributes"])
    return bytes(request.SerializeToString())


def _attributes(holder: Message, pairs: list[dict[str, Any]]) -> None:
    for pair in pairs:
        one = holder.attributes.add()
        one.key = pair["key"]
        if "intValue" in pair["value"]:
            one.value.int_value = int(pair["value"]["intValue"])
        else:
            one.value.string_value = pair["value"]["stringValue"]


def totals(server: TestClient) -> dict[str, int]:
    found = server.get("/econome/v1/overview", params=ASKED).json()["totals"]
    return {
        "runs": found["runs"],
        "calls": found["calls"],
        "input": found["tokens"]["input"],
        "output": found["tokens"]["output"],
    }
