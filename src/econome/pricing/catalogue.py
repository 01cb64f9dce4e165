"""A table of list prices, compact enough to be read in milliseconds.

Plain JSON values, so that a source can keep the table in a file. `parse` turns a model's
entry into a `Listing` when it is first asked for; most never are.

    {"source": "genai-prices", "version": "0.2.3", "providers": {"openai": {
        "fallbacks": ["other provider whose models it sells at their price"],
        "models": [{"id": "gpt-4o", "match": CLAUSE, "periods": [PERIOD], "variants": [VARIANT]}]}}}

CLAUSE   ["=", text] equal, ["^", text] starts, ["$", text] ends, ["*", text] contains,
         ["~", pattern] a regular expression, ["|", CLAUSE…] any, ["&", CLAUSE…] all
PERIOD   {"from": "2026-10-12" or null, "hours": ["00:30", "16:30"] or null, "rates": RATES, "fees": FEES}
VARIANT  {"tier": "batch", "from": as above, "rates": RATES, "fees": FEES}
RATES    {"uncached": ["2.5", [200000, "5"], …]}: dollars per million, then steps
FEES     {"web_search": "0.01"}: dollars for one; may be left out
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, time
from decimal import Decimal
from functools import lru_cache
from typing import Any

from econome.domain.usage import Bucket, Fee
from econome.pricing.source import Listing, Period, Rate

_COMPACT_DAY = re.compile(r"-(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)")


class Catalogue:
    """A `PriceSource` over such a table."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._source = str(table["source"])
        self._version = str(table["version"])
        self._providers: Mapping[str, Any] = table["providers"]

    def find(self, provider: str, model: str) -> Listing | None:
        """The first entry of the provider that matches the model, in the table's order.

        A day written together (-20251211) is tried apart too (-2025-12-11), as LiteLLM and
        OpenRouter write it. A model that a provider only resells has that provider's name,
        and no variants: nothing says that the reseller has the same tiers.
        """
        seller = self._providers.get(provider)
        if seller is None:
            return None
        spellings = dict.fromkeys((model, _COMPACT_DAY.sub(r"-\1-\2-\3", model)))
        for spelling in spellings:
            entry = _match(seller, spelling)
            if entry is not None:
                return self._listing(provider, entry, parse_variants(entry))
            for other in seller["fallbacks"]:
                entry = _match(self._providers.get(other), spelling)
                if entry is not None:
                    return self._listing(provider, entry, ())
        return None

    def search(self, provider: str, text: str) -> Iterator[Listing]:
        """See `PriceSource`."""
        for seller, listed in self._providers.items():
            if provider in ("", seller):
                for entry in listed["models"]:
                    if text in entry["id"].lower():
                        yield self._listing(seller, entry, parse_variants(entry))

    def _listing(self, provider: str, entry: Mapping[str, Any], variants: tuple[Period, ...]) -> Listing:
        return Listing(
            source=self._source,
            source_version=self._version,
            provider=provider,
            model=entry["id"],
            periods=parse_periods(entry),
            variants=variants,
        )


def parse_periods(entry: Mapping[str, Any]) -> tuple[Period, ...]:
    """The standard prices of an entry."""
    return tuple(
        Period(
            rates=_rates(period["rates"]),
            valid_from=_day(period["from"]),
            hours=(time.fromisoformat(hours[0]), time.fromisoformat(hours[1]))
            if (hours := period["hours"])
            else None,
            fees=_fees(period),
        )
        for period in entry["periods"]
    )


def parse_variants(entry: Mapping[str, Any]) -> tuple[Period, ...]:
    """The prices of an entry at other tiers."""
    return tuple(
        Period(
            tier=variant["tier"],
            rates=_rates(variant["rates"]),
            valid_from=_day(variant["from"]),
            fees=_fees(variant),
        )
        for variant in entry["variants"]
    )


def _rates(rates: Mapping[str, Any]) -> dict[Bucket, Rate]:
    return {
        Bucket(bucket): Rate(Decimal(base), tuple((start, Decimal(dearer)) for start, dearer in steps))
        for bucket, (base, *steps) in rates.items()
    }


def _fees(period: Mapping[str, Any]) -> dict[Fee, Decimal]:
    return {Fee(name): Decimal(rate) for name, rate in period.get("fees", {}).items()}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _match(seller: Mapping[str, Any] | None, model: str) -> Mapping[str, Any] | None:
    if seller is None:
        return None
    entry: Mapping[str, Any]
    for entry in seller["models"]:
        if _holds(entry["match"], model):
            return entry
    return None


def _holds(clause: list[Any], model: str) -> bool:
    how, *what = clause
    match how:
        case "|":
            return any(_holds(part, model) for part in what)
        case "&":
            return all(_holds(part, model) for part in what)
        case "=":
            return bool(what[0] == model)
        case "^":
            return model.startswith(what[0])
        case "$":
            return model.endswith(what[0])
        case "*":
            return what[0] in model
        case "~":
            return _pattern(what[0]).search(model) is not None
    return False


@lru_cache(maxsize=512)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)
