"""What is there to choose from?"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.dimension import Dimension
from econome.analytics.facets import facet
from econome.web.api import shapes
from econome.web.api.labels import label
from econome.web.api.scope import allow, scope_of
from econome.web.auth import Role, require
from econome.web.context import context


async def facets(request: Request) -> Response:
    """GET /econome/v1/facets: the most frequent values of each dimension."""
    caller = require(request, Role.READ)
    allow(request)
    scope = scope_of(request, caller)
    econome = context(request)
    found = []
    for by in Dimension:
        choices = await run_in_threadpool(facet, econome.store, scope, by)
        values = [
            {
                "value": choice.value,
                "label": label(econome.projects, caller.workspace, by, choice.value),
                "runs": choice.runs,
            }
            for choice in choices
        ]
        found.append({"name": by.value, "values": values})
    return shapes.answer({"facets": found})


ROUTES = [Route("/econome/v1/facets", facets, methods=["GET"])]
