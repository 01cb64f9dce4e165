"""Everything that is in a scope, to take away: its runs one by one, or what they add up to.

A file of millions of runs is made slice by slice, in the order of their keys, which is about that in
which they began: each slice is a question like any other, of which the engine reads the rows it
needs and no others. Nothing is held meanwhile, and whoever stops reading stops the rest.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import UUID

from econome.analytics import steps
from econome.analytics.dimension import By, Dimension, MetadataKey, split
from econome.analytics.errors import BadQuestion
from econome.analytics.forms import Form, file_of
from econome.analytics.payloads import Payload, PayloadPiece, fold
from econome.analytics.series import Clock
from econome.domain.run import NO_ID, UNDATED
from econome.domain.scope import EVERYTHING, Scope
from econome.store.client import Store, TooHeavy
from econome.store.question import Question, question

RUNS_OF_SLICE = 20_000
"""Some 5 to 10 MB of rows, and a fifth of a second."""

MOST_RUNS_OF_SLICE = 640_000
"""Where a filter keeps little, slices grow: a question costs some milliseconds whatever it finds."""

SLICE_BYTES = 8 << 20
RUNS_WITH_PAYLOADS = 1_000
PAYLOAD_BYTES = 16 << 20
"""Of the payloads that are in memory at once, unless one run has more than that."""

MOST_DIMENSIONS = 3
MOST_ROWS = 250_000
"""Of one answer about spend; by time, an export is as many answers as it takes."""

_NESTED = ("fees", "tags", "metadata", "notes")
_WHOLE = "workspace"  # splits nothing
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class _Key:
    """Where a run stands in the order of an export."""

    key_time: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class _Weighed:
    key_time: datetime
    id: UUID
    size_bytes: int


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of a payload, and whose it is."""

    id: UUID
    piece: str
    inputs: str
    outputs: str
    events: str
    extra: str
    serialized: str
    error: str


_BEFORE_ALL = _Key(datetime(1900, 1, 1, tzinfo=UTC), NO_ID)
_AFTER_ALL = _Key(datetime(2299, 12, 31, tzinfo=UTC), UUID(int=(1 << 128) - 1))


@dataclass(frozen=True, slots=True)
class _Slice:
    """The runs after one key, up to another."""

    after: _Key
    last: _Key

    def of(self, scope: Scope) -> dict[str, object]:
        """What a question about the slice binds."""
        given = scope.parameters()
        if self.after.key_time > UNDATED:
            # A filter that looks beyond the row looks around the slice. Runs without a time in
            # their key may belong to any time: for them it looks at all.
            since, until = cast("datetime", given["key_since"]), cast("datetime", given["key_until"])
            given["key_since"] = max(since, self.after.key_time)
            given["key_until"] = min(until, self.last.key_time + _TICK)
        return {**given, **self.keys()}

    def keys(self) -> dict[str, datetime | UUID]:
        """What binds the slice alone."""
        return {
            "after_time": self.after.key_time,
            "after_id": self.after.id,
            "last_time": self.last.key_time,
            "last_id": self.last.id,
        }


def export_runs(store: Store, scope: Scope, form: Form, *, payloads: bool = False) -> Iterator[bytes]:
    """The parts of a file that has every run of a scope; some parts are empty.

    With `payloads` each run comes with what it was given and gave, folded as when one looks at it.
    Runs that arrive meanwhile may be in it or not; none is in it twice.
    """
    file = file_of(form)
    asked = form.of(question("export_runs"), "* except (error)" if payloads else "*", _NESTED)
    walk = _Walk(store, scope, RUNS_WITH_PAYLOADS if payloads else RUNS_OF_SLICE)
    for slice_ in walk:
        size_bytes = 0
        kept = 0
        for part, wanted in _parts(store, scope, slice_) if payloads else [(slice_, None)]:
            rows = store.written(
                file.written_as, asked, scope.filter, currency=scope.currency, **part.of(scope)
            )
            yield file.add(rows, None if wanted is None else _payloads(store, scope, part, wanted))
            size_bytes += len(rows)
            kept += len(wanted or ())
        walk.adapt(kept / RUNS_WITH_PAYLOADS if payloads else size_bytes / SLICE_BYTES)
    yield file.end()


