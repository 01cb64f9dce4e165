"""Traces: what each used in all, and the runs that make up one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
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


def trace_totals(
    store: Store,
    workspace: UUID,
    projects: Sequence[UUID],
    runs: Iterable[RunRow],
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
