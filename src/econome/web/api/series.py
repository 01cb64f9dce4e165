"""How did it change?"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.dimension import By, dimension
from econome.analytics.series import Clock, Line, Point
from econome.analytics.series import series as series_of
from econome.ingest.projects import Projects
from econome.web.api import shapes
from econome.web.api.labels import label
from econome.web.api.scope import allow, scope_of, whole
from econome.web.auth import Role, require
from econome.web.context import context

UNSPLIT = "none"
MOST_LINES = 50


async def series(request: Request) -> Response:
    """GET /econome/v1/series: calls, tokens, cost and speed in buckets of time, none of them missing."""
    caller = require(request, Role.READ)
    allow(request, "by", "limit", "step", "tz")
    by = _dimension(request)
    limit = whole(request, "limit", 8, MOST_LINES)
    clock = Clock(request.query_params.get("step", "auto"), request.query_params.get("tz", "UTC"))
    scope = await scope_of(request, caller)
    econome = context(request)
    found = await run_in_threadpool(series_of, econome.store, scope, by, clock, limit=limit)
    return shapes.answer(
        {
            **shapes.terms(scope),
            "by": by.value if by else UNSPLIT,
            "step": found.step,
            "latency_of": found.latency_of,
            "since": shapes.iso(scope.since),
            "until": shapes.iso(scope.until),
            "times": [shapes.iso(moment) for moment in found.times],
            "series": [_line(line, econome.projects, caller.workspace, by) for line in found.lines],
            "overlapping": by is not None and by.is_overlapping,
        }
    )


def _dimension(request: Request) -> By | None:
    text = request.query_params.get("by", UNSPLIT)
    return None if text == UNSPLIT else dimension(text, UNSPLIT)


def _line(line: Line, projects: Projects, workspace: UUID, by: By | None) -> shapes.Json:
    points = line.points
    if by is None:
        name = "all"
    elif line.value is None:
        name = "others"
    else:
        name = label(projects, workspace, by, line.value)
    return {
        "value": line.value,
        "label": name,
        "runs": [point.runs if point else 0 for point in points],
        "calls": [point.calls if point else 0 for point in points],
        "errors": [point.errors if point else 0 for point in points],
        "input_tokens": [point.input_tokens if point else None for point in points],
        "output_tokens": [point.output_tokens if point else None for point in points],
        "cost": [shapes.money(point.cost) if point else None for point in points],
        "priced_calls": [point.priced_calls if point else 0 for point in points],
        "known_calls": [point.known_calls if point else 0 for point in points],
        "estimated_calls": [point.estimated_calls if point else 0 for point in points],
        "estimated_cost": [shapes.money(point.estimated_cost) if point else None for point in points],
        "coverage": _coverage(points),
        "p50": [shapes.quantile(point.latency[0]) if point else None for point in points],
        "p95": [shapes.quantile(point.latency[1]) if point else None for point in points],
    }


def _coverage(points: Sequence[Point | None]) -> shapes.Json:
    """That of each point, by what is covered."""
    known = [{} if point is None else shapes.coverage(point) for point in points]
    return {name: [of.get(name, 0) for of in known] for name in shapes.COVERAGE}


ROUTES = [Route("/econome/v1/series", series, methods=["GET"])]
