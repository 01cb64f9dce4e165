"""Langfuse's usage: either a provider's own object, or counts that add up to the whole.

In its own words `input` and `output` are what the other `input_*` and `output_*` do not count, and
`total` is their sum. Whoever counts something twice is found by that total: LiteLLM leaves what was
written to the cache in `input` as well, LangChain's handler takes a detail off twice.

It is none of `CONVENTIONS`: only what is called so by Langfuse's clients is to be read like this.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from econome.domain.money import read_money, total_of
from econome.domain.usage import Bucket, Fee
from econome.wire.conventions.account import MOST_DOLLARS, Account, count, within_measure
from econome.wire.conventions.splitting import BEYOND_TOTAL

NAME = "langfuse"

WRITTEN_TWICE = "the input contained what was written to the cache, which was listed besides"
CACHED_TWICE = "the input contained the cached tokens, which were listed besides"
REASONED_TWICE = "the output contained the reasoning, which was listed besides"

_INPUT = ("input", "prompt", "inputTokens", "promptTokens", "input_tokens", "prompt_tokens")
_OUTPUT = ("output", "completion", "outputTokens", "completionTokens", "output_tokens", "completion_tokens")
_TOTAL = ("total", "totalTokens", "total_tokens")
_WHOLES = frozenset((*_INPUT, *_OUTPUT, *_TOTAL))

_READS = frozenset(
    (
        *("cache_read_input_tokens", "input_cached_tokens", "input_cache_read", "input_cached"),
        *("cached_tokens", "cached_content_token_count", "input_cache_read_input_tokens"),
    )
)
_WRITES = frozenset(
    (
        *("cache_creation_input_tokens", "input_cache_creation", "input_cache_write", "cache_write_tokens"),
        *("input_cache_write_tokens", "input_cache_creation_input_tokens", "input_cache_creation_tokens"),
    )
)
_SHORT, _LONG = (
    ("ephemeral_5m", "cache_creation_5m", "cache_write_5m"),
    (*("ephemeral_1h", "cache_creation_1h", "cache_write_1h"),),
)
_REASONED = frozenset(
    ("output_reasoning", "output_reasoning_tokens", "reasoning_tokens", "thoughts_token_count")
)

_SORTS_IN = {"audio": Bucket.AUDIO_IN, "image": Bucket.IMAGE_IN, "video": Bucket.VIDEO_IN}
_SORTS_OUT = {"audio": Bucket.AUDIO_OUT, "image": Bucket.IMAGE_OUT}

_UNITS = {"CHARACTERS": Fee.CHARACTER, "IMAGES": Fee.IMAGE}
_TOKENS = frozenset(("", "TOKENS"))


def read_details(details: Mapping[str, Any]) -> Account | None:
    """The account of counts by their names in Langfuse; None when there are none.

    Raises `Contradiction` for negative counts and the like.
    """
    given, made = _first(details, _INPUT), _first(details, _OUTPUT)
    parts = _Parts()
    for name, value in details.items():
        tokens = count(value)
        # A tier's share is a share of what the other counts hold already.
        if tokens is not None and name not in _WHOLES and "priority" not in name:
            parts.take(name, tokens)
    if given is None and made is None and not parts.sum:
        return None
    account = Account(NAME)
    plain = {
        Bucket.UNCACHED: (given or 0) + parts.others.pop(Bucket.UNCACHED, 0),
        Bucket.TEXT_OUT: (made or 0) + parts.others.pop(Bucket.TEXT_OUT, 0),
    }
    total = _first(details, _TOTAL)
    if total is not None:
        _mend(account, plain, sum(plain.values()) + parts.sum - total, parts)
    if made is None and plain[Bucket.TEXT_OUT] == 0:
        del plain[Bucket.TEXT_OUT]  # an embedding's, or unknown
    if given is None and not (plain[Bucket.UNCACHED] or parts.cached):
        del plain[Bucket.UNCACHED]
    account.buckets.update(plain)
    account.buckets.update(parts.buckets())
    return within_measure(account)


def read_units(usage: Mapping[str, Any]) -> Account | None:
    """The account of the older `usage`, which has a unit: tokens, or characters, images, seconds …"""
    unit = usage.get("unit")
    unit = unit.upper() if isinstance(unit, str) else ""
    if unit in _TOKENS:
        return read_details({name: usage[name] for name in _WHOLES & usage.keys()})
    account = Account(NAME)
    fee = _UNITS.get(unit)
    number = _first(usage, _TOTAL)
    if number is None:
        number = sum(tokens for names in (_INPUT, _OUTPUT) if (tokens := _first(usage, names)))
    if fee is None:
        account.notes.append(f"usage in {unit[:40]} is not counted")
    elif number:
        account.fees[fee] = number
    return account


def state_costs(account: Account, costs: Mapping[str, Any]) -> None:
    """Adds what somebody says that it cost, in US dollars: `total`, or the sum of all that is told."""
    amounts = {
        name: amount
        for name, value in costs.items()
        if (amount := read_money(value)) is not None and 0 <= amount <= MOST_DOLLARS
    }
    total = amounts.pop("total", None)
    if total is None and amounts:
        total = total_of(list(amounts.values()))
    if total is None or (total == 0 and not account.is_zero):
        return  # nothing, for tokens, is how a price that nobody knows is written
    if total == 0 and not account.buckets:
        return
    account.cost, account.input_cost, account.output_cost = (
        total,
        amounts.get("input"),
        amounts.get("output"),
    )


class _Parts:
    """The counts beside `input` and `output`. Each is 0 until somebody tells it, and None to whoever asks."""

    def __init__(self) -> None:
        self.reads: int | None = None
        self.reasoned: int | None = None
        self.others: dict[Bucket, int] = {}
        self._written: int | None = None  # however long it lives
        self._short: int | None = None
        self._long: int | None = None

    def take(self, name: str, tokens: int) -> None:
        """Takes a count by its name. One that comes under two names is one, of free names each is its own."""
        if name in _READS:
            self.reads = max(self.reads or 0, tokens)
        elif name in _WRITES:
            self._written = max(self._written or 0, tokens)
        elif name in _REASONED:
            self.reasoned = max(self.reasoned or 0, tokens)
        elif any(mark in name for mark in _SHORT):
            self._short = (self._short or 0) + tokens
        elif any(mark in name for mark in _LONG):
            self._long = (self._long or 0) + tokens
        else:
            bucket = _bucket_of(name.lower())
            if bucket is not None:
                self.others[bucket] = self.others.get(bucket, 0) + tokens

    @property
    def writes(self) -> int:
        """What was written to the cache, in all."""
        return max(self._written or 0, (self._short or 0) + (self._long or 0))

    @property
    def cached(self) -> int:
        """What was read from the cache or written to it."""
        return (self.reads or 0) + self.writes

    @property
    def sum(self) -> int:
        """All of it."""
        return self.cached + (self.reasoned or 0) + sum(self.others.values())

    def buckets(self) -> dict[Bucket, int]:
        """What somebody told, zeros included."""
        found = dict(self.others)
        if self.reads is not None:
            found[Bucket.CACHE_READ] = self.reads
        if self.reasoned is not None:
            found[Bucket.REASONING] = self.reasoned
        if self._written is not None or self._short is not None:
            found[Bucket.CACHE_WRITE_5M] = self.writes - (self._long or 0)
        if self._long is not None:
            found[Bucket.CACHE_WRITE_1H] = self._long
        return found


def _first(usage: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    for name in names:
        tokens = count(usage.get(name))
        if tokens is not None:
            return tokens
    return None


def _bucket_of(name: str) -> Bucket | None:
    """Of a count that somebody named freely: which side it is of, and which sort."""
    if name.startswith(("input", "prompt")):
        sorts, rest = _SORTS_IN, Bucket.UNCACHED
    elif name.startswith(("output", "completion")):
        sorts, rest = _SORTS_OUT, Bucket.TEXT_OUT
    else:
        return None
    return next((bucket for mark, bucket in sorts.items() if mark in name), rest)


def _mend(account: Account, plain: dict[Bucket, int], beyond: int, parts: _Parts) -> None:
    """Takes off what was counted twice, where the total shows just which."""
    if beyond == 0:
        return
    reads, writes, reasoned = parts.reads or 0, parts.writes, parts.reasoned or 0
    for twice_in, twice_out, notes in (
        (writes, 0, (WRITTEN_TWICE,)),
        (reads, 0, (CACHED_TWICE,)),
        (reads + writes, 0, (CACHED_TWICE,)),
        (0, reasoned, (REASONED_TWICE,)),
        (reads + writes, reasoned, (CACHED_TWICE, REASONED_TWICE)),
    ):
        fits = plain[Bucket.UNCACHED] >= twice_in and plain[Bucket.TEXT_OUT] >= twice_out
        if beyond == twice_in + twice_out and fits:
            plain[Bucket.UNCACHED] -= twice_in
            plain[Bucket.TEXT_OUT] -= twice_out
            account.notes.extend(notes)
            return
    account.notes.append(BEYOND_TOTAL)
