"""A trace: the runs of one request as a tree, and where its time and its tokens went.

What arrives is hostile or broken now and then: parents that are missing, that are their own
descendants, ends before starts. No run is ever lost for that, and nothing here recurses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from econome.domain.money import ZERO, total_of
from econome.domain.run import Status
from econome.domain.usage import Bucket, UsageSource

COLUMNS = (*(bucket.value for bucket in Bucket), "input_tokens", "output_tokens")
"""What is added up over a tree, besides calls and money."""


class Timed(Protocol):
    """What a run must tell to find its place; `domain.run.Run` does, and more."""

    @property
    def id(self) -> UUID:
        """Who it is."""

    @property
    def parent_id(self) -> UUID | None:
        """Under whom it stands; None for a root."""

    @property
    def started_at(self) -> datetime:
        """Aware."""

    @property
    def ended_at(self) -> datetime | None:
        """Aware; None while it runs."""

    @property
    def counted(self) -> bool:
        """Whether what it used is nobody else's."""

    @property
    def usage_source(self) -> str:
        """Who says how much it used: a `UsageSource`."""

    @property
    def status(self) -> str:
        """A `Status`."""

    @property
    def notes(self) -> Sequence[str]:
        """What is contradictory, mended or left out."""

    @property
    def cost(self) -> Decimal | None:
        """US dollars; None when unknown."""


R = TypeVar("R", bound=Timed)


@dataclass(slots=True)
class Used:
    """What a run and all below it used. A bucket that is not there is unknown."""

    coverage: Counter[str] = field(default_factory=Counter)
    """`calls`, and how many of them are `priced`, `unpriced`, `reported`, `settling` and so on."""
    tokens: dict[str, int] = field(default_factory=dict)
    cost: Decimal | None = None
    estimated_cost: Decimal | None = None  # of the estimated calls, which are in none of the sums

    @property
    def calls(self) -> int:
        """How many, each counted once."""
        return self.coverage["calls"]

    @property
    def estimated_calls(self) -> int:
        """How many of them nobody reported."""
        return self.coverage["estimated"]

    def add(self, other: Used) -> None:
        """Takes in what a child used."""
        if not other.calls:  # most steps of an agent are no calls
            return
        self.coverage.update(other.coverage)
        for column, tokens in other.tokens.items():
            self.tokens[column] = self.tokens.get(column, 0) + tokens
        if other.cost is not None:
            self.cost = total_of((self.cost or ZERO, other.cost))
        if other.estimated_cost is not None:
            self.estimated_cost = total_of((self.estimated_cost or ZERO, other.estimated_cost))


@dataclass(slots=True)
class Node(Generic[R]):
    """A run in its place."""

    run: R
    depth: int
    children: int
    is_orphan: bool  # its parent is missing, or is below it
    self_time: timedelta | None  # not covered by its children; None while it runs
    is_critical: bool  # on the chain of runs that decides when the trace ends
    used: Used


def tree(runs: Iterable[R]) -> list[Node[R]]:
    """The runs in pre-order, siblings by start."""
    place = _Forest(sorted(runs, key=lambda run: (run.started_at, run.id)))
    critical = _critical(place)
    nodes = [
        Node(
            run=place.runs[at],
            depth=place.depth[at],
            children=len(place.children[at]),
            is_orphan=at in place.orphans,
            self_time=_self_time(place, at),
            is_critical=at in critical,
            used=_own(place.runs[at]),
        )
        for at in place.order
    ]
    by_position = dict(zip(place.order, nodes, strict=True))
    for at in reversed(place.order):
        parent = place.parent[at]
        if parent is not None:
            by_position[parent].used.add(by_position[at].used)
    return nodes


