"""A browser's session: a signed cookie, with nothing kept on the server.

It says who logged in and until when; what they may do is looked up afresh on every request, so
revoking a key ends its sessions at once.
"""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

SESSION_SECONDS = 30 * 24 * 3600  # a month: a dashboard is looked at now and then

_OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Session:
    """Who logged in."""

    key_id: UUID | None  # None: with the admin token
    workspace: UUID


def cookie_name(secret: bytes) -> str:
    """The cookie's name. Ports share cookies: each server on a machine has its own name."""
    return "econome_" + hmac.digest(secret, b"cookie", "sha256").hex()[:8]


def write_session(secret: bytes, session: Session, *, now: float | None = None) -> str:
    """The value of the cookie of a session that begins."""
    expires = int(time.time() if now is None else now) + SESSION_SECONDS
    who = session.key_id.hex if session.key_id else _OPERATOR
    said = f"{who}.{session.workspace.hex}.{expires}"
    return f"{said}.{_signature(secret, said)}"


def begin_session(request: Request, answer: Response, secret: bytes, session: Session) -> None:
    """Gives the cookie of a session to the browser that asks."""
    answer.set_cookie(
        cookie_name(secret),
        write_session(secret, session),
        max_age=SESSION_SECONDS,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )


def read_session(secret: bytes, cookie: str, *, now: float | None = None) -> Session | None:
    """The session of a cookie; None if it is not ours, or over."""
    said, _, signature = cookie.rpartition(".")
    if not hmac.compare_digest(_signature(secret, said).encode(), signature.encode()):
        return None
    who, workspace, expires = said.split(".")
    if int(expires) <= (time.time() if now is None else now):
        return None
    return Session(None if who == _OPERATOR else UUID(who), UUID(workspace))


def _signature(secret: bytes, said: str) -> str:
    return hmac.digest(secret, said.encode(), "sha256").hex()
