"""llama.cpp's own server, at the top of its answer.

`tokens_evaluated` is the whole prompt. What of it was in the cache is in the timings;
`tokens_cached` is not it: that is the length of the cache after the call.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from econome.domain.usage import Bucket
from econome.wire.conventions.account import Account, Convention, count, details
from econome.wire.conventions.splitting import split


def read(usage: Mapping[str, Any]) -> Account:
    """The account of a completion."""
    account = Account("llama.cpp")
    timings = details(usage, "timings")
    given, generated = count(usage.get("tokens_evaluated")), count(usage.get("tokens_predicted"))
    processed, cached = count(timings.get("prompt_n")), count(timings.get("cache_n"))
    if given is None and processed is not None:
        given = processed + (cached or 0)
    if cached is None and given is not None and processed is not None and processed <= given:
        cached = given - processed
    if generated is None:
        generated = count(timings.get("predicted_n"))
    if given is not None:
        split(account, given, {Bucket.CACHE_READ: cached}, Bucket.UNCACHED, "input")
    if generated is not None:
        account.buckets[Bucket.TEXT_OUT] = generated
    return account


def _fits(usage: Mapping[str, Any]) -> bool:
    return (
        "tokens_evaluated" in usage
        or "tokens_predicted" in usage
        or "predicted_n" in details(usage, "timings")
    )


CONVENTION = Convention("llama.cpp", ("tokens_evaluated", "tokens_predicted", "timings"), read, fits=_fits)
