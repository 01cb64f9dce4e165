"""OpenAI's Responses, pictures, transcriptions and realtime: `input_tokens` with its details.

Transcriptions and realtime name the details as LangChain does (`input_token_details`), and
what is in them as OpenAI does. Models that are sold by time give the seconds of sound alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from econome.domain.usage import Fee
from econome.wire.conventions.account import Account, Convention, add_fee, count, details
from econome.wire.conventions.openai_chat import sides

MOST_SECONDS = 10**9
"""No sound is as long."""

_OPENAIS = frozenset(("cached_tokens", "text_tokens", "audio_tokens", "image_tokens"))


def read(usage: Mapping[str, Any]) -> Account:
    """The account of a response, a picture, a transcription."""
    account = Account("openai.responses")
    if usage.get("type") == "duration":
        seconds = usage.get("seconds")
        if (
            isinstance(seconds, int | float)
            and not isinstance(seconds, bool)
            and 0 <= seconds <= MOST_SECONDS
        ):
            add_fee(account, Fee.AUDIO_SECOND, round(seconds))
        return account
    sides(
        account,
        count(usage.get("input_tokens")),
        count(usage.get("output_tokens")),
        count(usage.get("total_tokens")),
        details(usage, "input_tokens_details") or details(usage, "input_token_details"),
        details(usage, "output_tokens_details") or details(usage, "output_token_details"),
    )
    return account


def _fits(usage: Mapping[str, Any]) -> bool:
    if "seconds" in usage:
        return usage.get("type") == "duration"
    if "input_tokens_details" in usage:
        return True
    if "output_tokens_details" in usage:
        return "reasoning_tokens" in details(usage, "output_tokens_details")
    return not (
        _OPENAIS.isdisjoint(details(usage, "input_token_details"))
        and _OPENAIS.isdisjoint(details(usage, "output_token_details"))
    )


CONVENTION = Convention("openai.responses", ("input_tokens", "output_tokens", "seconds"), read, fits=_fits)
