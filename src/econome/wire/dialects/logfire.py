"""Logfire: its instrumentations of OpenAI and Anthropic, its own spans, and what it says beforehand.

A stream is told twice: the request's span, which ends before the first chunk and knows no answer, and
a log when the stream is over, a span without a length beside it, with the answer and its usage.
The log is the call; the request is a step. Nothing that both have would tell which two belong together.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from econome.domain.run import CALLS, Kind
from econome.wire.dialects import messages
from econome.wire.dialects.otel_genai import read_genai
from econome.wire.dialects.tokens import recognised, state_cost
from econome.wire.dialects.told import Dialect, Told
from econome.wire.dialects.values import flag, number, object_at, text, texts, whole
from econome.wire.otlp.span import ERROR, Span

CONVENTION = "logfire"

_TYPE = "logfire.span_type"
_RAW = "gen_ai.usage.raw"
_REQUEST, _RESPONSE = "request_data", "response_data"
_OF_AN_ANSWER = frozenset(
    ("gen_ai.response.id", "gen_ai.usage.input_tokens", "gen_ai.output.messages", _RESPONSE)
)
_LONGEST = 7 * 86_400


def _matches(span: Span) -> bool:
    # Whatever library began the span, it is Logfire that says so beforehand.
    return span.source.scope.startswith("logfire") or span.attributes.get(_TYPE) == "pending_span"


def _read(span: Span) -> Told:
    given = span.attributes
    if given.get(_TYPE) == "pending_span":
        return Told(is_announcement=True)
    told = read_genai(span, CONVENTION)
    told.tags = texts(given.get("logfire.tags"))
    asked, answer = object_at(given, _REQUEST), object_at(given, _RESPONSE)
    if not told.kind and text(asked, "model") and "messages" in asked:
        told.kind = Kind.LLM  # versions that named no operation
        told.model_asked = text(asked, "model")
    if told.kind not in CALLS:
        return told
    told.name = text(given, "logfire.msg")
    told.temperature = told.temperature if told.temperature is not None else number(asked, "temperature")
    told.max_tokens = told.max_tokens or whole(asked, "max_tokens", "max_completion_tokens")
    told.streamed = flag(asked, "stream")
    _read_texts(told, asked, answer)
    _read_usage(given, told, answer)
    lasted = number(given, "duration")
    if given.get(_TYPE) == "log":
        told.streamed = True
        if lasted is not None and span.ended_at is not None and 0 <= lasted < _LONGEST:
            told.started_at = span.ended_at - timedelta(seconds=lasted)
    elif _is_request_of_a_stream(span, told):
        told.kind, told.outputs, told.streamed = "", None, True
    return told


def _is_request_of_a_stream(span: Span, told: Told) -> bool:
    """Whether the answer is told elsewhere: a call that has ended well has one."""
    is_over = span.status != ERROR and told.kind == Kind.LLM and told.streamed is not False
    return is_over and _OF_AN_ANSWER.isdisjoint(span.attributes)


def _read_texts(told: Told, asked: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
    """What was asked and answered, where the attributes of OpenTelemetry do not say it."""
    if told.inputs is None and (asked.keys() & {"messages", "input", "prompt"}):
        told.inputs = dict(asked)
        told.moved.add(_REQUEST)
    if told.outputs is not None or not answer:
        return
    said = answer.get("message")
    if not isinstance(said, dict):
        content = answer.get("text", answer.get("combined_chunk_content", said))
        said = {"role": "assistant", "content": content} if content is not None else None
    if said is not None:
        told.outputs = messages.answered([dict(said)], [text(answer, "finish_reason")])


def _read_usage(given: Mapping[str, Any], told: Told, answer: Mapping[str, Any]) -> None:
    """The provider's own object says more than the attributes beside it."""
    for name, usage in ((_RAW, object_at(given, _RAW)), ("", answer.get("usage"))):
        account = recognised(usage, told.notes)
        if account is not None:
            told.account, told.raw_usage = account, usage
            told.moved.add(name)
            state_cost(account, given.get("operation.cost"))
            return


DIALECT = Dialect(CONVENTION, _matches, _read)
