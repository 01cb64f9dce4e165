"""What OpenTelemetry's exporters are answered: in the type of their request, in codes that they know."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import orjson
from starlette.responses import Response

from econome.wire.otlp.varint import varint

PROTOBUF = "application/x-protobuf"
JSON = "application/json"

ENDS = ("/v1/traces", "/v1/logs", "/v1/metrics")
"""How the paths end at which OTLP comes in, under whatever root."""

_CODES = {
    # From HTTP's word for it to gRPC's number, which a Status holds.
    HTTPStatus.BAD_REQUEST: 3,
    HTTPStatus.UNAUTHORIZED: 16,
    HTTPStatus.FORBIDDEN: 7,
    HTTPStatus.NOT_FOUND: 5,
    HTTPStatus.REQUEST_TIMEOUT: 4,
    HTTPStatus(413): 8,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: 3,
    HTTPStatus.TOO_MANY_REQUESTS: 8,
    HTTPStatus.SERVICE_UNAVAILABLE: 14,
}
_UNKNOWN = 2


def media_type(content_type: str) -> str:
    """`PROTOBUF` or `JSON`, "" for anything else, by a Content-Type with or without parameters."""
    name = content_type.partition(";")[0].strip().lower()
    if name in (PROTOBUF, "application/protobuf", "application/vnd.google.protobuf"):
        return PROTOBUF
    return JSON if name == JSON else ""


def refusal(
    content_type: str, status: int, detail: str, headers: Mapping[str, str] | None = None
) -> Response:
    """A google.rpc.Status that tells why, in the type of the request."""
    code = _CODES.get(HTTPStatus(status), _UNKNOWN)
    if media_type(content_type) == PROTOBUF:
        return Response(_status(code, detail), status, dict(headers or {}), PROTOBUF)
    return Response(orjson.dumps({"code": code, "message": detail}), status, dict(headers or {}), JSON)


def success(content_type: str, field: str, refused: int, detail: str) -> Response:
    """The answer to an export. `field` is what counts the refused: `rejectedSpans` and its like.

    All was stored when none was refused, and then the message is empty, as the protocol wants.
    """
    if media_type(content_type) == PROTOBUF:
        partial = _varint_field(1, refused) + _text_field(2, detail) if refused else b""
        return Response(_bytes_field(1, partial) if partial else b"", media_type=PROTOBUF)
    content = {"partialSuccess": {field: str(refused), "errorMessage": detail}} if refused else {}
    return Response(orjson.dumps(content), media_type=JSON)


def _status(code: int, message: str) -> bytes:
    # Two fields of a message that is in no package we need for anything else.
    return _varint_field(1, code) + _text_field(2, message)


def _varint_field(number: int, value: int) -> bytes:
    return bytes([number << 3]) + varint(value)


def _text_field(number: int, value: str) -> bytes:
    return _bytes_field(number, value.encode("utf-8", "replace"))


def _bytes_field(number: int, value: bytes) -> bytes:
    return bytes([number << 3 | 2]) + varint(len(value)) + value


def message_in(status: bytes) -> str:
    """The message of a google.rpc.Status that `refusal` made."""
    _, mark, rest = status.partition(b"\x12")
    while rest and rest[0] & 0x80:  # its length, which is that of the rest
        rest = rest[1:]
    return rest[1:].decode("utf-8", "replace") if mark else ""
