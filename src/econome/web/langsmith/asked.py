"""What LangSmith's clients ask with, read with their habits.

Python writes True and False with a capital, JavaScript without; lists are repeated keys, or a
list in JSON, or one value alone; null means "not given".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from starlette.requests import Request
from starlette.responses import Response

from econome.domain.run import NO_ID
from econome.web.auth import Caller
from econome.web.body import body_of
from econome.web.context import Econome, context
from econome.web.errors import Invalid, NotFound, TooLarge
from econome.wire.identity import uuid_of
from econome.wire.json_text import dump

MOST = 100
"""Rows of one page: what the clients themselves ask for."""

_LONGEST_BYTES = 8 << 20  # ten thousand ids, or feedback with a long correction


async def json_object(request: Request) -> dict[str, Any]:
    """The body, a JSON object. Raises `Invalid` for anything else."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_BYTES:
            raise TooLarge(f"The body may have {_LONGEST_BYTES >> 20} MiB")
    try:
        said = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError as error:
        raise Invalid(f"The body is not JSON: {error}") from error
    if not isinstance(said, dict):
        raise Invalid("The body must be a JSON object")
    return said


async def json_body(request: Request) -> Any:
    """The body, any JSON, as large and as packed as that of a request that brings runs. Raises `Invalid`."""
    here = context(request)
    async with body_of(request, here.budget, here.settings.max_body_bytes, here.decoding) as body:
        if body.broken:
            raise Invalid(body.broken)
        try:
            return orjson.loads(body.content)
        except orjson.JSONDecodeError as error:
            raise Invalid(f"The body is not JSON: {error}") from error


def json_answer(content: object, status: int = 200) -> Response:
    """An answer in JSON: ids and times as texts, times in UTC with their offset."""
    return Response(dump(content, orjson.OPT_NON_STR_KEYS), status, media_type="application/json")


def path_id(request: Request, name: str) -> UUID:
    """The id in the path. What is no UUID is nowhere."""
    found = uuid_of(request.path_params[name])
    if found is None:
        raise NotFound(f"{request.path_params[name][:60]!r} is not a UUID")
    return found


def ids(said: object, name: str) -> list[UUID]:
    """Ids given as a list or alone."""
    found = []
    for one in texts(said):
        identity = uuid_of(one)
        if identity is None:
            raise Invalid(f'"{name}" must be a UUID or a list of them, not {one[:60]!r}')
        found.append(identity)
    return found


def texts(said: object) -> list[str]:
    """Texts given as a list or alone."""
    if said is None:
        return []
    return [str(one) for one in said] if isinstance(said, list | tuple) else [str(said)]


def query_ids(request: Request, name: str) -> list[UUID]:
    """The ids of a repeated key in the query string."""
    return ids([one for one in request.query_params.getlist(name) if one not in {"", "None"}], name)


def query_object(request: Request, name: str) -> dict[str, Any]:
    """A JSON object in the query string; empty when it is not given."""
    text = request.query_params.get(name)
    if text in (None, "", "None"):
        return {}
    try:
        found = orjson.loads(str(text))
    except orjson.JSONDecodeError as error:
        raise Invalid(f'"{name}" is not JSON: {error}') from error
    if not isinstance(found, dict):
        raise Invalid(f'"{name}" must be the JSON text of an object')
    try:
        orjson.dumps(found)  # which writes 254 levels, and reads four times as many
    except orjson.JSONEncodeError as error:
        raise Invalid(f'"{name}" is nested too deep: {str(text)[:60]!r}') from error
    return found


def truth(said: object, name: str) -> bool | None:
    """A truth value, however it is spelt; None when it is not given."""
    match str(said).lower():
        case "none" | "null" | "":
            return None
        case "true" | "1" | "1.0":
            return True
        case "false" | "0" | "0.0":
            return False
    raise Invalid(f'"{name}" must be true or false, not {str(said)[:60]!r}')


def flag(request: Request, name: str) -> bool | None:
    """A truth value in the query string."""
    return truth(request.query_params.get(name), name)


def whole(said: object, name: str, default: int, least: int, most: int) -> int:
    """A whole number, brought down to `most`. Raises `Invalid` below `least`."""
    if said is None:
        return default
    try:
        number = int(str(said))
    except ValueError as error:
        raise Invalid(f'"{name}" must be a whole number, not {str(said)[:60]!r}') from error
    if number < least:
        raise Invalid(f'"{name}" must be at least {least}, not {number}')
    return min(number, most)


def numbers_of_page(request: Request) -> tuple[int, int]:
    """The limit and offset of a list."""
    asked = request.query_params
    return whole(asked.get("limit"), "limit", MOST, 1, MOST), whole(
        asked.get("offset"), "offset", 0, 0, 1 << 31
    )


def visible(here: Econome, caller: Caller, wanted: Sequence[UUID] = ()) -> tuple[UUID, ...]:
    """The projects that a question is about; none at all means the whole workspace.

    A key for some projects never gets that: where it may see none of those wanted, it is
    given the project that does not exist.
    """
    if caller.projects is None:
        return tuple(wanted)
    allowed = {project.id for project in here.projects.named(caller.workspace, caller.projects)}
    if wanted:
        allowed &= set(wanted)
    return tuple(sorted(allowed)) or (NO_ID,)


def subset(part: object, whole_of: object) -> bool:
    """Whether all of a JSON object stands in another."""
    if isinstance(part, Mapping) and isinstance(whole_of, Mapping):
        return all(key in whole_of and subset(value, whole_of[key]) for key, value in part.items())
    return part == whole_of
