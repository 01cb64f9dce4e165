"""The conversations and documents that OpenInference writes as one attribute for each of their parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from econome.wire.dialects.messages import Message, call
from econome.wire.dialects.values import json_of, numbered, text

_CALL = "tool_call.function"
_IMAGE = ("message_content.image.image.url", "message_content.image")
_READ = ("message.role", "message.content", "message.tool_calls.", "message.function_call_")
_TEXTS = frozenset(("", "text", "input_text", "output_text"))
"""A text, and what OpenAI's Responses call one: the instrumentation in JavaScript passes it on."""


def messages_under(given: Mapping[str, Any], prefix: str) -> list[Message]:
    """The messages `prefix.N.message.…`, gaps in N closed: streams of OpenAI's Responses begin at 1."""
    return [_message(one) for one in numbered(given, prefix)]


def tools_of(given: Mapping[str, Any]) -> list[Any]:
    """The tools that a call was offered: their schemas."""
    return [
        json_of(schema) for one in numbered(given, "llm.tools") if (schema := one.get("tool.json_schema"))
    ]


def documents(given: Mapping[str, Any], prefix: str) -> list[dict[str, Any]]:
    """The documents `prefix.N.document.…`, by the names of their parts."""
    found = []
    for one in numbered(given, prefix):
        document = {name.removeprefix("document."): value for name, value in one.items()}
        if "metadata" in document:
            document["metadata"] = json_of(document["metadata"])
        found.append(document)
    return found


def _message(one: Mapping[str, Any]) -> Message:
    listed = numbered(one, "message.contents")
    parts = [_part(each) for each in listed if not _is_call(each)]
    content = one.get("message.content")
    if parts and content:
        parts.insert(0, {"type": "text", "text": content})
    message: Message = {
        **_rest(one),
        "role": text(one, "message.role") or "user",
        "content": _content(parts) if parts else content,
    }
    # A call that is a part of the content mostly stands among the calls, too.
    told = numbered(one, "message.tool_calls") or [each for each in listed if _is_call(each)]
    calls = [_call(each) for each in told]
    older = one.get("message.function_call_name")
    if older:
        calls.append(call(older, one.get("message.function_call_arguments_json", "")))
    if calls:
        message["tool_calls"] = calls
    return message


def _rest(one: Mapping[str, Any]) -> Message:
    """What else stands with a message: a name, the id of a call, what no convention knows."""
    return {
        name.removeprefix("message."): value
        for name, value in one.items()
        if value not in (None, "") and not name.startswith(_READ)
    }


def _call(one: Mapping[str, Any]) -> dict[str, Any]:
    made = call(one.get(f"{_CALL}.name"), one.get(f"{_CALL}.arguments", ""), one.get("tool_call.id"))
    signed = one.get("tool_call.reasoning_signature")
    return {**made, "reasoning_signature": signed} if signed else made


def _is_call(part: Mapping[str, Any]) -> bool:
    return text(part, "message_content.type") == "tool_use" or f"{_CALL}.name" in part


def _part(part: Mapping[str, Any]) -> dict[str, Any]:
    kind = text(part, "message_content.type")
    rest = {
        name.removeprefix("message_content."): value
        for name, value in part.items()
        if name not in ("message_content.type", *_IMAGE)
    }
    url = next((part[name] for name in _IMAGE if name in part), None)
    said = rest.get("text")
    if url is not None:
        return {**rest, "type": "image_url", "image_url": {"url": url}}
    if kind in ("reasoning", "thinking") and said is not None:
        del rest["text"]
        return {**rest, "type": "thinking", "thinking": said}
    if kind in _TEXTS and said is not None:
        return {**rest, "type": "text"}
    return {**rest, "type": kind or "unknown"}


def _content(parts: list[dict[str, Any]]) -> Any:
    if len(parts) == 1 and parts[0].keys() == {"type", "text"}:
        return parts[0]["text"]
    return parts
