"""Runs one by one: pages of them, and the whole row of each.

A page is found on narrow columns first; the wide rows are then fetched by key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from econome.analytics.paging import Cursor, Sort, SortBy
from econome.domain.scope import EVERYTHING, Scope
from econome.store.client import Store
from econome.store.question import question
from econome.wire.identity import time_in

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_SLACK = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RunRow:
    """What a screen shows of a run: the columns of `domain.run.Run` by the same names."""

    id: UUID
    key_time: datetime
    trace_id: UUID
    parent_id: UUID | None
    project: UUID
    name: str
    kind: str
    status: str
    error: str
    started_at: datetime
    ended_at: datetime | None
    first_token_at: datetime | None
    model: str
    model_asked: str
    model_answered: str
    provider: str
    service_tier: str
    temperature: float | None
    top_p: float | None
    max_tokens: int | None
    streamed: bool | None
    response_id: str
    counted: bool
    uncounted: str
    usage_source: str
    usage_convention: str
    uncached: int | None
    cache_read: int | None
    cache_read_audio: int | None
    cache_write_5m: int | None
    cache_write_1h: int | None
    audio_in: int | None
    image_in: int | None
    video_in: int | None
    text_out: int | None
    reasoning: int | None
    audio_out: int | None
    image_out: int | None
    input_tokens: int | None
    output_tokens: int | None
    fees: dict[str, int]
    price: UUID
    cost: Decimal | None
    input_cost: Decimal | None
    output_cost: Decimal | None
    fee_cost: Decimal | None
    our_cost: Decimal | None
    cost_reported: Decimal | None
    user: str
    session: str
    environment: str
    tags: list[str]
    metadata: dict[str, str]
    inherited_user: str
    inherited_session: str
    inherited_environment: str
    inherited_tags: list[str]
    inherited_metadata: dict[str, str]
    notes: list[str]
    chars_system: int
    chars_tools: int
    chars_history: int
    chars_retrieved: int
    chars_tool_results: int
    chars_user: int
    input_preview: str
    output_preview: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run stands in a page: its key, and what the page is sorted by."""

    id: UUID
    key_time: datetime
    trace_id: UUID
    tie: UUID  # decides between equal ranks
    rank: Decimal | None


@dataclass(frozen=True, slots=True)
class Page:
    """Some runs in the order asked for, and where the next page starts."""

    rows: list[RunRow]
    next: Cursor | None


@dataclass(frozen=True, slots=True)
class _Count:
    runs: int


def page_of_runs(
    store: Store, scope: Scope, sort: Sort, after: Cursor | None, limit: int, *, skip: int = 0
) -> Page:
    """Runs of a scope, of every depth; `skip` counts from the cursor, or from the first of all."""
    return _page(store, scope, "page_of_runs", sort, after, limit, skip=skip, roots=False)


def page_of_traces(
    store: Store, scope: Scope, sort: Sort, after: Cursor | None, limit: int, *, skip: int = 0
) -> Page:
    """The roots of the traces that have a run which passes the filter, by what the whole trace used."""
    if scope.filter is EVERYTHING and not sort.by.sums_up:
        return _page(store, scope, "page_of_runs", sort, after, limit, skip=skip, roots=True)
    return _page(store, scope, "page_of_traces", sort, after, limit, skip=skip)


def count_runs(store: Store, scope: Scope, *, roots: bool = False) -> int:
    """How many runs, or only roots, there are in a scope."""
    answer = store.recall(_Count, question("count_runs"), scope.filter, roots=roots, **scope.parameters())
    return answer[0].runs


def count_traces(store: Store, scope: Scope) -> int:
    """How many traces `page_of_traces` would list."""
    if scope.filter is EVERYTHING:
        return count_runs(store, scope, roots=True)
    return store.ask(_Count, question("count_traces"), scope.filter, **scope.parameters())[0].runs


def run_by_id(store: Store, workspace: UUID, projects: Sequence[UUID], run: UUID) -> RunRow | None:
    """One run, wherever it is."""
    for earliest in windows_of(run):
        answer = store.ask(
            RunRow,
            question("run_by_id"),
            workspace=workspace,
            projects=list(projects),
            run=run,
            earliest=earliest,
        )
        if answer:
            return answer[0]
    return None


def windows_of(identity: UUID) -> list[datetime]:
    """Since when to look for a run or a trace of that id: a guess that prunes, then the truth."""
    moment = time_in(identity)
    return [LONG_AGO] if moment is None else [moment - _SLACK, LONG_AGO]


def _page(
    store: Store,
    scope: Scope,
    name: str,
    sort: Sort,
    after: Cursor | None,
    limit: int,
    *,
    skip: int,
    **flags: bool,
) -> Page:
    # A trace may have a run outside the part of the span where its root is.
    narrowed = name == "page_of_runs" and sort.by is SortBy.STARTED_AT and not skip
    places: list[Place] = []
    for span in _parts(scope, sort, after) if narrowed else [scope]:
        places = store.ask(
            Place,
            question(name),
            span.filter,
            sort=sort.by.column,
            direction=sort.direction,
            after=None if after is None else after.tie,
            after_rank=None if after is None else after.rank,
            limit=limit + 1,
            skip=skip,
            **flags,
            **span.parameters(),
        )
        if len(places) > limit:
            break
    more = len(places) > limit
    places = places[:limit]
    return Page(
        rows=rows_at(store, scope, places),
        next=Cursor(sort, places[-1].rank, places[-1].tie) if more else None,
    )


def _parts(scope: Scope, sort: Sort, after: Cursor | None) -> list[Scope]:
    """Ever more of the span from the end at which a page in the order of time begins, at last all of it.

    A part that fills the page has the same page as the whole: what lies beyond it comes later.
    """
    since, until = scope.since, scope.until
    if after is not None and after.rank is not None:
        last = LONG_AGO + timedelta(microseconds=int(after.rank) * sort.direction)
        if sort.descending:
            until = min(until, max(since, last) + _TICK)
        else:
            since = max(since, min(until, last))
    lengths = [(until - since) / share for share in _SHARES]
    if sort.descending:
        return [replace(scope, since=until - length, until=until) for length in lengths]
    return [replace(scope, since=since, until=since + length) for length in lengths]


_SHARES = (512, 32, 1)
"""Fifty of a million runs are found in the five-hundredth part of their time in 13 ms instead of 70."""
_TICK = timedelta(microseconds=1)


def rows_at(store: Store, scope: Scope, places: Sequence[Place]) -> list[RunRow]:
    """The whole rows of some places, in their order."""
    if not places:
        return []
    answer = store.ask(
        RunRow,
        question("runs_named"),
        scope.money,
        workspace=scope.workspace,
        times=[place.key_time for place in places],
        ids=[place.id for place in places],
    )
    by_id = {row.id: row for row in answer}
    return [by_id[place.id] for place in places if place.id in by_id]  # one may just have been removed
