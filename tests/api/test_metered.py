"""Metrics through the whole server: received, kept apart from runs, never added to them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from starlette.testclient import TestClient

from api.conftest import ADMIN_TOKEN
from econome.app import create_app
from econome.domain.key import Role
from econome.settings import Settings
from metric_bodies import NOON, a_histogram, a_point, a_sum, an_export, body, nanoseconds

SDK = Path(__file__).parents[1] / "conformance" / "otlp" / "metrics"
"""What OpenTelemetry's Python SDK 1.45.2 sends, by temporality and kind of histogram."""
CAPTURES = Path(__file__).parents[1] / "conformance" / "otlp" / "captures"
REFERENCE = Path(__file__).parents[1] / "conformance" / "otlp" / "reference"
PROTOBUF, JSON = "application/x-protobuf", "application/json"
SPAN = {"since": "2026-11-19T00:00:00Z", "until": "2026-11-25T00:00:00Z"}
IN, OUT = "gen_ai.client.inference.usage.input_tokens", "gen_ai.client.inference.usage.output_tokens"
CACHED = "gen_ai.client.inference.usage.cache_read.input_tokens"
GPT: dict[str, Any] = {"gen_ai__provider__name": "openai", "gen_ai__request__model": "gpt-4o-mini"}


def used(given: int, made: int, at: float = 60, **said: Any) -> dict[str, Any]:
    """The counters of one process that used so many tokens since noon."""
    told = {**GPT, **said.pop("told", {})}
    return an_export(
        a_sum(IN, a_point(given, at=at, **told)), a_sum(OUT, a_point(made, at=at, **told)), **said
    )


def send(client: TestClient, export: dict[str, Any], **headers: str) -> Any:
    answer = client.post("/v1/metrics", content=body(export), headers={"content-type": JSON, **headers})
    assert answer.status_code == 200, answer.text
    return answer.json()


def ask(client: TestClient, **narrower: Any) -> Any:
    answer = client.get("/econome/v1/metered", params={**SPAN, **narrower})
    assert answer.status_code == 200, answer.text
    return answer.json()


def the_row(client: TestClient, **narrower: Any) -> Any:
    (row,) = ask(client, **narrower)["rows"]
    return row


def in_and_out(holder: Any) -> tuple[Any, Any]:
    return holder["tokens"]["input"], holder["tokens"]["output"]


def trace(client: TestClient, given: int, made: int, *, service: str = "shop", at: float = 30) -> None:
    """A call as a span of that service."""

    def text(key: str, value: str) -> dict[str, Any]:
        return {"key": key, "value": {"stringValue": value}}

    span = {
        "traceId": f"{given:032x}",
        "spanId": f"{given:016x}",
        "name": "chat",
        "kind": 3,
        "startTimeUnixNano": str(nanoseconds(at)),
        "endTimeUnixNano": str(nanoseconds(at + 1)),
        "attributes": [
            text("gen_ai.operation.name", "chat"),
            text("gen_ai.request.model", "gpt-4o-mini"),
            text("gen_ai.provider.name", "openai"),
            {"key": "gen_ai.usage.input_tokens", "value": {"intValue": str(given)}},
            {"key": "gen_ai.usage.output_tokens", "value": {"intValue": str(made)}},
        ],
    }
    resource = {"attributes": [text("service.name", service)]}
    request = {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [span]}]}]}
    answer = client.post("/v1/traces", content=json.dumps(request), headers={"content-type": JSON})
    assert answer.status_code == 200, answer.text


# --- real bodies


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("otel-genai-openai-latest", (7816, 1350)),
        ("otel-genai-anthropic", (3000, 100)),
        ("traceloop-openai", (4816, 550)),  # it tells nothing of the Responses API
    ],
)
def test_what_a_flush_and_a_shutdown_both_tell_counts_once(
    server: TestClient, name: str, expected: tuple[int, int]
) -> None:
    bodies = sorted(REFERENCE.joinpath(name).glob("*v1_metrics.pb*"))
    assert len(bodies) == 2
    for sent in [*bodies, *bodies]:
        encoding = {"content-encoding": "gzip"} if sent.suffix == ".gz" else {}
        answer = server.post(
            "/v1/metrics", content=sent.read_bytes(), headers={"content-type": PROTOBUF, **encoding}
        )
        assert (answer.status_code, answer.content) == (200, b"")
    found = ask(server)
    assert in_and_out(found["totals"]) == expected
    assert found["also_traced"] is None


