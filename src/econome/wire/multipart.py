"""multipart/form-data, whole in memory, as fast as `bytes.find` is.

Ours, for two reasons: a library's parser calls back for each header of each part, which
cost more than all JSON parsing together; and a body that breaks off in the middle must
still give the parts before the break.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(slots=True)
class Part:
    """One part: its name and its bytes; and its head, of which little else is ever asked."""

    name: str
    content: bytes
    head: bytes = b""

    @property
    def mime(self) -> str:
        """The media type, without parameters (JavaScript's SDK puts the length there)."""
        for line in self.head.decode("utf-8", "replace").split("\r\n"):
            key, _, value = line.partition(":")
            if key.strip().lower() == "content-type":
                return value.partition(";")[0].strip().lower()
        return ""


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
        head = body[start + 2 : head_end]
        yield Part(_name_in(head), body[head_end + 4 : end], head)
        position = end + len(delimiter)


def _name_in(head: bytes) -> str:
    """The name of a part: `name="…"`, which no client of ours writes otherwise."""
    start = head.find(b' name="')
    if start < 0:
        return ""
    return head[start + 7 : head.find(b'"', start + 7)].decode("utf-8", "replace")
