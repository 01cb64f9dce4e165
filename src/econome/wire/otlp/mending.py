"""Protobuf whose texts are no UTF-8: some exporters do not check what apps give them.

A parser throws such a message away, and with it a whole batch for one byte of one attribute.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from google.protobuf.descriptor import FieldDescriptor

from econome.wire.otlp.varint import varint

_SIZES = {1: 8, 5: 4}  # in bytes, of the wire types that have a fixed size
_VARINT, _DELIMITED = 0, 2


def mended(body: bytes, descriptor: Any) -> bytes:
    """The same message, with a mark in its texts for what is no UTF-8.

    Raises `ValueError` or `RecursionError` where it is no such message.
    """
    parts: list[bytes] = []
    for (start, end), number, content in _fields(body):
        if content is None:
            parts.append(body[start:end])
            continue
        field = descriptor.fields_by_number.get(number)
        kind = None if field is None else field.type
        if kind == FieldDescriptor.TYPE_STRING:
            content = content.decode("utf-8", "replace").encode()  # noqa: PLW2901
        elif kind == FieldDescriptor.TYPE_MESSAGE:
            content = mended(content, field.message_type)  # noqa: PLW2901
        parts += (varint(number << 3 | _DELIMITED), varint(len(content)), content)
    return b"".join(parts)


def _fields(body: bytes) -> Iterator[tuple[tuple[int, int], int, bytes | None]]:
    """Where each field begins and ends, its number, and what it holds where that has a length."""
    at = 0
    while at < len(body):
        start = at
        tag, at = _read(body, at)
        content = None
        wire_type = tag & 7
        if wire_type == _VARINT:
            _, at = _read(body, at)
        elif wire_type == _DELIMITED:
            size, at = _read(body, at)
            content = body[at : at + size]
            at += size
        elif wire_type in _SIZES:
            at += _SIZES[wire_type]
        else:
            raise ValueError(f"There is no wire type {wire_type} in a message of this kind")
        if at > len(body):
            raise ValueError("It ends too early")
        yield (start, at), tag >> 3, content


def _read(body: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(body) or shift > 63:
            raise ValueError("It ends too early")
        byte = body[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
