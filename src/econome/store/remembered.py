"""Answers over days that nothing has changed since, kept and put together with what is new.

A dashboard asks the same questions again and again, of a span that ends now. What the runs of a day
of keys add to an answer is kept in the memory of the engine as an unfinished aggregate (`merging`),
quantiles with every value. The next question finishes those together with what the other days add,
which are read as ever: the answer is exactly that of a scan.

The key of a run never changes, so that whatever happens to it touches one day. A day is kept only
while nothing was written to it, and counts only if all runs with such keys started within the span
that is asked about. A filter that looks beyond the rows themselves is never remembered. Another
process may write to a store on a server: there nothing is remembered at all.
"""

# ruff: noqa: S608  (the parts are questions of ours; every value in them is bound)

from __future__ import annotations

import logging
import threading
import time
from bisect import bisect_right
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar, cast
from uuid import UUID

from econome.domain.errors import EconomeError
from econome.domain.scope import EVERYTHING, Condition
from econome.store.merging import Mergeable, mergeable
from econome.store.question import Question, question

if TYPE_CHECKING:
    from econome.store.client import Store

log = logging.getLogger(__name__)

Row = TypeVar("Row")
_Edition = tuple[int, int]

LEAST_ROWS = 20_000
"""Below, a scan is as quick."""
MOST_BYTES = 512 << 20
"""Of all that is kept, as far as it can be told: see `_size_of`."""
RESTING_SECONDS = 20.0
"""A day that is written to more often than this is read each time."""
_MOST_SPANS = 6
"""Of days that are read anew: a question with more of them is asked as ever."""
_MOST_QUESTIONS = 200
_STATE_BYTES = 48  # of a sum or a count, its row's share of everything else included
_MOST_WASTE = 4  # times as many days as are in use
_SETTINGS = " settings prefer_column_name_to_alias = 1"
_DATABASE = "remembered"
_BOUNDS = ("since", "until", "key_since", "key_until", "starts", "limit")
"""Parameters that say where a question looks, or what it shows of what it found."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_DAY = timedelta(days=1)


class Written:
    """What was written when, by the day of its key, as this process knows it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all = 0
        self._days: dict[int, tuple[int, float]] = {}

    def to(self, key_times: Iterable[datetime]) -> None:
        """Runs with these keys were written, or may have been."""
        now = time.monotonic()
        with self._lock:
            for day in {_day_of(moment) for moment in key_times}:
                self._days[day] = (self._days.get(day, (0, 0.0))[0] + 1, now)

    def anywhere(self) -> None:
        """Something was done of which nobody can say what it touched."""
        with self._lock:
            self._all += 1

    def edition(self, day: int) -> _Edition:
        """Changes with whatever is written to that day."""
        return self._all, self._days.get(day, (0, 0.0))[0]

    def rests(self, day: int, seconds: float) -> bool:
        """Whether nothing was written to it for a while."""
        return day not in self._days or time.monotonic() - self._days[day][1] > seconds


@dataclass(frozen=True, slots=True)
class _Day:
    """When the runs with keys of a day started."""

    day: int
    first: datetime
    last: datetime
    stored: int


@dataclass(frozen=True, slots=True)
class _Slot:
    """A day in a table of the engine's memory."""

    number: int
    edition: _Edition
    starts: tuple[int, ...]  # the buckets of time that its runs fall into


