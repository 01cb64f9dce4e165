"""Datasets and their items, as Langfuse's clients make and fetch them: the same that LangSmith's see.

Inputs and outputs of examples are objects here. What Langfuse's client sent in another form is put
into one, and taken out again for it: `Example.metadata` remembers under `langfuse`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote
from uuid import UUID, uuid4

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.langsmith_datasets import examples_of, heads_of
from econome.analytics.payloads import read_json
from econome.domain.dataset import Dataset, Example
from econome.domain.key import Role
from econome.web.auth import Caller, require
from econome.web.context import Econome, context
from econome.web.errors import Forbidden, Invalid, NotFound
from econome.web.langfuse.asked import name_in, page_answer, page_of, project_shown
from econome.web.langfuse.filing import identity_of
from econome.web.langsmith.asked import json_answer, json_object
from econome.web.langsmith.query import FOR_EVER, SINCE_EVER
from econome.wire.json_text import dump
from econome.wire.protocols.langfuse.ids import item_id, trace_run_id
from econome.wire.times import instant

_LONGEST_NAME = 500
_OWN = "langfuse"
_SOURCES = ("sourceTraceId", "sourceObservationId")
_HELD = ("input", "expectedOutput", "metadata", *_SOURCES)


async def create(request: Request) -> Response:
    """POST /api/public/v2/datasets. One that is there already takes the new words for it."""
    caller, here = _whoever(request, Role.INGEST), context(request)
    said = await json_object(request)
    name = said.get("name")
    if not isinstance(name, str) or not name or len(name) > _LONGEST_NAME:
        raise Invalid(f'"name" must be a text of 1 to {_LONGEST_NAME} characters')
    changes: dict[str, Any] = {
        field: _json(said[theirs])
        for field, theirs in (
            ("metadata", "metadata"),
            ("inputs_schema", "inputSchema"),
            ("outputs_schema", "expectedOutputSchema"),
        )
        if said.get(theirs) is not None
    }
    if isinstance(said.get("description"), str):
        changes["description"] = said["description"]
    dataset = await run_in_threadpool(_save, here, caller, name, changes)
    return json_answer(_dataset_json(request, caller, dataset))


async def read(request: Request) -> Response:
    """GET /api/public/v2/datasets/{name}."""
    caller = _whoever(request, Role.READ)
    dataset = _named(context(request), caller, name_in(request, "name"))
    return json_answer(_dataset_json(request, caller, dataset))


async def list_all(request: Request) -> Response:
    """GET /api/public/v2/datasets."""
    caller = _whoever(request, Role.READ)
    page, limit = page_of(request)
    found = context(request).datasets.all(caller.workspace)
    shown = found[(page - 1) * limit : page * limit]
    rows = [_dataset_json(request, caller, dataset) for dataset in shown]
    return page_answer(rows, len(found), page, limit)


async def create_item(request: Request) -> Response:
    """POST /api/public/dataset-items: a new item, or another state of one that is there."""
    caller, here = _whoever(request, Role.INGEST), context(request)
    said = await json_object(request)
    dataset = _named(here, caller, str(said.get("datasetName") or ""))
    example = await run_in_threadpool(_changed, here, dataset, said)
    shown = _item_json(dataset, example)
    if not caller.role.includes(Role.READ):  # a key that may only send is told what it said itself
        shown |= {name: said.get(name) for name in _HELD}
    return json_answer(shown)


async def list_items(request: Request) -> Response:
    """GET /api/public/dataset-items: of one dataset, as they are or, by `version`, as they were."""
    caller, here = _whoever(request, Role.READ), context(request)
    asked = request.query_params
    page, limit = page_of(request)
    dataset = _named(here, caller, asked.get("datasetName", ""))
    moment = instant(asked["version"]) if asked.get("version") else FOR_EVER
    if moment is None:
        raise Invalid(f'"version" must be a moment, not {asked["version"][:60]!r}')
    wanted = {name: asked[name] for name in _SOURCES if asked.get(name)}
    found = await run_in_threadpool(_items, here, dataset, max(min(moment, FOR_EVER), SINCE_EVER))
    kept = [one for one in found if all(_own(one).get(name) == said for name, said in wanted.items())]
    shown = kept[(page - 1) * limit : page * limit]
    return page_answer([_item_json(dataset, one) for one in shown], len(kept), page, limit)


async def read_item(request: Request) -> Response:
    """GET /api/public/dataset-items/{id}."""
    dataset, example = await _found(request, _whoever(request, Role.READ))
    return json_answer(_item_json(dataset, example))


async def delete_item(request: Request) -> Response:
    """DELETE /api/public/dataset-items/{id}. Versions of the dataset from before still have it."""
    dataset, example = await _found(request, _whoever(request, Role.INGEST))
    gone = replace(example, is_removed=True)
    await run_in_threadpool(context(request).datasets.put, dataset, [gone])
    return json_answer({"message": "Dataset item successfully deleted"})


def _save(here: Econome, caller: Caller, name: str, changes: Mapping[str, Any]) -> Dataset:
    """The dataset of that name with these changes, made if there is none: of many at once, once."""
    now = datetime.now(UTC)
    with here.datasets.changing():
        known = here.datasets.find(caller.workspace, name) or Dataset(
            caller.workspace, uuid4(), name, "", "kv", "", "", "", "", {}, now, now
        )
        dataset = replace(known, **changes)
        here.datasets.save(dataset)
    return dataset


def _whoever(request: Request, role: Role) -> Caller:
    caller = require(request, role)
    if caller.projects is not None:
        raise Forbidden(f"Datasets belong to the whole workspace, and this key is for {caller.projects}")
    return caller


def _named(here: Econome, caller: Caller, name: str) -> Dataset:
    # The SDK of version 2 encodes a name in the query twice.
    found = here.datasets.find(caller.workspace, name) or here.datasets.find(caller.workspace, unquote(name))
    if found is None:
        raise NotFound(f"There is no dataset {name[:100]!r}")
    return found


async def _found(request: Request, caller: Caller) -> tuple[Dataset, Example]:
    here, name = context(request), name_in(request, "item")

    def find() -> Example | None:
        heads = heads_of(here.store, caller.workspace, [], [item_id(name)], FOR_EVER)
        return next(iter(examples_of(here.store, caller.workspace, heads)), None)

    example = await run_in_threadpool(find)
    dataset = here.datasets.get(caller.workspace, example.dataset) if example else None
    if example is None or dataset is None:
        raise NotFound(f"There is no item {name[:60]!r}")
    return dataset, example


def _items(here: Econome, dataset: Dataset, moment: datetime) -> list[Example]:
    heads = heads_of(here.store, dataset.workspace, [dataset.id], [], moment)
    return examples_of(here.store, dataset.workspace, heads)


def _changed(here: Econome, dataset: Dataset, said: Mapping[str, Any]) -> Example:
    with here.datasets.changing():  # what is not said stays as it is, whoever changes it too
        return _put(here, dataset, said)


def _put(here: Econome, dataset: Dataset, said: Mapping[str, Any]) -> Example:
    identity = item_id(str(said["id"])) if said.get("id") else uuid4()
    heads = heads_of(here.store, dataset.workspace, [], [identity], FOR_EVER)
    known = next(iter(examples_of(here.store, dataset.workspace, heads)), None)
    if known is not None and known.dataset != dataset.id:
        raise Invalid(f"The item {str(said['id'])[:60]!r} is in another dataset")
    before = _item_json(dataset, known) if known is not None else {}
    body = {**before, **{name: value for name, value in said.items() if value is not None}}
    plain = [name for name in ("input", "expectedOutput", "metadata") if not isinstance(body.get(name), dict)]
    own = {
        "id": str(body.get("id") or identity),
        "plain": [name for name in plain if body.get(name) is not None],
        "status": str(body.get("status") or "ACTIVE"),
        **{name: body[name] for name in _SOURCES if body.get(name)},
    }
    metadata = body.get("metadata")
    held = metadata if isinstance(metadata, dict) else {} if metadata is None else {"metadata": metadata}
    trace = body.get("sourceTraceId")
    now = datetime.now(UTC)
    example = Example(
        dataset=dataset.id,
        id=identity,
        modified_at=now,
        created_at=known.created_at if known else now,
        place=known.place if known else 0,
        inputs=_object(body.get("input"), "input"),
        outputs=_object(body.get("expectedOutput"), "output"),
        metadata=_json({**held, _OWN: own}),
        source_run_id=trace_run_id(str(trace)) if trace else None,
        files=known.files if known else "",
    )
    moment = here.datasets.put(dataset, [example])
    return replace(example, modified_at=moment)


def _object(value: object, name: str) -> str:
    """The JSON of an object; a value that is none stands in one, under `name`."""
    if value is None:
        return ""
    return _json(value if isinstance(value, dict) else {name: value})


def _json(value: object) -> str:
    return dump(value).decode()


def _own(example: Example) -> dict[str, Any]:
    metadata = read_json(example.metadata)
    own = metadata.get(_OWN) if isinstance(metadata, dict) else None
    return own if isinstance(own, dict) else {}


def _item_json(dataset: Dataset, example: Example) -> dict[str, Any]:
    own = _own(example)
    plain = own.get("plain") or []
    metadata = read_json(example.metadata)
    held = (
        {key: value for key, value in metadata.items() if key != _OWN} if isinstance(metadata, dict) else {}
    )

    def given(text: str, name: str, theirs: str) -> object:
        value = read_json(text)
        return value.get(name) if theirs in plain and isinstance(value, dict) else value

    return {
        "id": own.get("id", str(example.id)),
        "status": own.get("status", "ACTIVE"),
        "input": given(example.inputs, "input", "input"),
        "expectedOutput": given(example.outputs, "output", "expectedOutput"),
        "metadata": held.get("metadata") if "metadata" in plain else held,
        **{name: own.get(name) for name in _SOURCES},
        "datasetId": str(dataset.id),
        "datasetName": dataset.name,
        "createdAt": example.created_at,
        "updatedAt": example.modified_at,
        "version": example.modified_at,
        "mediaReferences": [],
    }


def _dataset_json(request: Request, caller: Caller, dataset: Dataset) -> dict[str, Any]:
    project: UUID = identity_of(context(request), caller.workspace, project_shown(request, caller))
    return {
        "id": str(dataset.id),
        "name": dataset.name,
        "description": dataset.description or None,
        "metadata": read_json(dataset.metadata),
        "inputSchema": read_json(dataset.inputs_schema),
        "expectedOutputSchema": read_json(dataset.outputs_schema),
        "projectId": str(project),
        "createdAt": dataset.created_at,
        "updatedAt": dataset.modified_at,
    }


ROUTES = [
    Route("/api/public/v2/datasets", create, methods=["POST"]),
    Route("/api/public/v2/datasets", list_all, methods=["GET"]),
    Route("/api/public/v2/datasets/{name:path}", read, methods=["GET"]),
    Route("/api/public/dataset-items", create_item, methods=["POST"]),
    Route("/api/public/dataset-items", list_items, methods=["GET"]),
    Route("/api/public/dataset-items/{item:path}", read_item, methods=["GET"]),
    Route("/api/public/dataset-items/{item:path}", delete_item, methods=["DELETE"]),
]
