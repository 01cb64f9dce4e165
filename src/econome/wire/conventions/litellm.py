"""LiteLLM: OpenAI's counts, which contain everything, with Anthropic's keys beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from econome.domain.usage import Bucket
from econome.wire.conventions.account import Account, Convention, cost_under, count, details, first_count
from econome.wire.conventions.anthropic_messages import add_searches
from econome.wire.conventions.splitting import settle, sound_and_cache, writes_of


def read(usage: Mapping[str, Any]) -> Account:
    """The account of a completion of any provider."""
    account = Account("litellm")
    details_in = details(usage, "prompt_tokens_details")
    details_out = details(usage, "completion_tokens_details")
    by_time = details(details_in, "cache_creation_token_details") or details(usage, "cache_creation")
    cached, again = count(details_in.get("cached_tokens")), count(usage.get("cache_read_input_tokens"))
    if cached and again and cached != again:
        account.notes.append("cached_tokens and cache_read_input_tokens differ")
    parts_in = sound_and_cache(
        again or cached or (cached if again is None else again),
        count(details_in.get("audio_tokens")),
        None,
        account,
    )
    parts_in[Bucket.IMAGE_IN] = count(details_in.get("image_tokens"))
    written = first_count(usage, "cache_creation_input_tokens")
    if not written:
        written = first_count(details_in, "cache_creation_tokens", "cache_write_tokens") or written
    writes = writes_of(
        written,
        count(by_time.get("ephemeral_5m_input_tokens")),
        count(by_time.get("ephemeral_1h_input_tokens")),
        account,
    )
    settle(
        account,
        count(usage.get("prompt_tokens")),
        count(usage.get("completion_tokens")),
        count(usage.get("total_tokens")),
        {**parts_in, **writes},
        {
            Bucket.REASONING: count(details_out.get("reasoning_tokens")),
            Bucket.AUDIO_OUT: count(details_out.get("audio_tokens")),
            Bucket.IMAGE_OUT: count(details_out.get("image_tokens")),
        },
    )
    add_searches(account, usage)
    if not isinstance(usage.get("cost"), dict):
        account.cost = cost_under(usage, "cost", account)
    return account


CONVENTION = Convention(
    "litellm",
    ("prompt_tokens",),
    read,
    marks=frozenset(("cache_read_input_tokens", "cache_creation_input_tokens")),
)
