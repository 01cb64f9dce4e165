"""LiteLLM's callback for OpenTelemetry.

`metadata.usage_object` holds the whole usage, as Python spells it, and alone tells of the cache. Below
each request lies a span with what went over the wire, in the provider's own words: no second call.
Providers without ids of LiteLLM's shape get one that it makes up, by which nothing can be found again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from econome.domain.run import CALLS, Kind
from econome.wire.conventions.account import REPLAYED
from econome.wire.dialects.otel_genai import read_genai, usage_of
from econome.wire.dialects.tokens import recognised, state_cost
from econome.wire.dialects.told import Dialect, Told
from econome.wire.dialects.values import flag, object_at, text, texts, under
from econome.wire.otlp.span import Span

CONVENTION = "litellm.otel"

_WIRE = "raw_gen_ai_request"
_USAGE = "metadata.usage_object"
_COSTS = ("gen_ai.cost.total_cost", "gen_ai.cost.input_cost", "gen_ai.cost.output_cost")
_KINDS = {
    "completion": Kind.LLM,
    "text_completion": Kind.LLM,
    "chat": Kind.LLM,
    "responses": Kind.LLM,
    "anthropic_messages": Kind.LLM,
    "generate_content": Kind.LLM,
    "generate_content_stream": Kind.LLM,
    "image_generation": Kind.LLM,
    "image_edit": Kind.LLM,
    "transcription": Kind.LLM,
    "speech": Kind.LLM,
    "realtime": Kind.LLM,
    "embedding": Kind.EMBEDDING,
    "embeddings": Kind.EMBEDDING,
    "rerank": Kind.RETRIEVER,
    "call_mcp_tool": Kind.TOOL,
}
_INVENTED = re.compile(r"(chatcmpl-)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LONGEST = 200


def _read(span: Span) -> Told:
    given = span.attributes
    if span.name == _WIRE:
        vectors = (name for name, value in given.items() if "'embedding':" in str(value)[:_LONGEST])
        return Told(moved=set(vectors))
    told = read_genai(span, CONVENTION)
    asked = text(given, "gen_ai.operation.name", "llm.request.type").lower()
    told.kind = _KINDS.get(asked) or _KINDS.get(asked.removeprefix("a")) or told.kind
    _label(given, told)
    if told.kind in CALLS:
        _read_call(given, told)
    return told


def _label(given: Mapping[str, Any], told: Told) -> None:
    said = under(given, "metadata.")
    own = object_at(said, "requester_metadata")
    told.user = text(given, "llm.user", "gen_ai.request.user") or text(
        {**said, **own}, "user_id", "trace_user_id", "user_api_key_end_user_id", "user_api_key_user_id"
    )
    told.session = told.session or text(own, "session_id") or text(said, "session_id", "litellm_session_id")
    told.tags = texts(own.get("tags", said.get("tags")))
    told.metadata.update(own)
    told.metadata.update(
        {
            name: value
            for name, value in said.items()
            if isinstance(value, str) and 0 < len(value) <= _LONGEST and value[0] not in "[{"
        }
    )


def _read_call(given: Mapping[str, Any], told: Told) -> None:
    model = text(given, "litellm.provider.model")
    told.provider = told.provider or (model.partition("/")[0] if "/" in model else "")
    told.streamed = flag(given, "llm.is_streaming")
    if _INVENTED.fullmatch(told.response_id):
        told.response_id = ""
    if flag(given, "litellm.cache_hit"):
        told.notes.append(REPLAYED)
    usage = object_at(given, _USAGE)
    told.account = recognised(usage, told.notes)
    if told.account is None:
        told.account = usage_of(given, CONVENTION, told.notes)
    else:
        told.raw_usage = usage
        told.moved.add(_USAGE)
    state_cost(told.account, *(given.get(name) for name in _COSTS))


DIALECT = Dialect(CONVENTION, lambda span: span.source.scope == "litellm", _read)
