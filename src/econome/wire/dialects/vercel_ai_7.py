"""Vercel's AI SDK from version 7 on: OpenTelemetry's own names, and `ai.*` for what has none.

`invoke_agent` tells the sum of its steps' chats. Embeddings come as two spans of one name, one within
the other; where both know their tokens, the inner one counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from econome.domain.run import CALLS, Kind
from econome.wire.dialects.otel_genai import read_genai, usage_of
from econome.wire.dialects.tokens import state_cost
from econome.wire.dialects.told import Dialect, Told
from econome.wire.dialects.values import object_at, text, under
from econome.wire.dialects.vercel_ai import label, read_values, stated_cost
from econome.wire.otlp.span import Span

CONVENTION = "vercel.ai_sdk_7"

_CONTEXT = "ai.settings.context."
_METADATA = "ai.response.providerMetadata"
_KINDS = {
    "ai.generateSpeech": Kind.LLM,
    "ai.transcribe": Kind.LLM,
    "ai.streamTranscribe": Kind.LLM,
    "decide": Kind.LLM,
    "rerank": Kind.RETRIEVER,
}
_PARTS = {  # under the names that these parts have for everybody else
    "gen_ai.usage.reasoning_tokens": "ai.usage.outputTokenDetails.reasoningTokens",
    "gen_ai.usage.audio.input_tokens": "gen_ai.usage.input_token_details.audio_tokens",
}


def _read(span: Span) -> Told:
    given = span.attributes
    told = read_genai(span, CONVENTION)
    told.kind = told.kind or _KINDS.get(text(given, "gen_ai.operation.name"), "")
    session, user = told.session, told.user
    label(told, under(given, _CONTEXT))
    told.session, told.user = told.session or session, told.user or user
    agent = text(given, "gen_ai.agent.name")
    if agent:
        told.metadata.setdefault("functionId", agent)
    if told.kind in CALLS:
        _read_call(given, told)
    return told


def _read_call(given: Mapping[str, Any], told: Told) -> None:
    said = object_at(given, _METADATA)
    lived = object_at(object_at(object_at(said, "anthropic"), "usage"), "cache_creation")
    parts = {name: given[theirs] for name, theirs in _PARTS.items() if theirs in given}
    parts |= {f"anthropic.usage.cache_creation.{name}": count for name, count in lived.items()}
    if parts:
        told.account = usage_of({**parts, **given}, CONVENTION, told.notes)
    state_cost(told.account, stated_cost(said))
    read_values(given, told)


DIALECT = Dialect(CONVENTION, lambda span: span.source.scope == "gen_ai", _read)
