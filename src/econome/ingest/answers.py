"""Which runs report one call twice, side by side or from two traces: they have one answer.

Two instrumentations that do not know of each other (a framework's and the client's own) send
a call twice, and not always one inside the other. The provider's id of the answer tells. Some
local servers give every answer the same id, hence the two guards below.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from econome.ingest.counting import Member

WITHIN: Final = timedelta(hours=24)
LEAST_CHARACTERS: Final = 16
HANDFUL: Final = 8
"""An id that more calls have than this is no id, but a constant: each of them counts."""

TraceKey = tuple[int, int]
"""Workspace and trace."""

AnswerKey = tuple[int, int, str]
"""Workspace, project and the provider's id."""

Place = tuple[TraceKey, int]
"""Where a run is: its trace and its id."""


class Candidate(NamedTuple):
    """A call that counts as far as its trace knows, and has an answer that others may have too."""

    place: Place
    member: Member


def repeated(candidates: Iterable[Candidate]) -> set[Place]:
    """Those that report a call again: of one call the run that says most of its usage counts.

    Between runs that say as much the earliest stands, by the time of its key and then its id.
    """
    again: set[Place] = set()
    by_time = sorted(candidates, key=lambda one: (one.member.started_at, one.place[1]))
    while by_time:
        first = by_time[0].member.started_at
        near = [one for one in by_time if one.member.started_at - first <= WITHIN]
        by_time = by_time[len(near) :]
        while near:
            best = min(near, key=_rank)
            same = [one for one in near if one is not best and _agree(best.member, one.member)]
            again.update(one.place for one in same)
            near = [one for one in near if one is not best and one.place not in again]
    return again


def _rank(one: Candidate) -> tuple[int, datetime, int]:
    return -one.member.information, one.member.key_time, one.place[1]


def _agree(one: Member, other: Member) -> bool:
    """Whether both may be of one call: a constant id comes with ever other tokens.

    Two reports of one call often differ in one number (a stream that was cut, a cache left
    out), seldom in both.
    """
    if not (one.is_known and other.is_known):
        return True
    return one.sent == other.sent or one.generated == other.generated


class Answers:
    """Which runs in memory have which answer."""

    def __init__(self) -> None:
        self._places: dict[AnswerKey, tuple[Place, ...]] = {}

    def __contains__(self, key: AnswerKey) -> bool:
        return key in self._places

    def add(self, key: AnswerKey, place: Place) -> None:
        """Adds a run; beyond a handful nobody asks which they are."""
        places = self._places.get(key, ())
        if len(places) <= HANDFUL and place not in places:
            self._places[key] = (*places, place)

    def remove(self, key: AnswerKey, place: Place) -> None:
        """Takes a run away whose answer or project has turned out to be another."""
        places = self._places.get(key)
        if places is not None and place in places:
            self._places[key] = tuple(one for one in places if one != place)

    def places(self, key: AnswerKey) -> tuple[Place, ...]:
        """The runs that have this answer, one more than a handful at most."""
        return self._places.get(key, ())

    def is_constant(self, key: AnswerKey) -> bool:
        """Whether so many calls have this answer that it tells nothing."""
        return len(self.places(key)) > HANDFUL

    def forget(self, workspace: int, members: Mapping[int, Member]) -> None:
        """Drops all that is known of the answers of these runs: the store knows."""
        for member in members.values():
            if member.answer:
                self._places.pop((workspace, member.project, member.answer), None)
