"""What is there to choose from?"""

from __future__ import annotations

from typing import TypedDict

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.dimension import By, dimension
from econome.analytics.facets import Choice, facet
from econome.analytics.facets import facets as facets_of
from econome.web.api import shapes
from econome.web.api.labels import label
from econome.web.api.scope import scope_of
from econome.web.api.told import Parameter, asks
from econome.web.auth import Role, require
from econome.web.context import context


class FacetValue(TypedDict):
    """A value, and how many runs have it."""

    value: str
    label: str
    runs: int


class Facet(TypedDict):
    """A dimension, and the most frequent of its values."""

    name: str
    values: list[FacetValue]


class Facets(TypedDict):
    """What there is to choose from."""

    facets: list[Facet]


@asks(
    Facets,
    Parameter("by", "A dimension, or metadata.KEY. Default: all dimensions."),
    scoped=True,
    example="by=model",
)
async def facets(request: Request) -> Response:
    """GET /econome/v1/facets: the most frequent values of each dimension, or of the one that is asked for."""
    caller = require(request, Role.READ)
    asked = request.query_params.get("by")
    only = None if asked is None else dimension(asked)
    scope = await scope_of(request, caller)
    store, projects = context(request).store, context(request).projects
    found: list[tuple[By, list[Choice]]]
    if only is None:
        found = [*(await run_in_threadpool(facets_of, store, scope)).items()]
    else:
        found = [(only, await run_in_threadpool(facet, store, scope, only))]
    told: Facets = {
        "facets": [
            {
                "name": by.value,
                "values": [
                    {
                        "value": choice.value,
                        "label": label(projects, caller.workspace, by, choice.value),
                        "runs": choice.runs,
                    }
                    for choice in choices
                ],
            }
            for by, choices in found
        ]
    }
    return shapes.answer(told)


ROUTES = [Route("/econome/v1/facets", facets, methods=["GET"])]
