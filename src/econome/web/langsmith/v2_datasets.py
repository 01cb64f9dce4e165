"""Datasets and what experiments made of them, as LangSmith's second API asks for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.domain.dataset import Dataset
from econome.domain.key import Role
from econome.web.auth import Caller
from econome.web.context import Econome, context
from econome.web.errors import Invalid
from econome.web.langsmith.asked import ids, json_answer, json_object, query_object, subset, texts, whole
from econome.web.langsmith.attachments import signer
from econome.web.langsmith.datasets import KINDS, dataset_in, datasets_json, for_datasets
from econome.web.langsmith.example_json import example_json, metadata_of
from econome.web.langsmith.experiments import experiments_of, filters_of, heads_of_experiments, with_runs
from econome.web.langsmith.v2_json import SELECTS, needed, origin_of, run_v2
from econome.web.langsmith.v2_query import asked, chosen, given, page_size

_LIST: Final = (
    "id", "cursor", "page_size", "data_type", "name", "name_contains", "metadata", "sort_by", "sort_order",
)  # fmt: skip
_RUNS: Final = ("experiment_ids", "example_ids", "filters", "selects", "page_size", "cursor")
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ORDERS: Final[dict[str, Callable[[Mapping[str, Any]], Any]]] = {
    "name": lambda one: one["name"].lower(),
    "created_at": lambda one: one["created_at"],
    "modified_at": lambda one: one["modified_at"],
    "example_count": lambda one: one["example_count"],
    "session_count": lambda one: one["session_count"],
    "last_session_start_time": lambda one: one["last_session_start_time"] or _LONG_AGO,
}


async def list_all(request: Request) -> Response:
    """GET /api/v2/datasets: a page, the newest first."""
    caller = for_datasets(request, Role.READ)
    said = asked(request, _LIST, ("id", "data_type"))
    here = context(request)
    found = await run_in_threadpool(_sorted, here, caller, said, _matching(request, here, caller, said))
    start, size = whole(said.get("cursor"), "cursor", 0, 0, 1 << 31), page_size(said, 20, 100)
    more = start + size < len(found)
    return json_answer(
        {"items": found[start : start + size], "next_cursor": str(start + size) if more else None}
    )


async def runs(request: Request) -> Response:
    """POST /api/v2/datasets/{id}/experiment-runs: a page of examples, each with its runs."""
    caller = for_datasets(request, Role.READ)
    here, dataset = context(request), dataset_in(request, caller)
    said = given(await json_object(request), _RUNS)
    return json_answer(await run_in_threadpool(_runs, here, dataset, said, origin_of(request)))


def _runs(here: Econome, dataset: Dataset, said: Mapping[str, Any], origin: str) -> dict[str, object]:
    experiments = experiments_of(here, dataset, ids(said.get("experiment_ids"), "experiment_ids"))
    selects, size = chosen(said, SELECTS), page_size(said, 20, 100)
    start = whole(said.get("cursor"), "cursor", 0, 0, 1 << 31)
    wanted = set(ids(said.get("example_ids"), "example_ids"))
    heads = [
        head for head in heads_of_experiments(here, dataset, experiments) if not wanted or head.id in wanted
    ]
    page = heads[start : start + size]
    sign = signer(here)
    examples = with_runs(here, dataset, experiments, page, filters_of(said), needed(selects))
    return {
        "items": [
            {
                **example_json(example, dataset.workspace, sign),
                "runs": [run_v2(here, origin, one, selects, subtree=True) for one in found],
            }
            for example, found in examples
        ],
        "next_cursor": str(start + size) if start + size < len(heads) else None,
    }


def _matching(request: Request, here: Econome, caller: Caller, said: Mapping[str, Any]) -> list[Dataset]:
    wanted = set(ids(said.get("id"), "id"))
    kinds = set(texts(said.get("data_type")))
    for kind in sorted(kinds - set(KINDS)):
        raise Invalid(f'"data_type" must be one of {", ".join(KINDS)}, not {kind[:60]!r}')
    metadata, part = query_object(request, "metadata"), str(said.get("name_contains", "")).lower()
    return [
        dataset
        for dataset in here.datasets.all(caller.workspace)
        if (not wanted or dataset.id in wanted)
        and (not kinds or dataset.data_type in kinds)
        and said.get("name") in (None, dataset.name)
        and part in dataset.name.lower()
        and subset(metadata, metadata_of(dataset.metadata))
    ]


def _sorted(
    here: Econome, caller: Caller, said: Mapping[str, Any], datasets: list[Dataset]
) -> list[dict[str, object]]:
    by, order = str(said.get("sort_by", "created_at")), str(said.get("sort_order", "desc")).lower()
    if by not in _ORDERS:
        raise Invalid(f'"sort_by" must be one of {", ".join(_ORDERS)}, not {by[:60]!r}')
    if order not in {"asc", "desc"}:
        raise Invalid(f'"sort_order" must be asc or desc, not {order[:60]!r}')
    found = datasets_json(here, caller.workspace, datasets)
    return sorted(found, key=_ORDERS[by], reverse=order == "desc")


ROUTES = [
    Route("/api/v2/datasets", list_all, methods=["GET"]),
    Route("/api/v2/datasets/{dataset_id}/experiment-runs", runs, methods=["POST"]),
]
