"""A model's name as a place to look for its tokenizer. A trace is hostile text: nothing of it is
ever opened as a path; at most two harmless words of it are looked for in places we were given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORD = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_-])?")
# Hugging Face's rule for names: at most 96 of these, never ".." nor "--" (its separator in the cache).
_LONGEST = 4096


@dataclass(frozen=True, slots=True)
class ModelName:
    """A name that is safe as a folder's: `organisation` is empty when the model has none."""

    organisation: str
    name: str
    is_local: bool  # it was a path on the app's machine: only its last word is meant

    @property
    def folders(self) -> tuple[str, ...]:
        """Where it may stand below a folder that the operator names, best first."""
        return (f"{self.organisation}/{self.name}", self.name) if self.organisation else (self.name,)

    @property
    def cached_as(self) -> str | None:
        """Its folder in Hugging Face's cache; None for a path, which is no name there."""
        if self.is_local:
            return None
        return "--".join(
            ("models", self.organisation, self.name) if self.organisation else ("models", self.name)
        )


def model_name(model: str) -> ModelName | None:
    r"""`model` as it may be looked for, or None when no harmless name can be made of it.

    `google/flan-t5-base` is an organisation's model. A path of the app's machine
    (`/home/me/models/tiny-t5`, `.\tiny-t5`, `~/tiny-t5`) is reduced to its last word.
    """
    if not model or len(model) > _LONGEST:
        return None
    words = model.replace("\\", "/").rstrip("/").split("/")
    is_hub_name = len(words) <= 2 and "\\" not in model and not model.endswith("/")
    if is_hub_name and all(_is_harmless(word) for word in words):
        return ModelName(words[0] if len(words) == 2 else "", words[-1], is_local=False)
    if len(words) > 1 and _is_harmless(words[-1]) and _is_path(words):
        return ModelName("", words[-1], is_local=True)
    return None


def _is_path(words: list[str]) -> bool:
    """Whether the words before the last read as folders of somebody's machine."""
    return len(words) > 2 or words[0] in ("", ".", "..", "~") or words[0].endswith(":")


def _is_harmless(word: str) -> bool:
    return _WORD.fullmatch(word) is not None and ".." not in word and "--" not in word
