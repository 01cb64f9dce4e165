"""How much, and is it normal?"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, TypedDict

from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.totals import ever, totals
from econome.web.api import shapes
from econome.web.api.scope import in_terms, recorded, visible
from econome.web.api.told import asks
from econome.web.auth import Role, require
from econome.web.context import context


class Before(TypedDict):
    """The span of equal length before."""

    since: shapes.Moment
    until: shapes.Moment
    recorded: Annotated[bool, Meta(description="runs came from its start on: it is a fair measure")]
    totals: shapes.Totals


class Data(TypedDict):
    """What there ever was, in any span."""

    runs: int
    first: shapes.Moment | None
    last: shapes.Moment | None


class Overview(shapes.Terms):
    """The totals of a span, those of the one before, and what there ever was."""

    since: shapes.Moment
    until: shapes.Moment
    totals: shapes.Totals
    previous: Before
    data: Data


@asks(Overview, scoped=True)
async def overview(request: Request) -> Response:
    """GET /econome/v1/overview: the totals of a span, those of the one before, and what there ever was."""
    caller = require(request, Role.READ)
    scope = recorded(request, caller)
    before = replace(scope, since=scope.since - (scope.until - scope.since), until=scope.since)
    both = await in_terms(request, caller, replace(scope, since=before.since))
    store = context(request).store
    now = await run_in_threadpool(totals, store, replace(both, since=scope.since))
    previous = await run_in_threadpool(totals, store, replace(both, until=before.until))
    kept = await run_in_threadpool(ever, store, caller.workspace, visible(request, caller))
    told: Overview = {
        "since": shapes.iso(scope.since),
        "until": shapes.iso(scope.until),
        **shapes.terms(both),
        "totals": shapes.totals(now),
        "previous": {
            "since": shapes.iso(before.since),
            "until": shapes.iso(before.until),
            "recorded": kept is not None and kept.tells_of(before.since, before.until),
            "totals": shapes.totals(previous),
        },
        "data": {
            "runs": kept.runs if kept else 0,
            "first": shapes.iso(kept.first) if kept else None,
            "last": shapes.iso(kept.last) if kept else None,
        },
    }
    return shapes.answer(told)


ROUTES = [Route("/econome/v1/overview", overview, methods=["GET"])]