@pytest.mark.parametrize("folder", sorted(SDK.iterdir()), ids=lambda folder: folder.name)
@pytest.mark.parametrize("backwards", [False, True], ids=["as sent", "backwards"])
def test_what_the_sdk_sends_is_counted_whatever_it_is_told_to_send(
    server: TestClient, folder: Path, backwards: bool
) -> None:
    """Two processes, each with five calls of 100 to 500 tokens in and 10 to 50 out, and one that had none."""
    bodies = sorted(folder.glob("*.pb"), reverse=backwards)
    assert len(bodies) > 10
    for sent in [*bodies, *bodies[::3]]:
        answer = server.post("/v1/metrics", content=sent.read_bytes(), headers={"content-type": PROTOBUF})
        assert answer.status_code == 200
    row = the_row(server)
    assert in_and_out(row) == (2 * 1_500, 2 * 150)
    assert row["calls"] == 2 * 6


@pytest.mark.parametrize("name", ["otel-genai-openai-latest", "otel-genai-anthropic"])
def test_what_spans_tell_as_well_is_a_cross_check_and_in_no_total(server: TestClient, name: str) -> None:
    for sent in sorted(REFERENCE.joinpath(name).glob("*.POST.v1_*.pb")):
        path = "/" + sent.name.split(".")[2].replace("_", "/")
        answer = server.post(path, content=sent.read_bytes(), headers={"content-type": PROTOBUF})
        assert answer.status_code == 200
    found = ask(server)
    runs = server.get("/econome/v1/overview", params=SPAN).json()["totals"]
    assert [row["also_traced"] for row in found["rows"]] == [True] * len(found["rows"])
    assert in_and_out(found["totals"]) == (None, None)
    both = found["also_traced"]
    assert (both["traced"]["input"], both["traced"]["output"]) == in_and_out(runs)
    assert (both["metered"]["input"], both["metered"]["output"]) == in_and_out(runs)
    assert (both["difference"]["input"], both["difference"]["output"]) == (0, 0)


def test_no_library_that_sends_both_spans_and_metrics_is_in_both_ledgers(server: TestClient) -> None:
    folders = sorted({file.parent for file in CAPTURES.glob("*/*v1_metrics.pb")})
    for sent in (file for folder in folders for file in sorted(folder.glob("*.POST.v1_*.pb"))):
        path = "/" + sent.name.split(".")[2].replace("_", "/")
        answer = server.post(path, content=sent.read_bytes(), headers={"content-type": PROTOBUF})
        assert answer.status_code == 200
    found = ask(server)
    rows = [row for row in found["rows"] if row["tokens"]["total"]]
    assert len({row["service"] for row in rows}) >= 13
    assert [row["service"] for row in rows if not row["also_traced"]] == []
    assert in_and_out(found["totals"]) == (None, None)


# --- two ledgers


def test_metrics_are_in_no_total_of_runs(server: TestClient) -> None:
    trace(server, 100, 10, service="traced")
    before = server.get("/econome/v1/overview", params=SPAN).json()["totals"]
    send(server, used(5_000, 700))
    assert server.get("/econome/v1/overview", params=SPAN).json()["totals"] == before
    assert in_and_out(ask(server)["totals"]) == (5_000, 700)


def test_a_service_that_only_sends_metrics_counts_beside_one_that_is_traced(server: TestClient) -> None:
    trace(server, 100, 10)
    send(server, used(120, 15))
    send(server, used(3_000, 400, service="worker"))
    found = ask(server)
    by_service = {row["service"]: row for row in found["rows"]}
    assert in_and_out(found["totals"]) == (3_000, 400)
    assert (by_service["worker"]["also_traced"], by_service["worker"]["comparison"]) == (False, None)
    assert by_service["shop"]["also_traced"]
    assert by_service["shop"]["comparison"]["traced"]["input"] == 100
    assert by_service["shop"]["comparison"]["difference"] | {"cost": None} == {
        "input": 20,
        "output": 5,
        "calls": None,
        "cost": None,
    }


def test_two_services_of_one_project_are_told_apart(server: TestClient) -> None:
    named = {"x-project-name": "checkout"}
    send(server, used(3_000, 400, service="worker"), **named)
    trace(server, 100, 10, service="shop")
    found = ask(server)
    assert [row["project"]["name"] for row in found["rows"]] == ["checkout"]
    assert in_and_out(found["totals"]) == (3_000, 400)


def test_a_metric_told_just_after_its_calls_is_still_theirs(server: TestClient) -> None:
    trace(server, 100, 10, at=-50)
    send(server, used(100, 10, at=10))
    noon = {"since": NOON.isoformat(), "until": (NOON + timedelta(hours=1)).isoformat()}
    found = ask(server, **noon)
    assert in_and_out(found["totals"]) == (None, None)
    assert found["also_traced"]["traced"]["calls"] == 0


