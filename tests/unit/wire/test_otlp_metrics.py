"""Metrics to points: real bodies of real libraries, and bodies made by hand for what these did not send."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from econome.domain.metered import Measure, MeteredPoint, Part, Temporality
from econome.wire.otlp import metric_points
from econome.wire.otlp.metrics import MetricsDelivery, delivery_of
from econome.wire.otlp.protobuf import Undecodable
from metric_bodies import NOON, a_histogram, a_point, a_sum, an_export, attributes, body, nanoseconds

CAPTURES = Path(__file__).parents[2] / "conformance" / "otlp" / "captures"
NOW = datetime(2026, 11, 24, 23, 59, tzinfo=UTC)
USAGE = "gen_ai.client.token.usage"


def read(*metrics: dict[str, Any], **said: Any) -> MetricsDelivery:
    """What an export of these brings."""
    return delivery_of(metric_points.in_json(body(an_export(*metrics, **said))), NOW)


def the_point(*metrics: dict[str, Any], **said: Any) -> MeteredPoint:
    delivery = read(*metrics, **said)
    assert not delivery.refusals
    (point,) = delivery.points
    return point


def why_refused(*metrics: dict[str, Any]) -> str:
    delivery = read(*metrics)
    assert not delivery.points
    (refusal,) = delivery.refusals
    return refusal.detail


def sums_of(points: list[MeteredPoint]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for point in points:
        sums[str(point.part or point.measure)] += point.total
    return sums


# --- real bodies


RESPONSES = {"input": 121 + 2049 + 311 + 121, "output": 30 + 60 + 900 + 30}
LIBRARIES: dict[str, dict[str, int]] = {
    # What each tells beyond what was served to it, with known usage.
    "genai-agents": {},
    "genai-anthropic": {},
    "genai-langchain": {"input": -16},  # LangChain tells no callback of its embeddings
    "genai-openai": {},
    "openlit-anthropic": {"input": -2048 - 600},  # what the provider calls input, without the cache
    "openlit-openai": {"input": 24, "output": 8},  # it guesses at a stream that told no usage
    "pydantic-ai-anthropic": {},
    "pydantic-ai-openai": {},
    "strands-openai": {},
    "traceloop-anthropic": {"output": 3},  # of three streams it counts one token too many each
    "traceloop-langchain": {"input": -16},
    "traceloop-llama-index": {"input": -16 - 16},  # embeddings
    "traceloop-openai": {side: -tokens for side, tokens in RESPONSES.items()},  # it reads no Responses
}


@pytest.mark.parametrize("library", LIBRARIES)
def test_what_a_real_library_told_by_metrics_is_what_the_provider_served(library: str) -> None:
    (file,) = CAPTURES.glob(f"{library}-[0-9]*/*.v1_metrics.pb")
    folder = file.parent
    answers = [
        one for one in json.loads((folder / "expected.json").read_text("utf-8"))["served"] if one["told"]
    ]
    delivery = delivery_of(metric_points.in_protobuf(file.read_bytes()), NOW)
    sums = sums_of(delivery.points)
    assert not delivery.refusals
    for side, told in (("input", sums["input"] + sums["uncached"]), ("output", sums["output"])):
        assert told == sum(one[side] for one in answers) + LIBRARIES[library].get(side, 0)


def test_what_no_ledger_needs_is_counted_and_no_fault() -> None:
    delivery = read(a_sum("http.server.active_requests", a_point(3), a_point(4)))
    assert (delivery.points, delivery.refusals) == ([], [])
    assert delivery.ignored == {"http.server.active_requests": 2}


# --- forms


def test_a_point_is_the_same_in_both_forms() -> None:
    point = a_point("1200", how="asInt", gen_ai__request__model="gpt-5", gen_ai__token__type="input")
    export = an_export(a_sum("gen_ai.client.inference.usage.input_tokens", point))
    request = ExportMetricsServiceRequest()
    group = request.resource_metrics.add()
    group.resource.attributes.add(key="service.name").value.string_value = "shop"
    within = group.scope_metrics.add()
    within.scope.name, within.scope.version = "ours", "1"
    metric = within.metrics.add(name="gen_ai.client.inference.usage.input_tokens", unit="{token}")
    metric.sum.aggregation_temporality, metric.sum.is_monotonic = 2, True
    told = metric.sum.data_points.add(
        as_int=1200, start_time_unix_nano=nanoseconds(0), time_unix_nano=nanoseconds(60)
    )
    for key, value in (("gen_ai.token.type", "input"), ("gen_ai.request.model", "gpt-5")):
        told.attributes.add(key=key).value.string_value = value
    binary = delivery_of(metric_points.in_protobuf(request.SerializeToString()), NOW)
    assert binary.points == delivery_of(metric_points.in_json(body(export)), NOW).points
    assert binary.points[0].total == 1200


@pytest.mark.parametrize(
    ("how", "value"), [("asInt", "1200"), ("asInt", 1200), ("asDouble", 1200.0), ("asDouble", 1200)]
)
def test_a_number_may_be_a_text_or_a_number(how: str, value: object) -> None:
    point = the_point(a_sum(USAGE, a_point(value, how=how, gen_ai__token__type="input")))
    assert point.total == 1200


@pytest.mark.parametrize(
    ("sent", "read_as"),
    [
        (1, Temporality.DELTA),
        (2, Temporality.CUMULATIVE),
        ("AGGREGATION_TEMPORALITY_DELTA", Temporality.DELTA),
        ("AGGREGATION_TEMPORALITY_CUMULATIVE", Temporality.CUMULATIVE),
    ],
)
def test_a_temporality_may_be_a_number_or_a_name(sent: object, read_as: Temporality) -> None:
    point = the_point(a_sum(USAGE, a_point(1, gen_ai__token__type="input"), temporality=sent))
    assert point.temporality is read_as


def test_unknown_fields_are_passed_over() -> None:
    export = an_export(a_sum(USAGE, {**a_point(5, gen_ai__token__type="input"), "newInProto9": [1]}))
    export["resourceMetrics"][0]["alsoNew"] = {}
    assert delivery_of(metric_points.in_json(body(export)), NOW).points[0].total == 5


@pytest.mark.parametrize("broken", [b"", b"{", b"[]", b'{"resourceMetrics": 3}', b"null"])
def test_what_is_no_request_is_told(broken: bytes) -> None:
    with pytest.raises(Undecodable):
        list(metric_points.in_json(broken))


def test_bytes_that_are_no_protobuf_are_told() -> None:
    with pytest.raises(Undecodable, match="no protobuf request for metrics"):
        list(metric_points.in_protobuf(b"\xff\xff\xff"))


def test_an_exponential_histogram_is_its_sum_and_count_whatever_its_buckets() -> None:
    point = {
        **a_point(4450.0, how="sum", gen_ai__token__type="input"),
        "count": "7",
        "scale": -3,
        "zeroCount": "2",
        "zeroThreshold": 0.5,
        "positive": {"offset": -4, "bucketCounts": ["1", "4"]},
        "negative": {"offset": 1, "bucketCounts": []},
        "min": 0.0,
        "max": 2000.0,
    }
    read_point = the_point(a_histogram(USAGE, point, kind="exponentialHistogram"))
    assert (read_point.total, read_point.count) == (Decimal(4450), 7)


def test_an_exponential_histogram_in_protobuf_is_its_sum_and_count() -> None:
    request = ExportMetricsServiceRequest()
    metric = request.resource_metrics.add().scope_metrics.add().metrics.add(name=USAGE)
    metric.exponential_histogram.aggregation_temporality = 1
    point = metric.exponential_histogram.data_points.add(
        count=4, sum=640.0, scale=20, zero_count=1, time_unix_nano=nanoseconds(60)
    )
    point.positive.offset = 9_000_000
    point.positive.bucket_counts.extend([1, 0, 2])
    point.attributes.add(key="gen_ai.token.type").value.string_value = "output"
    (read_point,) = delivery_of(metric_points.in_protobuf(request.SerializeToString()), NOW).points
    assert (read_point.total, read_point.count, read_point.part) == (Decimal(640), 4, Part.OUTPUT)


def test_a_histogram_without_a_sum_is_refused_for_its_tokens_are_unknown() -> None:
    point = a_point(0, how="sum", gen_ai__token__type="input")
    del point["sum"]
    point |= {"count": "3", "negative": {"offset": 0, "bucketCounts": ["3"]}}
    assert why_refused(a_histogram(USAGE, point, kind="exponentialHistogram")) == "It has no sum"


def test_a_summary_counts_since_its_start() -> None:
    point = {**a_point(30.0, how="sum", gen_ai__token__type="output"), "count": "2"}
    metric = {"name": USAGE, "summary": {"dataPoints": [point]}}
    read_point = the_point(metric)
    assert (read_point.temporality, read_point.total, read_point.count) == (
        Temporality.CUMULATIVE,
        Decimal(30),
        2,
    )


def test_a_gauge_is_no_sum_and_is_passed_over() -> None:
    metric = {"name": USAGE, "gauge": {"dataPoints": [a_point(30, gen_ai__token__type="output")]}}
    delivery = read(metric)
    assert (delivery.points, delivery.refusals, delivery.ignored[USAGE]) == ([], [], 1)


def test_a_point_that_says_that_it_has_no_value_has_none() -> None:
    delivery = read(a_sum(USAGE, {**a_point(30, gen_ai__token__type="output"), "flags": 1}))
    assert (delivery.points, delivery.refusals) == ([], [])


# --- what cannot be


@pytest.mark.parametrize(
    ("point", "why"),
    [
        (a_point(-1, gen_ai__token__type="input"), "below zero"),
        (a_point("NaN", how="asDouble", gen_ai__token__type="input"), "no number"),
        (a_point("Infinity", how="asDouble", gen_ai__token__type="input"), "no number"),
        (a_point("many", gen_ai__token__type="input"), "no number"),
        (a_point(10**15, gen_ai__token__type="input"), "beyond all measure"),
        (a_point(None, gen_ai__token__type="input"), "no value"),
        (a_point(1, at=-6 * 365 * 86_400, since=None, gen_ai__token__type="input"), "1825 days ago"),
        (a_point(1, at=30 * 86_400, gen_ai__token__type="input"), "a day ahead"),
        ({**a_point(1, gen_ai__token__type="input"), "timeUnixNano": "0"}, "when it was taken"),
        ({**a_point(1, gen_ai__token__type="input"), "timeUnixNano": str(2**63)}, "a day ahead"),
    ],
)
def test_a_point_that_cannot_be_is_refused_and_its_neighbour_stays(point: dict[str, Any], why: str) -> None:
    delivery = read(a_sum(USAGE, point, a_point(7, gen_ai__token__type="output")))
    (refusal,) = delivery.refusals
    assert why in refusal.detail
    assert [stays.total for stays in delivery.points] == [7]


def test_a_sum_of_which_nobody_tells_since_when_is_refused() -> None:
    why = why_refused(a_sum(USAGE, a_point(1, gen_ai__token__type="input"), temporality=0))
    assert "delta or cumulative" in why


def test_a_start_that_cannot_be_is_no_start() -> None:
    late = a_point(1, at=60, since=61, gen_ai__token__type="input")
    ancient = {**a_point(1, gen_ai__token__type="input"), "startTimeUnixNano": "12"}
    assert [point.started_at for point in read(a_sum(USAGE, late, ancient)).points] == [0, 0]


# --- what they mean


@pytest.mark.parametrize(
    ("name", "told", "part"),
    [
        (USAGE, {"gen_ai.token.type": "input"}, Part.INPUT),
        (USAGE, {"gen_ai.token.type": "completion"}, Part.OUTPUT),
        ("gen_ai.client.inference.usage.input_tokens", {}, Part.INPUT),
        ("gen_ai.client.inference.usage.cache_read.input_tokens", {}, Part.CACHE_READ),
        ("gen_ai.client.inference.usage.cache_write.input_tokens", {}, Part.CACHE_WRITE),
        ("gen_ai.client.inference.usage.output_tokens", {}, Part.OUTPUT),
        ("gen_ai.client.inference.usage.reasoning.output_tokens", {}, Part.REASONING),
        ("gen_ai.client.inference.usage.detailed.input_tokens", {}, Part.INPUT),
        ("gen_ai.client.inference.usage.detailed.cache_read.input_tokens", {}, Part.CACHE_READ),
        ("claude_code.token.usage", {"type": "input"}, Part.UNCACHED),
        ("claude_code.token.usage", {"type": "cacheRead"}, Part.CACHE_READ),
        ("claude_code.token.usage", {"type": "cacheCreation"}, Part.CACHE_WRITE),
        ("claude_code.token.usage", {"type": "output"}, Part.OUTPUT),
        ("codex.turn.token_usage", {"token_type": "input"}, Part.INPUT),
        ("codex.turn.token_usage", {"token_type": "cached_input"}, Part.CACHE_READ),
        ("codex.turn.token_usage", {"token_type": "reasoning_output"}, Part.REASONING),
        ("gemini_cli.token.usage", {"type": "input"}, Part.INPUT),
        ("gemini_cli.token.usage", {"type": "output"}, Part.ANSWER),
        ("gemini_cli.token.usage", {"type": "thought"}, Part.REASONING),
        ("gemini_cli.token.usage", {"type": "cache"}, Part.CACHE_READ),
        ("gemini_cli.token.usage", {"type": "tool"}, Part.TOOL),
    ],
)
def test_each_sender_s_kinds_of_tokens_are_known(name: str, told: dict[str, str], part: Part) -> None:
    point = the_point(a_sum(name, {**a_point(1), "attributes": attributes(told)}))
    assert (point.measure, point.part) == (Measure.TOKENS, part)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("codex.turn.token_usage", {"token_type": "total"}),  # the sum of two others
        (USAGE, {"gen_ai.token.type": "total"}),
        ("claude_code.token.usage", {"type": "of_tomorrow"}),
        ("gen_ai.client.inference.usage.of_tomorrow", {}),
    ],
)
def test_a_kind_of_tokens_that_nobody_knows_is_in_no_sum(name: str, told: dict[str, str]) -> None:
    delivery = read(a_sum(name, {**a_point(1), "attributes": attributes(told)}))
    assert (delivery.points, delivery.ignored[name]) == ([], 1)


def test_gemini_s_copy_of_its_tokens_is_passed_over() -> None:
    delivery = read(
        a_sum(USAGE, a_point(100, gen_ai__token__type="input")),
        a_sum("gemini_cli.token.usage", a_point(100, type="input", model="gemini-2.5-pro")),
        service="gemini-cli",
    )
    assert [point.metric for point in delivery.points] == ["gemini_cli.token.usage"]


def test_bedrock_s_input_is_without_its_cache() -> None:
    metric = a_sum(USAGE, a_point(9, gen_ai__token__type="input"))
    assert the_point(metric, scope="opentelemetry.instrumentation.botocore").part is Part.UNCACHED
    assert the_point(metric, scope="opentelemetry.instrumentation.openai.v1").part is Part.INPUT


def test_milliseconds_are_seconds() -> None:
    point = {**a_point(1500, how="sum"), "count": "3"}
    timed = the_point(a_histogram("gen_ai.client.operation.duration", point, unit="ms"))
    assert (timed.measure, timed.total, timed.count) == (Measure.SECONDS, Decimal("1.5"), 3)


def test_how_long_an_agent_took_is_not_how_long_a_call_took() -> None:
    point = {**a_point(9, how="sum", gen_ai__operation__name="invoke_agent"), "count": "1"}
    assert read(a_histogram("gen_ai.client.operation.duration", point, unit="s")).points == []


def test_turns_of_codex_are_no_calls() -> None:
    point = {**a_point(9, how="sum", token_type="input"), "count": "4"}
    assert the_point(a_histogram("codex.turn.token_usage", point)).count is None


def test_a_cost_is_exact_dollars() -> None:
    point = the_point(
        a_sum("claude_code.cost.usage", a_point(0.1, how="asDouble", model="claude-sonnet-4-5"))
    )
    assert (point.measure, point.total, point.provider) == (Measure.COST, Decimal("0.1"), "anthropic")


def test_the_model_that_answered_goes_before_the_one_asked() -> None:
    told = {"gen_ai.request.model": "gpt-5", "gen_ai.response.model": "gpt-5-2025-08-07"}
    point = the_point(
        a_sum("gen_ai.client.inference.usage.input_tokens", {**a_point(1), "attributes": attributes(told)})
    )
    assert (point.model, point.model_asked) == ("gpt-5-2025-08-07", "gpt-5")


# --- whose numbers they are


def test_a_stream_is_one_counter_of_one_process() -> None:
    def stream(scope: str = "ours", kind: str = "input", at: float = 60, **resource: Any) -> object:
        metric = a_sum(USAGE, a_point(1, at=at, gen_ai__token__type=kind))
        return the_point(metric, scope=scope, **resource).stream

    assert stream(at=60) == stream(at=120)
    others = [stream(kind="output"), stream(scope="theirs"), stream(service="x"), stream(host__name="b")]
    assert len({stream(), *others}) == 5


def test_the_order_of_attributes_makes_no_other_stream() -> None:
    told = [("gen_ai.token.type", "input"), ("gen_ai.request.model", "gpt-5")]
    streams = {
        the_point(a_sum(USAGE, {**a_point(1), "attributes": attributes(dict(order))})).stream
        for order in (told, told[::-1])
    }
    assert len(streams) == 1


def test_a_request_s_project_goes_before_that_of_its_resource() -> None:
    export = body(an_export(a_sum(USAGE, a_point(1, gen_ai__token__type="input"))))
    of_resource = delivery_of(metric_points.in_json(export), NOW).points[0]
    of_request = delivery_of(metric_points.in_json(export), NOW, "checkout").points[0]
    assert (of_resource.project, of_request.project) == ("shop", "checkout")
    assert (
        the_point(a_sum(USAGE, a_point(1, gen_ai__token__type="input")), service="unknown_service:py").project
        == ""
    )


def test_a_clock_a_little_ahead_is_believed() -> None:
    ahead = (NOW + timedelta(hours=20) - NOON).total_seconds()
    assert the_point(a_sum(USAGE, a_point(1, at=ahead, gen_ai__token__type="input"))).total == 1
