"""OpenLIT: OpenTelemetry's names, with costs and some tokens of its own reckoning.

Its input is what the provider says: without the cache, where that is Anthropic or Bedrock. Where a
stream says nothing of its usage, OpenLIT counts texts, and says so nowhere. A cost of 0 is one that
it could not look up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from econome.domain.run import CALLS, Kind
from econome.wire.dialects.otel_genai import read_genai, usage_of
from econome.wire.dialects.tokens import state_cost
from econome.wire.dialects.told import Dialect, Told
from econome.wire.dialects.values import json_at, text
from econome.wire.otlp.span import Span

CONVENTION = "openlit"

_SCOPE = "openlit."
_OWN = f"{_SCOPE}instrumentation."
_WITHOUT_CACHE = ("anthropic", "bedrock")
_ALWAYS_TELLS_CACHE = (f"{_OWN}openai", f"{_OWN}anthropic", f"{_OWN}bedrock")
_CACHES = (
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_read_input_tokens",
    "gen_ai.usage.cache_creation_input_tokens",
)
_OF_VERSIONS_THAT_DO = "openlit.agent.version_hash"
_TOOL = {"inputs": ("gen_ai.tool.input", "gen_ai.tool.args"), "outputs": ("gen_ai.tool.output",)}
_OLD_PARTS = {
    "gen_ai.usage.reasoning_tokens": "gen_ai.usage.completion_tokens_details.reasoning_tokens",
    "gen_ai.usage.details.output_audio_tokens": "gen_ai.usage.completion_tokens_details.audio_tokens",
    "gen_ai.usage.cache_read_input_tokens": "gen_ai.usage.prompt_tokens_details.cached_tokens",
    "gen_ai.usage.cache_creation_input_tokens": "gen_ai.usage.prompt_tokens_details.cache_creation_tokens",
}
_CALLED = ("chat", "embeddings", "generate_content", "text_completion")
_AUDIO = ("audio", "speech_to_text", "text_to_speech", "speech_to_text_translate", "translate")
_COUNTED = "OpenLIT counted the texts of a stream that told no usage, which was left out"


def _read(span: Span) -> Told:
    span = _with_its_name(span)
    given = span.attributes
    told = read_genai(span, CONVENTION)
    if not told.kind and text(given, "gen_ai.operation.name") in _AUDIO:
        told.kind = Kind.LLM
    told.user = told.user or text(given, "gen_ai.request.user")
    environment = text(given, "deployment.environment", "gen_ai.environment")
    told.environment = "" if environment == "default" else environment
    if told.kind == Kind.TOOL:
        for column, names in _TOOL.items():
            if getattr(told, column) is None:
                setattr(told, column, json_at(given, *names))
    if told.kind in CALLS:
        _read_call(span, told)
    return told


def _with_its_name(span: Span) -> Span:
    """The span, with what its name says where it says no more: attributes are set when an answer comes."""
    operation, _, model = span.name.partition(" ")
    if "gen_ai.operation.name" in span.attributes or operation not in _CALLED or not model:
        return span
    said = {"gen_ai.operation.name": operation, "gen_ai.request.model": model}
    return replace(span, attributes=said | span.attributes)


def _read_call(span: Span, told: Told) -> None:
    given = span.attributes
    if not told.streamed:
        told.first_token_at = None  # it says when the whole answer was there
    if _is_counted_by_itself(span, told):
        told.account = None
        told.notes.append(_COUNTED)
        return
    outside = span.source.scope.removeprefix(_OWN).startswith(_WITHOUT_CACHE)
    told.account = usage_of(_with_old_parts(given), CONVENTION, told.notes, cache_outside=outside)
    state_cost(told.account, given.get("gen_ai.usage.cost"))


def _is_counted_by_itself(span: Span, told: Told) -> bool:
    """Whether the usage cannot be the provider's: its versions of late tell the cache with it, even if 0."""
    given = span.attributes
    return (
        bool(told.streamed)
        and told.kind == Kind.LLM
        and _OF_VERSIONS_THAT_DO in given
        and span.source.scope.startswith(_ALWAYS_TELLS_CACHE)
        and not any(name in given for name in _CACHES)
    )


def _with_old_parts(given: Mapping[str, Any]) -> Mapping[str, Any]:
    found = {name: given[old] for name, old in _OLD_PARTS.items() if old in given}
    return {**found, **given} if found else given


DIALECT = Dialect(CONVENTION, lambda span: span.source.scope.startswith(_SCOPE), _read)
