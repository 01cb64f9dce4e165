"""What came right before a call, and right after it, at the same place of an app?"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, TypedDict

from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.neighbours import REACHES, Neighbour, neighbours_of
from econome.analytics.runs import run_by_id
from econome.web.api import shapes
from econome.web.api.scope import identity, visible
from econome.web.api.told import asks
from econome.web.auth import Role, require
from econome.web.context import context
from econome.web.errors import NotFound


class NeighbourDifference(TypedDict):
    """The later call less the earlier; null where either is unknown."""

    latency: Annotated[float | None, Meta(description="seconds")]
    input: int | None
    output: int | None
    cost: shapes.Money | None
    same_answer: Annotated[bool | None, Meta(description="ids, usage and times aside")]


class NeighbourRun(TypedDict):
    """Another call of the same place."""

    id: str
    trace_id: str
    name: str
    model: str
    status: str
    started_at: shapes.Moment
    latency: float | None
    tokens: shapes.Tokens
    cost: shapes.Money | None
    usage_source: str
    counted: bool
    difference: NeighbourDifference


class Neighbours(TypedDict):
    """The calls before and after one. Null: there is none within `reach`."""

    by: Annotated[list[str], Meta(description="what the three have in common")]
    reach: Annotated[float, Meta(description="how many seconds back and ahead was looked, at most")]
    previous: NeighbourRun | None
    next: NeighbourRun | None


@asks(Neighbours)
async def neighbours(request: Request) -> Response:
    """GET /econome/v1/runs/{id}/neighbours: the calls right before and after one at the same place."""
    caller = require(request, Role.READ)
    run_id = identity(request.path_params["id"], "run")
    here = context(request)
    row = await run_in_threadpool(run_by_id, here.store, caller.workspace, visible(request, caller), run_id)
    if row is None:
        raise NotFound(f"There is no run {run_id}")
    found = await run_in_threadpool(neighbours_of, here.store, caller.workspace, row, here.writer.slack)
    told: Neighbours = {
        "by": list(found.by),
        "reach": REACHES[-1] / timedelta(seconds=1),
        "previous": _neighbour(found.previous),
        "next": _neighbour(found.next),
    }
    return shapes.answer(told)


def _neighbour(found: Neighbour | None) -> NeighbourRun | None:
    if found is None:
        return None
    row = found.row
    return {
        "id": str(row.id),
        "trace_id": str(row.trace_id),
        "name": row.name,
        "model": row.model,
        "status": row.status,
        "started_at": shapes.iso(row.started_at),
        "latency": shapes.seconds(row.started_at, row.ended_at),
        "tokens": shapes.tokens_of(row),
        "cost": shapes.money(row.cost),
        "usage_source": row.usage_source,
        "counted": row.counted,
        "difference": {
            "latency": None if found.latency is None else found.latency / timedelta(seconds=1),
            "input": found.input_tokens,
            "output": found.output_tokens,
            "cost": shapes.money(found.cost),
            "same_answer": found.is_same_answer,
        },
    }


ROUTES = [Route("/econome/v1/runs/{id}/neighbours", neighbours, methods=["GET"])]
