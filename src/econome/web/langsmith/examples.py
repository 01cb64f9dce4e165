"""Examples: one by one, in bulk, and in multipart bodies with what is attached to them."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.filter_syntax import parse
from econome.analytics.langsmith_datasets import ALL, Head, examples_of, heads_of
from econome.analytics.langsmith_example_filter import is_part, keeps
from econome.domain.dataset import SPLIT
from econome.domain.key import Role
from econome.web.auth import Caller
from econome.web.body import body_of
from econome.web.context import Econome, context
from econome.web.errors import Invalid, NotFound
from econome.web.langsmith import example_changes
from econome.web.langsmith.asked import (
    flag,
    ids,
    json_answer,
    json_body,
    numbers_of_page,
    path_id,
    query_ids,
    query_object,
    texts,
)
from econome.web.langsmith.attachments import signer
from econome.web.langsmith.datasets import dataset_in, dataset_of, for_datasets, moment_of
from econome.web.langsmith.example_json import (
    DEFAULTS,
    Said,
    example_json,
    metadata_of,
    said_in_parts,
    said_of,
    splits_of,
)
from econome.wire.multipart import BrokenMultipart, boundary_of

_MOST = 10_000  # examples in one request
_ORDERS = ("recent", "recently_created", "id", "random")


async def list_all(request: Request) -> Response:
    """GET /examples: a bare array, in the order in which they were made."""
    caller = for_datasets(request, Role.READ)
    here = context(request)
    page = await run_in_threadpool(_matching, request, here, caller, numbers_of_page(request))
    found = await run_in_threadpool(examples_of, here.store, caller.workspace, page)
    sign, select = signer(here), _selected(request)
    return json_answer([example_json(one, caller.workspace, sign, select) for one in found])


async def count(request: Request) -> Response:
    """GET /examples/count."""
    caller = for_datasets(request, Role.READ)
    return json_answer(len(await run_in_threadpool(_matching, request, context(request), caller, ALL)))


async def read(request: Request) -> Response:
    """GET /examples/{id}, as it is or was at a version."""
    caller = for_datasets(request, Role.READ)
    here, identity = context(request), path_id(request, "example_id")
    dataset = next(iter(query_ids(request, "dataset")), None)
    known = here.datasets.get(caller.workspace, dataset) if dataset is not None else None
    moment = moment_of(known, request.query_params.get("as_of"))
    datasets = [] if dataset is None else [dataset]
    found = await run_in_threadpool(
        example_changes.read, here, caller.workspace, datasets, [identity], moment
    )
    if not found:
        raise NotFound(f"There is no example {identity}")
    return json_answer(example_json(found[0], caller.workspace, signer(here)))


async def create(request: Request) -> Response:
    """POST /examples: one."""
    caller = for_datasets(request, Role.INGEST)
    body = await json_body(request)
    made = await run_in_threadpool(example_changes.create_each, context(request), caller, [body])
    return json_answer(example_json(made[0], caller.workspace, signer(context(request))))


async def create_bulk(request: Request) -> Response:
    """POST /examples/bulk: a list."""
    caller = for_datasets(request, Role.INGEST)
    bodies = _list(await json_body(request))
    made = await run_in_threadpool(example_changes.create_each, context(request), caller, bodies)
    sign = signer(context(request))
    return json_answer([example_json(one, caller.workspace, sign) for one in made])


async def create_parts(request: Request) -> Response:
    """POST /platform/datasets/{id}/examples: a multipart body."""
    caller = for_datasets(request, Role.INGEST)
    here, dataset = context(request), dataset_in(request, caller)
    said = await _parts(request)
    made, at = await run_in_threadpool(example_changes.create, here, caller, dataset, said)
    return json_answer({"count": len(made), "example_ids": [one.id for one in made], "as_of": at}, 201)


async def update(request: Request) -> Response:
    """PATCH /examples/{id}."""
    caller = for_datasets(request, Role.INGEST)
    body = await json_body(request)
    if not isinstance(body, dict):
        raise Invalid("The body must be a JSON object")
    said = said_of({**body, "id": str(path_id(request, "example_id"))})
    await run_in_threadpool(example_changes.update, context(request), caller, None, [said])
    return json_answer({"message": f"Example {said.id} updated", "example_ids": [said.id], "count": 1})


async def update_bulk(request: Request) -> Response:
    """PATCH /examples/bulk: a list."""
    caller = for_datasets(request, Role.INGEST)
    said = [said_of(body) for body in _list(await json_body(request))]
    await run_in_threadpool(example_changes.update, context(request), caller, None, said)
    return json_answer({"message": f"{len(said)} examples updated", "count": len(said)})


async def update_parts(request: Request) -> Response:
    """PATCH /platform/datasets/{id}/examples: a multipart body."""
    caller = for_datasets(request, Role.INGEST)
    here, dataset = context(request), dataset_in(request, caller)
    said = await _parts(request)
    at = await run_in_threadpool(example_changes.update, here, caller, dataset, said)
    return json_answer({"count": len(said), "example_ids": [one.id for one in said], "as_of": at}, 201)


async def upsert_parts(request: Request) -> Response:
    """POST /platform/examples/multipart: what is there is changed, what is not is made."""
    caller = for_datasets(request, Role.INGEST)
    here, said = context(request), await _parts(request)
    at = await run_in_threadpool(example_changes.upsert, here, caller, said)
    return json_answer({"count": len(said), "example_ids": [one.id for one in said], "as_of": at}, 201)


async def split(request: Request) -> Response:
    """PUT /datasets/{id}/splits and PATCH /platform/datasets/{id}/examples/metadata: into parts, or out."""
    caller = for_datasets(request, Role.INGEST)
    here, dataset = context(request), dataset_in(request, caller)
    said = await json_body(request)
    if not isinstance(said, dict):
        raise Invalid("The body must be a JSON object")
    added, removed = _moved(said)
    wanted = ids(said.get("examples") or said.get("example_ids") or [], "example_ids")
    moved = set(await run_in_threadpool(example_changes.split, here, caller, dataset, wanted, added, removed))
    statuses = [{"id": one, "status": "UPDATED" if one in moved else "NOT_FOUND"} for one in wanted]
    return json_answer({"message": f"{len(moved)} examples updated", "statuses": statuses})


async def delete(request: Request) -> Response:
    """DELETE /examples/{id}: from the present version on."""
    caller = for_datasets(request, Role.INGEST)
    await run_in_threadpool(
        example_changes.remove, context(request), caller, [path_id(request, "example_id")]
    )
    return json_answer({"message": "deleted"})


async def delete_many(request: Request) -> Response:
    """DELETE /examples?example_ids=…: from the present version on."""
    caller = for_datasets(request, Role.INGEST)
    wanted = query_ids(request, "example_ids")
    await run_in_threadpool(example_changes.remove, context(request), caller, wanted)
    return json_answer({"message": "deleted", "count": len(wanted)})


async def forget(request: Request) -> Response:
    """POST /platform/datasets/examples/delete: from all versions."""
    caller = for_datasets(request, Role.ADMIN)
    said = await json_body(request)
    if not isinstance(said, dict):
        raise Invalid("The body must be a JSON object")
    wanted = ids(said.get("example_ids") or [], "example_ids")
    await run_in_threadpool(example_changes.forget, context(request), caller, wanted)
    return json_answer({"message": "deleted", "count": len(wanted)})


def _matching(request: Request, here: Econome, caller: Caller, page: tuple[int, int]) -> list[Head]:
    """A page of the examples that a list is about, in its order."""
    asked = request.query_params
    datasets = query_ids(request, "dataset")
    wanted = query_ids(request, "id")
    if not datasets and not wanted:
        raise Invalid('Say which examples: with "dataset", its id, or with "id"')
    known = [dataset_of(here, caller, one) for one in datasets]
    moment = moment_of(known[0] if known else None, asked.get("as_of"))
    parts = set(asked.getlist("splits"))
    metadata = query_object(request, "metadata")
    text = asked.get("filter", "")
    expression = parse(text) if text.strip() else None
    order = asked.get("order", "")
    if not (parts or metadata or expression or order):
        return heads_of(here.store, caller.workspace, datasets, wanted, moment, page)
    kept = []
    for head in heads_of(here.store, caller.workspace, datasets, wanted, moment):
        own = metadata_of(head.metadata)
        if (
            (not parts or parts & set(splits_of(own)))
            and is_part(metadata, own)
            and (expression is None or keeps(expression, own))
        ):
            kept.append(head)
    limit, offset = page
    return _ordered(kept, order, asked.get("random_seed", ""))[offset : offset + limit]


def _ordered(heads: list[Head], order: str, seed: str) -> list[Head]:
    match order:
        case "":
            return heads
        case "recent":
            return sorted(heads, key=lambda head: (head.modified_at, head.id), reverse=True)
        case "recently_created":
            return sorted(heads, key=lambda head: (head.created_at, head.id), reverse=True)
        case "id":
            return sorted(heads, key=lambda head: head.id)
        case "random":  # the same for the same seed, so that its pages are of one order
            return sorted(heads, key=lambda head: blake2b(head.id.bytes + seed[:40].encode()).digest())
    raise Invalid(f'"order" must be one of {", ".join(_ORDERS)}, not {order[:60]!r}')


def _selected(request: Request) -> frozenset[str] | None:
    select = frozenset(request.query_params.getlist("select"))
    if not select:
        return frozenset({*DEFAULTS, "outputs", "metadata", "source_run_id"})
    return select | {"id"} if flag(request, "exclude_default_fields") else select | DEFAULTS


async def _parts(request: Request) -> list[Said]:
    here = context(request)
    try:
        boundary = boundary_of(request.headers.get("content-type", ""))
    except BrokenMultipart as broken:
        raise Invalid(str(broken)) from broken
    async with body_of(request, here.budget, here.settings.max_body_bytes, here.decoding) as body:
        if body.broken:
            raise Invalid(body.broken)
        return _few(await run_in_threadpool(said_in_parts, body.content, boundary))


def _list(said: object) -> list[Any]:
    if not isinstance(said, list):
        raise Invalid("The body must be a JSON list of examples")
    return _few(said)


def _few(said: list[Any]) -> list[Any]:
    if len(said) > _MOST:
        raise Invalid(f"A request may bring {_MOST} examples, not {len(said)}")
    return said


def _moved(said: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The parts into which, and those out of which."""
    if name := said.get("split_name"):
        return ([], [str(name)]) if said.get("remove") else ([str(name)], [])
    added: list[str] = []
    removed: list[str] = []
    for operation in said.get("operations") or []:
        if not isinstance(operation, dict) or operation.get("key") != SPLIT:
            raise Invalid(f'"operations" can change the key {SPLIT!r} only')
        match str(operation.get("operation")).lower():
            case "array_add":
                added += texts(operation.get("values"))
            case "array_remove":
                removed += texts(operation.get("values"))
            case other:
                raise Invalid(f"An operation must be array_add or array_remove, not {other[:60]!r}")
    if not added and not removed:
        raise Invalid('Say which part: with "split_name", or with "operations"')
    return added, removed


