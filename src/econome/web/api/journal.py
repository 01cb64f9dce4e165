"""/econome/v1/journal: who changed what about prices and recorded costs."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

import orjson
from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from econome.analytics.journal import journal
from econome.web.api import shapes
from econome.web.api.scope import whole
from econome.web.api.told import Parameter, asks
from econome.web.auth import Role, require
from econome.web.context import context
from econome.web.errors import Forbidden


class JournalEntry(TypedDict):
    """One change."""

    at: shapes.Moment
    id: str
    author: str
    action: str
    detail: dict[str, Any]


class Journal(TypedDict):
    """Some of the changes, newest first."""

    rows: list[JournalEntry]
    next: Annotated[str | None, Meta(description="the cursor of the next page; null: this is the last")]


@asks(
    Journal,
    Parameter("limit", "How many changes, up to 1000.", "integer", default=50),
    Parameter("cursor", "The `next` of the page before. Default: the first page."),
)
async def entries(request: Request) -> Response:
    """GET /econome/v1/journal: the changes, newest first."""
    caller = require(request, Role.READ)
    if caller.projects is not None:
        raise Forbidden(f'The journal is of the whole workspace; this key is for "{caller.projects}" only.')
    limit = whole(request, "limit", 50, 1000)
    cursor = request.query_params.get("cursor", "")
    found = await run_in_threadpool(
        journal, context(request).store, caller.workspace, cursor, limit=limit + 1
    )
    shown = found[:limit]
    told: Journal = {
        "rows": [
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
    return shapes.answer(told)


ROUTES: list[BaseRoute] = [Route("/econome/v1/journal", entries, methods=["GET"])]
