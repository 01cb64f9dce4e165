"""Laws of all dialects: nothing that is sent breaks them, and no token is in two buckets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import assume, given, note, settings
from hypothesis import strategies as st

from conformance.spans import CAPTURES, spans_cases
from econome.domain.usage import INPUT, OUTPUT, Bucket, Usage
from econome.wire.conventions import MOST_TOKENS
from econome.wire.dialects import DIALECTS
from econome.wire.otlp import json_form, protobuf
from econome.wire.otlp.pieces import piece_of
from econome.wire.otlp.span import Event, Source, Span

NOW = datetime(2026, 11, 24, tzinfo=UTC)
OF_EACH_CAPTURE = 6
"""Spans taken of each: the first ones have all the attributes that the others have."""


def spans() -> Iterator[Span]:
    """What libraries really send, and what was built by hand: where strange values are put."""
    for case in spans_cases():
        reader = json_form if case.content_type == "application/json" else protobuf
        yield from list(reader.spans_in(case.body))[:OF_EACH_CAPTURE]
    for path in sorted(CAPTURES.glob("*/*traces.pb")):
        yield from list(protobuf.spans_in(path.read_bytes()))[:OF_EACH_CAPTURE]


SPANS = list(spans())
SCOPES = sorted({span.source.scope for span in SPANS})
NAMES = sorted({name for span in SPANS for name in span.attributes})

STRANGE: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),  # what both decoders make of whole numbers
    st.sampled_from([-1, 2**63 - 1, -(2**63), MOST_TOKENS, MOST_TOKENS + 1]),
    st.floats(),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.sampled_from(
        [
            "[" * 3000,
            "{",
            "{}",
            "[]",
            '""',
            "null",
            '"a"',
            "-1",
            "1e999",
            "NaN",
            "{'a': 1}",
            "{'a'",
            "[1, [2]]",
            "9" * 400,
        ]
    ),
)
JSON_VALUES = st.recursive(
    STRANGE,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(), inner, max_size=3)
    ),
    max_leaves=6,
)


def shaken(value: Any, by: Any) -> Any:
    """The JSON of a value whose leaves are these: usage objects that lie."""
    try:
        parsed = json.loads(value)
    except (TypeError, ValueError, RecursionError):
        return by
    return json.dumps(_replaced(parsed, by), default=str)


def _replaced(value: Any, by: Any) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(inner, by) for key, inner in value.items()}
    if isinstance(value, list):
        return [_replaced(inner, by) for inner in value]
    return by if isinstance(value, int) else value


@st.composite
def strange_spans(draw: st.DrawFn) -> Span:
    span = draw(st.sampled_from(SPANS))
    attributes = dict(span.attributes)
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=8)):
        attributes[name] = draw(JSON_VALUES)
    for name in draw(st.lists(st.sampled_from(sorted(attributes) or [""]), max_size=8)):
        strange = draw(JSON_VALUES)
        attributes[name] = shaken(attributes.get(name), strange) if draw(st.booleans()) else strange
    strange_event = Event(
        draw(st.sampled_from(["exception", "gen_ai.choice", "gen_ai.user.message", "gen_ai.content.prompt"])),
        draw(st.none() | st.just(NOW)),
        draw(st.dictionaries(st.sampled_from([*NAMES, "content", "message"]), JSON_VALUES, max_size=3)),
    )
    return Span(
        trace_id=bytes(15) + b"\1",
        span_id=draw(st.binary(min_size=8, max_size=8)),
        parent_id=draw(st.just(b"") | st.binary(min_size=8, max_size=8)),
        name=span.name,
        kind=draw(st.integers(0, 5)),
        started_at=draw(st.none() | st.just(NOW) | st.just(datetime(9999, 12, 31, tzinfo=UTC))),
        ended_at=draw(st.none() | st.just(NOW + timedelta(seconds=1))),
        attributes=attributes,
        source=Source(span.source.resource, draw(st.sampled_from([span.source.scope, *SCOPES])), "1"),
        status=draw(st.integers(0, 2)),
        events=[*span.events[:3], strange_event],
    )


@settings(max_examples=250)
@given(span=strange_spans())
def test_whatever_is_sent_is_read_without_a_fault(span: Span) -> None:
    for dialect in DIALECTS:  # each of them: what is no span of its own may bear its marks
        note(dialect.name)
        dialect.matches(span)
        told = dialect.read(span)
        if told.account is not None:
            buckets = told.account.buckets
            assert all(type(tokens) is int and 0 <= tokens <= MOST_TOKENS for tokens in buckets.values())
            assert all(isinstance(bucket, Bucket) for bucket in buckets)
            assert told.account.cost is None or told.account.cost >= 0


@settings(max_examples=150)
@given(span=strange_spans())
def test_whatever_is_sent_makes_a_piece_that_can_be_stored(span: Span) -> None:
    piece = piece_of(span)
    if piece is None:
        return
    assert not any("could not be read" in note for note in piece.notes)
    for name in ("inputs", "outputs", "extra", "events", "usage"):
        content = getattr(piece.payload, name)
        assert not content or orjson.loads(content) is not ...


def counts(name: str, sent: int, made: int, cached: int, written: int, thought: int) -> dict[str, Any]:
    """How each dialect writes a call: all but Bedrock's instrumentations with the cache inside."""
    genai = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "m",
        "gen_ai.usage.input_tokens": sent,
        "gen_ai.usage.output_tokens": made,
        "gen_ai.usage.cache_read.input_tokens": cached,
        "gen_ai.usage.cache_creation.input_tokens": written,
        "gen_ai.usage.reasoning.output_tokens": thought,
    }
    match name:
        case "openinference":
            return {
                "openinference.span.kind": "LLM",
                "llm.token_count.prompt": sent,
                "llm.token_count.completion": made,
                "llm.token_count.total": sent + made,
                "llm.token_count.prompt_details.cache_read": cached,
                "llm.token_count.prompt_details.cache_write": written,
                "llm.token_count.completion_details.reasoning": thought,
            }
        case "mlflow":
            usage = {
                "input_tokens": sent,
                "output_tokens": made,
                "total_tokens": sent + made,
                "cache_read_input_tokens": cached,
                "cache_creation_input_tokens": written,
            }
            return {"mlflow.spanType": '"CHAT_MODEL"', "mlflow.chat.tokenUsage": json.dumps(usage)}
        case "langsmith.otel":
            usage_metadata = {
                "input_tokens": sent,
                "output_tokens": made,
                "total_tokens": sent + made,
                "input_token_details": {"cache_read": cached, "cache_creation": written},
                "output_token_details": {"reasoning": thought},
            }
            told = {
                "langsmith.metadata.usage_metadata": json.dumps(usage_metadata),
                "gen_ai.completion": '{"a": 1}',
            }
            return {"langsmith.span.kind": "llm", **told}
        case "vercel.ai_sdk":
            return {
                "ai.operationId": "ai.generateText.doGenerate",
                "ai.usage.inputTokens": sent,
                "ai.usage.outputTokens": made,
                "ai.usage.inputTokenDetails.cacheReadTokens": cached,
                "ai.usage.inputTokenDetails.cacheWriteTokens": written,
                "ai.usage.outputTokenDetails.reasoningTokens": thought,
            }
        case "otel.bedrock":
            return {**genai, "gen_ai.usage.input_tokens": sent - cached - written}
        case _:
            return genai


