"""How did it change?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, TypedDict, cast
from uuid import UUID

from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.dimension import By, dimension
from econome.analytics.series import Clock, Line, Point, Speed
from econome.analytics.series import series as series_of
from econome.ingest.projects import Projects
from econome.web.api import shapes
from econome.web.api.labels import label
from econome.web.api.scope import scope_of, whole
from econome.web.api.told import Parameter, asks
from econome.web.auth import Role, require
from econome.web.context import context

UNSPLIT = "none"
MOST_LINES = 50


class CoverageLine(TypedDict):
    """The coverage of each point."""

    calls: list[int]
    priced: list[int]
    unpriced: list[int]
    reported: list[int]
    counted: list[int]
    estimated: list[int]
    unknown: list[int]
    settling: list[int]
    marked: list[int]


class SeriesLine(TypedDict):
    """One value of the dimension: a number for each bucket of time."""

    value: Annotated[str | None, Meta(description="null: all other values, or all runs")]
    label: str
    runs: list[int]
    calls: list[int]
    errors: list[int]
    input_tokens: list[int | None]
    output_tokens: list[int | None]
    cost: list[shapes.Money | None]
    priced_calls: Annotated[list[int], Meta(description="the calls that the cost is of")]
    known_calls: Annotated[list[int], Meta(description="the calls that the tokens are of")]
    estimated_calls: list[int]
    estimated_cost: list[shapes.Money | None]
    coverage: CoverageLine
    p50: Annotated[list[float | None], Meta(description="seconds")]
    p95: list[float | None]


class Series(shapes.Terms):
    """Lines over the same buckets of time, the dearest first and all others last."""

    by: str
    step: Annotated[int, Meta(description="seconds; days may be an hour longer or shorter")]
    latency_of: Speed
    since: shapes.Moment
    until: shapes.Moment
    times: Annotated[list[shapes.Moment], Meta(description="when each bucket begins")]
    series: list[SeriesLine]
    overlapping: Annotated[bool, Meta(description="a run may have several: lines add up to more than all")]


@asks(
    Series,
    Parameter("by", "A dimension, or metadata.KEY, or none.", default=UNSPLIT),
    Parameter("limit", f"How many values have a line, up to {MOST_LINES}.", "integer", default=8),
    Parameter("step", "auto, minute, hour, day, or a number of seconds.", default="auto"),
    Parameter("tz", "Where days begin: a time zone such as Europe/Paris.", default="UTC"),
    scoped=True,
    example="by=model",
)
async def series(request: Request) -> Response:
    """GET /econome/v1/series: calls, tokens, cost and speed in buckets of time, none of them missing."""
    caller = require(request, Role.READ)
    by = _dimension(request)
    limit = whole(request, "limit", 8, MOST_LINES)
    clock = Clock(request.query_params.get("step", "auto"), request.query_params.get("tz", "UTC"))
    scope = await scope_of(request, caller)
    econome = context(request)
    found = await run_in_threadpool(series_of, econome.store, scope, by, clock, limit=limit)
    told: Series = {
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
    return shapes.answer(told)


def _dimension(request: Request) -> By | None:
    text = request.query_params.get("by", UNSPLIT)
    return None if text == UNSPLIT else dimension(text, UNSPLIT)


def _line(line: Line, projects: Projects, workspace: UUID, by: By | None) -> SeriesLine:
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


def _coverage(points: Sequence[Point | None]) -> CoverageLine:
    """That of each point, by what is covered."""
    known: list[Mapping[str, object]] = [{} if point is None else shapes.coverage(point) for point in points]
    lists = {name: [of.get(name, 0) for of in known] for name in shapes.COVERAGE}
    return cast("CoverageLine", lists)


ROUTES = [Route("/econome/v1/series", series, methods=["GET"])]
