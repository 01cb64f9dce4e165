"""What does a filter mean, in either of its notations?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, TypedDict

from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.dimension import OF_METADATA, By, Dimension, by_of
from econome.analytics.filter_fields import FIELDS, FieldKind
from econome.analytics.filter_line import SHORT, read_filter
from econome.analytics.filter_print import print_line, print_term, terms_of
from econome.analytics.filter_syntax import And, BadFilter, Comparison, Expression, Not, print_filter
from econome.analytics.filters import compile_expression
from econome.web.api import shapes
from econome.web.api.told import Parameter, asks
from econome.web.auth import Role, require


class Term(TypedDict):
    """One of the conditions of which all have to hold."""

    filter: Annotated[str, Meta(description="in LangSmith's language")]
    line: Annotated[str, Meta(description="in the short notation")]
    by: Annotated[str | None, Meta(description="the dimension whose values it names, if that is all it does")]
    values: Annotated[list[str], Meta(description="these values of the dimension")]
    excludes: Annotated[bool, Meta(description="the values are those that are not wanted")]


class Fault(TypedDict):
    """What is wrong with a filter, and where."""

    message: str
    at: Annotated[int, Meta(description="of the first character that is wrong; -1: nobody knows")]
    end: Annotated[int, Meta(description="behind the last one; -1: nobody knows")]


class Reading(TypedDict):
    """A filter in both notations, condition by condition."""

    filter: Annotated[str, Meta(description="in LangSmith's language, as it is kept")]
    line: Annotated[str, Meta(description="in the short notation, as it is typed")]
    terms: list[Term]
    fault: Fault | None


@dataclass(frozen=True, slots=True)
class Offered:
    """A field, under the name by which people call it."""

    name: str
    field: str
    signs: tuple[str, ...]


@asks(
    Reading,
    Parameter("text", "In LangSmith's language, or in the short notation."),
    example="text=status:error+cost>0.01",
)
async def read(request: Request) -> Response:
    """GET /econome/v1/filter: what a filter means. One that is wrong is answered too, with its fault."""
    require(request, Role.READ)
    text = request.query_params.get("text", "").strip()
    told: Reading = {"filter": "", "line": "", "terms": [], "fault": None}
    if text:
        try:
            tree = read_filter(text)
            compile_expression(tree)
        except BadFilter as error:
            told["fault"] = {"message": str(error), "at": error.at, "end": error.end}
        else:
            told["filter"], told["line"] = print_filter(tree), print_line(tree)
            told["terms"] = [_term(term) for term in terms_of(tree)]
    return shapes.answer(told)


def _term(term: Expression) -> Term:
    excludes = isinstance(term, Not)
    inner = term.operand if isinstance(term, Not) else term
    by, values = _choice(inner)
    if isinstance(inner, Comparison) and inner.op == "neq":
        excludes = not excludes
    return {
        "filter": print_filter(term),
        "line": print_term(term),
        "by": by,
        "values": values,
        "excludes": excludes,
    }


def _choice(term: Expression) -> tuple[str | None, list[str]]:
    """The dimension and the values that a facet would have chosen with this condition."""
    match term:
        case Comparison("has", "metadata"):
            key, _, value = print_term(term).removeprefix(OF_METADATA).partition(":")
            is_short = print_term(term).startswith(OF_METADATA) and '"' not in key + value
            return (f"{OF_METADATA}{key}", [value]) if is_short else (None, [])
        case And((Comparison("eq", "metadata_key", str() as key), Comparison("in", "metadata_value", value))):
            return f"{OF_METADATA}{key}", _texts(value)
        case Comparison("eq" | "neq" | "in" | "has", field, value):
            by = dimension_of(field)
            texts = _texts(value)
            return (by.value, texts) if by is not None and texts else (None, [])
        case _:
            return None, []


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, tuple) else (value,)
    return [one for one in values if isinstance(one, str)] if all(isinstance(v, str) for v in values) else []


_DIMENSIONS: Final = {
    "run_type": Dimension.KIND,
    "tags": Dimension.TAG,
    "thread_id": Dimension.SESSION,
    "session_id": Dimension.PROJECT,
}


def dimension_of(field: str) -> By | None:
    """The dimension that holds the values of a field, if there is one."""
    name = SHORT.get(field, field)
    if name in _DIMENSIONS:
        return _DIMENSIONS[name]
    return by_of(name) if name in FIELDS or name.startswith(OF_METADATA) else None


def fields_like(part: str) -> list[Offered]:
    """The fields with `part` in their name: those that begin with it first, usual ones before others."""
    part = part.casefold()
    fitting = [one for one in OFFERED if part in one.name]
    return sorted(fitting, key=lambda one: not one.name.startswith(part))


_USUAL = (
    "model", "status", "cost", "latency", "tokens", "name", "kind", "project", "user", "session", "tag",
    "environment", "error", "inputs", "outputs", "input", "output", "first_token", "provider", "usage_source",
    "priced", "counted", "is_root", "started",
)  # fmt: skip
_TWINS = frozenset({*SHORT.values(), *_DIMENSIONS, "prompt_tokens", "completion_tokens"})
"""LangSmith's names, for what has a shorter one."""
_ORDERED = (":", ">", ">=", "<", "<=", "!=")
_SIGNS = {
    FieldKind.TEXT: (":", "!=", "~"),
    FieldKind.TAG: (":", "!=", "~"),
    FieldKind.PAYLOAD: (":",),
    FieldKind.METADATA: (":",),
    FieldKind.BOOLEAN: (":",),
    FieldKind.ID: (":", "!="),
    FieldKind.PROJECT: (":", "!="),
}


def _offered(name: str) -> Offered:
    field = SHORT.get(name, name)
    return Offered(name, field, _SIGNS.get(FIELDS[field].kind, _ORDERED))


OFFERED: Final = [
    *map(_offered, _USUAL),
    *(
        _offered(name)
        for name, field in FIELDS.items()
        if name not in _USUAL and name not in _TWINS and not field.pair
    ),
]

ROUTES = [Route("/econome/v1/filter", read, methods=["GET"])]
