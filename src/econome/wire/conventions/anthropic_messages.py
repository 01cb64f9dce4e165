"""Anthropic's messages: the input is what was neither read from the cache nor written to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from econome.domain.usage import Bucket, Fee
from econome.wire.conventions.account import Account, Convention, add_fee, count, details, within_measure
from econome.wire.conventions.splitting import add_exclusive, split, writes_of

ADVISED = "an advisor's tokens are billed at another model's price and are not in the cost"


def read(usage: Mapping[str, Any]) -> Account:
    """The account of a message, and of the requests that the server made for it.

    What summing up a long conversation took (a compaction) is billed and stands only in the
    iterations. So does what an advisor used, another model at another price: it is noted.
    """
    account = _request(usage)
    for iteration in _iterations(usage):
        match iteration.get("type"):
            case "compaction":
                for bucket, tokens in _request(iteration).buckets.items():
                    account.buckets[bucket] = account.buckets.get(bucket, 0) + tokens
            case "advisor_message":
                account.notes.append(ADVISED)
    tier = usage.get("service_tier")
    if isinstance(tier, str):
        account.service_tier = tier[:40].lower()
    if usage.get("speed") == "fast":
        account.service_tier = "fast"
    add_searches(account, usage)
    return within_measure(account)


def _iterations(usage: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    listed = usage.get("iterations")
    for iteration in listed if isinstance(listed, list) else ():
        if isinstance(iteration, dict):
            yield iteration


def _request(usage: Mapping[str, Any]) -> Account:
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
            *("service_tier", "inference_geo", "speed", "output_tokens_details", "iterations"),
        )
    ),
)