def _platform(root: str) -> list[Route]:
    return [
        Route(f"{root}/datasets/{{dataset_id}}/examples", create_parts, methods=["POST"]),
        Route(f"{root}/datasets/{{dataset_id}}/examples", update_parts, methods=["PATCH"]),
        Route(f"{root}/datasets/{{dataset_id}}/examples/metadata", split, methods=["PATCH"]),
        Route(f"{root}/datasets/examples/delete", forget, methods=["POST"]),
        Route(f"{root}/examples/multipart", upsert_parts, methods=["POST"]),
    ]


ROUTES = [
    Route("/examples", list_all, methods=["GET"]),
    Route("/examples", create, methods=["POST"]),
    Route("/examples", delete_many, methods=["DELETE"]),
    Route("/examples/count", count, methods=["GET"]),
    Route("/examples/bulk", create_bulk, methods=["POST"]),
    Route("/examples/bulk", update_bulk, methods=["PATCH"]),
    Route("/examples/{example_id}", read, methods=["GET"]),
    Route("/examples/{example_id}", update, methods=["PATCH"]),
    Route("/examples/{example_id}", delete, methods=["DELETE"]),
    Route("/datasets/{dataset_id}/splits", split, methods=["PUT"]),
    *_platform("/platform"),
]
PLATFORM = _platform("/v1/platform")
"""The same, where a client looks whose root does not end in /v1."""
