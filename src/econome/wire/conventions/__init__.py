"""The shapes in which providers and frameworks report usage, turned into disjoint buckets.

They disagree whether the input contains what was cached and the output what was reasoned, and
a wrong guess is a wrong bill. So a shape is recognised by its keys, exactly, or not at all.
Each has a module of its own, whose `CONVENTION` says what it is told by; to add one, write the
module and name it below, before those whose marks it shares.

What contradicts itself is mended where the arithmetic leaves one reading, and refused otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from econome.wire.conventions import (
    ai_sdk,
    anthropic_messages,
    bedrock,
    cohere,
    deepseek,
    gemini,
    groq,
    langchain,
    langchain_js,
    litellm,
    llama_cpp,
    mistral,
    ollama,
    openai_chat,
    openai_responses,
    openrouter,
    vllm,
    xai,
)
from econome.wire.conventions.account import (
    MOST_DOLLARS,
    MOST_TOKENS,
    REPLAYED,
    Account,
    Contradiction,
    Convention,
    sum_of,
    within_measure,
)

__all__ = [
    "CONVENTIONS",
    "MOST_DOLLARS",
    "MOST_TOKENS",
    "REPLAYED",
    "Account",
    "Contradiction",
    "Convention",
    "recognise",
    "sum_of",
]

CONVENTIONS: tuple[Convention, ...] = (
    deepseek.CONVENTION,
    litellm.CONVENTION,
    xai.CONVENTION,
    openrouter.CONVENTION,
    groq.CONVENTION,
    mistral.CONVENTION,
    vllm.CONVENTION,
    openai_chat.CONVENTION,
    langchain_js.CONVENTION,
    openai_responses.CONVENTION,
    anthropic_messages.CONVENTION,
    langchain.CONVENTION,
    ai_sdk.CONVENTION,
    bedrock.CONVENTION,
    gemini.CONVENTION,
    cohere.CONVENTION,
    ollama.CONVENTION,
    llama_cpp.CONVENTION,
)
"""In the order in which they are asked."""


def _by_entry() -> dict[str, tuple[Convention, ...]]:
    entries = dict.fromkeys(entry for convention in CONVENTIONS for entry in convention.entries)
    return {
        entry: tuple(convention for convention in CONVENTIONS if entry in convention.entries)
        for entry in entries
    }


_BY_ENTRY = _by_entry()


def recognise(usage: Mapping[str, Any]) -> Account | None:
    """The account of a usage object; None when its shape is none of these.

    Raises `Contradiction` for negative counts and the like.
    """
    for entry, conventions in _BY_ENTRY.items():
        if entry in usage:
            for convention in conventions:
                if convention.is_told_by(usage):
                    return within_measure(convention.read(usage))
    return None
