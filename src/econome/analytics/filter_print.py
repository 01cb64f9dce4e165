"""The short notation of a filter, written: what has none stays in the long one."""

from __future__ import annotations

import json
import re
from typing import Final

from econome.analytics.filter_line import NUMBER, SHORT, is_long, read_line
from econome.analytics.filter_syntax import And, BadFilter, Comparison, Expression, Not, Scalar, print_filter

_SIGNS: Final = {
    "eq": ":",
    "has": ":",
    "in": ":",
    "gt": ">",
    "gte": ">=",
    "lt": "<",
    "lte": "<=",
    "search": "~",
}
_NICKNAMES: Final = {field: short for short, field in SHORT.items()}


def print_line(expression: Expression) -> str:
    """A line whose tree this is."""
    return " ".join(print_term(term) for term in terms_of(expression))


def terms_of(expression: Expression) -> tuple[Expression, ...]:
    """The conditions of which all have to hold, as a line has them one beside the other."""
    if isinstance(expression, And) and len(expression.operands) > 1 and _short(expression) is None:
        return expression.operands
    return (expression,)


def print_term(expression: Expression) -> str:
    """One condition, in the short notation where there is one that reads back as the same."""
    return _short(expression) or print_filter(expression)


def _short(expression: Expression) -> str | None:
    """The short notation of a term, if there is one that reads back as the same."""
    for text in _tries(expression):
        try:
            if read_line(text) == expression and not is_long(text):
                return text
        except BadFilter:
            continue
    return None


def _tries(expression: Expression) -> list[str]:
    match expression:
        case Not(Comparison() | And() as operand):
            return [f"-{text}" for text in _tries(operand)]
        case And((Comparison("eq", "metadata_key" | "feedback_key", str() as key), Comparison() as said)):
            family = "metadata" if said.field.startswith("metadata") else "feedback"
            sign = _SIGNS.get(said.op)
            return [] if sign is None else [f"{name}{sign}{_list(said)}" for name in _keyed(family, key)]
        case Comparison("search", "", str() as text):
            return [_quote(text)]
        case Comparison("neq" | "eq" as op, field, None):
            minus = "-" if op == "eq" else ""
            return [f"{minus}{_NICKNAMES.get(field, field)}:*"]
        case Comparison("neq", field, value):
            return [f"-{text}" for text in _tries(Comparison("eq", field, value))]
        case Comparison("has", "metadata", str() as text):
            return _of_object(text)
        case Comparison("exists", "metadata", str() as key):
            return [f"{name}:*" for name in _keyed("metadata", key)]
        case Comparison("eq", "feedback_key", str() as key):
            return [f"{name}:*" for name in _keyed("feedback", key)]
        case Comparison(op, field, _) if op in _SIGNS:
            name = _NICKNAMES.get(field, field)
            signs = [":", _SIGNS[op]] if op == "search" else [_SIGNS[op], "="]
            return [f"{name}{sign}{_list(expression)}" for sign in signs]
        case _:
            return []


def _of_object(text: str) -> list[str]:
    try:
        pairs = json.loads(text)
    except ValueError:
        return []
    if not isinstance(pairs, dict) or len(pairs) != 1:
        return []
    key, value = next(iter(pairs.items()))
    return [f"{name}:{_bare(value)}" for name in _keyed("metadata", key)] if isinstance(value, str) else []


def _keyed(family: str, key: str) -> list[str]:
    return [f"{family}.{key}", f"{family}.{_quote(key)}"]


def _list(said: Comparison) -> str:
    values = said.value if isinstance(said.value, tuple) else (said.value,)
    return ",".join(map(_bare, values))


def _bare(value: Scalar) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    is_plain = re.fullmatch(r"[^\s,\"']+", value) and value != "*" and not NUMBER.fullmatch(value)
    return value if is_plain else _quote(value)


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