class _Walk:
    """The slices of a scope, one after the other, as long as suits what is found in them."""

    def __init__(self, store: Store, scope: Scope, runs: int) -> None:
        self._store = store
        self._scope = scope
        self._least = self._runs = runs

    def __iter__(self) -> Iterator[_Slice]:
        after = _BEFORE_ALL
        while after != _AFTER_ALL:
            last = self._cut(after)
            yield _Slice(after, last)
            after = last

    def adapt(self, fullness: float) -> None:
        """Makes the next slices longer or shorter, after one that was so full; 1 is as wished."""
        if fullness < 0.25:
            self._runs = min(2 * self._runs, MOST_RUNS_OF_SLICE)
        elif fullness > 2:
            self._runs = max(self._runs // 2, self._least)

    def _cut(self, after: _Key) -> _Key:
        found = self._store.ask(
            _Key,
            question("export_cut"),
            EVERYTHING,  # a filter is asked of the slice, once
            after_time=after.key_time,
            after_id=after.id,
            reach=self._runs - 1,
            **self._scope.parameters(),
        )
        return found[0] if found else _AFTER_ALL


def _parts(store: Store, scope: Scope, slice_: _Slice) -> Iterator[tuple[_Slice, list[UUID]]]:
    """The slice in parts whose payloads fit into memory, each with the runs that are wanted of it."""
    weighed = store.ask(_Weighed, question("export_keys"), scope.filter, **slice_.of(scope))
    after, last = slice_.after, slice_.after
    ids, size_bytes = list[UUID](), 0
    for run in weighed:
        if ids and size_bytes + run.size_bytes > PAYLOAD_BYTES:
            yield _Slice(after, last), ids
            after, ids, size_bytes = last, [], 0
        ids.append(run.id)
        size_bytes += run.size_bytes
        last = _Key(run.key_time, run.id)
    yield _Slice(after, slice_.last), ids


def _payloads(store: Store, scope: Scope, slice_: _Slice, wanted: Sequence[UUID]) -> dict[str, Payload]:
    found: defaultdict[str, list[PayloadPiece]] = defaultdict(list)
    pieces = store.ask(
        _Piece,
        question("export_payloads"),
        EVERYTHING,
        workspace=scope.workspace,
        ids=list(wanted),
        **slice_.keys(),
    )
    for one in pieces if wanted else ():
        said = {name: getattr(one, name) for name in _SAID}
        found[str(one.id)].append(PayloadPiece(**said))
    return {run: fold(said) for run, said in found.items()}


def export_spend(
    store: Store, scope: Scope, by: Sequence[By], form: Form, clock: Clock | None = None
) -> Iterator[bytes]:
    """The parts of a file that has the totals of each combination of dimensions, in each step of a clock.

    Raises `BadQuestion` for more dimensions than may be, or for a step or a zone that makes no sense.
    """
    if len(by) > MOST_DIMENSIONS or len(set(by)) < len(by):
        raise BadQuestion(
            f"by: up to {MOST_DIMENSIONS} different dimensions, not {', '.join(one.value for one in by)}"
        )
    times = [scope.since]
    if clock is not None:
        step = steps.step_of(clock.step, scope.until - scope.since)
        times = steps.starts(scope.since, scope.until, step, steps.zone(clock.zone))
    return _spend(store, scope, by, form, times, is_timed=clock is not None)


def _spend(
    store: Store,
    scope: Scope,
    by: Sequence[By],
    form: Form,
    times: Sequence[datetime],
    *,
    is_timed: bool,
) -> Iterator[bytes]:
    file = file_of(form)
    asked = form.of(question("export_spend"), _columns(by, is_timed=is_timed), ())
    asked = Question(asked.name, f"{asked.text}, {_BOUNDED}")
    splits: list[By | str] = [*by] or [_WHOLE]
    splits += splits[:1] * (MOST_DIMENSIONS - len(splits))  # the same array is joined once
    bound: dict[str, object] = {}
    for parameter, one in zip(_PARAMETERS, splits, strict=True):
        asked, binds = split(asked, one, parameter)
        bound |= binds
    at, together = 0, len(times)
    while at < len(times):
        here = times[at : at + together]
        until = times[at + together] if at + together < len(times) else scope.until
        part = replace(scope, since=max(scope.since, here[0]), until=until)
        try:
            rows = store.written(
                file.written_as,
                asked,
                scope.filter,
                starts=[int(moment.timestamp()) for moment in here],
                currency=scope.currency,
                **bound,
                **part.parameters(),
            )
        except TooHeavy:
            if together == 1:
                raise
            together = (together + 1) // 2
            continue
        yield file.add(rows)
        at += together
    yield file.end()


def _columns(by: Sequence[By], *, is_timed: bool) -> str:
    """What is shown of an answer about spend, the dimensions by their own names."""
    shown = ["start"] if is_timed else []
    for place, dimension in enumerate(by, 1):
        if isinstance(dimension, MetadataKey):
            is_plain = _PLAIN.fullmatch(dimension.key)
            shown.append(f"value_{place} as `{dimension.value if is_plain else f'metadata_{place}'}`")
        elif dimension is Dimension.PROJECT:
            shown += [
                f"transform(value_{place}, {_IDS}, {_NAMES}, value_{place}) as project",
                f"value_{place} as project_id",
            ]
        else:
            shown.append(f"value_{place} as {dimension.value}")
    return ", ".join([*shown, _SUMS])


_PLAIN = re.compile(r"[\w.:@/-]+")
"""The keys of metadata that may name a column of a question. No other text of a user stands in one."""
_PARAMETERS = ("dimension", "second", "third")
_SAID = ("piece", "inputs", "outputs", "events", "extra", "serialized", "error")
_BOUNDED = f"max_rows_to_group_by = {MOST_ROWS}, group_by_overflow_mode = 'throw'"
_SUMS = "* except (start, value_1, value_2, value_3, of_traces, of_first_tokens, of_calls)"
_KNOWN = "(select groupArray({}) from projects final where workspace = {{workspace:UUID}})"
_IDS, _NAMES = _KNOWN.format("toString(id)"), _KNOWN.format("name")
