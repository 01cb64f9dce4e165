"""The conversations and documents that OpenInference writes as one attribute for each of their parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from econome.wire.dialects.messages import Message, call
from econome.wire.dialects.values import json_of, numbered, text

_CALL = "tool_call.function"
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
    parts = [part for each in numbered(one, "message.contents") if (part := _part(each)) is not None]
    content = one.get("message.content")
    if parts and content:
        parts.insert(0, {"type": "text", "text": content})
    message: Message = {
        "role": text(one, "message.role") or "user",
        "content": _content(parts) if parts else content,
    }
    calls = [
        call(each.get(f"{_CALL}.name"), each.get(f"{_CALL}.arguments", ""), each.get("tool_call.id"))
        for each in numbered(one, "message.tool_calls")
    ]
    older = one.get("message.function_call_name")
    if older:
        calls.append(call(older, one.get("message.function_call_arguments_json", "")))
    if calls:
        message["tool_calls"] = calls
    for name in ("tool_call_id", "name"):
        if one.get(f"message.{name}"):
            message[name] = one[f"message.{name}"]
    return message


def _part(part: Mapping[str, Any]) -> dict[str, Any] | None:
    """One part of a content; None for a call of a tool, which stands among the calls too."""
    kind = text(part, "message_content.type")
    if kind == "tool_use" or f"{_CALL}.name" in part:
        return None
    said = part.get("message_content.text")
    url = part.get("message_content.image.image.url", part.get("message_content.image"))
    if url is not None:
        return {"type": "image_url", "image_url": {"url": url}}
    if kind in ("reasoning", "thinking") and said is not None:
        return {"type": "thinking", "thinking": said}
    if kind in _TEXTS and said is not None:
        return {"type": "text", "text": said}
    rest = {name.removeprefix("message_content."): value for name, value in part.items()}
    return {**rest, "type": kind or "unknown"}


def _content(parts: list[dict[str, Any]]) -> Any:
    if len(parts) == 1 and parts[0].get("type") == "text":
        return parts[0]["text"]
    return parts
