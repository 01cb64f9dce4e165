"""Calls that two instrumentations report, of which one does not know the provider's id of the answer.

A framework that does not make its span the current one leaves its client's span beside it, or as the
root of another trace; and a stream often loses the id on the way up. What remains then: another
library, the same project, service, model and tokens, and a span of that place that began and ended while the
other lasted. Each run is paired once, so that equal calls side by side
stay as many as they are.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final
from uuid import UUID

from econome.ingest.answers import LEAST_CHARACTERS, Candidate, Place, TraceKey
from econome.ingest.counting import Member

EARLY: Final = timedelta(milliseconds=100)
LATE: Final = timedelta(seconds=1)
"""How far the inner one may stick out of the outer one: a wrapper ends when its stream was read."""

LONGEST: Final = timedelta(minutes=5)
"""How long before a call another that holds it is looked for in the store."""

MOST: Final = 512
"""Runs that are compared under one key, the latest: as many as exporters send in one body."""

ShadowKey = tuple[int, int, str, int, str]
"""Workspace, project, model, tokens sent and the service: two services never tell of one call."""


@dataclass(frozen=True, slots=True)
class Alike:
    """A run of the store that may be one call with another."""

    trace_id: UUID
    id: UUID
    key_time: datetime


def shadow_key(key: TraceKey, member: Member) -> ShadowKey | None:
    """Under what a call is compared; None for what tells too little."""
    if not (member.is_call and member.library and member.model) or member.sent is None:
        return None
    return key[0], member.project, member.model, member.sent, member.service


def shadows(candidates: Iterable[Candidate]) -> dict[Place, Place]:
    """Of all runs that are one call those that say less of it, each with the one that says most.

    Each library tells of a call once, and the nearest in time are one first.
    """
    known = sorted(candidates, key=lambda one: (one.member.started_at, one.place))
    if len({one.member.library for one in known}) < 2:
        return {}
    groups: dict[Place, list[Candidate]] = {one.place: [one] for one in known}
    for _, _, _, one, other in sorted(_pairs(known), key=lambda pair: pair[:3]):
        first, second = groups[one.place], groups[other.place]
        if first is second or not all(_are_one(a, b) for a in first for b in second):
            continue
        first += second
        groups.update((member.place, first) for member in second)
    found: dict[Place, Place] = {}
    for group in groups.values():
        if len(group) > 1 and group[0].place not in found:
            best, *less = sorted(group, key=_rank)
            found.update((one.place, best.place) for one in less)
    return found


def _pairs(known: Sequence[Candidate]) -> Iterator[tuple[timedelta, Place, Place, Candidate, Candidate]]:
    for at, one in enumerate(known):
        began, ended = one.member.started_at, one.member.ended_at or one.member.started_at
        last = max(began + EARLY, ended + LATE)  # what begins later neither holds this one nor lies in it
        for other in islice(known, at + 1, None):
            if other.member.started_at > last:
                break
            if _are_one(one, other):
                yield other.member.started_at - began, one.place, other.place, one, other


def _are_one(first: Candidate, second: Candidate) -> bool:
    one, other = first.member, second.member
    if one.library == other.library or (_has_id(one) and _has_id(other)):
        return False
    if one.generated is None or other.generated is None or abs(one.generated - other.generated) > 1:
        return False
    return _is_left_by(first, second) or _is_left_by(second, first)


def _is_left_by(inner: Candidate, outer: Candidate) -> bool:
    """Whether the inner one lasted while the outer one did, and lies where a framework leaves it."""
    within, around = inner.member, outer.member
    if within.ended_at is None or around.ended_at is None:
        return False
    if within.parent_id is not None and inner.place[0] != outer.place[0]:
        return False
    return within.started_at >= around.started_at - EARLY and within.ended_at <= around.ended_at + LATE


def _has_id(member: Member) -> bool:
    return len(member.answer) >= LEAST_CHARACTERS


def _rank(one: Candidate) -> tuple[int, bool, object, int]:
    member = one.member
    return -member.information, not _has_id(member), member.key_time, one.place[1]


class Shadows:
    """Which runs in memory are alike enough to be compared. Bounded: the keys least recently seen go."""

    def __init__(self, capacity: int = 50_000) -> None:
        self._capacity = capacity
        self._places: OrderedDict[ShadowKey, list[Place]] = OrderedDict()
        self._best: dict[Place, Place] = {}  # who was told to be whose shadow, by this process
        self._shadows: dict[Place, set[Place]] = {}  # the same, the other way round

    def __contains__(self, key: ShadowKey) -> bool:
        return key in self._places

    def add(self, key: ShadowKey, place: Place) -> None:
        """Adds a run."""
        places = self._places.setdefault(key, [])
        self._places.move_to_end(key)
        if place not in places:
            places.append(place)
            del places[:-MOST]
        while len(self._places) > self._capacity:
            self._places.popitem(last=False)

    def places(self, key: ShadowKey) -> tuple[Place, ...]:
        """The runs under a key, and those that they were told to be one call with: these may be older."""
        known = self._places.get(key, ())
        return tuple(dict.fromkeys((*known, *(other for place in known for other in self.partners(place)))))

    def partners(self, place: Place) -> list[Place]:
        """The runs that were told to be one call with this one."""
        best = self._best.get(place)
        if best is None:
            return list(self._shadows.get(place, ()))
        return [best, *(one for one in self._shadows[best] if one != place)]

    def keep(self, key: ShadowKey, places: Iterable[Place]) -> None:
        """Drops the runs under a key that are none of these: they have other numbers now, or are gone."""
        kept = set(places)
        known = [place for place in self._places.get(key, ()) if place in kept]
        if known:
            self._places[key] = known
        else:
            self._places.pop(key, None)

    def pair(self, place: Place, best: Place) -> None:
        """Takes note that a run is the shadow of another."""
        self.part(place)
        self._best[place] = best
        self._shadows.setdefault(best, set()).add(place)

    def part(self, place: Place) -> bool:
        """Takes note that a run is nobody's shadow; says whether it was one."""
        best = self._best.pop(place, None)
        if best is None:
            return False
        shadows_of = self._shadows[best]
        shadows_of.discard(place)
        if not shadows_of:
            del self._shadows[best]
        return True

    def forget(self, place: Place, is_here: Callable[[Place], bool]) -> None:
        """Takes note that a run is in memory no longer: of those that all are gone nothing is kept."""
        partners = self.partners(place)
        if partners and not any(map(is_here, partners)):
            for one in (place, *partners):
                self.part(one)
