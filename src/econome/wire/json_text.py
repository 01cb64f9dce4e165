"""JSON from strangers: parsed fast when it is right, mended and said when it is not."""

from __future__ import annotations

import json
from typing import Any

import orjson

MENDED = "was not quite JSON (NaN, or half a surrogate pair) and was mended"
KEPT_AS_TEXT = "was not JSON and was kept as text"
TOO_DEEP = "(left out: nested too deep)"


def parse(content: bytes) -> tuple[Any, bytes, str]:
    """The value, the JSON text to keep, and what was mended ("" almost always).

    Never raises: what cannot be JSON is kept whole as a JSON string, for its sender
    believes that it was stored.
    """
    try:
        return orjson.loads(content), content, ""
    except orjson.JSONDecodeError:
        pass
    text = content.decode("utf-8", "replace")
    try:
        value = json.loads(text, parse_constant=lambda _: None)
        mended = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
        return orjson.loads(mended), mended, MENDED
    except (ValueError, RecursionError):
        return text, orjson.dumps(text), KEPT_AS_TEXT


def dump(value: object, option: int | None = None) -> bytes:
    """The JSON text of a value, with an option of orjson's; of what `parse` gave it never raises.

    orjson reads 1024 levels but writes only 254; the standard library writes as many as the
    stack has room for. What is deeper still becomes a text that says so.
    """
    try:
        return orjson.dumps(value, option=option)
    except orjson.JSONEncodeError:
        pass
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_as_orjson_writes)
        return text.encode("utf-8", "replace")
    except RecursionError:
        return orjson.dumps(TOO_DEEP)


def _as_orjson_writes(value: object) -> object:
    """An id or a time, which only orjson knows. Raises `TypeError` for what it does not know either."""
    return orjson.loads(orjson.dumps(value))
