"""Names that stand in a path: a session's and a user's are free texts.

What is plain stays as it is. Anything else (a slash, a dot in front, which browsers resolve, or nothing
but signs) becomes `~` and the base64 of its UTF-8, in the alphabet for addresses.
"""

from __future__ import annotations

import base64
import binascii
import re

from econome.analytics.errors import BadQuestion

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:@+-]*", re.ASCII)


def in_path(name: str) -> str:
    """The name as it stands in a path."""
    if _PLAIN.fullmatch(name):
        return name
    return "~" + base64.urlsafe_b64encode(name.encode()).decode().rstrip("=")


def name_in(text: str) -> str:
    """The name that stands in a path. Raises `BadQuestion`."""
    if not text.startswith("~"):
        return text
    packed = text[1:]
    try:
        return base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode()
    except (ValueError, binascii.Error) as error:
        message = f'"{text[:64]}" begins with "~" and is no base64 of a name'
        raise BadQuestion(message) from error
