"""A browser's login: the admin token or a key, exchanged for a cookie; and who is logged in."""

from __future__ import annotations

import time
from collections import OrderedDict
from importlib.metadata import version
from typing import Annotated, NotRequired, TypedDict
from uuid import UUID

from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from econome.domain.project import workspace_id
from econome.sample.marks import SAMPLE
from econome.web.api import shapes
from econome.web.api.told import asks, names_of
from econome.web.auth import Caller, Role, caller_of, is_open
from econome.web.context import context
from econome.web.errors import Busy, Forbidden, NotFound, Unauthenticated
from econome.web.json import short_object, text
from econome.web.keys import Keys
from econome.web.sessions import Session as Kept
from econome.web.sessions import begin_session, cookie_name


class Login(TypedDict):
    """Who wants in, and where."""

    token: str
    workspace: NotRequired[str]


class SampleState(TypedDict):
    """Whether the sample is there."""

    loaded: bool


class Features(TypedDict):
    """What this server does that others may not."""

    text_index: bool


class Session(TypedDict):
    """Who is asking, and of what kind of server."""

    authenticated: bool
    open: Annotated[bool, Meta(description="nobody needs a key, yet")]
    role: Role | None
    projects: Annotated[str | None, Meta(description="patterns of names, with commas; null: all projects")]
    workspace: shapes.Named | None
    version: str
    sample: SampleState
    features: Features


class Brake:
    """Slows down whoever guesses: so many failures in so many seconds from one address, and no more."""

    def __init__(self, failures: int = 10, seconds: float = 60.0, addresses: int = 10_000) -> None:
        self._most = failures
        self._seconds = seconds
        self._addresses = addresses
        self._failed: OrderedDict[str, list[float]] = OrderedDict()

    def is_on(self, address: str, now: float | None = None) -> bool:
        """Whether this address failed too often of late."""
        return len(self._recent(address, _at(now))) >= self._most

    def failed(self, address: str, now: float | None = None) -> None:
        """Remembers a failure."""
        at = _at(now)
        self._failed[address] = [*self._recent(address, at), at][-self._most :]
        self._failed.move_to_end(address)
        if len(self._failed) > self._addresses:
            self._failed.popitem(last=False)

    def _recent(self, address: str, now: float) -> list[float]:
        return [at for at in self._failed.get(address, ()) if at > now - self._seconds]


def _at(now: float | None) -> float:
    return time.monotonic() if now is None else now


@asks(None, body=Login, status=204)
async def login(request: Request) -> Response:
    """POST /econome/v1/login: gives a cookie for the admin token, or for a key that may read."""
    keys = context(request).keys
    brake = _brake(request)
    address = request.client.host if request.client else ""
    if brake.is_on(address):
        raise Busy("Too many failed logins from this address. Wait a minute.")
    said = await short_object(request, names_of(Login))
    caller = caller_of(keys, text(said, "token"))
    if caller is None:
        brake.failed(address)
        raise Unauthenticated(
            "This is neither the admin token nor a key. `econome doctor` says where it lies."
        )
    if not caller.role.includes(Role.READ):
        message = (
            f'A key with the role "{caller.role}" may send runs, not read them. '
            "Make one with --role read, or use the admin token: it lies in DATA/admin-token."
        )
        raise Forbidden(message)
    session = Kept(caller.key_id, _workspace(keys, caller, text(said, "workspace")))
    answer = Response(status_code=204)
    begin_session(request, answer, keys.session_secret(), session)
    return answer


@asks(None, status=204)
async def logout(request: Request) -> Response:
    """POST /econome/v1/logout: takes the cookie away."""
    keys = context(request).keys
    answer = Response(status_code=204)
    answer.delete_cookie(cookie_name(keys.session_secret()), httponly=True, samesite="strict")
    return answer


@asks(Session)
async def session(request: Request) -> Response:
    """GET /econome/v1/session: who is asking, and whether a login is needed.

    The first thing that a dashboard asks.
    """
    here = context(request)
    keys = here.keys
    caller: Caller | None = getattr(request.state, "caller", None)
    workspace = keys.workspace(caller.workspace) if caller else None
    told: Session = {
        "authenticated": caller is not None,
        "open": is_open(here.settings, keys),
        "role": caller.role if caller else None,
        "projects": caller.projects if caller else None,
        "workspace": {"id": str(workspace.id), "name": workspace.name} if workspace else None,
        "version": version("econome"),
        "sample": {"loaded": caller is not None and _has_sample(request, caller)},
        "features": {"text_index": here.settings.text_index},
    }
    return shapes.answer(told)


def _workspace(keys: Keys, caller: Caller, name: str) -> UUID:
    """The workspace to look at: a key has one, the operator may name any that exists."""
    if not name:
        return caller.workspace
    workspace = workspace_id(name)
    if workspace != caller.workspace and not caller.is_operator:
        raise Forbidden("This key belongs to another workspace.")
    if keys.workspace(workspace) is None:
        raise NotFound(f'There is no workspace "{name[:100]}". The first key made for it makes it.')
    return workspace


def _has_sample(request: Request, caller: Caller) -> bool:
    found = context(request).projects.find(caller.workspace, SAMPLE.name)
    return found is not None and SAMPLE.is_on(found.extra)


def _brake(request: Request) -> Brake:
    """The brake of this app, made when first needed."""
    state = request.app.state
    if not hasattr(state, "login_brake"):
        state.login_brake = Brake()
    brake: Brake = state.login_brake
    return brake


ROUTES: list[BaseRoute] = [
    Route("/econome/v1/session", session),
    Route("/econome/v1/login", login, methods=["POST"]),
    Route("/econome/v1/logout", logout, methods=["POST"]),
]
