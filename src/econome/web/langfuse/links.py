"""Langfuse's links into its screens, as its SDKs print them, led to the dashboard's."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from econome.wire.protocols.langfuse.ids import trace_run_id


async def trace(request: Request) -> Response:
    """/project/{project}/traces/{trace} and /trace/{trace}."""
    return RedirectResponse(f"/ui/traces/{trace_run_id(request.path_params['trace'])}", 307)


async def elsewhere(_request: Request) -> Response:
    """Pages that we have no equal of: sessions, experiments, prompts."""
    return RedirectResponse("/ui/", 307)


LINKS = [
    Route("/trace/{trace}", trace, methods=["GET"]),
    Route("/project/{project}/traces/{trace}", trace, methods=["GET"]),
    Route("/project/{project}/{rest:path}", elsewhere, methods=["GET"]),
    Route("/project/{project}", elsewhere, methods=["GET"]),
]
