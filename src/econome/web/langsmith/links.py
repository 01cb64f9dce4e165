"""LangSmith's links into its screens, led to the dashboard's."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from econome.analytics.runs import run_by_id
from econome.domain.key import Role
from econome.web.auth import Caller
from econome.web.context import Econome, context
from econome.web.errors import NotFound
from econome.web.langsmith.asked import visible
from econome.wire.identity import uuid_of


async def project(request: Request) -> Response:
    """/o/{tenant}/projects/p/{project}."""
    return _to("/ui/runs", project=_id(request, "project"))


async def run(request: Request) -> Response:
    """/o/{tenant}/projects/p/{project}/r/{run}: links of the clients do not say in which trace."""
    identity = _id(request, "run")
    trace = uuid_of(request.query_params.get("trace_id", ""))
    caller = getattr(request.state, "caller", None)
    if trace is None and isinstance(caller, Caller) and caller.role.includes(Role.READ):
        trace = await run_in_threadpool(_trace_of, context(request), caller, identity)
    # Whoever has not logged in yet learns nothing: most links are to roots, whose trace has their id.
    return _to(f"/ui/traces/{trace or identity}", run=identity)


async def compared(request: Request) -> Response:
    """/o/{tenant}/datasets/{dataset}/compare: the runs of the experiments that are compared there."""
    said = request.query_params.get("selectedSessions", "").split(",")
    chosen = [("project", found) for one in said if (found := uuid_of(one)) is not None]
    return RedirectResponse(f"/ui/runs?{urlencode(chosen)}" if chosen else "/ui/runs", 307)


async def elsewhere(_request: Request) -> Response:
    """Pages that we have no equal of: datasets, a workspace's front page."""
    return _to("/ui/")


def _trace_of(here: Econome, caller: Caller, identity: UUID) -> UUID | None:
    row = run_by_id(here.store, caller.workspace, visible(here, caller), identity)
    return row.trace_id if row is not None else None


def _id(request: Request, name: str) -> UUID:
    found = uuid_of(request.path_params[name])
    if found is None:
        raise NotFound(f"{request.path_params[name][:60]!r} is not a UUID")
    return found


def _to(path: str, **query: object) -> Response:
    return RedirectResponse(f"{path}?{urlencode(query)}" if query else path, 307)


LINKS = [
    Route("/o/{tenant}/projects/p/{project}", project, methods=["GET"]),
    Route("/o/{tenant}/projects/p/{project}/r/{run}", run, methods=["GET"]),
    Route("/o/{tenant}/datasets/{dataset}", elsewhere, methods=["GET"]),
    Route("/o/{tenant}", elsewhere, methods=["GET"]),
    Route("/o/{tenant}/datasets/{dataset}/compare", compared, methods=["GET"]),
]
