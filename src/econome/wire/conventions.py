"""The shapes in which providers and frameworks report usage, turned into disjoint buckets.

They disagree whether the input contains what was cached and the output what was reasoned, and
a wrong guess is a wrong bill. So a shape is recognised by its keys, exactly, or not at all:

| convention         | told by                                                    | input is   |
|--------------------|------------------------------------------------------------|------------|
| openai.chat        | prompt_tokens                                              | everything |
| openai.responses   | input_tokens with input_tokens_details                     | everything |
| anthropic.messages | input_tokens with cache_read_input_tokens, cache_creation… | uncached   |
| langchain          | input_tokens with input_token_details, or neither          | everything |
| langchain.js       | promptTokens                                               | everything |

What contradicts itself is mended where the arithmetic leaves one reading, and refused otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from econome.domain.money import read_money, total_of
from econome.domain.usage import Bucket

MOST_TOKENS = 10**12
"""No call uses as many; whoever says so is mistaken."""

MOST_DOLLARS = Decimal(10**9)
"""No call costs as much; and a store that sums a hundred thousand million such costs stays exact."""

REPLAYED = "answered from the app's own cache, no call was made"
"""The note on what LangChain's cache gave back: its usage is that of the first call."""

_TOO_DEAR = "a reported cost was beyond all measure and was left out"

TIERS = ("priority", "flex")
"""The tiers that LangChain and LangSmith put before the names of details."""


class Contradiction(ValueError):
    """A usage object that cannot be true; the text says why."""


@dataclass(slots=True)
class Account:
    """What one usage object says, before it is a `Reading`."""

    convention: str
    buckets: dict[Bucket, int] = field(default_factory=dict)
    service_tier: str = ""
    cost: Decimal | None = None
    input_cost: Decimal | None = None
    output_cost: Decimal | None = None
    costs_nothing: bool = False  # "total_cost": 0 and no parts, as LangChain's cache says, and others
    notes: list[str] = field(default_factory=list)

    @property
    def is_zero(self) -> bool:
        """Whether it claims that no token was used."""
        return not any(self.buckets.values())


def recognise(usage: Mapping[str, Any]) -> Account | None:
    """The account of a usage object; None when its shape is not one of those above.

    Raises `Contradiction` for negative counts and the like.
    """
    read = _convention_of(usage)
    return _within_measure(read(usage)) if read else None


def sum_of(accounts: list[Account]) -> Account | None:
    """One account of several. Raises `Contradiction` where the sum is beyond all measure."""
    if len(accounts) < 2:
        return accounts[0] if accounts else None
    whole = Account(accounts[0].convention, costs_nothing=all(account.costs_nothing for account in accounts))
    for account in accounts:
        for bucket, tokens in account.buckets.items():
            whole.buckets[bucket] = whole.buckets.get(bucket, 0) + tokens
        whole.service_tier = whole.service_tier or account.service_tier
        whole.notes += account.notes
    for name in ("cost", "input_cost", "output_cost"):
        known = [cost for account in accounts if (cost := getattr(account, name)) is not None]
        setattr(whole, name, _affordable(total_of(known), whole) if known else None)
    return _within_measure(whole)


def _within_measure(account: Account) -> Account:
    if any(tokens > MOST_TOKENS for tokens in account.buckets.values()):
        raise Contradiction("a count of tokens was beyond all measure")
    return account


def _convention_of(usage: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], Account] | None:
    if "prompt_tokens" in usage:
        if usage.get("cache_read_input_tokens") or usage.get("cache_creation_input_tokens"):
            return None  # LiteLLM's mixture of two conventions
        return _openai_chat
    if "promptTokens" in usage:
        return _langchain_js
    if "input_tokens" not in usage:
        return None
    if "input_tokens_details" in usage:
        return _openai_responses
    if "input_token_details" in usage or "output_token_details" in usage:
        return _langchain
    if (
        "cache_read_input_tokens" in usage
        or "cache_creation_input_tokens" in usage
        or "cache_creation" in usage
    ):
        return _anthropic
    if "output_tokens_details" in usage:
        return None
    return _langchain


def _openai_chat(usage: Mapping[str, Any]) -> Account:
    account = Account("openai.chat")
    _openai_sides(
        account,
        usage,
        _same(usage, "prompt_tokens", "input_tokens", account),
        _same(usage, "completion_tokens", "output_tokens", account),
        _details(usage, "prompt_tokens_details"),
        _details(usage, "completion_tokens_details"),
    )
    return account


