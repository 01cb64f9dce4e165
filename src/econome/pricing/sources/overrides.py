"""The user's own prices: negotiated rates, models of one's own, models too new for the lists.

A file of JSON, `prices.json` in the data folder, read at start:

    [
      {"model": "gpt-4o*", "provider": "openai", "valid_from": "2026-07-01",
       "rates": {"uncached": "2.10", "cache_read": "1.05", "text_out": "8.40"}},
      {"model": "llama-3.1-8b", "rates": {"uncached": "0", "text_out": "0"}}
    ]
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from econome.domain.errors import EconomeError
from econome.domain.money import read_money
from econome.domain.usage import Bucket
from econome.pricing.providers import ALIASES
from econome.pricing.source import Listing, Period, Rate

SOURCE = "overrides"
_DEAREST = 1_000_000  # dollars per million tokens: a dollar a token
_FIELDS = frozenset({"model", "provider", "valid_from", "tier", "rates"})


class BadPrice(EconomeError):
    """A price that the user wrote cannot be read."""


@dataclass(frozen=True, slots=True)
class Override:
    """One entry: what calls to a model cost, whatever the lists say."""

    model: str  # lower case; * stands for any characters
    provider: str  # our name of it; "" for any
    valid_from: date | None
    tier: str  # "" is the standard one
    rates: Mapping[Bucket, Rate]


class Overrides:
    """A `PriceSource` of entries, the later ones first where several are in force."""

    def __init__(self, entries: Iterable[Override], version: str = "") -> None:
        self._entries = tuple(entries)
        self.version = version

    @classmethod
    def read(cls, path: Path) -> Overrides:
        """The entries of a file; none when there is no file.

        Raises `BadPrice` naming the entry and what is wrong with it.
        """
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return cls(())
        try:
            entries = orjson.loads(content)
        except orjson.JSONDecodeError as error:
            raise BadPrice(f"{path} is not JSON: {error}") from error
        if not isinstance(entries, list):
            raise BadPrice(f"{path} must hold a list of prices, [...]")
        read = [_entry(entry, f"{path}, price {number}") for number, entry in enumerate(entries, 1)]
        return cls(read, sha256(content).hexdigest()[:12])

    def find(self, provider: str, model: str) -> Listing | None:
        """See `PriceSource`. Before the first day that the user gave, the lists hold."""
        matching = [
            entry
            for entry in self._entries
            if entry.provider in {"", provider} and fnmatchcase(model, entry.model)
        ]
        if not matching:
            return None
        dated = sorted(matching, key=lambda entry: entry.valid_from or date.min)
        return Listing(
            source=SOURCE,
            source_version=self.version,
            provider=provider,
            model=dated[-1].model,
            periods=tuple(_period(entry) for entry in dated if not entry.tier),
            variants=tuple(_period(entry) for entry in reversed(dated) if entry.tier),
        )


def _period(entry: Override) -> Period:
    return Period(entry.rates, entry.valid_from, tier=entry.tier)


def _entry(entry: Any, where: str) -> Override:
    if not isinstance(entry, dict):
        raise BadPrice(f"{where}: must be an object with {_listed(_FIELDS)}")
    unknown = entry.keys() - _FIELDS
    if unknown:
        raise BadPrice(f"{where}: unknown {_listed(unknown)}; known are {_listed(_FIELDS)}")
    model = entry.get("model")
    if not isinstance(model, str) or not model.strip():
        raise BadPrice(f'{where}: "model" must be the name of a model, such as "gpt-4o" or "gpt-4o*"')
    provider = _text(entry, "provider", where)
    rates = entry.get("rates")
    if not isinstance(rates, dict) or not rates:
        raise BadPrice(
            f'{where}: "rates" must give US dollars per million tokens, such as {{"uncached": "2.50"}}'
        )
    return Override(
        model=model.strip().lower(),
        provider=ALIASES.get(provider, provider),
        valid_from=_day(_text(entry, "valid_from", where), where),
        tier=_text(entry, "tier", where),
        rates={_bucket(name, where): _rate(name, rate, where) for name, rate in rates.items()},
    )


def _text(entry: Mapping[str, Any], name: str, where: str) -> str:
    value = entry.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadPrice(f'{where}: "{name}" must be a text, not {value!r}')
    return value.strip().lower()


def _day(text: str, where: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadPrice(f'{where}: "valid_from" must be a day such as 2026-07-01, not {text!r}') from error


def _bucket(name: str, where: str) -> Bucket:
    try:
        return Bucket(name)
    except ValueError as error:
        raise BadPrice(f"{where}: no bucket is called {name!r}; buckets are {_listed(Bucket)}") from error


def _rate(name: str, value: Any, where: str) -> Rate:
    amount = read_money(value)
    if amount is None or not 0 <= amount <= _DEAREST:
        raise BadPrice(
            f'{where}: the rate of {name} must be dollars per million tokens, such as "2.50", not {value!r}'
        )
    return Rate(amount)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
