"""What a prompt is made of, and the short preview of what was asked and answered.

Sizes are characters of text as sent. They tell what grows (history, tools, retrieved
documents), not what is billed. Texts are measured, never copied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, Literal

import orjson

Segment = Literal["system", "tools", "history", "retrieved", "tool_results", "user"]
Sizes = dict[Segment, int]

PREVIEW = 200
"""Characters of a preview."""

_MOST = 2**32 - 1  # the column is a UInt32
_DEEPEST = 6  # levels of content inside content; messages have two or three
_ROLES: Mapping[str, Segment] = {
    "system": "system",
    "developer": "system",
    "tool": "tool_results",
    "function": "tool_results",
    "toolmessage": "tool_results",
    "functionmessage": "tool_results",
    "systemmessage": "system",
}
_USERS = frozenset({"user", "human", "humanmessage"})
_RETRIEVED = ("context", "documents", "docs", "retrieved", "search_results")
"""Inputs by which retrieved text usually enters: LangChain's chains call it context."""


def segments_of(
    inputs: Mapping[str, Any] | None, extra: Mapping[str, Any] | None, tools: str | None = None
) -> Sizes:
    """How many characters of each segment a call was given.

    The last user message and what follows it (but for tools' results) is `user`; older
    messages are `history`. Only what is marked as such is `retrieved`: documents, or a value
    named like one. Understood: OpenAI's and Anthropic's messages, LangChain's in its two
    spellings, lists of prompts. Anything else is `user`, whole. `tools` are the schemas that
    `tools_in` found, where they are at hand.
    """
    sizes: Sizes = {"system": 0, "tools": 0, "history": 0, "retrieved": 0, "tool_results": 0, "user": 0}
    if not isinstance(inputs, dict):
        return sizes
    sizes["tools"] = len(tools_in(inputs, extra) if tools is None else tools)
    messages = messages_of(inputs)
    if messages:
        _measure(messages, sizes)
        for name in ("system", "instructions", "system_instruction"):
            sizes["system"] += _size(inputs.get(name))
    else:
        prompts = inputs.get("prompts")
        sizes["user"] = _size(prompts) if prompts is not None else _size_of_rest(inputs)
    for name in _RETRIEVED:
        sizes["retrieved"] += _size(inputs.get(name))
    return {segment: min(size, _MOST) for segment, size in sizes.items()}


