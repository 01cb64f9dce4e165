"""From counts that contain each other to buckets that do not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from econome.domain.usage import Bucket
from econome.wire.conventions.account import Account, count

Parts = Mapping[Bucket, int | None]

BEYOND_TOTAL = "the total is not the sum of input and output"
CACHE_OUTSIDE = "the input did not contain the cached tokens, which exceed it"
CACHE_OUTSIDE_BY_TOTAL = "the input did not contain the cached tokens, as the total shows"
REASONING_OUTSIDE = "the output did not contain the reasoning, which exceeds it"

_CACHES = (Bucket.CACHE_READ, Bucket.CACHE_READ_AUDIO, Bucket.CACHE_WRITE_5M, Bucket.CACHE_WRITE_1H)


def settle(
    account: Account,
    given: int | None,
    generated: int | None,
    total: int | None,
    parts_in: Parts,
    parts_out: Parts,
) -> None:
    """Splits inclusive counts into buckets, after asking the total whether they are inclusive.

    Where there is no total, parts that exceed their whole prove that it leaves them out.
    """
    if total is not None and given is not None and generated is not None and total == given + generated:
        split(account, given, parts_in, Bucket.UNCACHED, "input")
        split(account, generated, parts_out, Bucket.TEXT_OUT, "output")
        return
    cached = sum(parts_in.get(bucket) or 0 for bucket in _CACHES)
    reasoning = parts_out.get(Bucket.REASONING) or 0
    if total is None:
        if given is not None and cached > given:
            given += cached
            account.notes.append(CACHE_OUTSIDE)
        if generated is not None and reasoning > generated:
            generated += reasoning
            account.notes.append(REASONING_OUTSIDE)
    elif given is not None and generated is not None:
        given, generated = _mended(account, given, generated, total, cached, reasoning)
    if given is not None:
        split(account, given, parts_in, Bucket.UNCACHED, "input")
    if generated is not None:
        split(account, generated, parts_out, Bucket.TEXT_OUT, "output")


def _mended(
    account: Account, given: int, generated: int, total: int, cached: int, reasoning: int
) -> tuple[int, int]:
    """Input and output with what the total shows that they leave out."""
    beyond = total - given - generated
    if beyond == reasoning:
        return given, generated + reasoning  # as Gemini reports its thoughts
    if beyond == cached:
        account.notes.append(CACHE_OUTSIDE_BY_TOTAL)
        return given + cached, generated
    if beyond == cached + reasoning:
        account.notes.append(CACHE_OUTSIDE_BY_TOTAL)
        return given + cached, generated + reasoning
    account.notes.append(BEYOND_TOTAL)
    return given, generated


def split(account: Account, whole: int, parts: Parts, rest: Bucket, side: str) -> None:
    """Each part to its bucket and what remains to `rest`; parts beyond the whole are cut to it."""
    left = whole
    buckets = account.buckets
    for bucket, tokens in parts.items():
        if tokens is not None:
            buckets[bucket] = tokens
            left -= tokens
    if left < 0:
        account.notes.append(f"the parts of the {side} exceed it and were cut")
        left = whole
        for bucket in Bucket:  # the caches first, whatever the order of the parts
            if parts.get(bucket) is not None:
                buckets[bucket] = min(left, buckets[bucket])
                left -= buckets[bucket]
    buckets[rest] = left


def add_exclusive(account: Account, uncached: int | None, cached: Parts) -> None:
    """The input of a shape whose counts are disjoint already. Unknown when its rest is."""
    if uncached is None:
        return
    account.buckets[Bucket.UNCACHED] = uncached
    for bucket, tokens in cached.items():
        if tokens is not None:
            account.buckets[bucket] = tokens


def writes_of(both: int | None, short: int | None, long: int | None, account: Account) -> dict[Bucket, int]:
    """Tokens written to the cache, by how long they live; what nobody told lives the shorter time."""
    if both is None and short is None and long is None:
        return {}
    told = (short or 0) + (long or 0)
    if both and told > both:
        account.notes.append("the parts of what was written to the cache exceed it")
    writes = {Bucket.CACHE_WRITE_5M: max(both or 0, told) - (long or 0)}
    if long is not None:
        writes[Bucket.CACHE_WRITE_1H] = long
    return writes


def sound_and_cache(
    cached: int | None, sound: int | None, cached_sound: int | None, account: Account
) -> dict[Bucket, int | None]:
    """The cached part and the part that is sound, where a third count tells what is both."""
    if cached_sound is None:
        return {Bucket.CACHE_READ: cached, Bucket.AUDIO_IN: sound}
    if cached_sound > (cached or 0) or cached_sound > (sound or 0):
        account.notes.append("more sound was cached than the cache or the input has, and it was cut")
        cached_sound = min(cached_sound, cached or 0, sound or 0)
    return {
        Bucket.CACHE_READ: None if cached is None else cached - cached_sound,
        Bucket.CACHE_READ_AUDIO: cached_sound,
        Bucket.AUDIO_IN: None if sound is None else sound - cached_sound,
    }


def newer_of(
    usage: Mapping[str, Any], name: str, newer: str, rest: int | None, total: int | None, account: Account
) -> int | None:
    """A count that may stand under two names.

    Where they differ the newer is believed, unless the total (less the other side) is the older.
    """
    tokens = count(usage.get(name))
    if newer not in usage:
        return tokens
    again = count(usage.get(newer))
    if again is None or tokens is None:
        return tokens if again is None else again
    if again == tokens:
        return tokens
    account.notes.append(f"{name} and {newer} differ")
    return tokens if total is not None and rest is not None and total - rest == tokens else again
