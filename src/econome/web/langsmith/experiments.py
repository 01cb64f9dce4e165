"""What experiments made of a dataset: each example with the runs on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.filter_syntax import Comparison as Compared
from econome.analytics.filter_syntax import Expression, parse
from econome.analytics.filters import compile_expression
from econome.analytics.langsmith_datasets import Head, examples_of, heads_of
from econome.analytics.langsmith_experiments import Comparison, comparisons_of
from econome.analytics.paging import Cursor, Sort, SortBy
from econome.analytics.payloads import read_json
from econome.analytics.runs import RunRow, page_of_runs
from econome.domain.dataset import Dataset, Example
from econome.domain.key import Role
from econome.domain.project import Project
from econome.domain.scope import Scope
from econome.web.context import Econome, context
from econome.web.errors import Invalid, NotFound
from econome.web.langsmith.asked import MOST, ids, json_answer, json_object, numbers_of_page, texts, whole
from econome.web.langsmith.attachments import signer
from econome.web.langsmith.datasets import dataset_in, dataset_of, for_datasets, moment_of
from econome.web.langsmith.example_json import example_json
from econome.web.langsmith.found import found_of
from econome.web.langsmith.query import FOR_EVER, SINCE_EVER, all_of, time_given
from econome.web.langsmith.run_json import Found, run_json
from econome.wire.json_text import dump

_MOST_RUNS = 10_000  # on one page of examples


async def runs(request: Request) -> Response:
    """POST /datasets/{id}/runs: a page of examples, each with its runs of the experiments asked for."""
    caller = for_datasets(request, Role.READ)
    here, dataset = context(request), dataset_in(request, caller)
    said = await json_object(request)
    limit = whole(said.get("limit"), "limit", MOST, 1, MOST)
    offset = whole(said.get("offset"), "offset", 0, 0, 1 << 31)
    answer = await run_in_threadpool(_page, here, dataset, said, limit, offset)
    return json_answer(answer)


async def compare(request: Request) -> Response:
    """POST /datasets/comparative: says that some experiments on a dataset are compared, pair by pair."""
    caller = for_datasets(request, Role.INGEST)
    here, said = context(request), await json_object(request)
    wanted = ids(said.get("experiment_ids"), "experiment_ids")
    named = next(iter(ids(said.get("reference_dataset_id"), "reference_dataset_id")), None)
    if named is None:
        raise Invalid('"reference_dataset_id" must say on which dataset')
    dataset = dataset_of(here, caller, named)
    experiments_of(here, dataset, wanted)
    extra, now = said.get("extra"), datetime.now(UTC)
    comparison = Comparison(
        id=next(iter(ids(said.get("id"), "id")), None) or uuid4(),
        dataset=dataset.id,
        name=str(said.get("name") or ""),
        description=str(said.get("description") or ""),
        extra=dump(extra).decode() if isinstance(extra, dict) else "",
        experiments=wanted,
        created_at=time_given(said, "created_at") or now,
        modified_at=now,
    )
    row = {field.name: getattr(comparison, field.name) for field in fields(Comparison)}
    await run_in_threadpool(here.datasets.compare, caller.workspace, row)
    return json_answer(_comparison_json(here, caller.workspace, comparison))


async def comparisons(request: Request) -> Response:
    """GET /datasets/{id}/comparative: a bare array."""
    caller = for_datasets(request, Role.READ)
    here, dataset = context(request), dataset_in(request, caller)
    limit, offset = numbers_of_page(request)
    found = await run_in_threadpool(
        comparisons_of, here.store, caller.workspace, dataset.id, limit=limit, offset=offset
    )
    return json_answer([_comparison_json(here, caller.workspace, one) for one in found])


def _comparison_json(here: Econome, workspace: UUID, one: Comparison) -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.name or None,
        "description": one.description or None,
        "tenant_id": workspace,
        "created_at": one.created_at,
        "modified_at": one.modified_at,
        "reference_dataset_id": one.dataset,
        "extra": read_json(one.extra),
        "experiments_info": [
            {"id": identity, "name": here.projects.name_of(workspace, identity)}
            for identity in one.experiments
        ],
    }


def _page(
    here: Econome, dataset: Dataset, said: Mapping[str, Any], limit: int, offset: int
) -> list[dict[str, object]]:
    experiments = experiments_of(here, dataset, ids(said.get("session_ids"), "session_ids"))
    heads = heads_of_experiments(here, dataset, experiments)[offset : offset + limit]
    sign = signer(here)
    return [
        {
            **example_json(example, dataset.workspace, sign),
            "runs": [run_json(found) for found in of_example],
        }
        for example, of_example in with_runs(here, dataset, experiments, heads, filters_of(said))
    ]


def experiments_of(here: Econome, dataset: Dataset, wanted: Sequence[UUID]) -> list[Project]:
    """The experiments of those ids. Raises `Invalid` for none, `NotFound` for one of another dataset."""
    if not wanted:
        raise Invalid("Say which experiments: their ids are those of their projects")
    found = []
    for identity in wanted:
        project = here.projects.get(dataset.workspace, identity)
        if project is None or project.reference_dataset_id != dataset.id:
            raise NotFound(f"There is no experiment {identity} on the dataset {dataset.name!r}")
        found.append(project)
    return found


def heads_of_experiments(here: Econome, dataset: Dataset, experiments: Sequence[Project]) -> list[Head]:
    """The examples of the version that the latest of these experiments ran on."""
    return heads_of(here.store, dataset.workspace, [dataset.id], [], max(map(_version_of, experiments)))


def filters_of(said: Mapping[str, Any]) -> dict[UUID, list[Expression]]:
    """What narrows the runs of single experiments."""
    filters = said.get("filters") or {}
    if not isinstance(filters, dict):
        raise Invalid('"filters" must be an object: experiment ids to lists of filters')
    return {ids(key, "filters")[0]: [parse(one) for one in texts(value)] for key, value in filters.items()}


def with_runs(
    here: Econome,
    dataset: Dataset,
    experiments: Sequence[Project],
    heads: Sequence[Head],
    filters: Mapping[UUID, Sequence[Expression]],
    select: frozenset[str] | None = None,
) -> Iterator[tuple[Example, list[Found]]]:
    """The examples of a page, each with its root runs, first those of the experiment named first."""
    wanted = tuple(str(head.id) for head in heads)
    rows = [row for one in experiments for row in _rows(here, one, wanted, filters.get(one.id, ()))]
    whole_runs = found_of(here, dataset.workspace, [one.id for one in experiments], rows, select)
    by_example: dict[UUID | None, list[Found]] = {}
    for found in whole_runs:
        judged = found.place.reference_example_id if found.place is not None else None
        by_example.setdefault(judged, []).append(found)
    for example in examples_of(here.store, dataset.workspace, heads):
        yield example, by_example.get(example.id, [])


def _rows(
    here: Econome, experiment: Project, examples: tuple[str, ...], filters: Sequence[Expression]
) -> list[RunRow]:
    if not examples:
        return []
    conditions = [
        Compared("in", "reference_example_id", examples),
        Compared("eq", "is_root", value=True),
        *filters,
    ]
    scope = Scope(
        experiment.workspace,
        SINCE_EVER,
        FOR_EVER,
        (experiment.id,),
        compile_expression(all_of(conditions)),
    )
    rows: list[RunRow] = []
    after: Cursor | None = None
    while len(rows) < _MOST_RUNS:
        page = page_of_runs(here.store, scope, Sort(SortBy.STARTED_AT, descending=False), after, 1_000)
        rows += page.rows
        after = page.next
        if after is None:
            break
    return rows


def _version_of(experiment: Project) -> datetime:
    extra = read_json(experiment.extra)
    metadata = extra.get("metadata") if isinstance(extra, dict) else None
    said = metadata.get("dataset_version") if isinstance(metadata, dict) else None
    try:
        return moment_of(None, said if isinstance(said, str) else None)
    except Invalid:  # the experiment's own words, from anywhere
        return FOR_EVER


ROUTES = [
    Route("/datasets/comparative", compare, methods=["POST"]),
    Route("/datasets/{dataset_id}/comparative", comparisons, methods=["GET"]),
    Route("/datasets/{dataset_id}/runs", runs, methods=["POST"]),
]
