"""Calls that two instrumentations report, of which one does not know the provider's id of the answer.

A framework that does not make its span the current one leaves its client's span beside it, or as the
root of another trace; and a stream often loses the id on the way up. What remains then: another
library, the same project, model and tokens, and a span of that place that began and ended while the
other lasted. Each run is paired once, so that equal calls side by side
stay as many as they are.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from econome.ingest.answers import LEAST_CHARACTERS, Candidate, Place, TraceKey
from econome.ingest.counting import Member

EARLY: Final = timedelta(milliseconds=100)
LATE: Final = timedelta(seconds=1)
"""How far the inner one may stick out of the outer one: a wrapper ends when its stream was read."""

MOST: Final = 64
"""Runs that are compared under one key; the latest. Beyond, calls alike as these are a load test."""

ShadowKey = tuple[int, int, str, int]
"""Workspace, project, model and tokens sent."""


def shadow_key(key: TraceKey, member: Member) -> ShadowKey | None:
    """Under what a call is compared; None for what tells too little."""
    if not (member.is_call and member.library and member.model) or member.sent is None:
        return None
    return key[0], member.project, member.model, member.sent


def shadows(candidates: Iterable[Candidate]) -> dict[Place, Place]:
    """Of each pair that is one call the run that says less of it, with the other."""
    known = sorted(candidates, key=lambda one: (one.member.started_at, one.place))
    pairs = [
        (other.member.started_at - one.member.started_at, one.place, other.place, one, other)
        for place, one in enumerate(known)
        for other in known[place + 1 :]
        if _are_one(one, other)
    ]
    found: dict[Place, Place] = {}
    taken: set[Place] = set()
    for _, _, _, one, other in sorted(pairs, key=lambda pair: pair[:3]):
        if one.place in taken or other.place in taken:
            continue
        taken |= {one.place, other.place}
        best, less = sorted((one, other), key=_rank)
        found[less.place] = best.place
    return found


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
        self.pairs: dict[Place, Place] = {}  # who was told to be whose shadow, by this process

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
        """The runs under a key."""
        return tuple(self._places.get(key, ()))

    def forget(self, key: TraceKey, run_ids: Iterable[int]) -> None:
        """Drops what was told of runs of a trace that memory lets go of."""
        for run_id in run_ids:
            self.pairs.pop((key, run_id), None)

    def keep(self, key: ShadowKey, places: Iterable[Place]) -> None:
        """Drops the runs under a key that are none of these: they have other numbers now, or are gone."""
        kept = list(places)
        if kept:
            self._places[key] = kept
        else:
            self._places.pop(key, None)
