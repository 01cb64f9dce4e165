"""Who is asking: the key of a request, and the workspace and role that it gives.

Keys come in the header of whichever client sends them: `x-api-key` (LangSmith), `Authorization`
as Bearer (OTLP) or Basic (Langfuse: the password), `x-service-key`; a browser has a session's cookie.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from uuid import UUID

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from econome.domain.errors import EconomeError
from econome.domain.key import ApiKey, Role, matches
from econome.domain.project import DEFAULT_WORKSPACE
from econome.settings import Settings
from econome.web import otlp_answers
from econome.web.context import Econome
from econome.web.errors import Forbidden, Unauthenticated, headers_of, problem, status_of
from econome.web.keys import Keys
from econome.web.sessions import SESSION_SECONDS, Session, cookie_name, read_session

__all__ = ["SESSION_SECONDS", "Authenticate", "Caller", "Role", "require"]

OPEN_PATHS = frozenset(
    {
        # Nothing here shows a trace. LangSmith's clients ask /info before they have a key to send.
        "/",
        "/health",
        "/ready",
        "/ui",
        "/info",
        "/api/info",
        "/api/v1/info",
        "/api/public/health",
        "/econome/v1/session",
        "/econome/v1/login",
        "/econome/v1/logout",
    }
)
OPEN_PREFIXES = (
    "/ui/",  # the dashboard's own files; what it shows, it asks for
    "/o/",  # LangSmith's links, which redirect into the dashboard
    "/project/",  # Langfuse's, which do the same
    "/trace/",
    "/public/",  # shared by an unguessable token in the path, which its endpoints check
    "/api/v1/public/",
    "/api/v2/public/",
    "/feedback/tokens/",  # the same, for feedback
    "/api/feedback/tokens/",
    "/api/v1/feedback/tokens/",
    "/api/public/attachments/",
    "/api/public/media/",  # Langfuse's clients put files without their keys, at addresses that are signed
)


KEY_PREFIX = "/key/"
"""Before the paths of OTLP: the next part of such a path is a key."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever is asking."""

    workspace: UUID
    role: Role
    projects: str | None = None  # patterns of names, comma separated; None: all of the workspace
    key_id: UUID | None = None  # None: the operator, by the admin token or on an open server

    @property
    def is_operator(self) -> bool:
        """Whether it is the owner of the server, who may cross workspaces."""
        return self.key_id is None and self.role is Role.ADMIN

    def may_see(self, project: str) -> bool:
        """Whether a project's name is within what the key is for."""
        return matches(self.projects, project)


def require(request: HTTPConnection, role: Role) -> Caller:
    """Whoever asks, if the role suffices.

    Raises `Unauthenticated` for nobody we know and `Forbidden` for a role that is too weak.
    """
    caller = getattr(request.state, "caller", None)
    if not isinstance(caller, Caller):
        raise Unauthenticated(_NOBODY)
    if not caller.role.includes(role):
        message = f'This needs a key with the role "{role}"; this one\'s is "{caller.role}".'
        raise Forbidden(message)
    return caller


def is_open(settings: Settings, keys: Keys) -> bool:
    """Whether everybody is let in: nobody but this machine can call, and no key was ever made."""
    return settings.is_loopback and not keys.ever_made


def caller_of(keys: Keys, secret: str) -> Caller | None:
    """Who sends this key, or the admin token."""
    key = keys.of(secret)
    if key is not None:
        return _holder(key)
    return OPERATOR if keys.is_admin_token(secret) else None


