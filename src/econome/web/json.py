"""Short JSON bodies: what the dashboard and the command line send. Ingest has a reader of its own."""

from __future__ import annotations

import orjson
from starlette.requests import Request

from econome.web.errors import Invalid, TooLarge

LONGEST_BYTES = 64 << 10


async def short_object(request: Request, allowed: frozenset[str]) -> dict[str, object]:
    """The JSON object of a body, which has no keys but the allowed ones."""
    return await long_object(request, allowed, LONGEST_BYTES)


async def long_object(request: Request, allowed: frozenset[str], longest: int) -> dict[str, object]:
    """The same, of at most `longest` bytes."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > longest:
            raise TooLarge(f"The body may have {longest >> 10} KiB.")
    names = ", ".join(sorted(allowed))
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Invalid(f"The body must be a JSON object with: {names}.") from error
    if not isinstance(said, dict):
        raise Invalid(f"The body must be a JSON object with nothing but: {names}.")
    if unknown := ", ".join(sorted(said.keys() - allowed)):
        raise Invalid(f"The body must be a JSON object with nothing but: {names}. It has {unknown[:200]}.")
    return said


def text(said: dict[str, object], name: str, *, longest: int = 200) -> str:
    """The text of one key of an object; empty if it is missing or null."""
    value = said.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > longest:
        raise Invalid(f'"{name}" must be text of at most {longest} characters.')
    return value.strip()
