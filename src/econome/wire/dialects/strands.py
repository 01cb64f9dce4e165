"""Strands Agents: agents, cycles and model calls all report the same tokens; the calls count.

Conversations are events of a span: Bedrock's blocks of content as JSON, or OpenTelemetry's
messages under its latest conventions. The times that a model took are in milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from econome.domain.run import Kind
from econome.wire.dialects import messages
from econome.wire.dialects.otel_genai import kind_of, read_genai
from econome.wire.dialects.told import Dialect, Told
from econome.wire.dialects.values import json_at, json_of, number, text, texts
from econome.wire.otlp.span import Span

CONVENTION = "strands"

_NAME = "strands-agents"
_DETAILS = "gen_ai.client.inference.operation.details"
_LONGEST_MS = 86_400_000


def read(span: Span) -> Told:
    """What a span of Strands tells."""
    given = span.attributes
    told = read_genai(span, CONVENTION)
    told.kind = kind_of(span) or Kind.CHAIN
    if told.provider == _NAME:
        told.provider = ""  # it is the framework's name, and says nothing of who answered
    waited = number(given, "gen_ai.server.time_to_first_token")
    is_told = waited is not None and span.started_at is not None and 0 < waited < _LONGEST_MS
    told.first_token_at = None
    if is_told and waited is not None and span.started_at is not None:
        told.first_token_at = span.started_at + timedelta(milliseconds=waited)
    told.tags = texts(given.get("langfuse.tags", given.get("tag.tags")))
    agent = text(given, "gen_ai.agent.name")
    if agent:
        told.metadata["agent"] = agent
    if span.events:
        _read_events(span, told)
    return told


def _read_events(span: Span, told: Told) -> None:
    asked: list[messages.Message] = []
    answered: list[messages.Message] = []
    system = messages.instructions(span.attributes.get("gen_ai.system_instructions"))
    for event in span.events:
        said = event.attributes
        if event.name == _DETAILS:
            asked += messages.from_parts(said.get("gen_ai.input.messages"))
            answered += messages.from_parts(said.get("gen_ai.output.messages"), "assistant")
            system = messages.instructions(said.get("gen_ai.system_instructions")) or system
        elif event.name in messages.EVENT_ROLES:
            asked += _messages_of(messages.EVENT_ROLES[event.name], json_at(said, "content"))
        elif event.name == "gen_ai.choice":
            for message in _messages_of("assistant", json_at(said, "message")):
                message["finish_reason"] = text(said, "finish_reason") or None
                answered.append(message)
    if told.kind == Kind.TOOL:
        told.inputs = told.inputs or _only(asked)
        told.outputs = told.outputs or _only(answered)
        return
    if asked:
        told.inputs = messages.asked(asked, (told.inputs or {}).get("tools"), system)
    if answered:
        told.outputs = messages.answered(answered)


def _only(said: list[messages.Message]) -> Any:
    """What a tool was given, or gave: the content of one message."""
    return said[0].get("content") if len(said) == 1 else said or None


def _messages_of(role: str, blocks: object) -> list[messages.Message]:
    """One message of Bedrock's blocks, and one for each result of a tool among them."""
    if not isinstance(blocks, list):
        return [{"role": role, "content": blocks}]
    content: list[Any] = []
    calls: list[Any] = []
    found: list[messages.Message] = []
    for block in blocks:
        if not isinstance(block, dict):
            content.append({"type": "text", "text": str(block)})
        elif isinstance(block.get("toolUse"), dict):
            use: Mapping[str, Any] = block["toolUse"]
            calls.append(messages.call(use.get("name"), use.get("input", {}), use.get("toolUseId")))
        elif isinstance(block.get("toolResult"), dict):
            result = block["toolResult"]
            given = {"role": "tool", "tool_call_id": result.get("toolUseId") or "", "content": _texts(result)}
            found.append(given)
        elif "text" in block:
            content.append({"type": "text", "text": block["text"]})
        else:
            content.append(block)
    if content or calls or not found:
        one_text = len(content) == 1 and isinstance(content[0], dict) and content[0].get("type") == "text"
        message: messages.Message = {
            "role": role,
            "content": content[0]["text"] if one_text else content or None,
        }
        if calls:
            message["tool_calls"] = calls
        found.append(message)
    return found


def _texts(result: Mapping[str, Any]) -> Any:
    content = json_of(result.get("content"))
    if isinstance(content, list) and all(isinstance(part, dict) and "text" in part for part in content):
        return "\n".join(str(part["text"]) for part in content)
    return content


def _matches(span: Span) -> bool:
    given = span.attributes
    return (
        given.get("gen_ai.system") == _NAME
        or given.get("gen_ai.provider.name") == _NAME
        or span.source.scope.startswith("strands.")
    )


DIALECT = Dialect(CONVENTION, _matches, read)
