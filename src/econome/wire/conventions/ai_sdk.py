"""Vercel's AI SDK from version 5 on: `inputTokens` with its own details, or as an object.

Its input contains the cache. Version 5 passed on what Anthropic counted, which does not;
its total is its own sum and proves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from econome.domain.usage import Bucket
from econome.wire.conventions.account import Account, Convention, count, details, first_count, sum_known
from econome.wire.conventions.splitting import CACHE_OUTSIDE, settle


def read(usage: Mapping[str, Any]) -> Account:
    """The account of a step, or of several that the SDK has summed."""
    account = Account("ai_sdk")
    given, cached, written = _side(usage, "inputTokens", "inputTokenDetails", account)
    generated, reasoning = _made(usage, account)
    if cached is None:
        cached = count(usage.get("cachedInputTokens"))
    if reasoning is None:
        reasoning = count(usage.get("reasoningTokens"))
    total = count(usage.get("totalTokens"))
    apart = (cached or 0) + (written or 0)
    if given is not None and apart > given and total == given + (generated or 0):
        given += apart
        total = None
        account.notes.append(CACHE_OUTSIDE)
    parts_in = {Bucket.CACHE_READ: cached, Bucket.CACHE_WRITE_5M: written}
    settle(account, given, generated, total, parts_in, {Bucket.REASONING: reasoning})
    return account


def _side(
    usage: Mapping[str, Any], name: str, beside: str, account: Account
) -> tuple[int | None, int | None, int | None]:
    whole = usage.get(name)
    if not isinstance(whole, dict):
        parts = details(usage, beside)
        return (
            count(whole),
            count(parts.get("cacheReadTokens")),
            count(parts.get("cacheWriteTokens")),
        )
    cached, written = count(whole.get("cacheRead")), count(whole.get("cacheWrite"))
    return _whole(whole, "input", account, count(whole.get("noCache")), cached, written), cached, written


def _made(usage: Mapping[str, Any], account: Account) -> tuple[int | None, int | None]:
    whole = usage.get("outputTokens")
    if not isinstance(whole, dict):
        return count(whole), first_count(details(usage, "outputTokenDetails"), "reasoningTokens")
    reasoning = count(whole.get("reasoning"))
    return _whole(whole, "output", account, count(whole.get("text")), reasoning), reasoning


def _whole(whole: Mapping[str, Any], side: str, account: Account, *parts: int | None) -> int | None:
    """The total of a side; where it has none, the sum of all its parts."""
    total = count(whole.get("total"))
    if total is None:
        return sum_known(*parts)
    if None not in parts and total != sum_known(*parts):
        account.notes.append(f"the total of the {side} is not the sum of its parts")
    return total


def _fits(usage: Mapping[str, Any]) -> bool:
    return (
        not _MARKS.isdisjoint(usage)
        or isinstance(usage.get("inputTokens"), dict)
        or isinstance(usage.get("outputTokens"), dict)
    )


_MARKS = frozenset(("inputTokenDetails", "outputTokenDetails", "cachedInputTokens", "reasoningTokens"))

CONVENTION = Convention("ai_sdk", ("inputTokens", "outputTokens"), read, fits=_fits)
