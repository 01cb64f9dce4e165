"""LangChain's and LangSmith's `usage_metadata`: both counts contain everything.

Details may bear the name of the service tier, and what lies beyond 200,000 tokens stands apart.
LangSmith's SDK for JavaScript, and its tracing of Claude's agents, write an hour as `1hr`.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from econome.domain.money import total_of
from econome.domain.usage import Bucket
from econome.wire.conventions.account import (
    Account,
    Convention,
    affordable,
    cost_under,
    count,
    details,
    first_count,
    sum_known,
)
from econome.wire.conventions.splitting import settle, writes_of

TIERS = ("priority", "flex")
"""The tiers that LangChain and LangSmith put before the names of details."""

_PLAIN_IN = {
    "cache_read": Bucket.CACHE_READ,
    "cache_read_audio": Bucket.CACHE_READ_AUDIO,
    "cache_creation": Bucket.CACHE_WRITE_5M,
    "audio": Bucket.AUDIO_IN,
    "image": Bucket.IMAGE_IN,
    "video": Bucket.VIDEO_IN,
}
_PLAIN_OUT = {"reasoning": Bucket.REASONING, "audio": Bucket.AUDIO_OUT, "image": Bucket.IMAGE_OUT}
"""The details whose name is enough to know what they count."""

READ_BY_TOOLS = "the input did not contain what tools read, as the total shows"

_COSTS = frozenset(("input_cost", "output_cost", "total_cost"))


def read(usage: Mapping[str, Any]) -> Account:
    """The account of a message, or of a run that says so itself."""
    account = Account("langchain")
    details_in = details(usage, "input_token_details")
    details_out = details(usage, "output_token_details")
    parts_in: dict[Bucket, int | None] = {}
    parts_out: dict[Bucket, int | None] = {}
    if not (_PLAIN_IN.keys() >= details_in.keys() and _PLAIN_OUT.keys() >= details_out.keys()):
        parts_in, parts_out = _all_parts(details_in, details_out, account)
    else:  # as nearly all are: no tier, nothing beyond 200,000 tokens, no writes by their time
        for name, value in details_in.items():
            parts_in[_PLAIN_IN[name]] = count(value)
        for name, value in details_out.items():
            parts_out[_PLAIN_OUT[name]] = count(value)
    given, generated = count(usage.get("input_tokens")), count(usage.get("output_tokens"))
    total = count(usage.get("total_tokens"))
    if "over_200k" in details_out and total is not None and given is not None and generated is not None:
        read_by_tools = total - given - generated - (parts_out.get(Bucket.REASONING) or 0)
        if read_by_tools > 0:  # LangSmith's wrapper of Gemini drops them
            given += read_by_tools
            account.notes.append(READ_BY_TOOLS)
    settle(account, given, generated, total, parts_in, parts_out)
    if not _COSTS.isdisjoint(usage):
        _read_costs(account, usage)
    return account


def _all_parts(
    details_in: Mapping[str, Any], details_out: Mapping[str, Any], account: Account
) -> tuple[dict[Bucket, int | None], dict[Bucket, int | None]]:
    for tier in TIERS:
        if tier in details_in or tier in details_out or f"{tier}_cache_read" in details_in:
            account.service_tier = tier
    return _parts_in(details_in, account), {
        bucket: _tiered(details_out, name, account) for name, bucket in _PLAIN_OUT.items()
    }


def _parts_in(details_in: Mapping[str, Any], account: Account) -> dict[Bucket, int | None]:
    cached = _tiered(details_in, "cache_read", account)
    if "cache_read_over_200k" in details_in:
        cached = sum_known(cached, count(details_in.get("cache_read_over_200k")))
    parts = {
        Bucket.CACHE_READ: cached,
        Bucket.CACHE_READ_AUDIO: count(details_in.get("cache_read_audio")),
        Bucket.AUDIO_IN: _tiered(details_in, "audio", account),
        Bucket.IMAGE_IN: _tiered(details_in, "image", account),
        Bucket.VIDEO_IN: _tiered(details_in, "video", account),
    }
    written = _tiered(details_in, "cache_creation", account)
    short = count(details_in.get("ephemeral_5m_input_tokens"))
    long = first_count(details_in, "ephemeral_1h_input_tokens", "ephemeral_1hr_input_tokens")
    if written is not None or short is not None or long is not None:
        parts.update(writes_of(written, short, long, account))
    return parts


def _tiered(of_a_side: Mapping[str, Any], name: str, account: Account) -> int | None:
    """A detail under its own name, and behind the name of the call's tier; they are disjoint."""
    tokens = count(of_a_side.get(name))
    if not account.service_tier:
        return tokens
    behind = count(of_a_side.get(f"{account.service_tier}_{name}"))
    if tokens and behind:
        account.notes.append("served at several tiers")
    return sum_known(tokens, behind)


def _read_costs(account: Account, usage: Mapping[str, Any]) -> None:
    account.input_cost = cost_under(usage, "input_cost", account)
    account.output_cost = cost_under(usage, "output_cost", account)
    account.cost = cost_under(usage, "total_cost", account)
    if account.cost is None and account.input_cost is not None and account.output_cost is not None:
        account.cost = affordable(total_of((account.input_cost, account.output_cost)), account)
    account.costs_nothing = (
        account.cost == Decimal(0)
        and "total_cost" in usage
        and "input_cost" not in usage
        and "output_cost" not in usage
    )


CONVENTION = Convention("langchain", ("input_tokens", "output_tokens"), read)
