"""The literals of a filter: as what each kind of field takes them, and their type in the store."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Final
from uuid import UUID

from econome.analytics.filter_fields import FieldKind
from econome.analytics.filter_syntax import BadFilter, Comparison

_FIRST = datetime(1925, 1, 1, tzinfo=UTC)  # what DateTime64(6) holds, with room for windows of days
_LAST = datetime(2262, 1, 1, tzinfo=UTC)
_SPANS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def wrong(asked: Comparison, why: str) -> BadFilter:
    """The error that says where in the text it went wrong."""
    if asked.at < 0:
        return BadFilter(f"The filter is wrong: {why}")
    return BadFilter.at_place(asked.at, -1, why)


def literal(asked: Comparison, value: object, kind: FieldKind) -> tuple[object, str]:
    """A value as a field of this kind has it, and its type in the store."""
    if isinstance(value, tuple):
        raise wrong(asked, f"a list goes with in({asked.field}, […])")
    try:
        return _READERS[kind](value)
    except (ValueError, TypeError, OverflowError, InvalidOperation) as error:
        raise wrong(
            asked, f"{asked.field} is compared with {_WANTED[kind]}, not with {_shown(value)}"
        ) from error


def _text(value: object) -> tuple[object, str]:
    return text_of(value), "String"


def _id(value: object) -> tuple[object, str]:
    return UUID(str(value)), "UUID"


def _time(value: object) -> tuple[object, str]:
    if isinstance(value, bool):
        raise TypeError
    if isinstance(value, int | float):
        moment = datetime.fromtimestamp(value / 1000, UTC)
    else:
        moment = datetime.fromisoformat(str(value).strip())
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return min(max(moment, _FIRST), _LAST), "DateTime64(6)"


def _seconds(value: object) -> tuple[object, str]:
    if isinstance(value, str):
        text = value.strip()
        unit = next(
            (unit for unit in _SPANS if text.endswith(unit) and text[: -len(unit)][-1:].isdigit()), ""
        )
        return _finite(float(text.removesuffix(unit)) * _SPANS.get(unit, 1.0)), "Float64"
    return _number(value)


def _number(value: object) -> tuple[object, str]:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError
    if isinstance(value, int) and abs(value) < 1 << 62:
        return value, "Int64"
    return _finite(float(value)), "Float64"


def _finite(number: float) -> float:
    if not math.isfinite(number):
        raise ValueError
    return number


def _decimal(value: object) -> tuple[object, str]:
    if isinstance(value, bool):
        raise TypeError
    amount = Decimal(str(value))
    if not amount.is_finite() or abs(amount) >= Decimal(10) ** 19:
        raise ValueError
    return amount.quantize(Decimal(1).scaleb(-18)), "Decimal(38, 18)"


def _boolean(value: object) -> tuple[object, str]:
    truth = {"true": True, "1": True, "false": False, "0": False}.get(text_of(value).lower())
    if truth is None:
        raise ValueError
    return truth, "Bool"


_READERS: Final[dict[FieldKind, Callable[[object], tuple[object, str]]]] = {
    FieldKind.TEXT: _text,
    FieldKind.ID: _id,
    FieldKind.TIME: _time,
    FieldKind.SECONDS: _seconds,
    FieldKind.NUMBER: _number,
    FieldKind.ROLLED_NUMBER: _number,
    FieldKind.MONEY: _decimal,
    FieldKind.ROLLED_MONEY: _decimal,
    FieldKind.BOOLEAN: _boolean,
}
_WANTED: Final = {
    FieldKind.TEXT: "a text",
    FieldKind.ID: "a UUID",
    FieldKind.TIME: 'a time such as "2026-03-18T12:00:00Z"',
    FieldKind.SECONDS: 'seconds (5, 0.3) or "5s", "300ms", "2m", "1h"',
    FieldKind.NUMBER: "a number",
    FieldKind.ROLLED_NUMBER: "a number",
    FieldKind.MONEY: "an amount in US dollars",
    FieldKind.ROLLED_MONEY: "an amount in US dollars",
    FieldKind.BOOLEAN: "true or false",
}


def text_of(value: object) -> str:
    """A value as the columns hold it that hold everything as text: texts bare, the rest as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _shown(value: object) -> str:
    return text_of(value)[:60] if not isinstance(value, str) else json.dumps(value, ensure_ascii=False)[:60]


def plain_text(asked: Comparison) -> str:
    """The one text that a search looks for."""
    if asked.value is None or isinstance(asked.value, tuple):
        raise wrong(asked, f"{asked.op} looks for one text")
    return text_of(asked.value)
