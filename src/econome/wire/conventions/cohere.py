"""Cohere: what it bills (`billed_units`) and what the model saw (`tokens`), which is more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from econome.domain.usage import Bucket, Fee
from econome.wire.conventions.account import Account, Convention, add_fee, details, first_count
from econome.wire.conventions.splitting import split


def read(usage: Mapping[str, Any]) -> Account:
    """The account of a chat, an embedding, a reranking: what was billed, if it is told."""
    account = Account("cohere.chat")
    billed = details(usage, "billed_units") or details(usage, "billedUnits")
    seen = details(usage, "tokens")
    counted = billed if first_count(billed, *_IN, *_OUT) is not None else seen
    given, generated = first_count(counted, *_IN), first_count(counted, *_OUT)
    pictures = first_count(billed, "image_tokens", "imageTokens")
    cached = first_count(usage, "cached_tokens", "cachedTokens")
    if given is not None:
        if cached is not None:
            cached = min(cached, given)  # of what the model saw, of which not all is billed
        whole = given + (pictures or 0)
        split(
            account,
            whole,
            {Bucket.CACHE_READ: cached, Bucket.IMAGE_IN: pictures},
            Bucket.UNCACHED,
            "input",
        )
    elif pictures is not None:
        split(account, pictures, {Bucket.IMAGE_IN: pictures}, Bucket.UNCACHED, "input")
    if generated is not None:
        account.buckets[Bucket.TEXT_OUT] = generated
    add_fee(account, Fee.WEB_SEARCH, first_count(billed, "search_units", "searchUnits"))
    return account


_IN = ("input_tokens", "inputTokens")
_OUT = ("output_tokens", "outputTokens")


def _fits(usage: Mapping[str, Any]) -> bool:
    return any(isinstance(usage.get(name), dict) for name in ("billed_units", "billedUnits", "tokens"))


CONVENTION = Convention("cohere.chat", ("billed_units", "billedUnits", "tokens"), read, fits=_fits)
