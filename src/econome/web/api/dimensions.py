"""By what can it be split?"""

from __future__ import annotations

from typing import Annotated, TypedDict

from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.dimension import OF_METADATA
from econome.analytics.dimensions import MOST_VALUES
from econome.analytics.dimensions import dimensions as dimensions_of
from econome.web.api import shapes
from econome.web.api.scope import scope_of, whole
from econome.web.api.told import Parameter, asks
from econome.web.auth import Role, require
from econome.web.context import context


class DimensionRow(TypedDict):
    """A dimension: what `by` takes."""

    name: str
    values: Annotated[int, Meta(description="how many different ones, at most 100")]
    more: Annotated[bool, Meta(description="there are more values than that")]
    runs: Annotated[int, Meta(description="how many of the runs that were read have a value")]


class MetadataRow(TypedDict):
    """A key of the metadata; `name` is what `by` takes."""

    name: str
    key: str
    runs: int


class DimensionsRead(TypedDict):
    """Which runs the answer was learnt from: of very many only the latest."""

    runs: int
    of: Annotated[int, Meta(description="how many runs the scope has")]
    since: shapes.Moment | None


class Dimensions(TypedDict):
    """What the runs of a scope can be split by: what tells them apart first."""

    dimensions: list[DimensionRow]
    metadata: Annotated[list[MetadataRow], Meta(description="the keys that most runs have first")]
    others: Annotated[int, Meta(description="how many keys have no row")]
    read: DimensionsRead


@asks(
    Dimensions,
    Parameter("limit", "How many keys of the metadata, up to 1000.", "integer", default=200),
    scoped=True,
)
async def dimensions(request: Request) -> Response:
    """GET /econome/v1/dimensions: by what the runs of a scope can be split."""
    caller = require(request, Role.READ)
    limit = whole(request, "limit", 200, 1000)
    scope = await scope_of(request, caller)
    found = await run_in_threadpool(dimensions_of, context(request).store, scope, limit=limit)
    told: Dimensions = {
        "dimensions": [
            {
                "name": one.dimension,
                "values": min(one.values, MOST_VALUES),
                "more": one.values > MOST_VALUES,
                "runs": one.runs,
            }
            for one in found.told
        ],
        "metadata": [{"name": OF_METADATA + one.key, "key": one.key, "runs": one.runs} for one in found.keys],
        "others": found.keys[0].keys - len(found.keys) if found.keys else 0,
        "read": {"runs": found.read, "of": found.runs, "since": shapes.iso(found.since)},
    }
    return shapes.answer(told)


ROUTES = [Route("/econome/v1/dimensions", dimensions, methods=["GET"])]
