"""One price of the user's own: as it is written, and read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from econome.domain.errors import EconomeError
from econome.domain.money import ZERO, read_money, text_of
from econome.domain.usage import Bucket, Fee
from econome.pricing.providers import ALIASES
from econome.pricing.source import Rate

_DEAREST = 1_000_000  # dollars per million tokens: a dollar a token
_FIELDS = frozenset(
    {"model", "provider", "project", "valid_from", "tier", "rates", "fees", "discount", "note"}
)
_LONGEST = 200
_FIRST_DAY, _LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)


class BadPrice(EconomeError):
    """A price that the user wrote cannot be read."""


@dataclass(frozen=True, slots=True)
class Override:
    """One entry: what calls to a model cost, whatever the lists say.

    Either rates and fees, or a discount off the list price.
    """

    model: str  # lower case; * stands for any characters
    provider: str  # our name of it; "" for any
    valid_from: date | None
    tier: str  # "" is the standard one
    rates: Mapping[Bucket, Rate]
    fees: Mapping[Fee, Decimal] = field(default_factory=dict)
    discount: Decimal = ZERO  # 0.15 is 15 % off
    project: str = ""  # pattern of the projects that it is for; "" is all
    note: str = ""
    workspace: UUID | None = None  # None: it stands in the file, and is everybody's
    id: UUID | None = None
    author: str = ""
    created_at: datetime | None = None


def read_override(entry: Any, where: str) -> Override:
    """An entry as the user wrote it, from JSON. Raises `BadPrice`, which begins with `where`."""
    if not isinstance(entry, dict):
        raise BadPrice(f"{where}: must be an object with {_listed(_FIELDS)}")
    unknown = entry.keys() - _FIELDS
    if unknown:
        raise BadPrice(f"{where}: unknown {_listed(map(str, unknown))}; known are {_listed(_FIELDS)}")
    model = entry.get("model")
    if (
        not isinstance(model, str)
        or not model.strip().isprintable()
        or not 0 < len(model.strip()) <= _LONGEST
    ):
        raise BadPrice(f'{where}: "model" must be the name of a model, such as "gpt-4o" or "gpt-4o*"')
    provider = _text(entry, "provider", where).lower()
    rates, fees = _table(entry, "rates", where), _table(entry, "fees", where)
    discount = _discount(entry.get("discount"), where)
    if discount and (rates or fees):
        raise BadPrice(f'{where}: a "discount" is off the list price: leave out "rates" and "fees"')
    if not discount and not rates and not fees:
        raise BadPrice(
            f'{where}: "rates" must give US dollars per million tokens, such as {{"uncached": "2.50"}}, '
            'or "fees" US dollars for one, or "discount" a share of the list price'
        )
    return Override(
        model=model.lower(),
        provider=ALIASES.get(provider, provider),
        valid_from=_day(_text(entry, "valid_from", where), where),
        tier=_text(entry, "tier", where).lower(),
        rates={_bucket(name, where): _rate(name, rate, where) for name, rate in rates.items()},
        fees={_fee(name, where): _amount(name, rate, where) for name, rate in fees.items()},
        discount=discount,
        project=_text(entry, "project", where),
        note=_text(entry, "note", where),
    )


def written(override: Override) -> dict[str, Any]:
    """An entry as the user would write it: what `read_override` reads."""
    return {
        "provider": override.provider,
        "model": override.model,
        "project": override.project,
        "valid_from": override.valid_from.isoformat() if override.valid_from else "",
        "tier": override.tier,
        "rates": {bucket.value: written_rate(rate) for bucket, rate in override.rates.items()},
        "fees": {fee.value: text_of(rate) for fee, rate in override.fees.items()},
        "discount": text_of(override.discount),
        "note": override.note,
    }


def written_rate(rate: Rate) -> str | list[Any]:
    """A rate as a text, or as a list with its steps."""
    if not rate.steps:
        return text_of(rate.base)
    return [text_of(rate.base), *([start, text_of(dearer)] for start, dearer in rate.steps)]


def _table(entry: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
    value = entry.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadPrice(f'{where}: "{name}" must be an object, such as {{"uncached": "2.50"}}, not {value!r}')
    return value


def _text(entry: Mapping[str, Any], name: str, where: str) -> str:
    value = entry.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > _LONGEST or not value.strip().isprintable():
        raise BadPrice(
            f'{where}: "{name}" must be a text of one line and at most {_LONGEST} characters, not {value!r}'
        )
    return value.strip()


def _day(text: str, where: str) -> date | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        day = date.max
    if day is not None and not _FIRST_DAY <= day <= _LAST_DAY:
        span = f"between {_FIRST_DAY} and {_LAST_DAY}"
        raise BadPrice(f'{where}: "valid_from" must be a day such as 2026-07-01, {span}, not {text!r}')
    return day


def _bucket(name: str, where: str) -> Bucket:
    try:
        return Bucket(name)
    except ValueError as error:
        raise BadPrice(f"{where}: no bucket is called {name!r}; buckets are {_listed(Bucket)}") from error


def _fee(name: str, where: str) -> Fee:
    try:
        return Fee(name)
    except ValueError as error:
        raise BadPrice(f"{where}: no fee is called {name!r}; fees are {_listed(Fee)}") from error


def _rate(name: str, value: Any, where: str) -> Rate:
    if not isinstance(value, list):
        return Rate(_amount(name, value, where))
    base, *steps = value or [None]
    read: list[tuple[int, Decimal]] = []
    for step in steps:
        if (
            not isinstance(step, list)
            or len(step) != 2
            or not isinstance(step[0], int)
            or isinstance(step[0], bool)
            or step[0] <= (read[-1][0] if read else 0)
        ):
            raise BadPrice(
                f"{where}: the steps of {name} must rise, each [more input tokens than, rate], not {step!r}"
            )
        read.append((step[0], _amount(name, step[1], where)))
    return Rate(_amount(name, base, where), tuple(read))


def _amount(name: str, value: Any, where: str) -> Decimal:
    amount = read_money(value)
    if amount is None or not 0 <= amount <= _DEAREST:
        raise BadPrice(
            f'{where}: the rate of {name} must be US dollars, such as "2.50", not {value!r}: '
            "per million tokens for a bucket, for one of a fee"
        )
    if not amount and re.search("[1-9]", re.split("[eE]", str(value))[0]):
        raise BadPrice(f"{where}: the rate of {name}, {value}, is less than can be kept: it would be nothing")
    return amount


def _discount(value: Any, where: str) -> Decimal:
    if value is None or value == "":
        return ZERO
    share = read_money(value)
    if share is None or not 0 <= share <= 1:
        raise BadPrice(f'{where}: "discount" must be a share between 0 and 1, such as "0.15", not {value!r}')
    return share


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
