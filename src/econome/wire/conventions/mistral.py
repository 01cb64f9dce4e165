"""Mistral: OpenAI's shape, told by the seconds of sound that it heard, or its own count of the cache."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from econome.domain.usage import Fee
from econome.wire.conventions.account import Account, Convention, add_fee, count
from econome.wire.conventions.openai_chat import account_of


def read(usage: Mapping[str, Any]) -> Account:
    """The account of a completion."""
    account = account_of("mistral.chat", usage, count(usage.get("num_cached_tokens")))
    add_fee(account, Fee.AUDIO_SECOND, count(usage.get("prompt_audio_seconds")))
    return account


CONVENTION = Convention(
    "mistral.chat",
    ("prompt_tokens",),
    read,
    marks=frozenset(("prompt_audio_seconds", "num_cached_tokens")),
)
