"""/econome/v1/journal: who changed what about prices and recorded costs."""

from __future__ import annotations

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from econome.analytics.journal import journal
from econome.web.api import shapes
from econome.web.api.scope import allow, whole
from econome.web.auth import Role, require
from econome.web.context import context
from econome.web.errors import Forbidden


async def entries(request: Request) -> Response:
    """GET /econome/v1/journal: the changes, newest first; `cursor` is the `next` of the page before."""
    caller = require(request, Role.READ)
    if caller.projects is not None:
        raise Forbidden(f'The journal is of the whole workspace; this key is for "{caller.projects}" only.')
    allow(request, "limit", "cursor", scoped=False)
    limit = whole(request, "limit", 50, 1000)
    cursor = request.query_params.get("cursor", "")
    found = await run_in_threadpool(
        journal, context(request).store, caller.workspace, cursor, limit=limit + 1
    )
    shown = found[:limit]
    return shapes.answer(
        {
            "entries": [
                {
                    "at": shapes.iso(entry.at),
                    "id": str(entry.id),
                    "author": entry.author,
                    "action": entry.action,
                    "detail": orjson.loads(entry.detail),
                }
                for entry in shown
            ],
            "next": shown[-1].cursor if len(found) > limit else None,
        }
    )


ROUTES: list[BaseRoute] = [Route("/econome/v1/journal", entries, methods=["GET"])]
