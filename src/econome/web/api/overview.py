"""How much, and is it normal?"""

from __future__ import annotations

from dataclasses import replace

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.totals import ever, totals
from econome.domain.scope import Scope
from econome.store.client import Store
from econome.web.api import shapes
from econome.web.api.scope import allow, scope_of, visible
from econome.web.auth import Role, require
from econome.web.context import context


async def overview(request: Request) -> Response:
    """GET /econome/v1/overview: the totals of a span, those of the one before, and what there ever was."""
    caller = require(request, Role.READ)
    allow(request)
    scope = await scope_of(request, caller)
    store = context(request).store
    now = await run_in_threadpool(totals, store, scope)
    before, previous = await run_in_threadpool(_previous, store, scope)
    kept = await run_in_threadpool(ever, store, caller.workspace, visible(request, caller))
    return shapes.answer(
        {
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
    )


def _previous(store: Store, scope: Scope) -> tuple[Scope, shapes.Json]:
    before = replace(scope, since=scope.since - (scope.until - scope.since), until=scope.since)
    return before, shapes.totals(totals(store, before))


ROUTES = [Route("/econome/v1/overview", overview, methods=["GET"])]
