"""Experiments compared, and what evaluating them cost, apart from what they cost themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from econome.analytics.totals import Totals
from econome.domain.project import Project
from econome.store.client import Store
from econome.store.question import question

EVALUATORS = "evaluators"
"""The project to which LangSmith's clients send what their evaluators do."""


@dataclass(frozen=True, slots=True)
class _Evaluators(Totals):
    experiment: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Experiments on a dataset that were compared with each other."""

    id: UUID
    dataset: UUID
    name: str
    description: str
    extra: str  # JSON text
    experiments: list[UUID]
    created_at: datetime
    modified_at: datetime


def comparisons_of(
    store: Store, workspace: UUID, dataset: UUID, *, limit: int, offset: int = 0
) -> list[Comparison]:
    """The comparisons on a dataset, the latest first."""
    return store.ask(
        Comparison,
        question("langsmith_comparisons"),
        workspace=workspace,
        dataset=dataset,
        limit=limit,
        offset=offset,
    )


def evaluators_of(
    store: Store, workspace: UUID, project: UUID, experiments: Sequence[Project]
) -> dict[UUID, Totals]:
    """The sums over the evaluators' runs in `project`, by experiment; one without any is missing."""
    if not experiments:
        return {}
    said = {text: str(one.id) for one in experiments for text in (one.name, str(one.id))}
    answer = store.ask(
        _Evaluators,
        question("langsmith_evaluators"),
        workspace=workspace,
        project=project,
        judged=[one.id for one in experiments],
        names=list(said),
        experiments=list(said.values()),
    )
    return {UUID(row.experiment): row for row in answer}
