"""Amazon Bedrock's Converse, and the metrics that its invocations end with.

`inputTokens` leaves out what was read from the cache and what was written to it; the total
contains both. Claude Code counts each model in the same way, under nearly the same names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from econome.domain.usage import Bucket, Fee
from econome.wire.conventions.account import Account, Convention, add_fee, count, first_count
from econome.wire.conventions.splitting import BEYOND_TOTAL, add_exclusive, writes_of


def read(usage: Mapping[str, Any]) -> Account:
    """The account of a conversation's turn."""
    account = Account("bedrock.converse")
    uncached = first_count(usage, "inputTokens", "inputTokenCount")
    generated = first_count(usage, "outputTokens", "outputTokenCount")
    cached = first_count(usage, "cacheReadInputTokens", "cacheReadInputTokenCount")
    written = first_count(
        usage, "cacheWriteInputTokens", "cacheWriteInputTokenCount", "cacheCreationInputTokens"
    )
    short, long = _by_time(usage.get("cacheDetails"))
    writes = writes_of(written, short, long, account)
    add_exclusive(account, uncached, {Bucket.CACHE_READ: cached, **writes})
    if generated is not None:
        account.buckets[Bucket.TEXT_OUT] = generated
    total = count(usage.get("totalTokens"))
    if total is not None and uncached is not None and generated is not None:
        beyond = total - uncached - generated
        if beyond not in (0, (cached or 0) + sum(writes.values())):
            account.notes.append(BEYOND_TOTAL)
    add_fee(account, Fee.WEB_SEARCH, count(usage.get("webSearchRequests")))
    return account


def _by_time(listed: object) -> tuple[int | None, int | None]:
    short: int | None = None
    long: int | None = None
    for entry in listed if isinstance(listed, list) else ():
        tokens = count(entry.get("inputTokens")) if isinstance(entry, dict) else None
        if tokens is None:
            continue
        if entry.get("ttl") == "1h":
            long = (long or 0) + tokens
        else:
            short = (short or 0) + tokens
    return short, long


CONVENTION = Convention("bedrock.converse", ("inputTokens", "inputTokenCount", "outputTokens"), read)
