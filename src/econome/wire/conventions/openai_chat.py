"""OpenAI's chat completions and embeddings, and all who answer in their shape.

Azure, Mistral, vLLM, Together, Fireworks and many more do; a shape says nothing of who sent it.
Both counts contain everything: predicted tokens, accepted or not, are in `completion_tokens`
and billed as such.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from econome.domain.usage import Bucket
from econome.wire.conventions.account import Account, Convention, count, details
from econome.wire.conventions.splitting import newer_of, settle, sound_and_cache, writes_of


def read(usage: Mapping[str, Any]) -> Account:
    """The account of OpenAI's own shape."""
    return account_of("openai.chat", usage)


def account_of(
    convention: str,
    usage: Mapping[str, Any],
    cached: int | None = None,
    *,
    reasoning_outside: bool = False,
) -> Account:
    """The account of this shape, under another convention's name.

    `cached` is what that convention says was cached, where the details do not;
    `reasoning_outside`, that its output leaves the reasoning out where no total tells.
    """
    account = Account(convention)
    total = count(usage.get("total_tokens"))
    given = count(usage.get("prompt_tokens"))
    generated = count(usage.get("completion_tokens"))
    if "output_tokens" in usage:
        generated = newer_of(usage, "completion_tokens", "output_tokens", given, total, account)
    if "input_tokens" in usage:
        given = newer_of(usage, "prompt_tokens", "input_tokens", generated, total, account)
    details_in = details(usage, "prompt_tokens_details")
    details_out = details(usage, "completion_tokens_details")
    sides(account, given, generated, total, details_in, details_out, cached, reasoning_outside)
    return account


def sides(
    account: Account,
    given: int | None,
    generated: int | None,
    total: int | None,
    details_in: Mapping[str, Any],
    details_out: Mapping[str, Any],
    cached: int | None = None,
    reasoning_outside: bool = False,
) -> None:
    """Both sides, with the details that OpenAI gives of each: its two shapes share them."""
    if generated is None and given is not None and total == given:
        generated = 0  # an embedding: nothing is generated, and the total says so
    parts_in: dict[Bucket, int | None] = {}
    if details_in or cached is not None:
        told = count(details_in.get("cached_tokens"))
        of_cache = details(details_in, "cached_tokens_details")
        parts_in = sound_and_cache(
            cached if told is None else told,
            count(details_in.get("audio_tokens")),
            count(of_cache.get("audio_tokens")),
            account,
        )
        pictures = count(details_in.get("image_tokens"))
        if pictures is not None:
            parts_in[Bucket.IMAGE_IN] = max(0, pictures - (count(of_cache.get("image_tokens")) or 0))
        parts_in.update(_written(details_in, account))
    parts_out: dict[Bucket, int | None] = {}
    if details_out:
        reasoning = count(details_out.get("reasoning_tokens"))
        if reasoning_outside and reasoning and total is None and generated is not None:
            generated += reasoning
        parts_out = {
            Bucket.REASONING: reasoning,
            Bucket.AUDIO_OUT: count(details_out.get("audio_tokens")),
            Bucket.IMAGE_OUT: count(details_out.get("image_tokens")),
        }
    settle(account, given, generated, total, parts_in, parts_out)


def _written(details_in: Mapping[str, Any], account: Account) -> dict[Bucket, int]:
    written = count(details_in.get("cache_write_tokens"))
    by_time = details(details_in, "cache_write_tokens_details")
    short, long = count(by_time.get("ttl_30m_tokens")), count(by_time.get("ttl_12h_tokens"))
    return writes_of(written, short, long or None, account)


CONVENTION = Convention("openai.chat", ("prompt_tokens", "completion_tokens"), read)
