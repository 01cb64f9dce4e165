"""What did each experiment on a dataset cost, and how good was it?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, NotRequired, TypedDict
from uuid import UUID

from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.dimension import Dimension
from econome.analytics.errors import BadQuestion
from econome.analytics.langsmith_datasets import counts_of
from econome.analytics.langsmith_experiments import EVALUATORS, evaluators_of
from econome.analytics.langsmith_feedback import feedback_of_projects, feedback_on_projects
from econome.analytics.payloads import read_json
from econome.analytics.spend import spend_by
from econome.domain.dataset import Dataset
from econome.domain.project import Project
from econome.domain.scope import Scope
from econome.web.api import shapes
from econome.web.api.scope import visible_projects, whole
from econome.web.api.told import Parameter, asks
from econome.web.auth import Caller, Role, require
from econome.web.context import Econome, context
from econome.wire.identity import uuid_of

_EVER = (datetime(1970, 1, 1, tzinfo=UTC), datetime(2262, 1, 1, tzinfo=UTC))


class Judged(TypedDict):
    """The scores under one key."""

    mean: Annotated[float | None, Meta(description="null: none of them is a number")]
    count: int
    values: Annotated[dict[str, int], Meta(description="how often each word was given")]


class OfDataset(TypedDict):
    """A dataset; one that is gone has only its id."""

    id: str
    name: NotRequired[str]
    examples: NotRequired[int]


class Trial(TypedDict):
    """What an experiment used, and how it was judged."""

    id: str
    name: str
    description: str
    created_at: shapes.Moment
    dataset: OfDataset
    expected: Annotated[int | None, Meta(description="how many runs it announced")]
    totals: shapes.Totals | None
    scores: Annotated[dict[str, Judged], Meta(description="of its runs")]
    summary_scores: Annotated[dict[str, Judged], Meta(description="of the whole")]
    evaluators: Annotated[shapes.Totals | None, Meta(description="what judging used")]


class Trials(TypedDict):
    """Experiments on datasets, the newest first."""

    rows: list[Trial]
    others: Annotated[int, Meta(description="how many have no row")]


@asks(
    Trials,
    Parameter("dataset", "By name or id. Default: all."),
    Parameter("limit", "How many rows, up to 500.", "integer", default=50),
)
async def list_all(request: Request) -> Response:
    """GET /econome/v1/experiments: the newest first, each with what it used and how it was judged."""
    caller = require(request, Role.READ)
    limit = whole(request, "limit", 50, 500)
    here = context(request)
    dataset = _dataset(here, caller, request.query_params.get("dataset"))
    mine = [
        project
        for project in visible_projects(request, caller)
        if project.reference_dataset_id is not None
        and (dataset is None or project.reference_dataset_id == dataset)
    ]
    mine.sort(key=lambda project: (project.created_at, project.id), reverse=True)
    rows = await run_in_threadpool(_rows, here, caller, mine[:limit])
    told: Trials = {"rows": rows, "others": len(mine) - len(rows)}
    return shapes.answer(told)


def _dataset(here: Econome, caller: Caller, said: str | None) -> UUID | None:
    """The dataset that is asked for; a key for some projects cannot name one, for it sees none."""
    if said is None:
        return None
    identity = uuid_of(said)
    if caller.projects is None:
        found = here.datasets.find(caller.workspace, said)
        if found is None and identity is not None:
            found = here.datasets.get(caller.workspace, identity)
        if found is not None:
            return found.id
    if identity is None:
        raise BadQuestion(f'dataset: there is none of the name or id "{said[:64]}"')
    return identity  # experiments outlive their datasets


def _rows(here: Econome, caller: Caller, experiments: Sequence[Project]) -> list[Trial]:
    if not experiments:
        return []
    store, workspace = here.store, caller.workspace
    wanted = [one.id for one in experiments]
    scope = Scope(workspace, *_EVER, tuple(wanted), slack=here.writer.slack)
    used = {row.value: row for row in spend_by(store, scope, Dimension.PROJECT, limit=len(wanted))}
    scores = feedback_of_projects(store, workspace, wanted)
    summaries = feedback_on_projects(store, workspace, wanted)
    evaluators = here.projects.find(workspace, EVALUATORS)
    judging = (
        evaluators_of(store, workspace, evaluators.id, experiments)
        if evaluators is not None and caller.may_see(EVALUATORS)
        else {}
    )
    datasets = _datasets(here, caller, experiments)
    return [
        {
            "id": str(one.id),
            "name": one.name,
            "description": one.description,
            "created_at": shapes.iso(one.created_at),
            "dataset": datasets.get(one.reference_dataset_id) or {"id": str(one.reference_dataset_id)},
            "expected": _expected(one),
            "totals": shapes.totals(used[str(one.id)]) if str(one.id) in used else None,
            "scores": _scores(scores.get(one.id, {})),
            "summary_scores": _scores(summaries.get(one.id, {})),
            "evaluators": shapes.totals(judging[one.id]) if one.id in judging else None,
        }
        for one in experiments
    ]


def _datasets(here: Econome, caller: Caller, experiments: Sequence[Project]) -> dict[UUID | None, OfDataset]:
    if caller.projects is not None:
        return {}
    wanted = {one.reference_dataset_id for one in experiments if one.reference_dataset_id is not None}
    found: list[Dataset] = [
        known for one in wanted if (known := here.datasets.get(caller.workspace, one)) is not None
    ]
    counts = counts_of(here.store, caller.workspace, [one.id for one in found])
    return {one.id: {"id": str(one.id), "name": one.name, "examples": counts.get(one.id, 0)} for one in found}


def _expected(experiment: Project) -> int | None:
    """How many runs it announced; None for one that announced none."""
    extra = read_json(experiment.extra)
    if not isinstance(extra, dict):
        return None
    examples, repetitions = extra.get("num_examples"), extra.get("num_repetitions", 1)
    if not isinstance(examples, int) or not isinstance(repetitions, int):
        return None
    return examples * repetitions


def _scores(by_key: dict[str, Any]) -> dict[str, Judged]:
    """The mean score under each key, of how many; null for one whose judges gave none."""
    return {
        key: {"mean": said["avg"], "count": said["n"], "values": said["values"]}
        for key, said in by_key.items()
    }


ROUTES = [Route("/econome/v1/experiments", list_all, methods=["GET"])]
