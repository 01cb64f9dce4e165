"""The head of a prompt, and the tools that a call was offered and chose: by these its template is known."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any, Final

import orjson

from econome.domain.piece import Piece
from econome.domain.skeleton import MOST_CHARACTERS
from econome.domain.template import Head, Toolset
from econome.wire.segments import role_of, text_of, tools_in, unwrapped

MOST_TOOLS: Final = 400
_LONGEST_NAME = 120
_LONGEST_TOOLS = 1_000_000  # characters of schemas that are kept in mind to be recognised
_SYSTEM = frozenset(("system", "developer", "systemmessage"))
_USERS = frozenset(("user", "human", "humanmessage"))
_BESIDE = ("system", "instructions", "system_instruction")
_ALONE = ("prompt", "input", "inputs", "text", "question", "query", "contents")
_FIRST = 40  # messages among which the head is: examples may stand before the first of a user


def describe_head(piece: Piece, inputs: Mapping[str, Any] | None, extra: Mapping[str, Any] | None) -> str:
    """Adds the head and the tools of what a call was asked; gives the schemas of these as text."""
    tools = tools_in(inputs, extra)
    if tools:
        piece.toolset = toolset_of(tools)
        piece.fields["toolset"] = piece.toolset.id
    if inputs is not None:
        piece.head = head_of(inputs)
        if piece.head.system:
            piece.fields["system_hash"] = _digest(piece.head.system)
    return tools


def head_of(inputs: Mapping[str, Any]) -> Head:
    """The instructions and the first message of the user; what is no conversation is the user's."""
    messages = inputs.get("messages")
    if messages is None:
        messages = inputs.get("input", inputs.get("contents"))
    system = [text_of(inputs[name]) for name in _BESIDE if inputs.get(name)]
    user = ""
    if isinstance(messages, list):
        if messages and isinstance(messages[0], list):
            messages = messages[0]
        for raw in islice(messages, _FIRST):
            if not isinstance(raw, dict):
                continue
            message = unwrapped(raw)
            role = role_of(message)
            if role in _SYSTEM:
                system.append(text_of(message.get("content")))
            elif role in _USERS:
                user = text_of(message.get("content", message.get("parts")))
                break
    else:
        user = _alone(inputs)
    return Head("\n\n".join(filter(None, system))[:MOST_CHARACTERS], user[:MOST_CHARACTERS])


def _alone(inputs: Mapping[str, Any]) -> str:
    prompts = inputs.get("prompts")
    if isinstance(prompts, list):
        return prompts[0] if prompts and isinstance(prompts[0], str) else ""
    for name in _ALONE:
        value = inputs.get(name)
        if isinstance(value, str):
            return value
    texts = [value for value in islice(inputs.values(), 8) if isinstance(value, str)]
    return texts[0] if len(texts) == 1 else ""


@lru_cache(1_024)
def _digest(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest())


def toolset_of(text: str) -> Toolset:
    """The tools of these schemas, JSON text."""
    return _known_toolset(text) if len(text) <= _LONGEST_TOOLS else _toolset(text)


def _toolset(text: str) -> Toolset:
    found: dict[str, int] = {}
    for tool in islice(_tools(orjson.loads(text)), MOST_TOOLS):
        name = _name_of(tool)
        found[name] = found.get(name, 0) + len(orjson.dumps(tool).decode())
    return Toolset(_digest(text), found)


_known_toolset = lru_cache(256)(_toolset)


def _tools(told: object) -> Iterator[Mapping[str, Any]]:
    for tool in told if isinstance(told, list) else [told]:
        if not isinstance(tool, dict):
            continue
        declared = tool.get("functionDeclarations") or tool.get("function_declarations")  # Gemini's
        if isinstance(declared, list):
            yield from (each for each in declared if isinstance(each, dict))
        else:
            yield tool


def _name_of(tool: Mapping[str, Any]) -> str:
    for holder in (tool, tool.get("function"), tool.get("toolSpec")):
        if isinstance(holder, dict):
            name = holder.get("name")
            if isinstance(name, str) and name:
                return name[:_LONGEST_NAME]
    kind = tool.get("type")  # the provider's own tools have a type and no name
    return kind[:_LONGEST_NAME] if isinstance(kind, str) else ""


def tools_called_in(outputs: object, text: bytes) -> list[str]:
    """The names of the tools that an answer calls, as often as it does. `text` is it as it was sent."""
    if not any(word in text for word in _SIGNS):
        return []  # most answers
    return list(islice(_calls(outputs, 0), MOST_TOOLS))


_SIGNS = (b"tool_calls", b"tool_use", b"toolUse", b"function")
_CALLS = frozenset(("tool_use", "function_call", "tool_call", "server_tool_use"))
_WITHIN = (
    *("generations", "choices", "candidates", "message", "output", "kwargs", "data"),
    *("content", "parts", "response", "messages"),
)
_DEEPEST = 9


def _calls(value: object, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for each in value:
            yield from _calls(each, depth + 1)
    elif isinstance(value, dict):
        yield from _calls_of(value, depth)


def _calls_of(value: Mapping[str, Any], depth: int) -> Iterator[str]:
    if value.get("type") in _CALLS and isinstance(value.get("name"), str):
        yield value["name"][:_LONGEST_NAME]
        return
    listed = value.get("tool_calls")
    if isinstance(listed, list) and listed:
        yield from filter(None, map(_called, listed))
        return  # LangChain repeats them as blocks of the content, and in the provider's own words
    for name in ("function_call", "functionCall", "toolUse"):
        one = value.get(name)
        if isinstance(one, dict) and (found := _called(one)):
            yield found
    for name in _WITHIN:
        within = value.get(name)
        if name == "messages" and isinstance(within, list):
            within = within[-1:]  # what came before the answer was asked
        if isinstance(within, list | dict):
            yield from _calls(within, depth + 1)


def _called(call: object) -> str:
    return _name_of(call) if isinstance(call, dict) else ""
