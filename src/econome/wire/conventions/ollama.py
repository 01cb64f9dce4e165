"""Ollama, at the top of its answer. A prompt that it had in its cache may go without a count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from econome.domain.usage import Bucket
from econome.wire.conventions.account import Account, Convention, count


def read(usage: Mapping[str, Any]) -> Account:
    """The account of an answer; a count that is not there is unknown, not zero."""
    account = Account("ollama")
    given, generated = count(usage.get("prompt_eval_count")), count(usage.get("eval_count"))
    if given is not None:
        account.buckets[Bucket.UNCACHED] = given
    if generated is not None:
        account.buckets[Bucket.TEXT_OUT] = generated
    return account


CONVENTION = Convention("ollama", ("prompt_eval_count", "eval_count"), read)
