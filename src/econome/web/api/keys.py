"""/econome/v1/keys: the API keys of a workspace."""

from __future__ import annotations

from typing import Annotated, NotRequired, TypedDict
from uuid import UUID

from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from econome.domain.key import ApiKey, Role
from econome.domain.project import workspace_id
from econome.web.api import shapes
from econome.web.api.told import Parameter, asks, names_of
from econome.web.auth import Caller, is_open, require
from econome.web.context import context
from econome.web.errors import Conflict, Forbidden, Invalid, NotFound
from econome.web.json import short_object, text
from econome.web.keys import Keys
from econome.web.sessions import Session, begin_session


class Key(TypedDict):
    """A key as it may be shown: never its hash."""

    id: str
    name: str
    role: Role
    projects: Annotated[str | None, Meta(description="patterns of names, with commas; null: all projects")]
    workspace: str
    hint: Annotated[str, Meta(description="its last characters")]
    created_at: shapes.Moment


class KeyList(TypedDict):
    """The keys that the caller may manage."""

    rows: list[Key]


class NewKey(TypedDict):
    """What a new key is to be."""

    name: str
    role: NotRequired[Role]
    projects: NotRequired[str | None]
    workspace: NotRequired[str | None]


class MadeKey(Key):
    """A new key, and what is sent as it."""

    key: Annotated[str, Meta(description="seen here, and never again")]


@asks(KeyList, Parameter("workspace", "*, for the server's owner: of all workspaces."))
async def list_keys(request: Request) -> Response:
    """GET /econome/v1/keys: those of the caller's workspace that it may manage."""
    caller = require(request, Role.ADMIN)
    keys = context(request).keys
    wanted = request.query_params.get("workspace")
    if wanted not in {None, "*"}:
        raise Invalid('"workspace" may only be *, which the server\'s owner may ask for.')
    if wanted and not caller.is_operator:
        raise Forbidden("Only the server's owner sees the keys of every workspace.")
    found = [key for key in keys.all() if wanted or _may_manage(caller, key)]
    told: KeyList = {"rows": [shown(keys, key) for key in found]}
    return shapes.answer(told)


@asks(MadeKey, body=NewKey, status=201)
async def create_key(request: Request) -> Response:
    """POST /econome/v1/keys: a new key; the answer is the only place where it is ever seen."""
    caller = require(request, Role.ADMIN)
    here = context(request)
    keys = here.keys
    was_open = is_open(here.settings, keys)
    said = await short_object(request, names_of(NewKey))
    name = text(said, "name")
    if not name:
        raise Invalid('A key needs a "name", to know it again when it is time to revoke it.')
    role = _role(text(said, "role") or Role.INGEST)
    workspace = _workspace(keys, caller, text(said, "workspace"))
    projects = _narrowed(caller, text(said, "projects", longest=2000))
    refuse_taken(keys, name, workspace)
    key, secret = await run_in_threadpool(keys.create, name, role, workspace=workspace, projects=projects)
    told: MadeKey = {**shown(keys, key), "key": secret}
    answer = shapes.answer(told, 201)
    if was_open:
        # The first key shuts the door. Whoever made it could do everything, and stays inside.
        begin_session(request, answer, keys.session_secret(), Session(None, caller.workspace))
    return answer


@asks(None, status=204)
async def revoke_key(request: Request) -> Response:
    """DELETE /econome/v1/keys/{id}: ends a key, and the sessions that it opened."""
    caller = require(request, Role.ADMIN)
    keys = context(request).keys
    key_id: UUID = request.path_params["id"]
    key = keys.get(key_id)
    if key is None or not (caller.is_operator or _may_manage(caller, key)):
        raise NotFound(f"There is no key {key_id}.")
    await run_in_threadpool(keys.revoke, key_id)
    return Response(status_code=204)


def refuse_taken(keys: Keys, name: str, workspace: str) -> None:
    """Raises `Conflict` if a living key of the workspace has that name: two could not be told apart."""
    if any(key.name == name for key in keys.all(workspace_id(workspace))):
        raise Conflict(
            f'There is a key "{name}" in the workspace "{workspace}" already. '
            "Take another name, or revoke that one first."
        )


def shown(keys: Keys, key: ApiKey) -> Key:
    """A key as it may be shown: never its hash."""
    workspace = keys.workspace(key.workspace)
    return {
        "id": str(key.id),
        "name": key.name,
        "role": key.role,
        "projects": key.projects,
        "workspace": workspace.name if workspace else str(key.workspace),
        "hint": key.hint,
        "created_at": shapes.iso(key.created_at),
    }


def _may_manage(caller: Caller, key: ApiKey) -> bool:
    """Whether a key is of the caller's workspace, and no wider than the caller's own."""
    return key.workspace == caller.workspace and caller.projects in {None, key.projects}


def _role(said: str) -> Role:
    try:
        return Role(said)
    except ValueError as error:
        raise Invalid(f'"role" must be one of {", ".join(Role)}, not "{said}".') from error


def _workspace(keys: Keys, caller: Caller, name: str) -> str:
    own = keys.workspace(caller.workspace)
    if not name and own:
        return own.name
    if workspace_id(name) != caller.workspace and not caller.is_operator:
        raise Forbidden("Only the server's owner makes keys for another workspace.")
    return name


def _narrowed(caller: Caller, projects: str) -> str | None:
    """The patterns of the new key: whoever is narrowed to some projects makes no wider key."""
    if caller.projects is not None and projects not in {"", caller.projects}:
        raise Forbidden(f'This key is for the projects "{caller.projects}": so are those it makes.')
    return caller.projects or projects or None


ROUTES: list[BaseRoute] = [
    Route("/econome/v1/keys", list_keys),
    Route("/econome/v1/keys", create_key, methods=["POST"]),
    Route("/econome/v1/keys/{id:uuid}", revoke_key, methods=["DELETE"]),
]
