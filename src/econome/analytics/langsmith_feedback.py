"""Feedback, as LangSmith's clients list it and sum it up."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from econome.analytics.payloads import read_json
from econome.domain.scope import Scope
from econome.store.client import Store
from econome.store.question import question


@dataclass(frozen=True, slots=True)
class Remark:
    """One feedback: a row of the table, without its workspace."""

    id: UUID
    run_id: UUID | None
    trace_id: UUID | None
    project: UUID | None
    key: str
    score: float | None
    value: str  # JSON text, or empty
    comment: str
    correction: str  # JSON text, or empty
    source: str  # JSON text, or empty
    extra: str  # JSON text of what else was said, or empty
    created_at: datetime
    modified_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class _Tally:
    subject: UUID
    key: str
    n: int
    avg: float
    values: list[str]


def feedback_of(
    store: Store,
    workspace: UUID,
    projects: Sequence[UUID],
    *,
    ids: Sequence[UUID] = (),
    runs: Sequence[UUID] = (),
    keys: Sequence[str] = (),
    sources: Sequence[str] = (),
    has_score: bool | None = None,
    has_comment: bool | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[Remark]:
    """Feedback, newest first; an empty sequence keeps all. That of a run is in its run's project."""
    return store.ask(
        Remark,
        question("langsmith_feedback"),
        workspace=workspace,
        projects=list(projects),
        ids=list(ids),
        runs=list(runs),
        keys=list(keys),
        sources=list(sources),
        has_score=has_score,
        has_comment=has_comment,
        limit=limit,
        offset=offset,
    )


def remark(store: Store, workspace: UUID, projects: Sequence[UUID], identity: UUID) -> Remark | None:
    """One feedback by its id."""
    found = feedback_of(store, workspace, projects, ids=[identity], limit=1)
    return found[0] if found else None


def feedback_of_runs(store: Store, workspace: UUID, runs: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """By run and key: how many, their mean score, and how often each value."""
    return _tallied(
        store.ask(_Tally, question("langsmith_feedback_of_runs"), workspace=workspace, runs=list(runs))
    )


def feedback_of_projects(
    store: Store, workspace: UUID, projects: Sequence[UUID]
) -> dict[UUID, dict[str, Any]]:
    """The same by project: of the runs in each."""
    answer = store.ask(
        _Tally, question("langsmith_feedback_of_projects"), workspace=workspace, projects=list(projects)
    )
    return _tallied(answer)


def feedback_on_projects(
    store: Store, workspace: UUID, projects: Sequence[UUID]
) -> dict[UUID, dict[str, Any]]:
    """The same by project: of what was said of each as a whole, and of none of its runs."""
    answer = store.ask(
        _Tally, question("langsmith_feedback_on_projects"), workspace=workspace, projects=list(projects)
    )
    return _tallied(answer)


def feedback_in(store: Store, scope: Scope) -> dict[str, Any]:
    """The same for all the runs of a scope together."""
    answer = store.ask(_Tally, question("langsmith_feedback_in"), scope.filter, **scope.parameters())
    return _tallied(answer).get(scope.workspace, {})


def _tallied(answer: Iterable[_Tally]) -> dict[UUID, dict[str, Any]]:
    by_subject: dict[UUID, dict[str, Any]] = defaultdict(dict)
    for row in answer:
        values = Counter(str(read_json(value)) for value in row.values)
        average = None if math.isnan(row.avg) else row.avg
        by_subject[row.subject][row.key] = {"n": row.n, "avg": average, "values": dict(values)}
    return by_subject
