"""multipart/form-data, whole in memory, as fast as `bytes.find` is.

Ours, for two reasons: a library's parser calls back for each header of each part, which
cost more than all JSON parsing together; and a body that breaks off in the middle must
still give the parts before the break.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from econome.wire.json_text import KEPT_AS_TEXT, parse


@dataclass(slots=True)
class Part:
    """One part: its name and its bytes; and its head, of which little else is ever asked."""

    name: str
    content: bytes
    head: bytes = b""

    @property
    def mime(self) -> str:
        """The media type, without parameters (JavaScript's SDK puts the length there)."""
        for line in self.head.decode("utf-8", "replace").splitlines():
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
    """The parts in order; raises `BrokenMultipart` where the body breaks off.

    A last part without the boundary behind it is given before that, when its length or its
    JSON says that it is whole. Lines may end in LF alone, if all of them do.
    """
    first = b"--" + boundary
    position = body.find(first)  # a preamble is legal
    if position < 0 or (position > 0 and body[position - 1] != _LF):
        message = f"The boundary {boundary.decode('latin-1')!r} does not occur in the body"
        raise BrokenMultipart(message)
    position += len(first)
    newline = b"\n" if body.startswith(b"\n", position) else b"\r\n"
    blank = newline + newline
    delimiter = newline + first
    step, two_steps, stride = len(newline), len(blank), len(delimiter)
    while not body.startswith(b"--", position):
        start = body.find(newline, position) + step
        head_end = body.find(blank, position)
        content = head_end + two_steps
        end = body.find(delimiter, content - step) if head_end >= 0 else -1
        if end < 0:
            last = _whole(body[start:head_end], body[content:], delimiter) if head_end >= 0 else None
            if last is not None:
                yield last
                message = "The body ends without its last boundary; what followed, if anything did, is lost"
                raise BrokenMultipart(message)
            message = f"The body ends inside the part that begins at byte {position}"
            raise BrokenMultipart(message)
        head = body[start:head_end]
        yield Part(_name_in(head), body[content:end], head)
        position = end + stride


_LF = ord("\n")
_LENGTH = re.compile(
    rb"^content-length: *(\d{1,18})|^content-type:.*; *length=(\d{1,18})", re.IGNORECASE | re.MULTILINE
)
_ENDS_OF_JSON = {b"{": b"}", b"[": b"]", b'"': b'"'}


def _whole(head: bytes, rest: bytes, delimiter: bytes) -> Part | None:
    """The part at the end of a body without a boundary behind it; None when it is not whole."""
    said = _LENGTH.search(head)
    if said is not None:
        length = int(said[1] or said[2])
        return Part(_name_in(head), rest[:length], head) if len(rest) >= length else None
    # Without a length only JSON tells where it ends, and of JSON not a number: 12 may have been 123.
    closing = _ENDS_OF_JSON.get(rest[:1])
    content = rest[: rest.rfind(closing) + 1] if closing else b""
    after = rest[len(content) :]
    if content and (delimiter.startswith(after) or not after.strip()) and parse(content)[2] != KEPT_AS_TEXT:
        return Part(_name_in(head), content, head)
    return None


def _name_in(head: bytes) -> str:
    """The name of a part: `name="…"`, which no client of ours writes otherwise.

    A quote inside it comes as %22 (JavaScript's FormData, urllib3) or behind a backslash.
    """
    start = head.find(b' name="')
    if start < 0:
        return ""
    start += 7
    end = head.find(b'"', start)
    while end > start and head[end - 1] == _BACKSLASH:
        further = head.find(b'"', end + 1)
        if further < 0 or b"\n" in head[end:further]:
            break  # the name itself ends in a backslash
        end = further
    name = head[start:end].decode("utf-8", "replace")
    if "\\" in name or "%" in name:
        for escaped, plain in _ESCAPES:
            name = name.replace(escaped, plain)
    return name


_BACKSLASH = ord("\\")
_ESCAPES = (('\\"', '"'), ("%22", '"'), ("%0D", "\r"), ("%0A", "\n"))
