"""Google's Agent Development Kit in its first manner, `call_llm`; its second is OpenTelemetry's own.

A call's request and answer stand whole in two attributes, with the usage as Gemini gives it. Older
versions forget the thoughts in the counts beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from econome.domain.run import Kind
from econome.wire.dialects import messages, native
from econome.wire.dialects.otel_genai import read_genai
from econome.wire.dialects.told import Dialect, Told
from econome.wire.dialects.values import json_at, object_at, text
from econome.wire.otlp.span import Span

CONVENTION = "google.adk"

_OWN = "gcp.vertex.agent"
_REQUEST, _ANSWER = f"{_OWN}.llm_request", f"{_OWN}.llm_response"
_ARGUMENTS, _RESULT = f"{_OWN}.tool_call_args", f"{_OWN}.tool_response"
_ROLES = {"model": "assistant"}


def read(span: Span) -> Told:
    """What a span of the kit tells."""
    given = span.attributes
    told = read_genai(span, CONVENTION)
    told.session = told.session or text(given, f"{_OWN}.session_id")
    if told.provider == _OWN:
        told.provider = ""  # the kit's own name: it speaks to others than Google, too
    agent = text(given, "gen_ai.agent.name")
    if agent:
        told.metadata["agent"] = agent
    if told.kind == Kind.TOOL:
        for name, column in ((_ARGUMENTS, "inputs"), (_RESULT, "outputs")):
            if name in given and getattr(told, column) is None:
                setattr(told, column, json_at(given, name))
                told.moved.add(name)
    elif span.name == "call_llm":
        _read_call(given, told)
    return told


def _read_call(given: Mapping[str, Any], told: Told) -> None:
    told.kind = Kind.LLM
    request, answer = object_at(given, _REQUEST), object_at(given, _ANSWER)
    if request:
        told.inputs = _asked(request)
        told.moved.add(_REQUEST)
    if answer:
        content, finish = answer.pop("content", None), answer.pop("finish_reason", None)
        told.outputs = {**answer, "candidates": [{"content": content, "finish_reason": finish}]}
        told.moved.add(_ANSWER)
        told.model_answered = told.model_answered or text(answer, "model_version")
        told.account = native.best_account(told, told.outputs, told.account)


def _asked(request: dict[str, Any]) -> dict[str, Any]:
    """The request, with Gemini's contents as messages."""
    contents, config = request.pop("contents", None), request.get("config")
    config = config if isinstance(config, dict) else {}
    said = [
        message for one in (contents if isinstance(contents, list) else ()) for message in _messages_of(one)
    ]
    asked = messages.asked(said, config.get("tools"), config.get("system_instruction"))
    rest = {name: value for name, value in config.items() if name not in ("tools", "system_instruction")}
    return {**request, "config": rest, **(asked or {})}


def _messages_of(content: object) -> list[messages.Message]:
    if not isinstance(content, dict):
        return [{"role": "user", "content": content}]
    parts = content.get("parts")
    texts: list[Any] = []
    calls: list[Any] = []
    found: list[messages.Message] = []
    for part in parts if isinstance(parts, list) else ():
        if not isinstance(part, dict):
            continue
        call, result = part.get("function_call"), part.get("function_response")
        if isinstance(call, dict):
            calls.append(messages.call(call.get("name"), call.get("args", {}), call.get("id")))
        elif isinstance(result, dict):
            found.append(
                {"role": "tool", "tool_call_id": result.get("id") or "", "content": result.get("response")}
            )
        elif isinstance(part.get("text"), str):
            kind = "thinking" if part.get("thought") is True else "text"
            texts.append({"type": kind, kind: part["text"]})
        else:
            texts.append(part)
    if texts or calls or not found:
        is_one = len(texts) == 1 and texts[0].get("type") == "text"
        role = content.get("role")
        message: messages.Message = {
            "role": _ROLES.get(role, role) if isinstance(role, str) else "user",
            "content": texts[0]["text"] if is_one else texts or None,
        }
        if calls:
            message["tool_calls"] = calls
        found.append(message)
    return found


def _matches(span: Span) -> bool:
    return span.source.scope == _OWN or span.attributes.get("gen_ai.system") == _OWN


DIALECT = Dialect(CONVENTION, _matches, read)
