"""Usage of a chat that nobody reported: its messages in the model's own encoding.

How a chat is wrapped is the provider's own business. OpenAI documents three tokens a message
and three before the answer; it holds for messages of text alone. So this is an estimate,
and tools and pictures are not among what it knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from econome.counting.encodings import count_with, encoding_of
from econome.counting.tokenizers import LONGEST_TEXT
from econome.domain.usage import Usage
from econome.wire.segments import answers_in, messages_of

_PER_MESSAGE, _BEFORE_THE_ANSWER = 3, 3


def estimated_chat(model: str, inputs: object, outputs: object) -> tuple[Usage, str] | None:
    """The usage of a chat and how it was found, `estimated:o200k_base@quicktok-0.4.0`.

    None for a model whose encoding is not known here, or without the package. Either side may be
    unknown alone.
    """
    encoding = encoding_of(model)
    if encoding is None or count_with(encoding, "") is None:
        return None
    sent = _prompt(encoding, inputs) if isinstance(inputs, Mapping) else None
    generated = _answer(encoding, outputs) if isinstance(outputs, Mapping) else None
    if sent is None and generated is None:
        return None
    name = (count_with(encoding, "") or (0, ""))[1]
    return Usage(uncached=sent, text_out=generated), f"estimated:{name}"


def _prompt(encoding: str, inputs: Mapping[str, Any]) -> int | None:
    messages = messages_of(inputs)
    if not messages or inputs.get("tools") or inputs.get("functions"):
        return None
    tokens = _BEFORE_THE_ANSWER
    for message in messages:
        content = _plain(message.get("content"))
        if content is None or len(content) > LONGEST_TEXT or message.get("tool_calls"):
            return None
        counted = count_with(encoding, content)
        if counted is None:
            return None
        tokens += _PER_MESSAGE + 1 + counted[0]  # a role is one token
    return tokens


def _answer(encoding: str, outputs: Mapping[str, Any]) -> int | None:
    text = next((text for text in answers_in(outputs) if text), None)
    if text is None or len(text) > LONGEST_TEXT:
        return None
    counted = count_with(encoding, text)
    return counted[0] if counted else None


def _plain(content: object) -> str | None:
    """The text of a content that is nothing but text."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        texts = [block.get("text") if isinstance(block, dict) else block for block in content]
        kinds = {block.get("type", "text") for block in content if isinstance(block, dict)}
        if kinds <= {"text", "input_text"} and all(isinstance(text, str) for text in texts):
            return "".join(map(str, texts))
    return None
