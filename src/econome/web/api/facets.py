"""What is there to choose from?"""

from __future__ import annotations

from typing import Annotated, TypedDict

from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.dimension import By, Dimension, dimension
from econome.analytics.facets import Value, facet
from econome.analytics.facets import facets as facets_of
from econome.domain.scope import Scope
from econome.ingest.projects import Projects
from econome.store.client import Store, TooHeavy
from econome.web.api import shapes
from econome.web.api.filters import dimension_of, fields_like
from econome.web.api.labels import label
from econome.web.api.scope import scope_of, whole
from econome.web.api.told import Parameter, asks
from econome.web.auth import Role, require
from econome.web.context import context

MOST = 200
MOST_PROJECTS = 10_000
"""Projects are searched by their names, which the store's runs do not have: all are read."""


class FacetValue(TypedDict):
    """One value of a dimension."""

    value: str
    label: Annotated[str, Meta(description="what it is called: a project by its name")]
    runs: int


class Facet(TypedDict):
    """A dimension and what runs have there, most frequent first."""

    name: str
    values: list[FacetValue]
    others: Annotated[int | None, Meta(description="how many more values there are; null: nobody counted")]


class Facets(TypedDict):
    """What there is to choose from."""

    facets: list[Facet]


class FieldChoice(TypedDict):
    """Something that a filter can speak of."""

    name: str
    field: Annotated[str, Meta(description="its name in LangSmith's language")]
    signs: Annotated[list[str], Meta(description="what may stand behind it")]


class Completions(TypedDict):
    """What could stand where somebody is typing a filter."""

    fields: list[FieldChoice]
    values: list[FacetValue]
    whole: Annotated[bool, Meta(description="false: the values did not come within a moment")]


@asks(
    Facets,
    Parameter("by", "Only this dimension, or metadata.KEY. Default: all dimensions."),
    Parameter("q", "Only values with this in them, in capitals or not. It goes with `by`."),
    Parameter("limit", f"How many values of each, up to {MOST}.", "integer", default=20),
    scoped=True,
)
async def facets(request: Request) -> Response:
    """GET /econome/v1/facets: the most frequent values of each dimension, or of the one that is asked for."""
    caller = require(request, Role.READ)
    by = request.query_params.get("by")
    only = None if by is None else dimension(by)
    part, limit = request.query_params.get("q", "")[:200], whole(request, "limit", 20, MOST)
    scope = await scope_of(request, caller)
    here = context(request)
    found: list[Facet]
    if only is None:
        choices = await run_in_threadpool(facets_of, here.store, scope, limit=limit)
        found = [
            {
                "name": name.value,
                "values": [_value(here.projects, scope, name, one.value, one.runs) for one in of],
                "others": 0 if len(of) < limit else None,
            }
            for name, of in choices.items()
        ]
    else:
        found = [await run_in_threadpool(_facet, here.store, here.projects, scope, only, part, limit)]
    told: Facets = {"facets": found}
    return shapes.answer(told)


@asks(
    Completions,
    Parameter("field", "Whose values. Default: none; the fields are told."),
    Parameter("q", "What is typed so far."),
    scoped=True,
)
async def complete(request: Request) -> Response:
    """GET /econome/v1/complete: the fields of a filter, or the values of one, as somebody types it."""
    caller = require(request, Role.READ)
    field, part = request.query_params.get("field", ""), request.query_params.get("q", "")[:200]
    scope = await scope_of(request, caller)
    here = context(request)
    told: Completions = {"fields": [], "values": [], "whole": True}
    by = dimension_of(field)
    if not field:
        told["fields"] = [
            {"name": one.name, "field": one.field, "signs": list(one.signs)} for one in fields_like(part)
        ]
    elif by is not None:
        try:
            found = await run_in_threadpool(
                _facet, here.store, here.projects, scope, by, part, 12, is_hurried=True
            )
            told["values"] = found["values"]
        except TooHeavy:
            told["whole"] = False
    return shapes.answer(told)


def _facet(
    store: Store,
    projects: Projects,
    scope: Scope,
    by: By,
    part: str,
    limit: int,
    *,
    is_hurried: bool = False,
) -> Facet:
    if by is not Dimension.PROJECT:
        found = facet(store, scope, by, part=part, limit=limit, is_hurried=is_hurried)
        values = [_value(projects, scope, by, one.value, one.runs) for one in found]
        return {"name": by.value, "values": values, "others": _others(found)}
    every = facet(store, scope, by, limit=MOST_PROJECTS, is_hurried=is_hurried)
    called = [_value(projects, scope, by, one.value, one.runs) for one in every]
    fitting = [one for one in called if part.casefold() in one["label"].casefold()]
    return {"name": by.value, "values": fitting[:limit], "others": max(len(fitting) - limit, 0)}


def _others(found: list[Value]) -> int:
    return found[0].others if found else 0


def _value(projects: Projects, scope: Scope, by: By, value: str, runs: int) -> FacetValue:
    return {"value": value, "label": label(projects, scope.workspace, by, value), "runs": runs}


ROUTES = [
    Route("/econome/v1/facets", facets, methods=["GET"]),
    Route("/econome/v1/complete", complete, methods=["GET"]),
]
