"""/econome/v1/views: views of the dashboard, saved under a name.

Whoever may read may save, change and delete: a view is a bookmark that a team shares, and shows
nobody more than their own key does.
"""

from __future__ import annotations

from typing import Annotated, TypedDict

from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.domain.view import SavedView
from econome.web.api import shapes
from econome.web.api.scope import identity
from econome.web.api.told import Parameter, asks
from econome.web.auth import Caller, Role, require
from econome.web.context import context
from econome.web.errors import Conflict, Invalid, NotFound
from econome.web.json import short_object, text

MOST = 500
"""Views of a workspace: more than anybody finds anything in."""
LONGEST_NAME = 100
LONGEST_QUERY = 8000


class View(TypedDict):
    """A page with all that its address said."""

    id: str
    page: str
    name: str
    query: Annotated[str, Meta(description="of the address, without its question mark")]
    created_at: shapes.Moment
    modified_at: shapes.Moment


class Views(TypedDict):
    """What was saved, by name."""

    rows: list[View]


class NewView(TypedDict):
    """What is to be saved."""

    page: str
    name: str
    query: str


class ChangedView(TypedDict, total=False):
    """What is to change of it; what is left out stays."""

    name: str
    query: str


@asks(Views, Parameter("page", "Only those of this page. Default: all."))
async def views(request: Request) -> Response:
    """GET /econome/v1/views: the saved views, by name."""
    caller = require(request, Role.READ)
    page = request.query_params.get("page", "")
    found = context(request).views.all(caller.workspace, caller.projects, page)
    told: Views = {"rows": [_shown(view) for view in found]}
    return shapes.answer(told)


@asks(View, body=NewView, status=201)
async def save(request: Request) -> Response:
    """POST /econome/v1/views: saves a view; a view of the page that has the name already is replaced."""
    caller = require(request, Role.READ)
    said = await short_object(request, frozenset(NewView.__annotations__))
    page, name, query = _page(said), _name(said), _query(said)
    kept = context(request).views
    if len(kept.all(caller.workspace, None)) >= MOST:
        raise Conflict(f"There are {MOST} saved views already. Delete one that nobody needs.")
    view = await run_in_threadpool(kept.save, caller.workspace, caller.projects or "", page, name, query)
    return shapes.answer(_shown(view), 201)


@asks(View, body=ChangedView)
async def change(request: Request) -> Response:
    """PUT /econome/v1/views/{id}: gives a view another name, or another address."""
    caller = require(request, Role.READ)
    view = _known(request, caller)
    said = await short_object(request, frozenset(ChangedView.__annotations__))
    name = _name(said) if "name" in said else view.name
    query = _query(said) if "query" in said else view.query
    changed = await run_in_threadpool(context(request).views.change, view, name, query)
    if changed is None:
        raise Conflict(f'There is a view "{name}" of this page already. Take another name.')
    return shapes.answer(_shown(changed))


@asks(None, status=204)
async def remove(request: Request) -> Response:
    """DELETE /econome/v1/views/{id}: forgets a view."""
    caller = require(request, Role.READ)
    await run_in_threadpool(context(request).views.remove, _known(request, caller))
    return Response(status_code=204)


def _known(request: Request, caller: Caller) -> SavedView:
    view_id = identity(request.path_params["id"], "view")
    view = context(request).views.get(caller.workspace, caller.projects, view_id)
    if view is None:
        raise NotFound(f"There is no view {view_id}.")
    return view


def _page(said: dict[str, object]) -> str:
    page = text(said, "page", longest=40)
    if not page.isidentifier():
        raise Invalid(f'"page" must be the name of a page, such as runs, not "{page}".')
    return page


def _name(said: dict[str, object]) -> str:
    name = text(said, "name", longest=LONGEST_NAME)
    if not name:
        raise Invalid('A view needs a "name", to find it again.')
    return name


def _query(said: dict[str, object]) -> str:
    return text(said, "query", longest=LONGEST_QUERY).removeprefix("?")


def _shown(view: SavedView) -> View:
    return {
        "id": str(view.id),
        "page": view.page,
        "name": view.name,
        "query": view.query,
        "created_at": shapes.iso(view.created_at),
        "modified_at": shapes.iso(view.modified_at),
    }


ROUTES = [
    Route("/econome/v1/views", views, methods=["GET"]),
    Route("/econome/v1/views", save, methods=["POST"]),
    Route("/econome/v1/views/{id}", change, methods=["PUT"]),
    Route("/econome/v1/views/{id}", remove, methods=["DELETE"]),
]
