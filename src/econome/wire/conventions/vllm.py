"""vLLM's and SGLang's own shape: OpenAI's, with the cached part beside the counts, not in details."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from econome.wire.conventions.account import Account, Convention, count
from econome.wire.conventions.openai_chat import account_of


def read(usage: Mapping[str, Any]) -> Account:
    """The account of a completion."""
    return account_of("vllm", usage, count(usage.get("cached_tokens")))


CONVENTION = Convention("vllm", ("prompt_tokens",), read, marks=frozenset(("cached_tokens",)))