@dataclass(slots=True)
class _Kept:
    """One question, with all that it binds but its span."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    table: str = ""  # never the name of an earlier one; empty: there is none
    slots: dict[int, _Slot] = field(default_factory=dict)
    next: int = 0  # number of a slot
    times: int = 0
    size: int = 0
    is_too_large: bool = False


@dataclass(frozen=True, slots=True)
class _Column:
    """What the engine describes a column with."""

    name: str
    type: str
    default_type: str
    default_expression: str
    comment: str
    codec_expression: str
    ttl_expression: str


@dataclass(frozen=True, slots=True)
class _Count:
    stored: int


@dataclass(frozen=True, slots=True)
class _Plan:
    keep: dict[int, tuple[_Day, _Edition]]
    read: list[tuple[datetime, datetime]]  # spans of keys


class Remembered:
    """What was kept, of every question."""

    def __init__(self, written: Written) -> None:
        self.least_rows = LEAST_ROWS
        self.resting_seconds = RESTING_SECONDS
        self._written = written
        self._lock = threading.Lock()
        self._kept: OrderedDict[object, _Kept] = OrderedDict()
        self._days: dict[UUID, dict[int, tuple[_Edition, _Day | None]]] = defaultdict(dict)
        self._tables = 0

    def ask(
        self,
        store: Store,
        row: type[Row],
        asked: Question,
        where: Condition = EVERYTHING,
        **parameters: object,
    ) -> list[Row]:
        """As `Store.ask`, the same answer."""
        text = asked.where(where)
        is_of_rows = not where.source and "select" not in where.sql
        halves = mergeable(text) if store.is_embedded and is_of_rows else None
        if halves is None:
            return store.ask(row, asked, where, **parameters)
        bound = {**parameters, **where.parameters}
        plan = self._plan(store, bound)
        if plan is None:
            return store.ask(row, asked, where, **parameters)
        try:
            kept = self._of(store, text, bound)
            with kept.lock:
                # A filter that somebody tries once is not worth the memory.
                kept.times += 1
                numbers = None
                if not kept.is_too_large and (kept.times > 1 or where is EVERYTHING):
                    numbers = self._numbers(store, kept, halves, plan, bound)
                table = kept.table
            if numbers is not None:
                return _answer(store, row, asked.name, halves, table, numbers, plan, bound)
        except EconomeError as error:  # another question may just have taken its place
            log.info("Not remembered: %s", error)
        return store.ask(row, asked, where, **parameters)

    def _plan(self, store: Store, bound: Mapping[str, object]) -> _Plan | None:
        """Which days are kept, and which spans of keys are read; None if that is not worth it."""
        since, until, key_since, key_until = (
            cast("datetime", bound[name]) for name in ("since", "until", "key_since", "key_until")
        )
        keep: dict[int, tuple[_Day, _Edition]] = {}
        read: list[tuple[datetime, datetime]] = []
        if key_since < _EPOCH + _DAY:  # the first part that is read has the runs without a time as well
            read.append((key_since, min(key_until, _EPOCH + _DAY)))
        for day, (edition, known) in self._known(store, bound["workspace"], key_since, key_until).items():
            begin, end = _EPOCH + day * _DAY, _EPOCH + (day + 1) * _DAY
            if known is not None and (not known.stored or known.last < since or known.first >= until):
                continue
            is_whole = key_since <= begin and end <= key_until
            if known is not None and is_whole and since <= known.first and known.last < until:
                keep[day] = known, edition
            elif read and read[-1][1] == begin:
                read[-1] = read[-1][0], min(end, key_until)
            else:
                read.append((max(begin, key_since), min(end, key_until)))
        kept = sum(day.stored for day, _ in keep.values())
        return None if len(read) > _MOST_SPANS or kept < self.least_rows else _Plan(keep, read)

    def _known(
        self, store: Store, workspace: object, key_since: datetime, key_until: datetime
    ) -> dict[int, tuple[_Edition, _Day | None]]:
        """What is known of each day of these keys; None of those that are being written to."""
        first, last = max(1, _day_of(key_since)), _day_of(key_until - _TICK)
        known = self._days[cast("UUID", workspace)]
        now = {day: self._written.edition(day) for day in range(first, last + 1)}
        resting = [day for day in now if self._written.rests(day, self.resting_seconds)]
        missing = [day for day in resting if day not in known or known[day][0] != now[day]]
        if missing:
            begin, end = missing[0], missing[-1] + 1
            rows = store.ask(
                _Day,
                question("days", "econome.store.sql"),
                workspace=workspace,
                key_since=_EPOCH + begin * _DAY,
                key_until=_EPOCH + end * _DAY,
            )
            found = {row.day: row for row in rows}
            for day in missing:
                known[day] = now[day], found.get(day) or _Day(day, _EPOCH, _EPOCH, 0)
        at_rest = frozenset(resting)
        return {day: known[day] if day in at_rest else (now[day], None) for day in now}

    def _of(self, store: Store, text: str, bound: Mapping[str, object]) -> _Kept:
        """What is kept of this question; it is then the last that was asked."""
        given = sorted((name, repr(value)) for name, value in bound.items() if name not in _BOUNDS)
        key = (text, *given, _pace(bound.get("starts")))
        with self._lock:
            kept = self._kept.setdefault(key, _Kept())
            self._kept.move_to_end(key)
            oldest = None
            if len(self._kept) > _MOST_QUESTIONS:
                _, oldest = self._kept.popitem(last=False)
        if oldest is not None:
            with oldest.lock:
                _forget(store, oldest)
        return kept

    def _numbers(
        self, store: Store, kept: _Kept, halves: Mergeable, plan: _Plan, bound: Mapping[str, object]
    ) -> list[int] | None:
        """The slots of the days that are kept, filled where they are not; None if they are too large."""
        starts = {day: _starts_of(known, bound.get("starts")) for day, (known, _) in plan.keep.items()}
        missing = {
            day
            for day, (_, edition) in plan.keep.items()
            if day not in kept.slots
            or kept.slots[day].edition != edition
            or kept.slots[day].starts != starts[day]
        }
        if missing and kept.next > _MOST_WASTE * (len(kept.slots) + len(missing)):
            _forget(store, kept)  # most of its rows are of days as they once were
            missing = set(plan.keep)
        if missing and not kept.table:
            kept.table = self._made(store, halves, bound)
        for begin, end in _together(plan.keep, missing):
            first, kept.next = kept.next, kept.next + end - begin
            span = {"key_since": _EPOCH + begin * _DAY, "key_until": _EPOCH + end * _DAY}
            text = f"insert into {kept.table} {halves.by_day()}{_SETTINGS}"
            store.aside(text, **{**bound, **span, "slot": first})
            for day in range(begin, end):
                if day in missing:
                    kept.slots[day] = _Slot(first + day - begin, plan.keep[day][1], starts[day])
        if missing:
            kept.size = _size_of(store, kept.table, halves, plan)
            if kept.size > MOST_BYTES // 2:
                kept.is_too_large = True
                _forget(store, kept)
                return None
            self._make_room(store, kept)
        return [kept.slots[day].number for day in plan.keep]

    def _made(self, store: Store, halves: Mergeable, bound: Mapping[str, object]) -> str:
        """A new table of the engine's memory, with the columns of what is kept."""
        with self._lock:
            if self._tables == 0:
                # Tables are gone with the process, but that there was a place for them is written down.
                store.aside(f"drop database if exists {_DATABASE}")
                store.aside(f"create database {_DATABASE} engine = Memory")
            self._tables += 1
            table = f"{_DATABASE}.r{self._tables}"
        described = Question("columns", f"describe ({halves.by_day()}{_SETTINGS})")
        columns = store.ask(_Column, described, EVERYTHING, **{**bound, "slot": 0})
        listed = ", ".join(f"{column.name} {column.type}" for column in columns)
        store.aside(f"create table {table} ({listed}) engine = Memory")
        return table

    def _make_room(self, store: Store, newest: _Kept) -> None:
        """Forgets what was not asked for longest, until the rest has room."""
        with self._lock:
            others = [kept for kept in self._kept.values() if kept is not newest and kept.table]
        size = newest.size + sum(kept.size for kept in others)
        for kept in others:
            if size <= MOST_BYTES:
                break
            if kept.lock.acquire(blocking=False):  # else it is being asked for: others can go
                size -= kept.size
                _forget(store, kept)
                kept.lock.release()