def _openai_responses(usage: Mapping[str, Any]) -> Account:
    account = Account("openai.responses")
    _openai_sides(
        account,
        usage,
        count(usage.get("input_tokens")),
        count(usage.get("output_tokens")),
        _details(usage, "input_tokens_details"),
        _details(usage, "output_tokens_details"),
    )
    return account


def _openai_sides(
    account: Account,
    usage: Mapping[str, Any],
    given: int | None,
    generated: int | None,
    details_in: Mapping[str, Any],
    details_out: Mapping[str, Any],
) -> None:
    total = count(usage.get("total_tokens"))
    if generated is None and given is not None and total == given:
        generated = 0  # an embedding: nothing is generated, and the total says so
    parts_in = {
        Bucket.CACHE_READ: count(details_in.get("cached_tokens")),
        Bucket.CACHE_WRITE_5M: count(details_in.get("cache_write_tokens")),
        Bucket.AUDIO_IN: count(details_in.get("audio_tokens")),
        Bucket.IMAGE_IN: count(details_in.get("image_tokens")),
    }
    parts_out = {
        Bucket.REASONING: count(details_out.get("reasoning_tokens")),
        Bucket.AUDIO_OUT: count(details_out.get("audio_tokens")),
        Bucket.IMAGE_OUT: count(details_out.get("image_tokens")),
    }
    _settle(account, given, generated, total, parts_in, parts_out)


def _anthropic(usage: Mapping[str, Any]) -> Account:
    account = Account("anthropic.messages")
    uncached = count(usage.get("input_tokens"))
    if uncached is not None:
        account.buckets[Bucket.UNCACHED] = uncached
    read = count(usage.get("cache_read_input_tokens"))
    if read is not None:
        account.buckets[Bucket.CACHE_READ] = read
    split = _details(usage, "cache_creation")
    _add_writes(
        account.buckets,
        count(usage.get("cache_creation_input_tokens")),
        count(split.get("ephemeral_5m_input_tokens")),
        count(split.get("ephemeral_1h_input_tokens")),
        account,
    )
    generated = count(usage.get("output_tokens"))
    if generated is not None:
        thinking = count(_details(usage, "output_tokens_details").get("thinking_tokens"))
        _split(account, generated, {Bucket.REASONING: thinking}, Bucket.TEXT_OUT, "output")
    tier = usage.get("service_tier")
    if isinstance(tier, str):
        account.service_tier = tier[:40]
    if usage.get("speed") == "fast":
        account.service_tier = "fast"
    searches = count(_details(usage, "server_tool_use").get("web_search_requests"))
    if searches:
        account.notes.append("web searches are billed apart and are not in the cost")
    return account


def _langchain_js(usage: Mapping[str, Any]) -> Account:
    account = Account("langchain.js")
    total = count(usage.get("totalTokens"))
    _settle(account, count(usage.get("promptTokens")), count(usage.get("completionTokens")), total, {}, {})
    return account


def _langchain(usage: Mapping[str, Any]) -> Account:
    account = Account("langchain")
    details_in = _details(usage, "input_token_details")
    details_out = _details(usage, "output_token_details")
    for tier in TIERS:
        if tier in details_in or tier in details_out or f"{tier}_cache_read" in details_in:
            account.service_tier = tier
    parts_in: dict[Bucket, int | None] = {
        Bucket.CACHE_READ: _sum_of(
            _tiered(details_in, "cache_read", account), count(details_in.get("cache_read_over_200k"))
        ),
    }
    writes: dict[Bucket, int] = {}
    _add_writes(
        writes,
        _tiered(details_in, "cache_creation", account),
        count(details_in.get("ephemeral_5m_input_tokens")),
        count(details_in.get("ephemeral_1h_input_tokens")),
        account,
    )
    parts_in.update(writes)
    parts_in[Bucket.AUDIO_IN] = _tiered(details_in, "audio", account)
    parts_in[Bucket.IMAGE_IN] = _tiered(details_in, "image", account)
    parts_out = {
        Bucket.REASONING: _tiered(details_out, "reasoning", account),
        Bucket.AUDIO_OUT: _tiered(details_out, "audio", account),
        Bucket.IMAGE_OUT: _tiered(details_out, "image", account),
    }
    given, generated = count(usage.get("input_tokens")), count(usage.get("output_tokens"))
    _settle(account, given, generated, count(usage.get("total_tokens")), parts_in, parts_out)
    _read_costs(account, usage)
    return account


def _read_costs(account: Account, usage: Mapping[str, Any]) -> None:
    account.input_cost = _cost(usage, "input_cost", account)
    account.output_cost = _cost(usage, "output_cost", account)
    account.cost = _cost(usage, "total_cost", account)
    if account.cost is None and account.input_cost is not None and account.output_cost is not None:
        account.cost = _affordable(total_of((account.input_cost, account.output_cost)), account)
    account.costs_nothing = (
        account.cost == 0
        and "total_cost" in usage
        and "input_cost" not in usage
        and "output_cost" not in usage
    )


