"""DeepSeek: OpenAI's shape, and beside it how much of the prompt was in the cache and how much not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from econome.wire.conventions.account import Account, Convention, count
from econome.wire.conventions.openai_chat import account_of


def read(usage: Mapping[str, Any]) -> Account:
    """The account of a completion."""
    hit = count(usage.get("prompt_cache_hit_tokens"))
    missed = count(usage.get("prompt_cache_miss_tokens"))
    given = count(usage.get("prompt_tokens"))
    if hit is None and missed is not None and given is not None and given >= missed:
        hit = given - missed
    if given is None and hit is not None and missed is not None:
        usage = {**usage, "prompt_tokens": hit + missed}
    account = account_of("deepseek.chat", usage, hit)
    if None not in (hit, missed, given) and (hit or 0) + (missed or 0) != given:
        account.notes.append("hits and misses of the cache are not the prompt")
    return account


CONVENTION = Convention(
    "deepseek.chat",
    ("prompt_tokens", "completion_tokens"),
    read,
    marks=frozenset(("prompt_cache_hit_tokens", "prompt_cache_miss_tokens")),
)
