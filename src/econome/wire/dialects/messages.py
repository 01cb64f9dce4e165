"""Conversations in the shape that pages and counting know, from the shapes of libraries.

What was asked becomes `{"messages": […], "tools": […]}`, what was answered
`{"choices": [{"message": …, "finish_reason": …}]}`, each message as OpenAI's chat writes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from econome.wire.dialects.values import json_of, numbered
from econome.wire.json_text import dump

Message = dict[str, Any]

EVENT_ROLES = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
"""Who speaks in each of the events of 2024 and 2025, a message each."""


def asked(messages: list[Message], tools: object = None, system: object = None) -> dict[str, Any] | None:
    """What a call was given; None where nothing is told."""
    found: dict[str, Any] = {}
    if system:
        messages = [{"role": "system", "content": system}, *messages]
    if messages:
        found["messages"] = messages
    if tools:
        found["tools"] = tools
    return found or None


def answered(messages: Iterable[Message], finishes: Iterable[str] = ()) -> dict[str, Any] | None:
    """What a call answered, a choice for each message; None where nothing is told."""
    reasons = list(finishes)
    choices = []
    for index, message in enumerate(messages):
        reason = message.pop("finish_reason", None) or "".join(reasons[index : index + 1]) or None
        choices.append({"index": index, "message": message, "finish_reason": reason})
    return {"choices": choices} if choices else None


def from_parts(value: object, speaker: str = "user") -> list[Message]:
    """OpenTelemetry's messages, as a value or as JSON: `[{"role", "parts": [{"type", "content"}]}]`.

    What is no such message is what the `speaker` said: nothing is dropped.
    """
    parsed = json_of(value)
    if parsed is None or parsed == "":
        return []
    listed = parsed if isinstance(parsed, list) else [parsed]
    return [message for one in listed for message in _of_parts(one, speaker)]


def instructions(value: object) -> Any:
    """OpenTelemetry's system instructions: the text, or the parts where they are more than one."""
    parsed = json_of(value)
    if isinstance(parsed, list):
        return _content([_part(one) if isinstance(one, dict) else _text(one) for one in parsed])
    if isinstance(parsed, dict):
        return _content([_part(parsed)])
    return parsed


def from_numbered(attributes: Mapping[str, Any], prefix: str) -> list[Message]:
    """Messages written as `prefix.N.role`, `prefix.N.content`, `prefix.N.tool_calls.K.name` …"""
    return [_of_numbered(one) for one in numbered(attributes, prefix)]


def names_of_numbered(attributes: Mapping[str, Any], prefix: str) -> set[str]:
    """The attributes that `from_numbered` has read."""
    begin = f"{prefix}."
    return {
        name
        for name in attributes
        if name.startswith(begin) and name[len(begin) :].partition(".")[0].isdecimal()
    }


def call(name: object, arguments: object, call_id: object = "") -> dict[str, Any]:
    """A call of a tool."""
    written = arguments if isinstance(arguments, str) else dump(arguments).decode()
    return {"id": call_id or "", "type": "function", "function": {"name": name or "", "arguments": written}}


def _of_numbered(one: Mapping[str, Any]) -> Message:
    rest = {
        name: value
        for name, value in one.items()
        if value not in (None, "") and name != "role" and not name.startswith("tool_calls.")
    }
    message: Message = {
        **rest,
        "role": str(one.get("role") or "user"),
        "content": json_of_content(one.get("content")),
    }
    calls = [
        call(
            each.get("name") or each.get("function.name"),
            each.get("arguments", each.get("function.arguments", "")),
            each.get("id"),
        )
        for each in numbered(one, "tool_calls")
    ]
    if calls:
        message["tool_calls"] = calls
    return message


def json_of_content(value: object) -> Any:
    """Content that may be a text, or the JSON of a list of parts; a text that only looks like JSON stays."""
    if isinstance(value, str) and value[:2] in ("[{", '["'):
        parsed = json_of(value)
        return parsed if isinstance(parsed, list) else value
    return value


def _of_parts(one: object, speaker: str) -> list[Message]:
    if not isinstance(one, dict):
        return [{"role": speaker, "content": one}]
    parts = one.get("parts")
    if not isinstance(parts, list):
        return [{"role": speaker, **one}]
    contents: list[Any] = []
    calls: list[dict[str, Any]] = []
    results: list[Message] = []
    for part in parts:
        if not isinstance(part, dict):
            contents.append(_text(part))
            continue
        match part.get("type"):
            case "tool_call":
                own = call(part.get("name"), part.get("arguments", ""), part.get("id"))
                calls.append({**_without(part, "type", "name", "arguments", "id"), **own})
            case "tool_call_response":
                content = part.get("response", part.get("result", part.get("content")))
                own = {"role": "tool", "tool_call_id": part.get("id") or "", "content": content}
                results.append({**_without(part, "type", "id", "response", "result", "content"), **own})
            case _:
                contents.append(_part(part))
    rest = {name: value for name, value in _without(one, "parts").items() if value not in (None, "")}
    message: Message = {**rest, "role": str(one.get("role") or speaker), "content": _content(contents)}
    if calls:
        message["tool_calls"] = calls
    if results:
        return [*results, message] if contents or calls else results
    return [message]


def _text(part: object) -> dict[str, Any]:
    return {"type": "text", "text": part if isinstance(part, str) else dump(part).decode()}


def _part(part: Mapping[str, Any]) -> Any:
    match part.get("type"):
        case "text":
            said = part.get("content", part.get("text", ""))
            return {**_without(part, "content"), "type": "text", "text": said}
        case "reasoning" | "thinking":
            said = part.get("content", part.get("text", ""))
            return {**_without(part, "content", "text"), "type": "thinking", "thinking": said}
        case _:
            return dict(part)


def _without(part: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in part.items() if name not in names}


def _content(parts: list[Any]) -> Any:
    """One text as itself; several parts as they are."""
    if len(parts) == 1 and isinstance(parts[0], dict) and parts[0].keys() == {"type", "text"}:
        return parts[0]["text"]
    return parts or None
