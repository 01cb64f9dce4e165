"""The shapes in which providers and frameworks report usage, turned into disjoint buckets.

They disagree whether the input contains what was cached and the output what was reasoned, and
a wrong guess is a wrong bill. So a shape is recognised by its keys, exactly, or not at all.
Each has a module of its own, whose `CONVENTION` says what it is told by; to add one, write the
module and name it below, before those whose marks it shares.

What contradicts itself is mended where the arithmetic leaves one reading, and refused otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
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


_MOST_KEYS = 40
"""Larger objects are no usage that repeats itself: which conventions may be theirs is not kept."""


def recognise(usage: Mapping[str, Any]) -> Account | None:
    """The account of a usage object; None when its shape is none of these.

    Raises `Contradiction` for negative counts and the like.
    """
    keys = tuple(usage)
    of_keys = _of_keys if len(keys) <= _MOST_KEYS else _of_keys.__wrapped__
    for convention in of_keys(keys):
        if convention.fits is None or convention.fits(usage):
            return within_measure(convention.read(usage))
    return None


@lru_cache(maxsize=512)
def _of_keys(keys: tuple[str, ...]) -> tuple[Convention, ...]:
    """The conventions that an object with these keys may be of, the likeliest first.

    Apps send few sets of keys, over and over, and there are many conventions to ask.
    """
    return tuple(convention for convention in CONVENTIONS if convention.may_have(keys))
