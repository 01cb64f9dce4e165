"""How a text that fits no template is like the templates there are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from econome.domain.skeleton import Skeleton
from econome.domain.template import Head

MOST_COMPARED: Final = 64
"""Templates that a text is compared with, the first in the order of their wording."""

ALIKE: Final = 0.6
"""The share of words in common from which two texts are the same text, edited."""

_FEW = 4  # words: fewer say nothing about likeness
_BEGINNING = 48  # characters of instructions that two texts begin with, when they are of one template
_OF_USER = 24  # and of a text without instructions, which is shorter
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Likeness:
    """Which template is the nearest, and in what way."""

    place: int
    is_edit: bool  # most of the wording is there
    is_of_slots: bool  # the instructions fit, and only what the user says does not


def likeness(head: Head, templates: Sequence[tuple[Skeleton, Skeleton]]) -> Likeness | None:
    """The template that a text is most like; None when it is like none. Templates in an order that does not
    depend on when they were used: the first of equals is taken.
    """
    words = frozenset(_WORDS.findall(head.system or head.user))
    best: tuple[float, Likeness] | None = None
    for place, (system, user) in enumerate(templates[:MOST_COMPARED]):
        found = _against(head, words, system, user, place)
        if found is not None and (best is None or found[0] > best[0]):
            best = found
    return best[1] if best is not None else None


def _against(
    head: Head, words: frozenset[str], system: Skeleton, user: Skeleton, place: int
) -> tuple[float, Likeness] | None:
    if head.system and system.fits(head.system):
        own = frozenset(_WORDS.findall(head.user))
        share = _share(user, own)
        is_frame = not user.is_constant and len(user.words) >= _FEW  # of a frame a part may be edited
        return 2 + share, Likeness(place, is_edit=is_frame and share >= ALIKE, is_of_slots=True)
    mine, text, least = (system, head.system, _BEGINNING) if head.system else (user, head.user, _OF_USER)
    share = _share(mine, words)
    if share >= ALIKE:
        return 1 + share, Likeness(place, is_edit=True, is_of_slots=False)
    if mine.shares_beginning(text, least):
        return share, Likeness(place, is_edit=False, is_of_slots=False)
    return None


def _share(mine: Skeleton, words: frozenset[str]) -> float:
    if len(mine.words) < _FEW:
        return 0.0
    is_open = not mine.is_constant and len(mine.words) >= 2 * _FEW
    return mine.share_with(words, is_open=is_open)
