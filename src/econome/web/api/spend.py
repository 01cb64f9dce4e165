"""Where do the tokens and the money go?"""

from __future__ import annotations

from typing import Annotated, TypedDict

from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.dimension import Dimension, dimension
from econome.analytics.spend import spend_by
from econome.web.api import shapes
from econome.web.api.labels import label
from econome.web.api.scope import scope_of, whole
from econome.web.api.told import Parameter, asks
from econome.web.auth import Role, require
from econome.web.context import context


class SpendRow(TypedDict):
    """One value of the dimension."""

    value: str
    label: str
    totals: shapes.Totals


class Spend(shapes.Terms):
    """The dearest values of a dimension, dearest first."""

    by: str
    rows: list[SpendRow]
    others: Annotated[int, Meta(description="how many values have no row")]
    overlapping: Annotated[bool, Meta(description="a run may have several: rows add up to more than all")]


@asks(
    Spend,
    Parameter("by", "A dimension, or metadata.KEY.", default="model"),
    Parameter("limit", "How many rows, up to 1000.", "integer", default=20),
    scoped=True,
    example="by=project",
)
async def spend(request: Request) -> Response:
    """GET /econome/v1/spend: the dearest values of a dimension."""
    caller = require(request, Role.READ)
    by = dimension(request.query_params.get("by", Dimension.MODEL))
    limit = whole(request, "limit", 20, 1000)
    scope = await scope_of(request, caller)
    econome = context(request)
    rows = await run_in_threadpool(spend_by, econome.store, scope, by, limit=limit)
    told: Spend = {
        "by": by.value,
        **shapes.terms(scope),
        "rows": [
            {
                "value": row.value,
                "label": label(econome.projects, caller.workspace, by, row.value),
                "totals": shapes.totals(row),
            }
            for row in rows
        ],
        "others": rows[0].values - len(rows) if rows else 0,
        "overlapping": by.is_overlapping,
    }
    return shapes.answer(told)


ROUTES = [Route("/econome/v1/spend", spend, methods=["GET"])]
