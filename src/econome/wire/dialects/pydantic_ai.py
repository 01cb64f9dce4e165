"""Pydantic AI: chats inside of agents, which repeat the sum of their chats.

Its input contains the cache, whoever serves. What an agent has used stands under names of its own,
and in older versions under those of a call.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from econome.domain.run import CALLS, Kind
from econome.wire.dialects import messages
from econome.wire.dialects.otel_genai import read_genai, usage_of
from econome.wire.dialects.told import Dialect, Told
from econome.wire.dialects.values import json_at, json_of, object_at, text, texts
from econome.wire.otlp.span import Span

CONVENTION = "pydantic_ai"

_SUM = "gen_ai.aggregated_usage."
_ALL = ("pydantic_ai.all_messages", "all_messages")
_ALL_EVENTS = "all_messages_events"
_RESULT = "final_result"
_ARGUMENTS, _RESPONSE = "tool_arguments", "tool_response"
_THOUGHTS = "gen_ai.usage.details.thoughts_tokens"


def _read(span: Span) -> Told:
    given = span.attributes
    told = read_genai(span, CONVENTION)
    if not told.kind:
        told.kind = _kind_of(span)
    told.metadata.update(object_at(given, "metadata"))
    agent = text(given, "gen_ai.agent.name", "agent_name")
    if agent:
        told.metadata.setdefault("agent", agent)
    told.tags = texts(given.get("logfire.tags"))
    if told.kind in CALLS:
        _read_call(given, told)
    elif told.kind == Kind.AGENT:
        _read_agent(given, told, agent)
    elif told.kind == Kind.TOOL:
        _read_tool(given, told)
    return told


def _kind_of(span: Span) -> str:
    """What a span of a version is that names no operation."""
    given = span.attributes
    if _RESULT in given or _ALL_EVENTS in given or span.name == "agent run":
        return Kind.AGENT
    return Kind.TOOL if "gen_ai.tool.name" in given else ""


def _read_call(given: Mapping[str, Any], told: Told) -> None:
    if _THOUGHTS in given and told.account is not None:  # as Gemini's are called
        told.account = usage_of(
            {"gen_ai.usage.details.reasoning_tokens": given[_THOUGHTS], **given}, CONVENTION, told.notes
        )
    if told.inputs is None or told.outputs is None:
        _read_events(given, told, "events")


def _read_agent(given: Mapping[str, Any], told: Told, agent: str) -> None:
    told.name = agent
    told.model_asked = told.model_asked or text(given, "model_name")
    sums = {
        name.replace(_SUM, "gen_ai.usage.", 1): value
        for name, value in given.items()
        if name.startswith(_SUM)
    }
    if sums:
        told.account = usage_of(sums, CONVENTION, told.notes)
    said = messages.from_parts(json_at(given, *_ALL))
    if said:
        told.inputs = messages.asked(
            said, None, messages.instructions(given.get("gen_ai.system_instructions"))
        )
        told.moved.update(_ALL)
    else:
        _read_events(given, told, _ALL_EVENTS)
    if _RESULT in given:
        told.outputs = json_of(given[_RESULT])
        told.moved.add(_RESULT)


def _read_tool(given: Mapping[str, Any], told: Told) -> None:
    told.name = text(given, "gen_ai.tool.name")
    if told.inputs is None and _ARGUMENTS in given:
        told.inputs = json_of(given[_ARGUMENTS])
        told.moved.add(_ARGUMENTS)
    if told.outputs is None and _RESPONSE in given:
        told.outputs = json_of(given[_RESPONSE])
        told.moved.add(_RESPONSE)


def _read_events(given: Mapping[str, Any], told: Told, name: str) -> None:
    """Messages as a list of what were once log events."""
    events = json_of(given.get(name))
    asked: list[messages.Message] = []
    answered: list[messages.Message] = []
    for event in events if isinstance(events, list) else ():
        if not isinstance(event, dict):
            continue
        kind = event.get("event.name")
        if kind == "gen_ai.choice" and isinstance(event.get("message"), dict):
            answered.append({"role": "assistant", **event["message"]})
        elif kind in messages.EVENT_ROLES:
            asked.append(_message(event, messages.EVENT_ROLES[kind]))
    if asked:
        told.inputs = messages.asked(asked, _tools(given))
        told.moved.add(name)
    if answered:
        told.outputs = messages.answered(answered, texts(given.get("gen_ai.response.finish_reasons")))


def _message(event: Mapping[str, Any], role: str) -> messages.Message:
    kept = {key: event[key] for key in ("tool_calls", "name") if event.get(key)}
    message: messages.Message = {"role": event.get("role") or role, "content": event.get("content"), **kept}
    if event.get("id"):
        message["tool_call_id"] = event["id"]
    return message


def _tools(given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The tools of a request in the words of versions without `gen_ai.tool.definitions`."""
    tools = object_at(given, "model_request_parameters").get("function_tools")
    return [
        {"type": "function", "function": {**one, "parameters": one.get("parameters_json_schema")}}
        for one in (tools if isinstance(tools, list) else ())
        if isinstance(one, dict)
    ]


DIALECT = Dialect(CONVENTION, lambda span: span.source.scope == "pydantic-ai", _read)
