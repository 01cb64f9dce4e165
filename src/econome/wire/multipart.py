"""multipart/form-data, whole in memory, as fast as `bytes.find` is.

Ours, for two reasons: a library's parser calls back for each header of each part, which
cost more than all JSON parsing together; and a body that breaks off in the middle must
still give the parts before the break.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its name, its media type without parameters, its bytes."""

    name: str
    mime: str
    content: bytes


class BrokenMultipart(ValueError):
    """The body does not go on as multipart does; the parts before were given."""


def boundary_of(content_type: str) -> bytes:
    """The boundary that a Content-Type header names.

    Raises `BrokenMultipart` when it names none.
    """
    for parameter in content_type.split(";")[1:]:
        key, _, value = parameter.strip().partition("=")
        if key.lower() == "boundary" and value:
            return value.strip('"').encode("latin-1")
    message = f"No boundary in the Content-Type {content_type!r}"
    raise BrokenMultipart(message)


def parts_of(body: bytes, boundary: bytes) -> Iterator[Part]:
    """The parts in order; raises `BrokenMultipart` where the body breaks off."""
    delimiter = b"\r\n--" + boundary
    first = b"--" + boundary
    if not body.startswith(first):  # a preamble is legal
        begin = body.find(delimiter)
        if begin < 0:
            message = f"The boundary {boundary.decode('latin-1')!r} does not occur in the body"
            raise BrokenMultipart(message)
        position = begin + len(delimiter)
    else:
        position = len(first)
    while not body.startswith(b"--", position):
        start = body.find(b"\r\n", position)
        head_end = body.find(b"\r\n\r\n", position)
        end = body.find(delimiter, head_end + 2) if head_end >= 0 else -1
        if start < 0 or head_end < 0 or end < 0:
            message = f"The body ends inside the part that begins at byte {position}"
            raise BrokenMultipart(message)
        yield _part(body[start + 2 : head_end], body[head_end + 4 : end])
        position = end + len(delimiter)


def _part(head: bytes, content: bytes) -> Part:
    name, mime = "", ""
    for line in head.decode("utf-8", "replace").split("\r\n"):
        key, _, value = line.partition(":")
        field = key.strip().lower()
        if field == "content-disposition":
            name = _name_in(value)
        elif field == "content-type":
            mime = value.partition(";")[0].strip().lower()
    return Part(name, mime, content)


def _name_in(disposition: str) -> str:
    _, found, rest = disposition.partition(' name="')
    if found:
        return rest.partition('"')[0]
    for parameter in disposition.split(";")[1:]:
        key, _, value = parameter.strip().partition("=")
        if key == "name":
            return value.strip('"')
    return ""
