"""How much, and is it normal?"""

from __future__ import annotations

from dataclasses import replace
from typing import TypedDict

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.totals import ever, totals
from econome.domain.scope import Scope
from econome.store.client import Store
from econome.web.api import shapes
from econome.web.api.scope import scope_of, visible
from econome.web.api.told import asks
from econome.web.auth import Role, require
from econome.web.context import context


class Before(TypedDict):
    """The span of equal length before."""

    since: shapes.Moment
    until: shapes.Moment
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
    scope = await scope_of(request, caller)
    store = context(request).store
    now = await run_in_threadpool(totals, store, scope)
    before, previous = await run_in_threadpool(_previous, store, scope)
    kept = await run_in_threadpool(ever, store, caller.workspace, visible(request, caller))
    told: Overview = {
        "since": shapes.iso(scope.since),
        "until": shapes.iso(scope.until),
        **shapes.terms(scope),
        "totals": shapes.totals(now),
        "previous": {
            "since": shapes.iso(before.since),
            "until": shapes.iso(before.until),
            "totals": previous,
        },
        "data": {
            "runs": kept.runs if kept else 0,
            "first": shapes.iso(kept.first) if kept else None,
            "last": shapes.iso(kept.last) if kept else None,
        },
    }
    return shapes.answer(told)


def _previous(store: Store, scope: Scope) -> tuple[Scope, shapes.Totals]:
    before = replace(scope, since=scope.since - (scope.until - scope.since), until=scope.since)
    return before, shapes.totals(totals(store, before))


ROUTES = [Route("/econome/v1/overview", overview, methods=["GET"])]
