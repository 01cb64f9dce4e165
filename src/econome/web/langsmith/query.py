"""The body of /runs/query and /runs/stats, as a scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from econome.analytics.filter_syntax import And, Comparison, Expression, Not, OfAny, OfRoot, parse
from econome.analytics.filters import compile_expression
from econome.domain.scope import EVERYTHING, Scope
from econome.web.auth import Caller
from econome.web.context import Econome
from econome.web.errors import Invalid
from econome.web.langsmith.asked import ids, texts, truth, visible
from econome.wire.times import instant

SINCE_EVER: Final = datetime(1925, 1, 1, tzinfo=UTC)  # what the store's times hold, with room for windows
FOR_EVER: Final = datetime(2262, 1, 1, tzinfo=UTC)

_IDS: Final = {
    "trace": "trace_id",
    "trace_id": "trace_id",
    "parent_run": "parent_run_id",
    "reference_example": "reference_example_id",
}
"""The parameters that are ids, and the fields of the filter language that they stand for."""


def scope_of(here: Econome, caller: Caller, said: Mapping[str, Any]) -> Scope:
    """The runs that a query is about, within what the caller may see.

    With `id` all else is ignored, as LangSmith does it. What is not given narrows nothing.
    """
    wanted = ids(said.get("id"), "id")
    if wanted:
        everywhere = Scope(caller.workspace, SINCE_EVER, FOR_EVER, visible(here, caller))
        return _narrowed(everywhere, [_in("id", wanted)])
    projects = [*ids(said.get("session"), "session"), *ids(said.get("session_id"), "session_id")]
    scope = Scope(
        caller.workspace,
        _moment(said, "start_time", SINCE_EVER),
        _moment(said, "end_time", FOR_EVER),
        visible(here, caller, projects),
        slack=here.writer.slack,
    )
    return _narrowed(scope, _conditions(said))


def narrowed(scope: Scope, said: Mapping[str, Any], more: Expression) -> Scope:
    """The scope of the same query, narrowed by one more condition."""
    wanted = ids(said.get("id"), "id")
    return _narrowed(scope, [_in("id", wanted), more] if wanted else [*_conditions(said), more])


def _narrowed(scope: Scope, conditions: list[Expression]) -> Scope:
    return replace(scope, filter=compile_expression(all_of(conditions)) if conditions else EVERYTHING)


def all_of(conditions: Sequence[Expression]) -> Expression:
    """All of them. Each stands in an and(…) of its own, for pairs of metadata must not meet another's."""
    return And(tuple(And((condition,)) for condition in conditions))


def _conditions(said: Mapping[str, Any]) -> list[Expression]:
    found = [_in(field, wanted) for name, field in _IDS.items() if (wanted := ids(said.get(name), name))]
    if kinds := texts(said.get("run_type")):
        found.append(_in("run_type", kinds))
    if (is_root := truth(said.get("is_root"), "is_root")) is not None:
        found.append(Comparison("eq", "is_root", is_root))
    if (order := said.get("execution_order")) is not None:
        found.append(Comparison("eq", "execution_order", order))
    return [*found, *_failed(said), *_filters(said)]


def _failed(said: Mapping[str, Any]) -> list[Expression]:
    failed = truth(said.get("error"), "error")
    error = Comparison("eq", "status", "error")
    return [] if failed is None else [error if failed else Not(error)]


def _filters(said: Mapping[str, Any]) -> list[Expression]:
    found: list[Expression] = []
    if query := _text(said, "query"):
        found.append(Comparison("search", "", query))
    if text := _text(said, "filter"):
        found.append(parse(text))
    if text := _text(said, "trace_filter"):
        found.append(OfRoot(parse(text)))
    if text := _text(said, "tree_filter"):
        found.append(OfAny(parse(text)))
    return found


def _in(field: str, wanted: list[Any]) -> Comparison:
    return Comparison("in", field, tuple(str(one) for one in wanted))


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Invalid(f'"{name}" must be a text')
    return value.strip()


def _moment(said: Mapping[str, Any], name: str, default: datetime) -> datetime:
    value = said.get(name)
    if value is None:
        return default
    moment = instant(value)
    if moment is None:
        raise Invalid(f'"{name}" must be a time such as "2026-03-18T12:00:00Z", not {str(value)[:60]!r}')
    return min(max(moment, SINCE_EVER), FOR_EVER)


def time_given(said: Mapping[str, Any], name: str) -> datetime | None:
    """The moment that a body gives. Raises `Invalid` for none, and for one that the store cannot keep."""
    value = said.get(name)
    moment = None if value is None else instant(value)
    if value is not None and (moment is None or not SINCE_EVER <= moment <= FOR_EVER):
        raise Invalid(f'"{name}" must be a time such as "2026-03-18T12:00:00Z", not {str(value)[:60]!r}')
    return moment
