"""Runs that are shown to whoever has their token, and nothing else.

A share is of one run with all below it in its project: not of what the same trace did in other
projects, for the key that shared it need not see these.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from econome.analytics.langsmith import places_of
from econome.analytics.runs import RunRow, run_by_id
from econome.analytics.traces import runs_of_trace
from econome.domain.key import Role
from econome.ingest.shares import Share
from econome.web.auth import Caller, require
from econome.web.context import Econome, context
from econome.web.errors import Invalid, NotFound
from econome.web.langsmith.asked import MOST, ids, json_answer, json_object, path_id, visible, whole
from econome.web.langsmith.found import found_of
from econome.web.langsmith.run_json import Found, run_json

_HIDDEN = ("app_path", "session_id")
"""What of a run speaks of the workspace around it."""


async def share(request: Request) -> Response:
    """PUT /runs/{id}/share: the token is drawn here, whatever is proposed."""
    caller = require(request, Role.ADMIN)
    here, identity = context(request), path_id(request, "run_id")
    await run_in_threadpool(run_of, here, caller, identity)
    shared = await run_in_threadpool(here.shares.share, caller.workspace, identity)
    return json_answer(_share_json(shared))


async def read_share(request: Request) -> Response:
    """GET /runs/{id}/share: null for a run that is not shared."""
    caller = require(request, Role.READ)
    here, identity = context(request), path_id(request, "run_id")
    shared = here.shares.get(caller.workspace, identity)
    if shared is not None and caller.projects is not None:
        await run_in_threadpool(run_of, here, caller, identity)
    return json_answer(None if shared is None else _share_json(shared))


async def unshare(request: Request) -> Response:
    """DELETE /runs/{id}/share."""
    caller = require(request, Role.ADMIN)
    here, identity = context(request), path_id(request, "run_id")
    if caller.projects is not None:
        await run_in_threadpool(run_of, here, caller, identity)
    await run_in_threadpool(here.shares.end, caller.workspace, identity)
    return json_answer({"message": "No longer shared"})


async def read(request: Request) -> Response:
    """GET /public/{token}/run and /public/{token}/run/{id}."""
    here, shared = context(request), share_in(request)
    wanted = path_id(request, "run_id") if "run_id" in request.path_params else shared.run_id
    found = await run_in_threadpool(shared_runs, here, shared, [wanted])
    if not found:
        raise NotFound(f"There is no run {wanted} in what is shared here")
    return json_answer(public_json(found[0]))


async def query(request: Request) -> Response:
    """POST /public/{token}/runs/query: the shared run and those below it, first started first."""
    here, shared = context(request), share_in(request)
    said = await json_object(request)
    for name in said:
        if name not in {"id", "limit", "cursor", "select"} and said[name] is not None:
            raise Invalid(f'"{name[:60]}" cannot be asked of shared runs; "id", "limit" and "cursor" can')
    limit = whole(said.get("limit"), "limit", MOST, 1, MOST)
    start = whole(said.get("cursor"), "cursor", 0, 0, 1 << 31)
    rows = await run_in_threadpool(shared_rows, here, shared, ids(said.get("id"), "id"))
    page = rows[start : start + limit]
    found = await run_in_threadpool(_found, here, shared, page)
    more = start + limit if start + limit < len(rows) else None
    return json_answer(
        {
            "runs": [public_json(one) for one in found],
            "cursors": {"next": None if more is None else str(more)},
        }
    )


async def page(request: Request) -> Response:
    """GET /public/{token}/r: into the dashboard for whoever may look there, else the run as JSON."""
    here, shared = context(request), share_in(request)
    caller = getattr(request.state, "caller", None)
    known = caller if isinstance(caller, Caller) and caller.workspace == shared.workspace else None
    if known is not None and known.role.includes(Role.READ):
        row = await run_in_threadpool(_row, here, shared)
        if row is not None:
            return RedirectResponse(f"/ui/traces/{row.trace_id}?run={row.id}", 307)
    return RedirectResponse(f"/public/{shared.token}/run", 307)


def run_of(here: Econome, caller: Caller, identity: UUID) -> RunRow:
    """The run of that id that the caller may see. Raises `NotFound`."""
    row = run_by_id(here.store, caller.workspace, visible(here, caller), identity)
    if row is None:
        raise NotFound(f"There is no run {identity}")
    return row


def share_in(request: Request) -> Share:
    """The share whose token is in the path. Raises `NotFound`."""
    found = context(request).shares.of(path_id(request, "token"))
    if found is None:
        raise NotFound("Nothing is shared under this token, or no longer")
    return found


def shared_runs(here: Econome, shared: Share, wanted: Sequence[UUID] = ()) -> list[Found]:
    """The runs that a share shows, of these ids or all of them."""
    return _found(here, shared, shared_rows(here, shared, wanted))


def shared_rows(here: Econome, shared: Share, wanted: Sequence[UUID] = ()) -> list[RunRow]:
    """The rows of the runs that a share shows, first started first."""
    top = _row(here, shared)
    if top is None:
        return []
    rows = runs_of_trace(here.store, shared.workspace, [top.project], top.trace_id)
    places = places_of(here.store, shared.workspace, rows)
    mark = str(top.id)
    return [
        row
        for row in rows
        if (row.id == top.id or mark in places[row.id].dotted_order) and (not wanted or row.id in wanted)
    ]


def public_json(found: Found, select: frozenset[str] | None = None) -> dict[str, object]:
    """A shared run, without what speaks of the workspace around it."""
    return {name: value for name, value in run_json(found, select).items() if name not in _HIDDEN}


def _row(here: Econome, shared: Share) -> RunRow | None:
    return run_by_id(here.store, shared.workspace, (), shared.run_id)


def _found(here: Econome, shared: Share, rows: Sequence[RunRow]) -> list[Found]:
    projects = list({row.project for row in rows})
    return found_of(here, shared.workspace, projects, rows)


def _share_json(shared: Share) -> dict[str, object]:
    return {"run_id": shared.run_id, "share_token": shared.token}


ROUTES = [
    Route("/runs/{run_id}/share", share, methods=["PUT"]),
    Route("/runs/{run_id}/share", read_share, methods=["GET"]),
    Route("/runs/{run_id}/share", unshare, methods=["DELETE"]),
    Route("/public/{token}/run", read, methods=["GET"]),
    Route("/public/{token}/run/{run_id}", read, methods=["GET"]),
    Route("/public/{token}/runs/query", query, methods=["POST"]),
]
PAGES = [
    Route("/public/{token}/r", page, methods=["GET"]),
    Route("/public/{token}/r/{run}", page, methods=["GET"]),
]