class _Forest(Generic[R]):
    """Who stands below whom. Runs are known by their position in `runs`, for ids may be repeated."""

    def __init__(self, runs: Sequence[R]) -> None:
        self.runs = runs
        self.parent: list[int | None] = [None] * len(runs)
        self.children: list[list[int]] = [[] for _ in runs]
        self.depth = [0] * len(runs)
        self.order: list[int] = []
        self.orphans: set[int] = set()
        self._claims = self._claims_by_parent()
        self._is_placed = [False] * len(runs)
        known = {run.id for run in runs}
        for at, run in enumerate(runs):
            if run.parent_id is None or run.parent_id not in known:
                if run.parent_id is not None:
                    self.orphans.add(at)
                self._descend(at)
        for at in range(len(runs)):  # whoever is left is below itself: cut at the first started
            if not self._is_placed[at]:
                self.orphans.add(at)
                self._descend(at)

    def _claims_by_parent(self) -> dict[UUID, list[int]]:
        claims: dict[UUID, list[int]] = {}
        for at, run in enumerate(self.runs):
            if run.parent_id is not None:
                claims.setdefault(run.parent_id, []).append(at)
        return claims

    def _descend(self, top: int) -> None:
        waiting: list[tuple[int, int | None]] = [(top, None)]
        while waiting:
            at, parent = waiting.pop()
            if self._is_placed[at]:
                continue
            self._is_placed[at] = True
            self.order.append(at)
            if parent is not None:
                self.parent[at] = parent
                self.children[parent].append(at)
                self.depth[at] = self.depth[parent] + 1
            # Of runs with one id, the first has the children.
            below = self._claims.pop(self.runs[at].id, [])
            waiting.extend((child, at) for child in reversed(below))


def _own(run: Timed) -> Used:
    if not run.counted:
        return Used()
    if run.usage_source == UsageSource.ESTIMATED:
        return Used(_coverage(run), estimated_cost=run.cost)
    known = ((column, getattr(run, column, None)) for column in COLUMNS)
    return Used(_coverage(run), {column: tokens for column, tokens in known if tokens is not None}, run.cost)


def _coverage(run: Timed) -> Counter[str]:
    """What a counted call is: the words are those of every total's coverage."""
    source = run.usage_source or UsageSource.UNKNOWN
    found = Counter(calls=1, settling=int(run.status == Status.PENDING), marked=int(bool(run.notes)))
    found[source] += 1
    if source not in (UsageSource.UNKNOWN, UsageSource.ESTIMATED):
        found["unpriced" if run.cost is None else "priced"] += 1
    return found


def _self_time(place: _Forest[R], at: int) -> timedelta | None:
    run = place.runs[at]
    if run.ended_at is None:
        return None
    free = timedelta(0)
    reached = run.started_at
    for start, end in _intervals(place, at, run.ended_at):  # ascending by start, as siblings are
        if start > reached:
            free += min(start, run.ended_at) - reached
        reached = max(reached, min(end, run.ended_at))
        if reached >= run.ended_at:
            return free
    return free + max(run.ended_at - reached, timedelta(0))


def _intervals(place: _Forest[R], at: int, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """When each child ran; one that runs still covers all of the rest."""
    for child in place.children[at]:
        run = place.runs[child]
        end = run.ended_at or until
        if run.started_at < min(end, until):  # ends before starts cover nothing
            yield run.started_at, end


def _critical(place: _Forest[R]) -> set[int]:
    """The runs on the critical path.

    From the last that ends, backwards: of a run's children the one whose subtree ends last,
    then the last to end before that one started, and so on; and the same within each of them.
    """
    if not place.runs:
        return set()
    ends = _subtree_ends(place)
    tops = [at for at in place.order if place.parent[at] is None]
    found: set[int] = set()
    waiting = [max(tops, key=lambda at: ends[at])]
    while waiting:
        at = waiting.pop()
        found.add(at)
        free_until: datetime | None = None
        for end, child in sorted(((ends[child], child) for child in place.children[at]), reverse=True):
            if free_until is None or end <= free_until:
                waiting.append(child)
                free_until = place.runs[child].started_at
    return found


def _subtree_ends(place: _Forest[R]) -> list[datetime]:
    """When all below each run has ended; what runs still ends with the trace, as far as we know."""
    moments = [moment for run in place.runs for moment in (run.started_at, run.ended_at) if moment]
    horizon = max(moments)
    ends = [max(run.started_at, run.ended_at or horizon) for run in place.runs]
    for at in reversed(place.order):
        parent = place.parent[at]
        if parent is not None:
            ends[parent] = max(ends[parent], ends[at])
    return ends
