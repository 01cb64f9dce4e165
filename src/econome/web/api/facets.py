"""What is there to choose from?"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.facets import facets as facets_of
from econome.web.api import shapes
from econome.web.api.labels import label
from econome.web.api.scope import allow, scope_of
from econome.web.auth import Role, require
from econome.web.context import context


async def facets(request: Request) -> Response:
    """GET /econome/v1/facets: the most frequent values of each dimension."""
    caller = require(request, Role.READ)
    allow(request)
    scope = await scope_of(request, caller)
    econome = context(request)
    found = await run_in_threadpool(facets_of, econome.store, scope)
    return shapes.answer(
        {
            "facets": [
                {
                    "name": by.value,
                    "values": [
                        {
                            "value": choice.value,
                            "label": label(econome.projects, caller.workspace, by, choice.value),
                            "runs": choice.runs,
                        }
                        for choice in choices
                    ],
                }
                for by, choices in found.items()
            ]
        }
    )


ROUTES = [Route("/econome/v1/facets", facets, methods=["GET"])]