INCLUSIVE = (
    "openinference",
    "mlflow",
    "langsmith.otel",
    "otel.gen_ai",
    "anthropic.sdk",
    "strands",
    "otel.bedrock",
    "traceloop",
    "logfire",
    "pydantic_ai",
    "openlit",
    "litellm.otel",
    "vercel.ai_sdk",
    "vercel.ai_sdk_7",
)


@pytest.mark.parametrize("name", INCLUSIVE)
@given(numbers=st.tuples(*[st.integers(0, 10**6)] * 5))
def test_no_token_is_in_two_buckets(name: str, numbers: tuple[int, ...]) -> None:
    fresh, cached, written, answer, thought = numbers
    assume(sum(numbers))  # nothing at all, for an answer that has some, is not believed
    sent, made = fresh + cached + written, answer + thought
    dialect = next(dialect for dialect in DIALECTS if dialect.name == name)
    attributes = counts(name, sent, made, cached, written, thought)
    told = dialect.read(Span(b"t" * 16, b"s" * 8, b"", "call", 3, NOW, NOW, attributes, Source()))
    assert told.account is not None
    buckets = told.account.buckets
    assert sum(buckets.get(bucket, 0) for bucket in INPUT) == sent
    assert sum(buckets.get(bucket, 0) for bucket in OUTPUT) == made
    assert buckets.get(Bucket.CACHE_READ, 0) == cached
    assert Usage.of(buckets).is_known


def test_the_laws_are_tried_on_every_dialect() -> None:
    matched = {dialect.name for span in SPANS for dialect in DIALECTS if dialect.matches(span)}
    assert {dialect.name for dialect in DIALECTS} <= matched