def _forget(store: Store, kept: _Kept) -> None:
    """Drops what is kept. Who is just reading it is told by the engine, and asks as ever."""
    table, kept.table, kept.slots, kept.size, kept.next = kept.table, "", {}, 0, 0
    if table:
        store.aside(f"drop table if exists {table}")


def _answer(
    store: Store,
    row: type[Row],
    name: str,
    halves: Mergeable,
    table: str,
    numbers: Sequence[int],
    plan: _Plan,
    bound: Mapping[str, object],
) -> list[Row]:
    """The answer from what is kept and what is read."""
    nothing = (
        bound["key_since"],
        bound["key_since"],
    )  # runs without a time in their key are asked for always
    parts, given = [], dict(bound)
    for number, (since, until) in enumerate(plan.read or [nothing]):
        parts.append(halves.part(number))
        given |= {f"key_since_{number}": since, f"key_until_{number}": until}
    kept = halves.kept(table)
    return store.ask(
        row, Question(name, halves.whole([kept, *parts])), EVERYTHING, **given, slots=list(numbers)
    )


def _size_of(store: Store, table: str, halves: Mergeable, plan: _Plan) -> int:
    """About how many bytes are kept. An exact aggregate keeps the values of half of the runs."""
    (found,) = store.ask(_Count, Question("kept", f"select count() as stored from {table}"))
    runs = sum(day.stored for day, _ in plan.keep.values())
    return found.stored * len(halves.columns.split(",")) * _STATE_BYTES + runs * halves.exact * 4


def _together(keep: Iterable[int], missing: set[int]) -> list[tuple[int, int]]:
    """Spans of days that hold all that are missing, and none that is there."""
    spans: list[tuple[int, int]] = []
    goes_on = False
    for day in keep:
        if day in missing:
            spans[len(spans) - goes_on :] = [(spans[-1][0] if goes_on else day, day + 1)]
        goes_on = day in missing
    return spans


def _starts_of(known: _Day, starts: object) -> tuple[int, ...]:
    """The buckets of time that the runs of a day fall into."""
    if not isinstance(starts, list):
        return ()
    first = bisect_right(starts, (known.first - _EPOCH) // timedelta(seconds=1)) - 1
    last = bisect_right(starts, (known.last - _EPOCH) // timedelta(seconds=1))
    return tuple(starts[max(0, first) : last])


def _pace(starts: object) -> tuple[int, ...]:
    """How buckets of time follow each other: hours, or the days of a zone."""
    if not isinstance(starts, list) or len(starts) < 3:
        return ()
    step = starts[2] - starts[1]
    return step, starts[1] % step


def _day_of(moment: datetime) -> int:
    return (moment - _EPOCH) // _DAY
