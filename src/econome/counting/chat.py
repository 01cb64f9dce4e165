"""Usage of a chat that nobody reported: its messages in the tokens of the model's own tokenizer.

How a chat is wrapped is the provider's own business. OpenAI documents three tokens a message
and three before the answer; it holds for messages of text alone. So this is an estimate,
and tools and pictures are not among what it knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from econome.counting.tokenizers import Count, Tokenizers
from econome.domain.usage import Usage
from econome.wire.answers import characters_of
from econome.wire.segments import answers_in, messages_of

LONGEST_CHAT = 200_000
"""Characters of a prompt or an answer that are read; how long a longer one is tells enough."""

_PER_MESSAGE, _BEFORE_THE_ANSWER = 3, 3
_TEXTS = frozenset({"text", "input_text", "output_text"})
_MEDIA = frozenset(
    (
        *("image", "image_url", "input_image", "audio", "input_audio", "video", "video_url", "media"),
        *("file", "input_file", "document"),
    )
)


def estimated_chat(
    tokenizers: Tokenizers, model: str, inputs: object, outputs: object
) -> tuple[Usage, str] | None:
    """The usage of a chat and how it was found, `estimated:o200k_base@quicktok-0.4.0`.

    None without a tokenizer of the model, or for a chat that is more than text. Either side may
    be unknown alone.
    """
    sent = _prompt(tokenizers, model, inputs) if isinstance(inputs, Mapping) else None
    generated = _answer(tokenizers, model, outputs) if isinstance(outputs, Mapping) else None
    count = sent or generated
    if count is None:
        return None
    usage = Usage(
        uncached=sent.tokens if sent else None,
        text_out=generated.tokens if generated else None,
    )
    return usage, f"estimated:{count.tokenizer}"


def has_media(inputs: object) -> bool:
    """Whether a prompt has pictures, sound or files in it, of which the text says nothing."""
    if not isinstance(inputs, Mapping):
        return False
    return any(
        isinstance(block, Mapping) and str(block.get("type")) in _MEDIA
        for message in messages_of(inputs)
        if isinstance(content := message.get("content"), list)
        for block in content
    )


def _prompt(tokenizers: Tokenizers, model: str, inputs: Mapping[str, Any]) -> Count | None:
    messages = messages_of(inputs)
    beside = ("tools", "functions", "system", "instructions", "system_instruction")
    if not messages or any(inputs.get(name) for name in beside):
        return None
    texts: list[str] = []
    for message in messages:
        text = _plain(message.get("content"))
        if text is None or message.get("tool_calls") or message.get("function_call"):
            return None
        texts.append(text)
    if sum(map(len, texts)) > LONGEST_CHAT:
        return None
    tokens, tokenizer = _BEFORE_THE_ANSWER, ""
    for text in texts:
        count = tokenizers.count(model, text)
        if count is None:
            return None
        tokens += _PER_MESSAGE + 1 + count.tokens  # a role is one token
        tokenizer = count.tokenizer
    return Count(tokens, tokenizer)


def _answer(tokenizers: Tokenizers, model: str, outputs: Mapping[str, Any]) -> Count | None:
    text = next((text for text in answers_in(outputs) if text), None)
    if text is None or len(text) > LONGEST_CHAT:
        return None
    if len(text) != characters_of(outputs):  # calls of tools, or several answers: more than this text
        return None
    return tokenizers.count(model, text)


def _plain(content: object) -> str | None:
    """The text of a content that is nothing but text."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        texts = [block.get("text") if isinstance(block, dict) else block for block in content]
        kinds = {str(block.get("type", "text")) for block in content if isinstance(block, dict)}
        if kinds <= _TEXTS and all(isinstance(text, str) for text in texts):
            return "".join(map(str, texts))
    return None