def _cost(usage: Mapping[str, Any], name: str, account: Account) -> Decimal | None:
    value = usage.get(name)
    if value is None:
        return None
    amount = read_money(value)
    if amount is None:
        account.notes.append("a reported cost was no amount of money and was left out")
        return None
    if amount < 0:
        account.notes.append("a reported cost was negative and was left out")
        return None
    return _affordable(amount, account)


def _affordable(amount: Decimal, account: Account) -> Decimal | None:
    if amount > MOST_DOLLARS:
        account.notes.append(_TOO_DEAR)
        return None
    return amount


def _settle(
    account: Account,
    given: int | None,
    generated: int | None,
    total: int | None,
    parts_in: Mapping[Bucket, int | None],
    parts_out: Mapping[Bucket, int | None],
) -> None:
    """Splits inclusive counts into buckets, after asking the total whether they are inclusive."""
    cached = sum(parts_in.get(bucket) or 0 for bucket in _CACHES)
    reasoning = parts_out.get(Bucket.REASONING) or 0
    if given is not None and generated is not None and total is not None and total != given + generated:
        beyond = total - given - generated
        if beyond == reasoning:
            generated += reasoning  # as Gemini reports its thoughts
        elif beyond == cached:
            given += cached
            account.notes.append("the input did not contain the cached tokens, as the total shows")
        else:
            account.notes.append("the total is not the sum of input and output")
    elif generated is not None and total is None and reasoning > generated:
        generated += reasoning
        account.notes.append("the output did not contain the reasoning, which exceeds it")
    if given is not None:
        _split(account, given, parts_in, Bucket.UNCACHED, "input")
    if generated is not None:
        _split(account, generated, parts_out, Bucket.TEXT_OUT, "output")


_CACHES = (Bucket.CACHE_READ, Bucket.CACHE_WRITE_5M, Bucket.CACHE_WRITE_1H)


def _split(account: Account, whole: int, parts: Mapping[Bucket, int | None], rest: Bucket, side: str) -> None:
    """Each part to its bucket and what remains to `rest`; parts beyond the whole are cut to it."""
    left = whole
    for bucket, tokens in parts.items():
        if tokens is None:
            continue
        if tokens > left:
            tokens = left  # noqa: PLW2901 - clamped
            account.notes.append(f"the parts of the {side} exceed it and were cut")
        account.buckets[bucket] = tokens
        left -= tokens
    account.buckets[rest] = left


def _add_writes(
    buckets: dict[Bucket, int], both: int | None, five: int | None, hour: int | None, account: Account
) -> None:
    """Tokens written to the cache, by how long they live; what nobody told lives five minutes."""
    if both is None and five is None and hour is None:
        return
    told = (five or 0) + (hour or 0)
    if both and told > both:
        account.notes.append("the parts of what was written to the cache exceed it")
    buckets[Bucket.CACHE_WRITE_5M] = max(both or 0, told) - (hour or 0)
    if hour is not None:
        buckets[Bucket.CACHE_WRITE_1H] = hour


def _tiered(details: Mapping[str, Any], name: str, account: Account) -> int | None:
    """A detail under its own name, and behind the name of the call's tier; they are disjoint."""
    tokens = count(details.get(name))
    if not account.service_tier:
        return tokens
    behind = count(details.get(f"{account.service_tier}_{name}"))
    if tokens and behind:
        account.notes.append("served at several tiers")
    return _sum_of(tokens, behind)


def _sum_of(tokens: int | None, more: int | None) -> int | None:
    return more if tokens is None else tokens if more is None else tokens + more


def _same(usage: Mapping[str, Any], name: str, other: str, account: Account) -> int | None:
    tokens = count(usage.get(name))
    again = count(usage.get(other))
    if again is not None and tokens is not None and again != tokens:
        account.notes.append(f"{name} and {other} differ")
    return tokens


def _details(usage: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    details = usage.get(name)
    return details if isinstance(details, dict) else {}


def count(value: object) -> int | None:
    """A number of tokens; None when it is none. Raises `Contradiction` below zero or beyond all measure."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, float):
        if not value.is_integer():  # NaN and infinities, too
            return None
        value = int(value)
    if not isinstance(value, int):
        return None
    if value < 0:
        raise Contradiction("a count of tokens was negative")
    if value > MOST_TOKENS:
        raise Contradiction("a count of tokens was beyond all measure")
    return value
