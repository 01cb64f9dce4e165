"""Anthropic's messages: the input is what was neither read from the cache nor written to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from econome.domain.usage import Bucket, Fee
from econome.wire.conventions.account import Account, Convention, add_fee, count, details
from econome.wire.conventions.splitting import add_exclusive, split, writes_of


def read(usage: Mapping[str, Any]) -> Account:
    """The account of a message."""
    account = Account("anthropic.messages")
    by_time = details(usage, "cache_creation")
    cached: dict[Bucket, int | None] = {Bucket.CACHE_READ: count(usage.get("cache_read_input_tokens"))}
    cached.update(
        writes_of(
            count(usage.get("cache_creation_input_tokens")),
            count(by_time.get("ephemeral_5m_input_tokens")),
            count(by_time.get("ephemeral_1h_input_tokens")),
            account,
        )
    )
    add_exclusive(account, count(usage.get("input_tokens")), cached)
    generated = count(usage.get("output_tokens"))
    if generated is not None:
        thinking = count(details(usage, "output_tokens_details").get("thinking_tokens"))
        split(account, generated, {Bucket.REASONING: thinking}, Bucket.TEXT_OUT, "output")
    tier = usage.get("service_tier")
    if isinstance(tier, str):
        account.service_tier = tier[:40].lower()
    if usage.get("speed") == "fast":
        account.service_tier = "fast"
    add_searches(account, usage)
    return account


def add_searches(account: Account, usage: Mapping[str, Any]) -> None:
    """What Anthropic's own tools did; fetching a page is free."""
    add_fee(account, Fee.WEB_SEARCH, count(details(usage, "server_tool_use").get("web_search_requests")))


CONVENTION = Convention(
    "anthropic.messages",
    ("input_tokens", "output_tokens"),
    read,
    marks=frozenset(
        (
            *("cache_read_input_tokens", "cache_creation_input_tokens", "cache_creation", "server_tool_use"),
            *("service_tier", "inference_geo", "speed", "output_tokens_details"),
        )
    ),
)