def test_runs_of_another_time_do_not_hide_what_only_metrics_tell(server: TestClient) -> None:
    trace(server, 100, 10, at=-86_400)
    send(server, used(100, 10))
    noon = {"since": NOON.isoformat(), "until": (NOON + timedelta(hours=1)).isoformat()}
    assert in_and_out(ask(server, **noon)["totals"]) == (100, 10)


# --- money


def test_a_split_input_is_priced_by_our_book(server: TestClient) -> None:
    export = used(1_000, 100)
    export["resourceMetrics"][0]["scopeMetrics"][0]["metrics"].append(a_sum(CACHED, a_point(400, **GPT)))
    send(server, export)
    row = the_row(server)
    per_million = {"uncached": Decimal("0.15"), "cached": Decimal("0.075"), "out": Decimal("0.60")}
    cost = (600 * per_million["uncached"] + 400 * per_million["cached"] + 100 * per_million["out"]) / 10**6
    assert Decimal(row["cost"]) == cost
    assert row["coverage"] == {"priced": 1_100, "supposed": 0, "unpriced": 0}
    assert row["supposed"] == []


def test_an_input_without_its_cache_says_what_its_cost_supposes(server: TestClient) -> None:
    send(server, used(1_000, 100))
    row = the_row(server)
    assert Decimal(row["cost"]) == (1_000 * Decimal("0.15") + 100 * Decimal("0.60")) / 10**6
    assert (row["supposed"], row["coverage"]["supposed"]) == (["uncached"], 1_100)
    assert row["tokens"]["cache_read"] is None


def test_an_unknown_model_is_unpriced(server: TestClient) -> None:
    send(
        server, used(1_000, 100, told={"gen_ai__request__model": "of-nobody", "gen_ai__provider__name": "x"})
    )
    found = ask(server)
    assert (found["totals"]["cost"], found["totals"]["coverage"]["unpriced"]) == (None, 1_100)


def test_a_cost_that_the_sender_reckons_stands_beside_ours(server: TestClient) -> None:
    told: dict[str, Any] = {"model": "claude-sonnet-4-5"}
    kinds = {"input": 8, "cacheRead": 118_243, "cacheCreation": 9_254, "output": 900}
    tokens = [a_point(count, type=kind, **told) for kind, count in kinds.items()]
    send(
        server,
        an_export(
            a_sum("claude_code.token.usage", *tokens, temporality=1),
            a_sum("claude_code.cost.usage", a_point(0.0837, how="asDouble", **told), temporality=1),
            service="claude-code",
        ),
    )
    row = the_row(server)
    assert row["cost_reported"] == "0.0837"
    assert row["tokens"]["input"] == 8 + 118_243 + 9_254
    assert row["cost"] is not None
    assert row["calls"] is None


def test_a_cost_of_nothing_for_tokens_is_not_known(server: TestClient) -> None:
    export = used(1_000, 100)
    free = a_histogram("gen_ai.usage.cost", {**a_point(0.0, how="sum", **GPT), "count": "1"}, unit="USD")
    export["resourceMetrics"][0]["scopeMetrics"][0]["metrics"].append(free)
    send(server, export)
    assert the_row(server)["cost_reported"] is None


# --- calls and their length


def test_calls_are_counted_and_timed(server: TestClient) -> None:
    export = used(1_000, 100)
    timed = {**a_point(4.5, how="sum", **GPT), "count": "3"}
    export["resourceMetrics"][0]["scopeMetrics"][0]["metrics"].append(
        a_histogram("gen_ai.client.operation.duration", timed, unit="s")
    )
    send(server, export)
    row = the_row(server)
    assert (row["calls"], row["seconds"]) == (3, 4.5)


# --- answers


def test_what_was_refused_is_told_and_its_neighbours_are_kept(server: TestClient) -> None:
    bad = a_point(-5, **GPT)
    export = an_export(a_sum(IN, bad, a_point(7, at=61, **GPT)))
    told = send(server, export)["partialSuccess"]
    assert told["rejectedDataPoints"] == "1"
    assert "below zero" in told["errorMessage"]
    assert the_row(server)["tokens"]["input"] == 7


def test_what_was_refused_is_told_in_protobuf_too(server: TestClient) -> None:
    request = ExportMetricsServiceRequest()
    metric = request.resource_metrics.add().scope_metrics.add().metrics.add(name=IN)
    metric.sum.data_points.add(as_int=5, time_unix_nano=nanoseconds(60))
    answer = server.post(
        "/v1/metrics", content=request.SerializeToString(), headers={"content-type": PROTOBUF}
    )
    partial = ExportMetricsServiceResponse.FromString(answer.content).partial_success
    assert (answer.status_code, partial.rejected_data_points) == (200, 1)
    assert "delta or cumulative" in partial.error_message


