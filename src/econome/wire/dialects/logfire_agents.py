"""Logfire's spans of OpenAI's Agents SDK: what the SDK exports of each step, and the whole answer.

Agents, turns and tasks tell no tokens under a name that counts; the span of a response holds the
provider's own answer, usage and all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from econome.domain.run import CALLS, Kind
from econome.wire.dialects import messages
from econome.wire.dialects.otel_genai import read_genai
from econome.wire.dialects.tokens import recognised
from econome.wire.dialects.told import Dialect, Told
from econome.wire.dialects.values import json_of, number, object_at, text, texts, whole
from econome.wire.otlp.span import Span

CONVENTION = "logfire.openai_agents"

_KINDS = (("Agent run", Kind.AGENT), ("Function", Kind.TOOL), ("MCP", Kind.TOOL))
"""What a span is, by how the template of its message begins."""
_ASKED = ("raw_input", "input")


def _matches(span: Span) -> bool:
    is_announced = span.attributes.get("logfire.span_type") == "pending_span"
    return span.source.scope == CONVENTION and not is_announced


def _read(span: Span) -> Told:
    given = span.attributes
    told = read_genai(span, CONVENTION)
    if not told.kind:
        told.kind = next((kind for begins, kind in _KINDS if span.name.startswith(begins)), "")
    told.tags = texts(given.get("logfire.tags"))
    told.session = told.session or text(given, "group_id")
    told.error = text(object_at(given, "error"), "message")
    if told.kind in CALLS:
        told.name = text(given, "logfire.msg")
        _read_call(given, told)
        return told
    told.name = text(given, "name")
    for column in ("input", "output"):
        if column in given and told.kind == Kind.TOOL:
            setattr(told, f"{column}s", json_of(given[column]))
            told.moved.add(column)
    return told


def _read_call(given: Mapping[str, Any], told: Told) -> None:
    answer = object_at(given, "response")
    if answer:
        _read_response(given, told, answer)
    else:
        _read_chat(given, told)
    usage = answer.get("usage") or object_at(given, "usage")
    account = recognised(usage, told.notes)
    if account is not None:
        told.account, told.raw_usage = account, usage


def _read_chat(given: Mapping[str, Any], told: Told) -> None:
    asked, answered = json_of(given.get("input")), json_of(given.get("output"))
    settings = object_at(given, "model_config")
    told.temperature, told.top_p = number(settings, "temperature"), number(settings, "top_p")
    told.max_tokens = whole(settings, "max_tokens")
    if isinstance(asked, list):
        told.inputs = messages.asked([dict(one) for one in asked if isinstance(one, dict)])
        told.moved.add("input")
    if isinstance(answered, list):
        told.outputs = messages.answered([dict(one) for one in answered if isinstance(one, dict)])
        told.moved.add("output")
    if told.inputs is not None and told.outputs is not None:
        told.moved.add("request_data")  # which is both, one after the other


def _read_response(given: Mapping[str, Any], told: Told, answer: dict[str, Any]) -> None:
    asked = next((json_of(given[name]) for name in _ASKED if name in given), None)
    beside = {name: answer[name] for name in ("instructions", "tools") if answer.get(name)}
    if asked is not None or beside:
        told.inputs = {"input": asked, **beside}
        told.moved.update(_ASKED)
    told.outputs = {name: value for name, value in answer.items() if name not in beside}
    told.moved.add("response")
    told.response_id = text(answer, "id")
    told.model_answered = text(answer, "model") or told.model_answered
    told.service_tier = text(answer, "service_tier")
    told.temperature, told.top_p = number(answer, "temperature"), number(answer, "top_p")
    told.max_tokens = whole(answer, "max_output_tokens")


DIALECT = Dialect(CONVENTION, _matches, _read)
