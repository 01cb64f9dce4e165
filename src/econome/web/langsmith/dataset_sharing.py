"""Datasets that are shown to whoever has their token: as they are now, and nothing that ran on them."""

from __future__ import annotations

from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from econome.analytics.langsmith_datasets import counts_of, examples_of, heads_of
from econome.domain.dataset import Dataset
from econome.domain.key import Role
from econome.web.context import Econome, context
from econome.web.errors import NotFound
from econome.web.langsmith.asked import json_answer, numbers_of_page, query_ids
from econome.web.langsmith.attachments import signer
from econome.web.langsmith.datasets import dataset_in, datasets_json, for_datasets
from econome.web.langsmith.example_json import DEFAULTS, example_json
from econome.web.langsmith.query import FOR_EVER
from econome.web.langsmith.sharing import share_in

_HIDDEN = ("tenant_id", "session_count", "last_session_start_time")
_SHOWN = frozenset({*DEFAULTS, "outputs", "metadata"})


async def share(request: Request) -> Response:
    """PUT /datasets/{id}/share."""
    caller = for_datasets(request, Role.ADMIN)
    here, dataset = context(request), dataset_in(request, caller)
    shared = await run_in_threadpool(here.shares.share, caller.workspace, dataset.id)
    return json_answer({"dataset_id": dataset.id, "share_token": shared.token})


async def read_share(request: Request) -> Response:
    """GET /datasets/{id}/share: 404 for one that is not shared, for its clients read the token."""
    caller = for_datasets(request, Role.READ)
    dataset = dataset_in(request, caller)
    shared = context(request).shares.get(caller.workspace, dataset.id)
    if shared is None:
        raise NotFound(f"The dataset {dataset.name!r} is not shared")
    return json_answer({"dataset_id": dataset.id, "share_token": shared.token})


async def unshare(request: Request) -> Response:
    """DELETE /datasets/{id}/share."""
    caller = for_datasets(request, Role.ADMIN)
    here, dataset = context(request), dataset_in(request, caller)
    await run_in_threadpool(here.shares.end, caller.workspace, dataset.id)
    return json_answer({"message": "No longer shared"})


async def read(request: Request) -> Response:
    """GET /public/{token}/datasets: the dataset."""
    here, dataset = context(request), _shared(request)
    (found,) = await run_in_threadpool(datasets_json, here, dataset.workspace, [dataset])
    return json_answer({name: value for name, value in found.items() if name not in _HIDDEN})


async def examples(request: Request) -> Response:
    """GET /public/{token}/examples: its examples, without their files and where they come from."""
    here, dataset = context(request), _shared(request)
    wanted = query_ids(request, "id")
    return json_answer(await run_in_threadpool(_page, here, dataset, wanted, numbers_of_page(request)))


async def count(request: Request) -> Response:
    """GET /public/{token}/examples/count."""
    here, dataset = context(request), _shared(request)
    counts = await run_in_threadpool(counts_of, here.store, dataset.workspace, [dataset.id])
    return json_answer(counts.get(dataset.id, 0))


async def page(request: Request) -> Response:
    """GET /public/{token}/d: the clients' link to it, which leads to the dataset as JSON."""
    return RedirectResponse(f"/public/{share_in(request).token}/datasets", 307)


def _page(
    here: Econome, dataset: Dataset, wanted: list[UUID], asked: tuple[int, int]
) -> list[dict[str, object]]:
    heads = heads_of(here.store, dataset.workspace, [dataset.id], wanted, FOR_EVER, asked)
    sign = signer(here)
    return [
        example_json(one, dataset.workspace, sign, _SHOWN)
        for one in examples_of(here.store, dataset.workspace, heads)
    ]


def _shared(request: Request) -> Dataset:
    shared = share_in(request)
    found = context(request).datasets.get(shared.workspace, shared.run_id)
    if found is None:
        raise NotFound("No dataset is shared under this token, or no longer")
    return found


ROUTES = [
    Route("/datasets/{dataset_id}/share", share, methods=["PUT"]),
    Route("/datasets/{dataset_id}/share", read_share, methods=["GET"]),
    Route("/datasets/{dataset_id}/share", unshare, methods=["DELETE"]),
    Route("/public/{token}/datasets", read, methods=["GET"]),
    Route("/public/{token}/examples", examples, methods=["GET"]),
    Route("/public/{token}/examples/count", count, methods=["GET"]),
]
PAGES = [Route("/public/{token}/d", page, methods=["GET"])]