def messages_of(inputs: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The messages of a prompt, unwrapped; of a batch of prompts, the first."""
    messages = inputs.get("messages")
    if messages is None:
        messages = inputs.get("input")  # OpenAI's Responses
    if not isinstance(messages, list):
        return []
    if messages and isinstance(messages[0], list):
        messages = messages[0]
    return [unwrapped(message) for message in messages if isinstance(message, dict)]


def is_of_user(message: Mapping[str, Any]) -> bool:
    """Whether a message of a prompt is the user's own."""
    return role_of(message) in _USERS


def preview_of_inputs(inputs: object) -> str:
    """What was asked: the last user message, else the prompt, else compact JSON; at most 200 characters."""
    if isinstance(inputs, dict):
        messages = messages_of(inputs)
        for message in reversed(messages):
            if role_of(message) in _USERS:
                return _cut(text_of(message.get("content")))
        if messages:
            return _cut(text_of(messages[-1].get("content")))
        prompts = inputs.get("prompts")
        if isinstance(prompts, list) and prompts and isinstance(prompts[-1], str):
            return _cut(prompts[-1])
    return _preview_of_any(inputs)


def preview_of_outputs(outputs: object) -> str:
    """What was answered: the text of the answer, else compact JSON; "" when there is no answer."""
    if not isinstance(outputs, dict):
        return _preview_of_any(outputs)
    for text in answers_in(outputs):
        if text:
            return _cut(text)
    rest = {
        key: value
        for key, value in outputs.items()
        if key not in _NO_ANSWER and value not in (None, [], {}, "")
    }
    return _preview_of_any(rest)


_NO_ANSWER = frozenset(
    (
        *("usage_metadata", "usage", "llm_output", "llmOutput", "model", "id", "object", "created", "type"),
        *("run", "service_tier", "system_fingerprint", "role", "generations", "choices", "stop_reason"),
        "stop_sequence",
    )
)


def answers_in(outputs: Mapping[str, Any]) -> Iterable[str]:
    """Where the text of an answer may stand, best first; empty texts among them."""
    generations = outputs.get("generations")
    if isinstance(generations, list) and generations:
        first = generations[0]
        if isinstance(first, list):
            first = first[0] if first else None
        if isinstance(first, dict):
            yield text_of(first.get("text"))
            yield _answer_in(first.get("message"))
    for holder in (outputs, outputs.get("output")):
        choices = holder.get("choices") if isinstance(holder, dict) else None
        if isinstance(choices, list) and choices and isinstance(choices[0], dict):
            yield _answer_in(choices[0].get("message"))
            yield text_of(choices[0].get("text"))
        candidates = holder.get("candidates") if isinstance(holder, dict) else None
        if isinstance(candidates, list) and candidates and isinstance(candidates[0], dict):
            content = candidates[0].get("content")  # Gemini's
            yield text_of(content.get("parts") if isinstance(content, dict) else content)
    yield _answer_in(outputs.get("message"))
    within = outputs.get("output")
    if isinstance(within, dict):  # Bedrock's
        yield _answer_in(within.get("message"))
    for name in ("output", "content", "text", "answer"):
        yield _answer_in(outputs.get(name))
    messages = outputs.get("messages")
    if isinstance(messages, list) and messages:
        yield _answer_in(messages[-1])


def _answer_in(value: object) -> str:
    if not isinstance(value, dict):
        return text_of(value)
    message = unwrapped(value)
    text = text_of(message.get("content"))
    if text:
        return text
    for name in ("tool_calls", "function_call"):
        calls = message.get(name)
        if calls:
            return _preview_of_any(calls)
    return ""


def _measure(messages: list[Mapping[str, Any]], sizes: Sizes) -> None:
    last_user = max(
        (number for number, message in enumerate(messages) if role_of(message) in _USERS), default=-1
    )
    for number, message in enumerate(messages):
        segment = _ROLES.get(role_of(message)) or ("user" if number >= last_user else "history")
        content = message.get("content")
        if segment in {"user", "history"} and isinstance(content, list):
            for block in content:
                sizes[_segment_of_block(block, segment)] += _size(block)
        else:
            sizes[segment] += _size(content)
        for name in ("tool_calls", "output", "arguments"):
            sizes[segment] += _size(message.get(name))


def _segment_of_block(block: object, segment: Segment) -> Segment:
    if isinstance(block, dict):
        match block.get("type"):
            case "tool_result":
                return "tool_results"
            case "document" | "search_result":
                return "retrieved"
    return segment


def role_of(message: Mapping[str, Any]) -> str:
    """Who speaks, in lower case; "" where nobody says."""
    role = message.get("role") or message.get("type")
    if role == "constructor" or not isinstance(role, str):
        return ""
    if role == "function_call_output":
        return "tool"
    return role.lower()


def unwrapped(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """A message of LangChain's without the wrapping of its serialisation.

    Its class, the last of `id`, is its role when it names none: HumanMessage.
    """
    kwargs = message.get("kwargs")
    if not isinstance(kwargs, dict):
        data = message.get("data")  # LangChain's older spelling: {"type": "human", "data": {...}}
        return {**data, "role": message.get("type")} if isinstance(data, dict) else message
    if kwargs.get("type") or kwargs.get("role"):
        return kwargs
    path = message.get("id")
    name = path[-1] if isinstance(path, list) and path and isinstance(path[-1], str) else ""
    return {**kwargs, "role": name.removesuffix("Chunk")}


def tools_in(inputs: Mapping[str, Any] | None, extra: Mapping[str, Any] | None) -> str:
    """The schemas of the tools that a call was offered, as JSON text; "" where it was offered none."""
    if not isinstance(inputs, dict):
        return ""
    invocation = extra.get("invocation_params") if isinstance(extra, dict) else None
    holders = (inputs, invocation if isinstance(invocation, dict) else {})
    for holder in holders:
        for name in ("tools", "functions"):
            if holder.get(name):
                return _json(holder[name])
    return ""


def _size_of_rest(inputs: Mapping[str, Any]) -> int:
    return sum(
        _size(value) for key, value in inputs.items() if key not in _RETRIEVED and key not in _PARAMETERS
    )


_PARAMETERS = frozenset(
    ("model", "tools", "functions", "tool_choice", "temperature", "top_p", "stream", "config")
)


def _size(value: object, depth: int = 0) -> int:
    """The characters of text inside; pictures and sounds sent as data are no text."""
    if isinstance(value, str):
        return len(value)
    if depth > _DEEPEST:
        return 0
    if isinstance(value, list):
        return sum(_size(part, depth + 1) for part in value)
    if isinstance(value, dict):
        return sum(_size(part, depth + 1) for key, part in value.items() if key not in _NO_TEXT)
    return 0


_NO_TEXT = frozenset(
    (
        *("type", "role", "id", "name", "image_url", "input_audio", "source", "data", "base64", "image"),
        *(
            "audio",
            "cache_control",
            "index",
            "tool_call_id",
            "tool_use_id",
            "lc",
            "encrypted_content",
            "signature",
        ),
    )
)


def text_of(content: object) -> str:
    """The text of a message's content: a string, or the text blocks of a list."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        texts = (_text_of_block(block) for block in content[:50])
        return " ".join(text for text in texts if text)
    return ""


def _text_of_block(block: object) -> str:
    if isinstance(block, str):
        return block
    if isinstance(block, dict):
        for name in ("text", "content"):
            text = block.get(name)
            if isinstance(text, str):
                return text
            if isinstance(text, list):  # OpenAI's Responses: output items with content of their own
                return " ".join(
                    part["text"]
                    for part in text
                    if isinstance(part, dict) and isinstance(part.get("text"), str)
                )
    return ""


def _preview_of_any(value: object) -> str:
    if isinstance(value, str):
        return _cut(value)
    if not value and not isinstance(value, int | float):
        return ""
    if isinstance(value, dict) and len(value) == 1:
        [only] = value.values()
        if isinstance(only, str):
            return _cut(only)
    return _cut(_json(_start_of(value)))


def _start_of(value: object, depth: int = 0) -> object:
    """Enough of a value for a preview: a payload of megabytes is not written out to be cut."""
    if isinstance(value, str):
        return value[:PREVIEW]
    if isinstance(value, dict):
        return (
            {key: _start_of(value[key], depth + 1) for key in islice(value, 20)} if depth < _DEEPEST else {}
        )
    if isinstance(value, list):
        return [_start_of(part, depth + 1) for part in value[:20]] if depth < _DEEPEST else []
    return value


def _json(value: object) -> str:
    try:
        return orjson.dumps(value).decode()
    except (TypeError, orjson.JSONEncodeError):
        return ""


def _cut(text: str) -> str:
    """One line of at most 200 characters."""
    line = " ".join(text[: PREVIEW * 4].split())
    return line if len(line) <= PREVIEW else line[: PREVIEW - 1] + "…"
