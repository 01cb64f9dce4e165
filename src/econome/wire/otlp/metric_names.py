"""Which metrics tell tokens, cost, calls and their length, and what each of their numbers is.

A family is one way of telling: an app that sends both the old histogram and the new counters
tells its tokens twice, in two families, and only one of them is believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from econome.domain.metered import Measure, Part
from econome.wire.dialects.values import text
from econome.wire.otlp.metric_points import Metric

_ONE = Decimal(1)
_THOUSANDTH = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the numbers of a point are."""

    measure: Measure
    family: str
    part: Part = Part.NONE
    scale: Decimal = _ONE  # what a number is multiplied by
    counts_calls: bool = False  # each record of its histogram is a call


@dataclass(frozen=True, slots=True)
class Called:
    """Whom a point speaks of. "" where it does not tell."""

    provider: str
    model: str
    model_asked: str
    service_tier: str
    is_wrapper: bool


_TYPES = {
    "input": Part.INPUT,
    "prompt": Part.INPUT,
    "output": Part.OUTPUT,
    "completion": Part.OUTPUT,
    "cache_read": Part.CACHE_READ,
    "cached": Part.CACHE_READ,
    "cache_write": Part.CACHE_WRITE,
    "cache_creation": Part.CACHE_WRITE,
    "reasoning": Part.REASONING,
}
_CLAUDE_CODE = {
    "input": Part.UNCACHED,
    "cacheRead": Part.CACHE_READ,
    "cacheCreation": Part.CACHE_WRITE,
    "output": Part.OUTPUT,
}
_CODEX = {  # "total" is the sum of input and output
    "input": Part.INPUT,
    "cached_input": Part.CACHE_READ,
    "cache_write_input": Part.CACHE_WRITE,
    "output": Part.OUTPUT,
    "reasoning_output": Part.REASONING,
}
_GEMINI_CLI = {
    "input": Part.INPUT,
    "cache": Part.CACHE_READ,
    "tool": Part.TOOL,
    "output": Part.ANSWER,
    "thought": Part.REASONING,
}
_COUNTERS = {
    "input_tokens": Part.INPUT,
    "cache_read.input_tokens": Part.CACHE_READ,
    "cache_write.input_tokens": Part.CACHE_WRITE,
    "cache_creation.input_tokens": Part.CACHE_WRITE,
    "output_tokens": Part.OUTPUT,
    "reasoning.output_tokens": Part.REASONING,
}
_STRANDS = {  # of whatever model: it does not say
    "strands.event_loop.input.tokens": Part.INPUT,
    "strands.event_loop.cache_read.input.tokens": Part.CACHE_READ,
    "strands.event_loop.cache_write.input.tokens": Part.CACHE_WRITE,
    "strands.event_loop.output.tokens": Part.OUTPUT,
}
_USAGE = "gen_ai.client.inference.usage."
_DETAILED = _USAGE + "detailed."
_PER_CALL = "gen_ai.client.inference.operation."
_DURATIONS = ("gen_ai.client.operation.duration", "gen_ai.client.inference.duration")
_COSTS = ("operation.cost", "gen_ai.usage.cost", "claude_code.cost.usage")

_WRAPPERS = frozenset(
    ("invoke_agent", "invoke_workflow", "create_agent", "agent_step", "execute_task", "execute_tool")
)
_WITHOUT_CACHE = frozenset(("anthropic", "aws.bedrock", "aws_bedrock", "bedrock"))
_BEDROCK_SCOPES = ("opentelemetry.instrumentation.bedrock", "opentelemetry.instrumentation.botocore")
_AGENTS = {"claude_code.": "anthropic", "codex.": "openai", "gemini_cli.": "gcp.gemini"}
"""Whose models coding agents call, who do not say so."""


def meaning_of(metric: Metric, attributes: Mapping[str, Any]) -> Meaning | None:
    """What a point of this metric tells; None for what is none of ours, or told better by another."""
    name = metric.name
    if name == "gen_ai.client.token.usage":
        return _token_usage(metric, attributes)
    if name.startswith(_DETAILED):
        return _counter(_COUNTERS.get(name.removeprefix(_DETAILED)), "inference.usage.detailed")
    if name.startswith(_USAGE):
        return _counter(_COUNTERS.get(name.removeprefix(_USAGE)), "inference.usage")
    if name.startswith(_PER_CALL):
        part = _COUNTERS.get(name.removeprefix(_PER_CALL))
        return Meaning(Measure.TOKENS, "inference.operation", part, counts_calls=True) if part else None
    if name in _DURATIONS:
        scale = _THOUSANDTH if metric.unit == "ms" else _ONE
        return Meaning(Measure.SECONDS, name.removeprefix("gen_ai.client."), scale=scale, counts_calls=True)
    if name in _COSTS:
        return Meaning(Measure.COST, name)
    return _of_agents(name, attributes)


def called(metric: Metric, attributes: Mapping[str, Any]) -> Called:
    """Whom a point speaks of."""
    asked = text(attributes, "gen_ai.request.model")
    answered = text(attributes, "gen_ai.response.model")
    provider = text(attributes, "gen_ai.provider.name", "gen_ai.system")
    agent = next((whose for prefix, whose in _AGENTS.items() if metric.name.startswith(prefix)), "")
    if agent:
        answered = answered or text(attributes, "model")
        provider = provider or agent
    return Called(
        provider=provider,
        model=answered or asked,
        model_asked=asked,
        service_tier=text(
            attributes, "openai.response.service_tier", "gen_ai.openai.response.service_tier"
        ).lower(),
        is_wrapper=text(attributes, "gen_ai.operation.name") in _WRAPPERS,
    )


def _of_agents(name: str, attributes: Mapping[str, Any]) -> Meaning | None:
    if name in _STRANDS:
        return Meaning(Measure.TOKENS, "strands", _STRANDS[name], counts_calls=True)
    match name:
        case "claude_code.token.usage":
            return _counter(_CLAUDE_CODE.get(text(attributes, "type")), "claude_code")
        case "codex.turn.token_usage":  # a record is a turn, which may be many calls
            return _counter(_CODEX.get(text(attributes, "token_type")), "codex")
        case "gemini_cli.token.usage":
            return _counter(_GEMINI_CLI.get(text(attributes, "type")), "gemini_cli")
        case "gemini_cli.api.request.count":
            return Meaning(Measure.CALLS, "gemini_cli")
        case "gemini_cli.api.request.latency":
            return Meaning(Measure.SECONDS, "gemini_cli", scale=_THOUSANDTH, counts_calls=True)
    return None


def _token_usage(metric: Metric, attributes: Mapping[str, Any]) -> Meaning | None:
    source = metric.source
    if "gemini-cli" in (source.scope, source.resource.get("service.name")):
        return None  # a copy of its own metric, without thoughts and cache
    part = _TYPES.get(text(attributes, "gen_ai.token.type"))
    if part is Part.INPUT and _leaves_cache_out(source.scope, attributes):
        part = Part.UNCACHED
    return Meaning(Measure.TOKENS, "token.usage", part, counts_calls=True) if part else None


def _leaves_cache_out(scope: str, attributes: Mapping[str, Any]) -> bool:
    """Whether this instrumentation tells the input as the provider does, who leaves the cache out."""
    if scope.startswith(_BEDROCK_SCOPES) or "genai.bedrock" in scope:
        return True
    provider = text(attributes, "gen_ai.provider.name", "gen_ai.system").lower()
    return scope.startswith("openlit") and provider in _WITHOUT_CACHE


def _counter(part: Part | None, family: str) -> Meaning | None:
    return Meaning(Measure.TOKENS, family, part) if part else None
