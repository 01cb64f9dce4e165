"""What do the tokens bring? Cost beside score, for each value of a dimension."""

from __future__ import annotations

from typing import Annotated, TypedDict

from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.benefit import Waste, Worth, worth_of
from econome.analytics.compared_by import compared_by
from econome.analytics.dimension import Dimension
from econome.web.api import shapes
from econome.web.api.compare import (
    GOOD_FROM_PARAMETER,
    ComparedEstimate,
    ComparedMeasure,
    estimate,
    good_from_of,
    measure,
    named,
)
from econome.web.api.scope import scope_of, whole
from econome.web.api.told import Parameter, asks
from econome.web.auth import Role, require
from econome.web.context import context


class CheaperValue(TypedDict):
    """A clearly cheaper value than which this one was not clearly judged better; it is `a`, this one `b`."""

    value: str
    label: str
    cost: ComparedMeasure
    score: ComparedMeasure


class WorthRow(TypedDict):
    """One value."""

    value: Annotated[str, Meta(description="the empty one stands for none")]
    label: str
    calls: int
    traces: int
    cost: shapes.Money | None
    priced: Annotated[int, Meta(description="calls that the cost is of")]
    estimated: Annotated[int, Meta(description="calls that are in no sum")]
    cost_per_call: ComparedEstimate
    score: Annotated[ComparedEstimate, Meta(description="the mean, under the chosen key of feedback")]
    cheaper: Annotated[CheaperValue | None, Meta(description="null: nothing says it is dear for nothing")]


class FeedbackKey(TypedDict):
    """A key under which somebody judged."""

    key: str
    judged: Annotated[int, Meta(description="traces; one with two values counts for both")]


class CompareValues(shapes.Terms):
    """The values of a dimension with most calls, what a call of each costs, and how it was judged."""

    by: str
    key: Annotated[str | None, Meta(description="whose scores these are; null: nothing was judged")]
    keys: list[FeedbackKey]
    rows: list[WorthRow]
    overlapping: Annotated[bool, Meta(description="a run may have several: rows add up to more than all")]


@asks(
    CompareValues,
    Parameter("by", "A dimension, metadata.KEY, temperature, top_p or max_tokens.", default="model"),
    Parameter("key", "A key of feedback. Default: that under which most traces were judged."),
    GOOD_FROM_PARAMETER,
    Parameter("limit", "How many values, up to 200.", "integer", default=30),
    scoped=True,
)
async def values(request: Request) -> Response:
    """GET /econome/v1/compare/values: what a call of each value costs, and how its traces were judged."""
    caller = require(request, Role.READ)
    by = compared_by(request.query_params.get("by", Dimension.MODEL))
    good_from = good_from_of(request)
    limit = whole(request, "limit", 30, 200)
    scope = await scope_of(request, caller)
    found = await run_in_threadpool(
        worth_of,
        context(request).store,
        scope,
        by,
        key=request.query_params.get("key"),
        good_from=good_from,
        limit=limit,
    )

    def row(of: Worth) -> WorthRow:
        return {
            "value": of.means.value,
            "label": named(request, caller, by, of.means.value),
            "calls": of.means.calls,
            "traces": of.means.traces,
            "cost": shapes.money(of.means.cost),
            "priced": of.means.priced_calls,
            "estimated": of.means.estimated_calls,
            "cost_per_call": estimate(of.cost),
            "score": estimate(of.score),
            "cheaper": None if of.waste is None else cheaper(of.waste),
        }

    def cheaper(of: Waste) -> CheaperValue:
        return {
            "value": of.value,
            "label": named(request, caller, by, of.value),
            "cost": measure(of.cost),
            "score": measure(of.score),
        }

    told: CompareValues = {
        **shapes.terms(scope),
        "by": by.value,
        "key": found.key,
        "keys": [{"key": key, "judged": judged} for key, judged in found.keys],
        "rows": [row(one) for one in found.rows],
        "overlapping": by is Dimension.TAG,
    }
    return shapes.answer(told)


ROUTES = [Route("/econome/v1/compare/values", values, methods=["GET"])]
