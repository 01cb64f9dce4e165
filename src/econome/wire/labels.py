"""Tags and metadata for filtering: cut to what somebody may filter by.

They lie in memory and in every version of a row. The payload's `extra` keeps everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from econome.wire.json_text import dump

NAME_CHARACTERS = 500
_VALUE_CHARACTERS = 4_000
_MOST_KEYS = 200
_TAG_CHARACTERS = 500
_MOST_TAGS = 200
_METADATA_CUT = "metadata was cut for filtering"
_TAGS_CUT = "tags were cut for filtering"


def metadata_of(metadata: Mapping[str, Any], notes: list[str]) -> dict[str, str]:
    """Metadata as texts: strings as they are, the rest as JSON, usage left to its buckets.

    Values are cut to 4,000 characters, and all that follows 200 keys is left out, with a note.
    """
    found: dict[str, str] = {}
    is_cut = False
    for key, value in metadata.items():
        if value is None or key == "usage_metadata":
            continue
        if len(found) == _MOST_KEYS or len(key) > NAME_CHARACTERS:
            is_cut = True
            continue
        text = value if isinstance(value, str) else dump(value).decode()
        if len(text) > _VALUE_CHARACTERS:
            is_cut = True
            text = text[:_VALUE_CHARACTERS]
        found[key] = text
    if is_cut:
        notes.append(_METADATA_CUT)
    return found


def tags_of(tags: Iterable[object], notes: list[str]) -> list[str]:
    """The texts among these, 200 of them at most, each cut to 500 characters, with a note."""
    texts = [tag for tag in tags if isinstance(tag, str)]
    found = [tag[:_TAG_CHARACTERS] for tag in texts[:_MOST_TAGS]]
    if found != texts:
        notes.append(_TAGS_CUT)
    return found
