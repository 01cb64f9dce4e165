"""What Langfuse's clients say beside their bodies: which project they mean, and which page of a list."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from econome.domain.key import Role
from econome.domain.project import DEFAULT_PROJECT
from econome.web.auth import Caller, require
from econome.web.errors import Forbidden, Invalid, NotFound
from econome.web.langsmith.asked import json_answer, whole
from econome.web.langsmith.query import FOR_EVER, SINCE_EVER
from econome.wire.labels import NAME_CHARACTERS
from econome.wire.times import instant

ROOT = "/api/public/"
"""Under which all of Langfuse's API lies."""

_HEADERS = ("x-project-name", "langsmith-project")
_DRAWN = "pk-lf-"
"""How the public keys begin that Langfuse draws: they name no project."""
_PATTERN = frozenset("*?[,")
_MOST = 100


def project_of(request: HTTPConnection, caller: Caller | None) -> str:
    """The project that a client of Langfuse means; "" where it names none.

    A pair of keys is of one project there. Here the public key may be its name, and a key that is
    for one project alone means that one.
    """
    for name in _HEADERS:
        if said := request.headers.get(name, "").strip():
            return said[:NAME_CHARACTERS]
    public = _public_key(request)
    if public and not public.startswith(_DRAWN):
        return public[:NAME_CHARACTERS]
    only = (caller.projects or "").strip() if caller is not None else ""
    return "" if _PATTERN & set(only) else only


def project_shown(request: HTTPConnection, caller: Caller) -> str:
    """The same, for who wants to be told a name."""
    return project_of(request, caller) or DEFAULT_PROJECT


def require_any(request: HTTPConnection) -> Caller:
    """Whoever has a key: an app that may only send must be able to ask who it is, and for its prompts."""
    try:
        return require(request, Role.INGEST)
    except Forbidden:
        return require(request, Role.READ)


def page_of(request: Request) -> tuple[int, int]:
    """Which page of a list, from 1, and how much stands on one."""
    asked = request.query_params
    return (
        whole(asked.get("page") or None, "page", 1, 1, 1 << 20),
        whole(asked.get("limit") or None, "limit", 50, 1, _MOST),
    )


def moment_in(request: Request, name: str) -> datetime | None:
    """A time in the query string; None where none is given. Raises `Invalid` for what is none."""
    text = request.query_params.get(name)
    if not text:
        return None
    found = instant(text.replace(" ", "+") if "T" in text else text)
    if found is None:
        raise Invalid(f'"{name}" must be a time such as "2026-03-18T12:00:00Z", not {text[:60]!r}')
    return max(min(found, FOR_EVER), SINCE_EVER)


def page_answer(rows: Sequence[Mapping[str, Any]], total: int, page: int, limit: int) -> Response:
    """A page of a list, as those clients read it."""
    pages = -(-total // limit)
    meta = {"page": page, "limit": limit, "totalItems": total, "totalPages": pages}
    return json_answer({"data": rows, "meta": meta})


def name_in(request: Request, part: str) -> str:
    """A name in the path, which may have folders in it."""
    name = str(request.path_params[part])
    if not name:
        raise NotFound("The path names nothing")
    return name


def _public_key(request: HTTPConnection) -> str:
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, ValueError):
        return ""
