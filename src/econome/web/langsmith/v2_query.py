"""What LangSmith's second API asks with: bodies and query strings in which nothing unknown is ignored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from starlette.requests import Request

from econome.analytics.filter_syntax import Expression, OfAny, OfRoot, parse
from econome.analytics.filters import compile_expression
from econome.domain.scope import EVERYTHING, Scope
from econome.web.auth import Caller
from econome.web.context import Econome
from econome.web.errors import Invalid, NotFound
from econome.web.langsmith.asked import ids, texts, visible
from econome.web.langsmith.query import FOR_EVER, SINCE_EVER, all_of
from econome.wire.times import instant

SPAN: Final = timedelta(days=1)
"""What is looked at when nobody says since when."""

_ELSEWHERE: Final = {
    "ai_search": "filters are not written from plain language here",
    "sem_filter": "runs are not searched by meaning here",
    "thread_filter": "threads cannot be filtered by their sums here; trace_filter and tree_filter can",
    "min_feedback_modified_at": "feedback cannot be narrowed by time here",
    "max_feedback_modified_at": "feedback cannot be narrowed by time here",
}
"""What LangSmith's own server knows, and why it cannot be asked here."""


def known(said: Iterable[str], allowed: Sequence[str]) -> None:
    """Refuses what is not among the allowed names, by name. Raises `Invalid`."""
    for name in said:
        if name in _ELSEWHERE:
            raise Invalid(f'"{name}": {_ELSEWHERE[name]}')
        if name not in allowed:
            raise Invalid(f'"{name[:60]}" is no field here. Allowed: {", ".join(allowed)}')


def given(said: Mapping[str, Any], allowed: Sequence[str]) -> dict[str, Any]:
    """What of a body was given: null is not. Raises `Invalid` for what is not allowed."""
    known(said, allowed)
    return {name: value for name, value in said.items() if value is not None}


def asked(request: Request, allowed: Sequence[str], lists: Sequence[str] = ()) -> dict[str, Any]:
    """The query string, as a body would say it; `lists` are those that may be repeated."""
    known(request.query_params, allowed)
    return {
        name: request.query_params.getlist(name) if name in lists else request.query_params[name]
        for name in request.query_params
        if request.query_params[name] != ""
    }


def chosen(said: Mapping[str, Any], options: Sequence[str], name: str = "selects") -> frozenset[str]:
    """The fields that are selected, in upper case; none given is none. Raises `Invalid`."""
    found = frozenset(text.upper() for one in texts(said.get(name)) for text in one.split(","))
    for one in sorted(found):
        if one not in options:
            raise Invalid(f'"{name}": {one[:60]!r} is no field. Known are {", ".join(options)}')
    return found


def page_size(said: Mapping[str, Any], default: int, most: int) -> int:
    """How many on a page. Raises `Invalid` for what is not from 1 to `most`."""
    size = said.get("page_size", default)
    text = str(size)
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    if not 1 <= number <= most or isinstance(size, bool):
        raise Invalid(f'"page_size" must be a whole number from 1 to {most}, not {text[:60]!r}')
    return number


def project_in(here: Econome, caller: Caller, said: Mapping[str, Any], name: str = "project_id") -> UUID:
    """The project that is asked about. Raises `Invalid` when none is named, `NotFound`."""
    wanted = next(iter(ids(said.get(name), name)), None)
    if wanted is None:
        raise Invalid(f'"{name}" must say in which project: its UUID')
    return visible_project(here, caller, wanted)


def visible_project(here: Econome, caller: Caller, wanted: UUID) -> UUID:
    """That project, if the caller may see it. Raises `NotFound`."""
    project = here.projects.get(caller.workspace, wanted)
    if project is None or not caller.may_see(project.name):
        raise NotFound(f"There is no project {wanted}")
    return wanted


def scope_of(
    here: Econome,
    caller: Caller,
    said: Mapping[str, Any],
    projects: Sequence[UUID],
    conditions: Sequence[Expression],
    *,
    since: datetime | None = None,
) -> Scope:
    """The runs of a question; `since` is where it starts when nobody says: a day ago."""
    start = moment(said, "min_start_time", since or datetime.now(UTC) - SPAN)
    return Scope(
        caller.workspace,
        start,
        moment(said, "max_start_time", FOR_EVER),
        visible(here, caller, projects),
        filter=compile_expression(all_of(conditions)) if conditions else EVERYTHING,
        slack=here.writer.slack,
    )


def filters(said: Mapping[str, Any], name: str = "filter") -> list[Expression]:
    """The filter under that name, on each run itself."""
    text = said.get(name, "")
    if not isinstance(text, str):
        raise Invalid(f'"{name}" must be a text')
    return [parse(text)] if text.strip() else []


def of_trace(said: Mapping[str, Any]) -> list[Expression]:
    """The filters on the root and on any run of the trace."""
    roots: list[Expression] = [OfRoot(one) for one in filters(said, "trace_filter")]
    return [*roots, *(OfAny(one) for one in filters(said, "tree_filter"))]


def moment(said: Mapping[str, Any], name: str, default: datetime) -> datetime:
    """A time that was given. Raises `Invalid`."""
    value = said.get(name)
    if value is None:
        return default
    found = instant(value.replace(" ", "+") if isinstance(value, str) and "T" in value else value)
    if found is None:
        raise Invalid(f'"{name}" must be a time such as "2026-03-18T12:00:00Z", not {str(value)[:60]!r}')
    return min(max(found, SINCE_EVER), FOR_EVER)
