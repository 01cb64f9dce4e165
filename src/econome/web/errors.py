"""From errors to answers: one table.

Our own API and everything unknown answer `application/problem+json` (RFC 9457). LangSmith's
clients, whose paths have no prefix of ours, read `{"detail": …}`: they get that.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from econome.domain.errors import EconomeError
from econome.ingest.budget import Overloaded
from econome.ingest.datasets import Removed
from econome.ingest.repricing import NoSuchRepricing, NotNow
from econome.ingest.writer import Stopped
from econome.settings import SettingsError
from econome.store.client import StoreBusy, StoreError, TooHeavy

OURS = "/econome/"
RETRY_AFTER_SECONDS = 5

log = logging.getLogger("econome.web")


class CannotServe(EconomeError):
    """The server cannot start like this; the text says why."""


class Invalid(EconomeError):
    """What was asked cannot be understood; the text says what is allowed."""


class Unauthenticated(EconomeError):
    """Nobody we know is asking."""


class Forbidden(EconomeError):
    """Whoever asks is known, and may not."""


class NotFound(EconomeError):
    """What was asked for is not there, or not for whoever asks."""


class Conflict(EconomeError):
    """It is already there."""


class TooLarge(EconomeError):
    """More than the server takes at once."""


class WrongType(EconomeError):
    """It comes in a form that is not read here."""


class TooSlow(EconomeError):
    """It stopped coming halfway."""


class Busy(EconomeError):
    """Not now: too much is under way."""


TABLE: dict[type[EconomeError], HTTPStatus] = {
    # The nearest ancestor of an error in this table decides. 404 and 409 must never answer an
    # ingest request: LangSmith's clients then drop data in silence.
    EconomeError: HTTPStatus.BAD_REQUEST,
    Invalid: HTTPStatus.BAD_REQUEST,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    TooLarge: HTTPStatus(413),
    WrongType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    TooSlow: HTTPStatus.REQUEST_TIMEOUT,
    Busy: HTTPStatus.TOO_MANY_REQUESTS,
    Overloaded: HTTPStatus.TOO_MANY_REQUESTS,
    NoSuchRepricing: HTTPStatus.NOT_FOUND,
    Removed: HTTPStatus.NOT_FOUND,
    NotNow: HTTPStatus.CONFLICT,
    StoreError: HTTPStatus.SERVICE_UNAVAILABLE,
    TooHeavy: HTTPStatus.BAD_REQUEST,
    Stopped: HTTPStatus.SERVICE_UNAVAILABLE,
    SettingsError: HTTPStatus.INTERNAL_SERVER_ERROR,
}


def status_of(error: EconomeError) -> HTTPStatus:
    """The status that answers an error."""
    return next(TABLE[kind] for kind in type(error).__mro__ if kind in TABLE)


def problem(path: str, status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """The answer that tells `detail` to whoever asked for `path`, in the words that its client reads."""
    return Response(
        orjson.dumps(_content(path, status, detail)),
        status,
        {**headers_of(status), **(headers or {})},
        media_type="application/problem+json" if path.startswith(OURS) else "application/json",
    )


def _content(path: str, status: int, detail: str) -> dict[str, object]:
    if not path.startswith(OURS):
        return {"detail": detail}
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
    }


def headers_of(status: int) -> dict[str, str]:
    """What every answer with this status has."""
    match status:
        case HTTPStatus.UNAUTHORIZED:
            return {"www-authenticate": "Bearer"}
        case HTTPStatus.REQUEST_TIMEOUT:
            return {"connection": "close"}  # the rest of the body may still come
        case HTTPStatus.TOO_MANY_REQUESTS | HTTPStatus.SERVICE_UNAVAILABLE:
            return {"retry-after": str(RETRY_AFTER_SECONDS)}
        case _:
            return {}


def shown(error: EconomeError) -> str:
    """What may be told of an error to whoever asked."""
    if isinstance(error, StoreError) and not isinstance(error, StoreBusy):
        # The engine's words may quote the text of traces.
        return "The store did not answer. Nothing was lost; try again."
    return str(error)


async def _on_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, EconomeError)  # noqa: S101  (Starlette calls it for nothing else)
    status = status_of(error)
    path = request.url.path
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("%s %s: %s", request.method, path, error)
    return problem(path, status, shown(error))


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  (Starlette calls it for nothing else)
    path = request.url.path
    match error.status_code:
        case HTTPStatus.NOT_FOUND if error.detail == HTTPStatus.NOT_FOUND.phrase:
            detail = f"There is nothing at {request.method} {path[:200]}"
        case HTTPStatus.METHOD_NOT_ALLOWED:
            detail = f"{path[:200]} does not take {request.method}"
        case _:
            detail = error.detail
    return problem(path, error.status_code, detail, error.headers)


HANDLERS: dict[Any, Callable[[Request, Exception], Awaitable[Response]]] = {
    # For `Starlette(exception_handlers=HANDLERS)`. What is in neither row is `guard.Failures`'.
    EconomeError: _on_error,
    HTTPException: _on_http_exception,
}