def test_metrics_that_tell_nothing_of_ours_are_taken(server: TestClient) -> None:
    assert send(server, an_export(a_sum("process.cpu.time", a_point(3)))) == {}
    assert ask(server)["rows"] == []


def test_what_became_of_points_is_counted(server: TestClient) -> None:
    send(server, an_export(a_sum(IN, a_point(-5), a_point(7, at=61)), a_sum("process.cpu.time", a_point(3))))
    said = server.get("/metrics").text
    for what in ("metric_points", "ignored_metric_points", "refused_not_storable"):
        assert f'econome_ingest{{what="{what}"}} 1' in said


def test_a_body_that_is_no_request_is_400(server: TestClient) -> None:
    answer = server.post("/v1/metrics", content=b"{", headers={"content-type": JSON})
    assert answer.status_code == 400


def test_gzip_is_unpacked(server: TestClient) -> None:
    packed = gzip.compress(body(used(10, 5)))
    headers = {"content-type": JSON, "content-encoding": "gzip"}
    assert server.post("/v1/metrics", content=packed, headers=headers).status_code == 200
    assert in_and_out(ask(server)["totals"]) == (10, 5)


# --- the question


def test_a_restart_of_the_server_neither_loses_nor_repeats(settings_of: Callable[..., Settings]) -> None:
    for given in (1_000, 1_400):
        with TestClient(create_app(settings_of(), ADMIN_TOKEN), base_url="http://localhost") as server:
            send(server, used(given, 100, at=given))
            assert in_and_out(ask(server)["totals"]) == (given, 100)


def test_rows_may_be_narrowed_to_services_models_and_projects(server: TestClient) -> None:
    send(server, used(10, 1))
    send(server, used(20, 2, service="worker"))
    send(server, used(40, 4, service="worker", told={"gen_ai__response__model": "gpt-4o-mini-2024-07-18"}))
    assert in_and_out(ask(server, service="worker")["totals"]) == (60, 6)
    assert in_and_out(ask(server, model="gpt-4o-mini-2024-07-18")["totals"]) == (40, 4)
    assert in_and_out(ask(server, model="gpt-4o-mini")["totals"]) == (70, 7)  # as it was asked, too
    assert in_and_out(ask(server, project="shop")["totals"]) == (10, 1)


def test_all_of_time_may_be_asked(server: TestClient) -> None:
    send(server, used(10, 1))
    ever = ask(server, since="1970-01-01T00:00:00Z", until="2261-12-31T23:59:59Z")
    assert in_and_out(ever["totals"]) == (10, 1)


@pytest.mark.parametrize("unknown", ["filter", "currency", "prices", "by"])
def test_a_parameter_that_it_has_not_is_refused_by_name(server: TestClient, unknown: str) -> None:
    answer = server.get("/econome/v1/metered", params={**SPAN, unknown: "x"})
    assert answer.status_code == 400
    assert unknown in answer.json()["detail"]


def test_what_metrics_told_goes_with_its_project(server: TestClient) -> None:
    send(server, used(10, 1))
    (project,) = server.get("/api/v1/sessions", params={"name": "shop"}).json()
    assert server.delete(f"/api/v1/sessions/{project['id']}").status_code < 300
    send(server, used(20, 2, at=200))
    assert in_and_out(ask(server)["totals"]) == (20, 2)


# --- keys


def test_a_narrow_key_writes_and_sees_only_its_projects(server: TestClient) -> None:
    keys = server.app.state.econome.keys  # type: ignore[attr-defined]
    _, sender = keys.create("sender", Role.INGEST, projects="sh*")
    _, reader = keys.create("reader", Role.READ, projects="sh*")
    send(server, used(10, 1), **{"x-api-key": sender})
    refused = send(server, used(20, 2, service="worker"), **{"x-api-key": sender})["partialSuccess"]
    assert refused["rejectedDataPoints"] == "2"
    assert "writes to sh*, not to worker" in refused["errorMessage"]
    _, other = keys.create("other", Role.INGEST)
    send(server, used(20, 2, service="worker"), **{"x-api-key": other})
    answer = server.get("/econome/v1/metered", params=SPAN, headers={"x-api-key": reader})
    assert [row["service"] for row in answer.json()["rows"]] == ["shop"]


def test_days_are_of_utc(server: TestClient) -> None:
    midnight = (datetime(2026, 11, 21, tzinfo=UTC) - NOON).total_seconds()
    send(server, used(10, 1, at=midnight - 1))
    send(server, used(15, 1, at=midnight + 1))
    days = the_row(server)["days"]
    assert [(day["day"], day["tokens"]["input"]) for day in days] == [("2026-11-20", 10), ("2026-11-21", 5)]
