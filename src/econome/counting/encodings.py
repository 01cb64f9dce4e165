"""OpenAI's encodings: which model has which, and how many tokens a text has in it.

The package `quicktok-v1` (Econome's extra `count`; 8 MB, with the ranks inside, so that nothing
is downloaded) is optional. Its counts are tested against OpenAI's published ones.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
from functools import lru_cache
from importlib.metadata import version
from typing import Protocol, cast

_MODELS = re.compile(
    r"(?:ft:)?(?:"
    r"(?P<o200k_base>gpt-(?:4o|4\.\d|5|6)|chatgpt-4o|o[134](?:-|$)|gpt-oss)"
    r"|(?P<cl100k_base>gpt-(?:4(?![o.\d])|3\.5|35)|text-embedding-(?:3-|ada-002)|(?:davinci|babbage)-002)"
    r")"
)


class _Encoding(Protocol):
    def count(self, text: str) -> int:
        """How many tokens; special tokens are text like any other."""
        ...


def encoding_of(model: str) -> str | None:
    """The name of the encoding of one of OpenAI's models; None for anybody else's."""
    found = _MODELS.match(model.strip().lower().removeprefix("openai/"))
    return found.lastgroup if found else None


def count_with(encoding: str, text: str) -> tuple[int, str] | None:
    """The tokens of a text, and who counted: `o200k_base@quicktok-0.4.0`. None without the package."""
    loaded = _load(encoding)
    if loaded is None:
        return None
    library, name = loaded
    return library.count(text), name


@lru_cache(maxsize=4)
def _load(encoding: str) -> tuple[_Encoding, str] | None:
    if importlib.util.find_spec("quicktok") is None:
        return None
    library = importlib.import_module("quicktok")
    return cast("_Encoding", library.get_encoding(encoding)), f"{encoding}@quicktok-{version('quicktok-v1')}"
