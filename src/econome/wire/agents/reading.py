"""What the readers of the agents' files share: lines, what is broken in them, short texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from econome.wire.agents.call import Call
from econome.wire.json_text import KEPT_AS_TEXT, dump, parse

TEXT_CHARACTERS = 20_000
"""How much of a prompt or an answer is kept: agents paste whole files into them."""
_ARGUMENT_CHARACTERS = 2_000
MARK = b"\xef\xbb\xbf"
"""What some editors put at the beginning of a file in UTF-8."""


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a file before it is read."""

    path: str
    folder: str = ""  # the folder of work, where the file itself does not tell
    parents: Mapping[str, str] = field(default_factory=dict)  # of which session a session is a fork


@dataclass(frozen=True, slots=True)
class Broken:
    """A line that could not be read."""

    line: int
    why: str


@dataclass(slots=True)
class Found:
    """What a file holds."""

    calls: list[Call] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)


def objects_in(lines: Iterable[bytes], found: Found) -> Iterator[tuple[int, dict[str, Any]]]:
    """The JSON objects of a file of lines, with the numbers of their lines.

    A last line without an end is being written at this moment: that is no mistake of anybody's.
    """
    for number, line in enumerate(lines, 1):
        content = line.removeprefix(MARK).strip() if number == 1 else line.strip()
        if not content:
            continue
        value, _, mended = parse(content)
        if isinstance(value, dict) and mended != KEPT_AS_TEXT:
            yield number, value
        elif line.endswith(b"\n"):
            why = "no JSON" if mended == KEPT_AS_TEXT else "JSON, but no object"
            found.broken.append(Broken(number, why))


def mapping(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object under a name; an empty one when there is none."""
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def string(holder: Mapping[str, Any], *names: str) -> str:
    """The first of these that is a text; "" when none is."""
    for name in names:
        value = holder.get(name)
        if isinstance(value, str) and value:
            return value
    return ""


def arguments_of(value: object) -> str:
    """What a tool was called with, as a short text."""
    text = value if isinstance(value, str) else dump(value).decode("utf-8", "replace")
    return text[:_ARGUMENT_CHARACTERS]


def text_of(content: object) -> str:
    """The text of a message's content: a text, or a list of parts of which some are texts."""
    if isinstance(content, str):
        return content[:TEXT_CHARACTERS]
    if isinstance(content, list):
        parts = (string(part, "text") if isinstance(part, dict) else part for part in content)
        return "\n".join(part for part in parts if isinstance(part, str) and part)[:TEXT_CHARACTERS]
    return string(content, "text")[:TEXT_CHARACTERS] if isinstance(content, dict) else ""
