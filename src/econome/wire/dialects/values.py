"""Attributes as texts, numbers, instants and JSON, whatever a library put there. Nothing raises."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from econome.wire.times import instant

Attributes = Mapping[str, Any]

_MOST_TO_EVALUATE = 100_000
_MOST = 2**63


def text(attributes: Attributes, *names: str) -> str:
    """The first of these that is a text, or a number as one; "" when none is."""
    for name in names:
        value = attributes.get(name)
        if value is None or value == "":
            continue
        if isinstance(value, str):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
    return ""


def number(attributes: Attributes, *names: str) -> float | None:
    """The first of these that is a number."""
    for name in names:
        value = attributes.get(name)
        if value is None:
            continue
        if isinstance(value, str):
            value = _parsed_number(value)
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return float(value)
    return None


def whole(attributes: Attributes, *names: str) -> int | None:
    """The first of these that is a whole number above zero: what a cap or a limit may be."""
    found = number(attributes, *names)
    return int(found) if found is not None and 0 < found < _MOST else None


def flag(attributes: Attributes, *names: str) -> bool | None:
    """The first of these that says yes or no."""
    for name in names:
        value = attributes.get(name)
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
    return None


def json_of(value: object) -> Any:
    """What a text of JSON says; the value itself where it is no text, or no JSON."""
    if isinstance(value, str):
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return value


def json_at(attributes: Attributes, *names: str) -> Any:
    """What the first of these that is there says, parsed; None when none is there."""
    for name in names:
        value = attributes.get(name)
        if value is not None:
            return json_of(value)
    return None


def object_at(attributes: Attributes, *names: str) -> dict[str, Any]:
    """The first of these that is an object, or the JSON (or Python's spelling) of one; else an empty one."""
    for name in names:
        value = attributes.get(name)
        parsed = json_of(value)
        if isinstance(parsed, str) and parsed.startswith("{"):
            parsed = python_literal(parsed)
        if isinstance(parsed, dict):
            return parsed
    return {}


def python_literal(value: str) -> Any:
    """What Python's own spelling of a value says (`{'a': None}`): some libraries send it for JSON.

    What JSON has no form for (a set, bytes, a tuple as a key) becomes what comes nearest.
    """
    if len(value) > _MOST_TO_EVALUATE:
        return value
    try:
        return _as_json(ast.literal_eval(value))
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return value


def _as_json(value: object) -> Any:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case dict():
            return {
                name if isinstance(name, str) else str(name): _as_json(one) for name, one in value.items()
            }
        case list() | tuple():
            return [_as_json(one) for one in value]
        case set():
            return sorted((_as_json(one) for one in value), key=str)
        case bytes():
            return value.decode("utf-8", "replace")
        case _:
            return str(value)


def moment(attributes: Attributes, *names: str) -> datetime | None:
    """The first of these that is an instant; ISO 8601, quoted or not, or seconds."""
    for name in names:
        found = instant(json_of(attributes.get(name)))
        if found is not None:
            return found
    return None


def texts(value: object) -> list[str]:
    """A list of texts: as it is, as JSON, or separated by commas."""
    parsed = json_of(value)
    if isinstance(parsed, str):
        return [part.strip() for part in parsed.split(",") if part.strip()]
    return [one for one in parsed if isinstance(one, str)] if isinstance(parsed, list) else []


def under(attributes: Attributes, prefix: str) -> dict[str, Any]:
    """The attributes whose names begin with this, without it."""
    return {name[len(prefix) :]: value for name, value in attributes.items() if name.startswith(prefix)}


def numbered(attributes: Attributes, prefix: str) -> list[dict[str, Any]]:
    """Attributes `prefix.N.rest`, by N in order, gaps closed.

    Of `x.0.a` and `x.0.b.c` it is `[{"a": …, "b.c": …}]`.
    """
    found: dict[int, dict[str, Any]] = {}
    start = len(prefix) + 1
    for name, value in attributes.items():
        if not name.startswith(prefix):
            continue
        index, _, rest = name[start:].partition(".")
        if index.isdecimal() and name[len(prefix) : start] == "." and len(index) < 7:
            found.setdefault(int(index), {})[rest] = value
    return [found[index] for index in sorted(found)]


def _parsed_number(value: str) -> object:
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
