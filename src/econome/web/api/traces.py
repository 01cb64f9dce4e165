"""What happened in this one trace?"""

from __future__ import annotations

from typing import Annotated, TypedDict, cast
from uuid import UUID

from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.runs import RunRow
from econome.analytics.traces import MOST_RUNS, TraceTotals, runs_of_trace, trace_totals
from econome.domain.run import Status
from econome.domain.trace import Node, tree
from econome.ingest.projects import Projects
from econome.store.client import Store
from econome.web.api import shapes
from econome.web.api.scope import identity, visible
from econome.web.api.told import asks
from econome.web.auth import Role, require
from econome.web.context import context
from econome.web.errors import NotFound


class TraceHead(TypedDict):
    """What a trace is in all."""

    id: str
    project: shapes.Named
    name: str
    status: Status
    started_at: shapes.Moment
    ended_at: shapes.Moment | None
    latency: Annotated[float | None, Meta(description="seconds")]
    totals: shapes.TraceSums | None
    truncated: Annotated[bool, Meta(description="not all of its runs are listed")]


class Trace(TypedDict):
    """A trace, and its runs in pre-order."""

    trace: TraceHead
    runs: list[shapes.TreeRun]


@asks(Trace)
async def trace(request: Request) -> Response:
    """GET /econome/v1/traces/{id}: the runs of a trace as a tree, in pre-order."""
    caller = require(request, Role.READ)
    trace_id = identity(request.path_params["id"], "trace")
    econome = context(request)
    nodes, totals = await run_in_threadpool(
        _trace, econome.store, caller.workspace, visible(request, caller), trace_id
    )
    if not nodes:
        raise NotFound(f"There is no trace {trace_id}")
    told: Trace = {
        "trace": _head(nodes, totals, econome.projects, caller.workspace),
        "runs": [shapes.node(node, econome.projects, caller.workspace) for node in nodes],
    }
    return shapes.answer(told)


def _trace(
    store: Store, workspace: UUID, projects: tuple[UUID, ...], trace_id: UUID
) -> tuple[list[Node[RunRow]], TraceTotals | None]:
    runs = runs_of_trace(store, workspace, projects, trace_id)
    if not runs:
        return [], None
    totals = trace_totals(store, workspace, projects, runs)
    return tree(runs), totals.get(trace_id)


def _head(
    nodes: list[Node[RunRow]], totals: TraceTotals | None, projects: Projects, workspace: UUID
) -> TraceHead:
    # The root, or who stands for it until it arrives.
    root = next((node.run for node in nodes if node.run.parent_id is None), nodes[0].run)
    return {
        "id": str(root.trace_id),
        "project": shapes.project(projects, workspace, root.project),
        "name": root.name,
        "status": cast("Status", root.status),
        "started_at": shapes.iso(root.started_at),
        "ended_at": shapes.iso(root.ended_at),
        "latency": shapes.seconds(root.started_at, root.ended_at),
        "totals": None if totals is None else shapes.trace_totals(totals),
        "truncated": len(nodes) >= MOST_RUNS,
    }


ROUTES = [Route("/econome/v1/traces/{id}", trace, methods=["GET"])]
