"""Traces: what each used in all, and the runs that make up one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from econome.analytics.runs import LONG_AGO, RunRow, windows_of
from econome.analytics.totals import Sums
from econome.domain.scope import EVERYTHING, Condition
from econome.store.client import Store
from econome.store.question import question

MOST_RUNS = 20_000
"""Of a trace, so many runs are shown; its totals are of all."""

_SLACK = timedelta(days=2)
"""By how much a run's key may lie before that of another run of its trace."""


@dataclass(frozen=True, slots=True)
class TraceTotals(Sums):
    """The sums over one trace, no call counted twice."""

    trace_id: UUID
    errors: int  # runs that failed


@dataclass(frozen=True, slots=True)
class TreeRow:
    """What a tree over time shows of a run: the columns of `domain.run.Run` by the same names."""

    id: UUID
    key_time: datetime
    trace_id: UUID
    parent_id: UUID | None
    project: UUID
    name: str
    kind: str
    status: str
    error: str  # how it begins
    started_at: datetime
    ended_at: datetime | None
    first_token_at: datetime | None
    model: str
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
    cost: Decimal | None
    input_cost: Decimal | None
    output_cost: Decimal | None
    fees: dict[str, int]
    price: UUID
    notes: list[str]


def trace_totals(
    store: Store,
    workspace: UUID,
    projects: Sequence[UUID],
    runs: Iterable[RunRow | TreeRow],
    money: Condition = EVERYTHING,
) -> dict[UUID, TraceTotals]:
    """The totals of the traces to which `runs` belong, by trace; `money` is a scope's (`Scope.money`)."""
    keys = {run.trace_id: run.key_time for run in runs}
    if not keys:
        return {}
    answer = store.ask(
        TraceTotals,
        question("trace_totals"),
        money,
        workspace=workspace,
        projects=list(projects),
        traces=list(keys),
        earliest=max(min(keys.values()) - _SLACK, LONG_AGO),
    )
    return {totals.trace_id: totals for totals in answer}


def runs_of_trace(store: Store, workspace: UUID, projects: Sequence[UUID], trace: UUID) -> list[RunRow]:
    """The runs of a trace, first started first; at most `MOST_RUNS`."""
    for earliest in windows_of(trace):
        answer = store.ask(
            RunRow,
            question("runs_of_trace"),
            workspace=workspace,
            projects=list(projects),
            trace=trace,
            earliest=earliest,
            limit=MOST_RUNS,
        )
        if answer:
            return answer
    return []


def tree_of_trace(store: Store, workspace: UUID, projects: Sequence[UUID], trace: UUID) -> list[TreeRow]:
    """The runs of a trace, narrow, first started first; at most `MOST_RUNS`."""
    for earliest in windows_of(trace):
        answer = store.ask(
            TreeRow,
            question("tree_of_trace"),
            workspace=workspace,
            projects=list(projects),
            trace=trace,
            earliest=earliest,
            limit=MOST_RUNS,
        )
        if answer:
            return answer
    return []
