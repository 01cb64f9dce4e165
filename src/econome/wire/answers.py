"""What identifies an answer, and how long it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_NOTHING: Mapping[str, Any] = {}
_MOST = 2**32 - 1  # the column is a UInt32
_DEEPEST = 8

SHORTEST_ID = 16
"""Shorter ids are counted up by local servers, and two calls may have one."""

_LONGEST_ID = 200
_OWN = ("run-", "lc_", "run_")
"""How ids begin that a client made up for its own run: LangChain's."""

_IDS = ("id", "responseId", "response_id")
_SIGNS = frozenset(
    (
        *("object", "choices", "candidates", "usage", "usage_metadata", "usageMetadata", "stop_reason"),
        *("model", "modelVersion", "model_version", "output", "content", "response_metadata", "meta"),
    )
)
"""Keys that an answer with an id of its provider's has; what an app returns may have an id of its own."""

_TEXTS = frozenset(
    (
        *("text", "content", "parts", "thinking", "refusal", "transcript"),
        *("tool_calls", "function", "function_call", "functionCall", "toolUse"),
    )
)
_ARGUMENTS = frozenset(("arguments", "args", "input"))


def response_id_of(outputs: Mapping[str, Any], own: str = "") -> str:
    """The id that the provider gave the answer; "" when there is none that identifies it.

    `own` is the id of the run, which some clients repeat.
    """
    for holder in _holders_of_ids(outputs):
        for name in _IDS:
            value = holder.get(name)
            if (
                isinstance(value, str)
                and SHORTEST_ID <= len(value) <= _LONGEST_ID
                and value != own
                and not value.startswith(_OWN)
            ):
                return value
    return ""


def _holders_of_ids(outputs: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    generations = outputs.get("generations")
    if isinstance(generations, list):
        if len(generations) == 1:  # of a batch, no answer's id is the run's
            first = generations[0]
            if isinstance(first, list):
                first = first[0] if first else None
            if isinstance(first, dict):
                yield from _of_message(first.get("message"))
                yield _dict(first, "generation_info")
        elif generations:
            return
    elif not _SIGNS.isdisjoint(outputs):
        yield outputs
    yield _dict(outputs, "response_metadata")
    for name in ("message", "output"):
        yield from _of_message(outputs.get(name))
    messages = outputs.get("messages")
    if isinstance(messages, list) and messages:
        yield from _of_message(messages[-1])
    yield _dict(outputs, "llm_output")
    yield _dict(outputs, "llmOutput")
    yield _dict(outputs, "response")  # the AI SDK's
    yield _dict(outputs, "x_groq")


def _of_message(message: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(message, dict):
        kwargs = message.get("kwargs")
        message = kwargs if isinstance(kwargs, dict) else message
        yield _dict(message, "response_metadata")
        yield message


def characters_of(outputs: Mapping[str, Any]) -> int:
    """The characters of all that was answered: texts, thoughts that are shown, arguments of tools.

    Every candidate counts, as it is billed.
    """
    candidates = list(_candidates(outputs))
    size = sum(map(_of_candidate, candidates)) if candidates else _of_answer(outputs)
    return min(size, _MOST)


def _candidates(outputs: Mapping[str, Any]) -> Iterator[object]:
    generations = outputs.get("generations")
    for of_prompt in generations if isinstance(generations, list) else ():
        yield from of_prompt if isinstance(of_prompt, list) else [of_prompt]
    for holder in (outputs, _dict(outputs, "output")):
        for name in ("choices", "candidates"):
            listed = holder.get(name)
            if isinstance(listed, list):
                yield from listed


def _of_answer(outputs: Mapping[str, Any]) -> int:
    """The size of an answer that is one: the first place that has any text, and its calls."""
    calls = _written(outputs.get("tool_calls"))
    for name in ("message", "output", "content", "text", "answer", "response"):
        size = _written(_unwrapped(outputs.get(name)))
        if size:
            return size + calls
    messages = outputs.get("messages")
    return calls + (_written(_unwrapped(messages[-1])) if isinstance(messages, list) and messages else 0)


def _of_candidate(candidate: object) -> int:
    if not isinstance(candidate, dict):
        return 0
    message = candidate.get("message")
    if isinstance(message, dict):
        return _written(_unwrapped(message)) or _written(candidate.get("text"))
    return _written(candidate)


def _unwrapped(message: object) -> object:
    if isinstance(message, dict):
        kwargs = message.get("kwargs")
        if isinstance(kwargs, dict):
            return kwargs
        inner = message.get("message")
        if isinstance(inner, dict):  # Bedrock's output.message
            return inner
    return message


def _written(value: object, depth: int = 0) -> int:
    """The characters of texts inside, found under the names that texts and arguments have."""
    if isinstance(value, str):
        return len(value)
    if depth > _DEEPEST:
        return 0
    if isinstance(value, list):
        return sum(_written(part, depth + 1) for part in value)
    if not isinstance(value, dict):
        return 0
    size = 0
    for name, part in value.items():
        if name in _ARGUMENTS:
            size += _all_of(part)
        elif name in _TEXTS:
            size += _written(part, depth + 1)
    return size


def _all_of(value: object, depth: int = 0) -> int:
    if isinstance(value, str):
        return len(value)
    if depth > _DEEPEST:
        return 0
    if isinstance(value, list):
        return sum(_all_of(part, depth + 1) for part in value)
    if isinstance(value, dict):
        return sum(len(str(key)) + _all_of(part, depth + 1) for key, part in value.items())
    return 0


def _dict(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = holder.get(name)
    return value if isinstance(value, dict) else _NOTHING
