"""The templates of a project, as the miner holds calls against them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from econome.domain.skeleton import Skeleton
from econome.domain.template import Head, Template

SETTLED: Final = 8
"""Different calls after which what all of them say is wording, and a difference from it an edit.

Or so many in which it stood, three of them different: the turns of a conversation begin alike.
"""
SETTLED_TURNS: Final = 12

SETTLED_ALIKE: Final = 50
"""Calls after which the same is so though they were all alike: the prompt has no slots."""


_DIFFERENT = 3


@dataclass(slots=True)
class Known:
    """A template, and how much was seen of it."""

    template: Template
    system: Skeleton
    user: Skeleton
    calls: int  # since its wording last changed
    distinct: int
    is_waiting: bool = False  # one text that nothing was like yet: no template, and not stored
    last: int = 0  # the hash of the last text that fitted

    @property
    def rank(self) -> tuple[int, str, int]:
        """The order in which texts are held against templates: those with most wording first."""
        return -self.system.size - self.user.size, self.template.prompt, self.template.number

    @property
    def is_settled(self) -> bool:
        """Whether what all its calls say is wording for good."""
        turns = self.calls >= SETTLED_TURNS and self.distinct >= _DIFFERENT
        return turns or self.distinct >= SETTLED or self.calls >= SETTLED_ALIKE

    @property
    def is_instructed(self) -> bool:
        """Whether its calls have instructions."""
        return self.system.literals != ("",)

    def fits(self, head: Head) -> bool:
        """Whether a call may be from it."""
        return self.system.fits(head.system) and self.user.fits(head.user)


@dataclass(slots=True)
class Pool:
    """The templates of a project."""

    by_name: dict[str, list[Known]] = field(default_factory=dict)  # in the order of their rank
    told: dict[tuple[str, str], Known] = field(default_factory=dict)
    labels: set[str] = field(default_factory=set)
    misses: dict[str, int] = field(
        default_factory=dict
    )  # texts of a run name in a row that were like nothing

    def put(self, known: Known) -> None:
        """Adds a template."""
        if known.template.is_told:
            self.told[known.template.prompt, known.template.prompt_version] = known
        self.labels.add(known.template.prompt)
        self.of(known).append(known)
        self.of(known).sort(key=lambda one: one.rank)

    def of(self, known: Known) -> list[Known]:
        """The templates among which it stands: those of its run name, or of the name that its app says."""
        return self.by_name.setdefault(_group(known.template), [])

    @property
    def size(self) -> int:
        """How many there are."""
        return sum(not one.is_waiting for group in self.by_name.values() for one in group)


def _group(template: Template) -> str:
    return told_group(template.prompt) if template.is_told else template.name


def told_group(prompt: str) -> str:
    """Under which the versions of a named prompt stand, whatever the runs are called."""
    return f"\0{prompt}"


def is_told_group(group: str) -> bool:
    """Whether it is one of those."""
    return group.startswith("\0")
