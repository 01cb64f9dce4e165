"""Groq: OpenAI's shape, and how long the call waited, read and wrote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from econome.wire.conventions.account import Account, Convention
from econome.wire.conventions.openai_chat import account_of


def read(usage: Mapping[str, Any]) -> Account:
    """The account of a completion."""
    return account_of("groq.chat", usage)


CONVENTION = Convention(
    "groq.chat",
    ("prompt_tokens",),
    read,
    marks=frozenset(("queue_time", "prompt_time", "completion_time", "total_time")),
)
