"""What texts made from one template have in common: its wording, with slots between.

Nobody sends the template; it is found by laying texts beside each other. A skeleton only ever loses
wording, and what is left is always in order in every text it was made from: each still fits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from typing import Final

MOST_CHARACTERS: Final = 12_000
"""Of a text that are looked at, from its beginning: instructions stand there."""

MOST_SLOTS: Final = 40

_LEAST_BLOCK = 10
"""Characters of wording between two slots. Shorter ones are words that any two texts share: "of the"."""

_MOST_TOKENS = 3_000
"""Of two texts laid beside each other word by word; longer ones are compared line by line."""

_VOLATILE = re.compile(
    r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"  # UUIDs
    r"|\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)?"  # dates, as ISO 8601
    r"|\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b"  # and as people write them
    r"|\b\d{1,2}:\d\d(?::\d\d)?\b"  # times of day
    r"|\b(?=[A-Za-z_-]*\d)[0-9a-fA-F]{12,}\b"  # digests
    r"|\b\d{5,}\b"  # numbers of orders and the like: limits and counts are shorter
    r"|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b"  # addresses
)
"""What changes from call to call whatever the app: a slot as soon as it is seen."""

_TOKENS = re.compile(r"\w+|\s+|[^\w\s]")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
_WORDS = re.compile(r"\w+")
_ENDS = "\n:>\"`'"
"""After these characters what varies usually begins."""


@dataclass(frozen=True)
class Skeleton:
    """The wording of a template: `literals[0]`, a slot, `literals[1]`, a slot, …

    An empty literal at either end is a slot there. A slot holds any text, none included.
    """

    literals: tuple[str, ...]

    @property
    def is_constant(self) -> bool:
        """Whether it has no slot."""
        return len(self.literals) == 1

    @cached_property
    def size(self) -> int:
        """The characters of its wording."""
        return sum(map(len, self.literals))

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of its wording."""
        return frozenset(word for literal in self.literals for word in _WORDS.findall(literal))

    def fits(self, text: str) -> bool:
        """Whether the text has this wording, in order, beginning and end included."""
        literals = self.literals
        if len(literals) == 1:
            return text == literals[0]
        if not text.startswith(literals[0]):
            return False
        at = len(literals[0])
        for literal in literals[1:-1]:
            at = text.find(literal, at)
            if at < 0:
                return False
            at += len(literal)
        return len(text) - len(literals[-1]) >= at and text.endswith(literals[-1])

    def share_with(self, words: frozenset[str], *, is_open: bool) -> float:
        """How alike it is to a text of these words, from 0 to 1.

        `is_open`: the text may have more words than its wording, for slots hold some.
        """
        mine = self.words
        if not mine or not words:
            return 0.0
        common = len(mine & words)
        return common / (len(mine) if is_open else max(len(mine), len(words)))

    def shares_beginning(self, text: str, characters: int) -> bool:
        """Whether the text begins as it does, for so many characters at least, up to where a slot may be."""
        first = self.literals[0]
        same = _same_beginning(first, text)
        end = max((first.rfind(mark, 0, same) for mark in _ENDS), default=-1) + 1
        return end >= characters


def skeleton_of(text: str) -> Skeleton:
    """The skeleton of one text: all of it is wording but what is volatile by its form."""
    return Skeleton(tuple(_VOLATILE.split(text)))


def general(skeleton: Skeleton, text: str) -> Skeleton:
    """The wording that the skeleton and the text have in common, in order; the rest is slots."""
    if skeleton.fits(text):
        return skeleton
    first, last = skeleton.literals[0], skeleton.literals[-1]
    start = _whole_words(first, text, _same_beginning(first, text))
    end = 0
    if not skeleton.is_constant or start < len(first):
        room = min(len(text) - start, len(last) - (start if skeleton.is_constant else 0))
        end = _same_end(last, text, room)
    middle = _without_ends(skeleton, start, end)
    found = _in_common(middle, text[start : len(text) - end])
    head, tail = first[:start], last[len(last) - end :] if end else ""
    return Skeleton(_at_most((head, *found, tail)))


def _without_ends(skeleton: Skeleton, start: int, end: int) -> list[str]:
    literals = list(skeleton.literals)
    literals[-1] = literals[-1][: len(literals[-1]) - end]
    literals[0] = literals[0][start:]
    return literals


def _in_common(literals: Sequence[str], text: str) -> Iterator[str]:
    """The blocks of wording that both have, in order, long enough to mean something."""
    old: list[str | None] = []
    for number, literal in enumerate(literals):
        if number:
            old.append(None)  # a slot is like nothing
        old.extend(_TOKENS.findall(literal))
    new = _TOKENS.findall(text)
    if len(old) > _MOST_TOKENS or len(new) > _MOST_TOKENS:
        old = []
        for number, literal in enumerate(literals):
            old.extend([None] if number else [])
            old.extend(_LINES.findall(literal))
        new = _LINES.findall(text)
        if len(old) > _MOST_TOKENS or len(new) > _MOST_TOKENS:
            return
    # Tokens that are everywhere, as spaces are, are left out while blocks are sought, and then taken along.
    for block in SequenceMatcher(None, old, new, autojunk=True).get_matching_blocks():
        found = "".join(new[block.b : block.b + block.size])
        if len(found.strip()) >= _LEAST_BLOCK:
            yield found


def _at_most(literals: tuple[str, ...]) -> tuple[str, ...]:
    if len(literals) <= MOST_SLOTS + 1:
        return literals
    longest = sorted(range(1, len(literals) - 1), key=lambda place: (-len(literals[place]), place))
    kept = sorted(longest[: MOST_SLOTS - 1])
    return (literals[0], *(literals[place] for place in kept), literals[-1])


def _same_beginning(one: str, other: str) -> int:
    most = min(len(one), len(other))
    if one[:most] == other[:most]:
        return most
    low = 0
    while low < most:  # half of what is left each time: comparing is the engine's work, not Python's
        half = (low + most + 1) // 2
        if one[low:half] == other[low:half]:
            low = half
        else:
            most = half - 1
    return low


def _same_end(one: str, other: str, room: int) -> int:
    one, other = one[::-1], other[::-1]
    return _whole_words(one, other, _same_beginning(one[:room], other[:room]))


def _whole_words(one: str, other: str, same: int) -> int:
    """How much of what two texts begin with is whole words: "cats" and "cat" have nothing in common."""
    while (
        same
        and one[same - 1].isalnum()
        and (one[same : same + 1].isalnum() or other[same : same + 1].isalnum())
    ):
        same -= 1
    return same
