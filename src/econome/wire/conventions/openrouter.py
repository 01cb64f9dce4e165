"""OpenRouter: OpenAI's shape with what it charged, and its records of past calls.

With a key of one's own (`is_byok`) it charges only its share; the rest is upstream.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from econome.domain.money import total_of
from econome.domain.usage import Bucket
from econome.wire.conventions.account import Account, Convention, affordable, cost_under, count, details
from econome.wire.conventions.anthropic_messages import add_searches
from econome.wire.conventions.openai_chat import account_of
from econome.wire.conventions.splitting import settle


def read(usage: Mapping[str, Any]) -> Account:
    """The account of a completion, or of a record of one."""
    if "prompt_tokens" not in usage:
        return _record(usage)
    account = account_of("openrouter.chat", usage)
    account.cost = cost_under(usage, "cost", account)
    if usage.get("is_byok") is True and account.cost is not None:
        upstream = cost_under(details(usage, "cost_details"), "upstream_inference_cost", account)
        if upstream is not None:
            account.cost = affordable(total_of((account.cost, upstream)), account)
    add_searches(account, usage)
    return account


def _record(usage: Mapping[str, Any]) -> Account:
    """The native counts, which are billed; the others are those of one tokenizer for all models."""
    account = Account("openrouter.chat")
    settle(
        account,
        count(usage.get("native_tokens_prompt")),
        count(usage.get("native_tokens_completion")),
        None,
        {Bucket.CACHE_READ: count(usage.get("native_tokens_cached"))},
        {Bucket.REASONING: count(usage.get("native_tokens_reasoning"))},
    )
    account.cost = cost_under(usage, "total_cost", account)
    return account


def _fits(usage: Mapping[str, Any]) -> bool:
    return not isinstance(usage.get("cost"), dict)  # which is Perplexity's


CONVENTION = Convention(
    "openrouter.chat",
    ("prompt_tokens", "native_tokens_prompt"),
    read,
    marks=frozenset(("cost", "cost_details", "is_byok", "native_tokens_prompt")),
    fits=_fits,
)
