"""What a prompt was made from: the name that its app gives it, or the wording that its calls share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

FREE_TEXT: Final = "free text"
"""The prompt of calls whose text has no wording in common with others."""


@dataclass(frozen=True, slots=True)
class Head:
    """The part of what a call was asked in which a template can show: where it begins."""

    system: str  # the instructions; "" where there are none
    user: str  # the first message of the user, else the text itself


@dataclass(frozen=True, slots=True)
class Toolset:
    """The tools that a call was offered, with how many characters the schema of each has."""

    id: int  # of its text: equal schemas in the same order are one toolset
    sizes: Mapping[str, int]  # by the name of the tool, in the order of offering


@dataclass(frozen=True, slots=True)
class Template:
    """One version of a prompt's wording, as far as it is known."""

    workspace: UUID
    project: UUID
    prompt: str  # the name that its app gives it, else the first words and a digest
    prompt_version: str  # as its app says, else counted from 1
    name: str  # of the runs in which it was found
    is_told: bool  # whether the prompt is a name that its app gave
    number: int  # which version of its prompt it was, from 1
    system: tuple[str, ...]  # the literals of a `Skeleton`
    user: tuple[str, ...]
    calls: int  # in how many calls its wording had stood, when it was last written
    distinct: int  # and how often one of them differed from the one before
    found_at: datetime
    version: int


def told_prompt(metadata: Mapping[str, str]) -> tuple[str, str]:
    """The name and the version of its prompt that an app says in a call's metadata; "" where it does not."""
    for name, version in _TOLD:
        value = metadata.get(name)
        if value:
            return value[:_LONGEST], metadata.get(version, "")[:_LONGEST]
    return "", ""


_LONGEST = 200
_TOLD = (
    ("prompt_name", "prompt_version"),  # so do all dialects of spans say it, and Langfuse's observations
    ("lc_hub_repo", "lc_hub_commit_hash"),  # LangSmith's hub
    ("langfuse_prompt_name", "langfuse_prompt_version"),
    ("promptName", "promptVersion"),
)