class Authenticate:
    """Sets `request.state.caller`, and turns away whoever has no key that we know.

    It stands on the path of every ingest request, so it is plain ASGI: one pass over the headers,
    one hash, one look into a dictionary.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request through, or answers it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        key = _key_in_path(scope)
        try:
            caller = _identify(scope, key)
        except EconomeError as error:
            answer = _refusal(scope, error)
            await answer(scope, receive, send)
            return
        if caller is not None:
            scope.setdefault("state", {})["caller"] = caller
        await self._app(scope, receive, send)


def _refusal(scope: Scope, error: EconomeError) -> Response:
    status, path = status_of(error), scope["path"]
    if not path.endswith(otlp_answers.ENDS):
        return problem(path, status, str(error))
    content_type = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    return otlp_answers.refusal(content_type.decode("latin-1"), status, str(error), headers_of(status))


OPERATOR = Caller(DEFAULT_WORKSPACE, Role.ADMIN)

_NOBODY = (
    "This needs an API key, in x-api-key or as a bearer. "
    "The server's owner makes one with: econome keys create --name NAME "
    "--role ingest, to send, or --role read, to look."
)
_HEADERS = frozenset({b"x-api-key", b"authorization", b"x-service-key", b"x-tenant-id", b"cookie"})


def _key_in_path(scope: Scope) -> str:
    """The key in `/key/KEY/v1/logs`, taken out of the path; "" where there is none.

    For exporters that can set an address and no header. What comes after sees the path
    without it: a key belongs into no log.
    """
    path: str = scope["path"]
    if not path.startswith(KEY_PREFIX):
        return ""
    key, _, rest = path[len(KEY_PREFIX) :].partition("/")
    if f"/{rest}" not in otlp_answers.ENDS:
        return ""
    scope["path"] = f"/{rest}"
    scope["raw_path"] = scope["path"].encode()
    return key


def _identify(scope: Scope, key: str = "") -> Caller | None:
    econome: Econome = scope["app"].state.econome
    if is_open(econome.settings, econome.keys):
        return OPERATOR
    sent = {name: value for name, value in scope["headers"] if name in _HEADERS}
    path: str = scope["path"]
    may_pass = path in OPEN_PATHS or path.startswith(OPEN_PREFIXES)
    secret = _secret(sent) or key
    caller = caller_of(econome.keys, secret) if secret else _in_session(econome.keys, sent)
    if caller is None:
        if may_pass:
            return None
        raise Unauthenticated("This API key is unknown, or was revoked." if secret else _NOBODY)
    return _in_workspace(econome.keys, caller, sent.get(b"x-tenant-id"))


def _secret(sent: dict[bytes, bytes]) -> str:
    if key := sent.get(b"x-api-key", b"").strip():
        return key.decode("latin-1")
    kind, _, value = sent.get(b"authorization", b"").strip().partition(b" ")
    value = value.strip()
    match kind.lower():
        case b"bearer":
            return value.decode("latin-1")
        case b"basic":
            return _password(value)
    return sent.get(b"x-service-key", b"").strip().decode("latin-1")


def _password(value: bytes) -> str:
    try:
        account = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, ValueError):
        return "?"  # sent, and not a key
    return account.partition(":")[2] or "?"


def _in_session(keys: Keys, sent: dict[bytes, bytes]) -> Caller | None:
    cookies = sent.get(b"cookie")
    if not cookies:
        return None
    secret = keys.session_secret()
    wanted = cookie_name(secret).encode() + b"="
    for cookie in cookies.split(b";"):
        if cookie.strip().startswith(wanted):
            session = read_session(secret, cookie.strip()[len(wanted) :].decode("latin-1"))
            return _resumed(keys, session) if session else None
    return None


def _resumed(keys: Keys, session: Session) -> Caller | None:
    if session.key_id is None:
        return Caller(session.workspace, Role.ADMIN)
    key = keys.get(session.key_id)  # a revoked key ends its sessions
    return _holder(key) if key else None


def _in_workspace(keys: Keys, caller: Caller, tenant: bytes | None) -> Caller:
    """The caller, in the workspace that `X-Tenant-Id` names: only the operator has a choice.

    A key opens its own workspace whatever is named. LangSmith's clients send the id that they have
    at LangSmith, and drop their runs when they are refused; and a refusal of just those ids
    that are ours would tell the holder of any key which workspaces there are.
    """
    if not tenant or not caller.is_operator:
        return caller
    try:
        workspace = UUID(tenant.decode("latin-1").strip())
    except ValueError:
        return caller
    return caller if keys.workspace(workspace) is None else Caller(workspace, caller.role)


def _holder(key: ApiKey) -> Caller:
    return Caller(key.workspace, key.role, key.projects, key.id)
