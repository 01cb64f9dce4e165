"""Datasets, their versions, and the parts that they are split into."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.langsmith_datasets import counts_of, heads_of, versions_of
from econome.analytics.payloads import read_json
from econome.domain.dataset import LATEST, Dataset
from econome.domain.key import Role
from econome.web.auth import Caller, require
from econome.web.context import Econome, context
from econome.web.errors import Conflict, Forbidden, Invalid, NotFound
from econome.web.langsmith.asked import (
    ids,
    json_answer,
    json_object,
    numbers_of_page,
    path_id,
    query_ids,
    query_object,
    subset,
)
from econome.web.langsmith.example_json import metadata_of, splits_of
from econome.web.langsmith.query import FOR_EVER, SINCE_EVER, time_given
from econome.wire.json_text import dump
from econome.wire.times import instant

_LONGEST_NAME = 500
KINDS = ("kv", "llm", "chat")
"""What a dataset may say of its examples."""


async def list_all(request: Request) -> Response:
    """GET /datasets: a bare array, the newest first."""
    caller = for_datasets(request, Role.READ)
    here = context(request)
    limit, offset = numbers_of_page(request)
    page = _matching(request, here, caller)[offset : offset + limit]
    return json_answer(await run_in_threadpool(datasets_json, here, caller.workspace, page))


async def create(request: Request) -> Response:
    """POST /datasets: 409 when the name exists."""
    caller = for_datasets(request, Role.INGEST)
    said = await json_object(request)
    here = context(request)
    dataset = new_dataset(here, caller, said)
    await save_dataset(here, dataset)
    return json_answer((await run_in_threadpool(datasets_json, here, caller.workspace, [dataset]))[0])


def new_dataset(here: Econome, caller: Caller, said: Mapping[str, Any]) -> Dataset:
    """The dataset that a body asks for; the same body sent again asks for the same. Raises `Conflict`."""
    identity = next(iter(ids(said.get("id"), "id")), None) or uuid4()
    now = datetime.now(UTC)
    began = time_given(said, "created_at") or now
    new = Dataset(caller.workspace, identity, "", "", "kv", "", "", "", "", {}, began, now)
    old = here.datasets.get(caller.workspace, identity)
    if old is not None and old.name != said.get("name"):
        raise Conflict(f"A dataset with the id {identity} exists already")
    return _changed(old or new, {**said, "name": said.get("name") or ""})


async def read(request: Request) -> Response:
    """GET /datasets/{id}."""
    caller = for_datasets(request, Role.READ)
    here, dataset = context(request), dataset_in(request, caller)
    return json_answer((await run_in_threadpool(datasets_json, here, caller.workspace, [dataset]))[0])


async def update(request: Request) -> Response:
    """PATCH /datasets/{id}: changes what is given."""
    caller = for_datasets(request, Role.INGEST)
    here, dataset = context(request), dataset_in(request, caller)
    said = await json_object(request)
    changed = await run_in_threadpool(_change, here, caller, dataset.id, lambda old: _changed(old, said))
    return json_answer((await run_in_threadpool(datasets_json, here, caller.workspace, [changed]))[0])


async def delete(request: Request) -> Response:
    """DELETE /datasets/{id}: with its examples. Its experiments stay: they cost what they cost."""
    caller = for_datasets(request, Role.ADMIN)
    here, dataset = context(request), dataset_in(request, caller)
    await run_in_threadpool(here.datasets.remove, dataset)
    # Whoever makes another dataset of this id must not find it shared.
    await run_in_threadpool(here.shares.end, caller.workspace, dataset.id)
    return json_answer({"message": "deleted"})


async def versions(request: Request) -> Response:
    """GET /datasets/{id}/versions: the latest first, each with the tags that name it."""
    caller = for_datasets(request, Role.READ)
    here, dataset = context(request), dataset_in(request, caller)
    limit, offset = numbers_of_page(request)
    found = await run_in_threadpool(
        versions_of, here.store, caller.workspace, dataset.id, FOR_EVER, limit, offset
    )
    return json_answer([_version_json(dataset, at, is_latest=offset + n == 0) for n, at in enumerate(found)])


async def version(request: Request) -> Response:
    """GET /datasets/{id}/version: the one of a tag, or the last not after a moment."""
    caller = for_datasets(request, Role.READ)
    here, dataset = context(request), dataset_in(request, caller)
    asked = request.query_params
    moment = moment_of(dataset, asked.get("tag") or asked.get("as_of"))
    found = await run_in_threadpool(versions_of, here.store, caller.workspace, dataset.id, moment, 1)
    newest = await run_in_threadpool(versions_of, here.store, caller.workspace, dataset.id, FOR_EVER, 1)
    if not found:
        raise NotFound(f"The dataset {dataset.name!r} has no version of {moment.isoformat()} or before")
    return json_answer(_version_json(dataset, found[0], is_latest=found == newest))


async def tag(request: Request) -> Response:
    """PUT /datasets/{id}/tags: names a version; a tag names one version only."""
    caller = for_datasets(request, Role.INGEST)
    here, dataset = context(request), dataset_in(request, caller)
    said = await json_object(request)
    name, at = said.get("tag"), instant(said.get("as_of"))
    if not isinstance(name, str) or not name or name == LATEST or len(name) > _LONGEST_NAME:
        raise Invalid(f'"tag" must be a text, and not "{LATEST}", which always names the last version')
    if at is None:
        raise Invalid('"as_of" must be the time of a version, such as GET /datasets/{id}/versions gives')
    if at not in await run_in_threadpool(
        versions_of, here.store, caller.workspace, dataset.id, max(min(at, FOR_EVER), SINCE_EVER), 1
    ):
        raise Invalid(f"The dataset has no version of exactly {at.isoformat()}")
    named = await run_in_threadpool(
        _change, here, caller, dataset.id, lambda old: replace(old, tags={**old.tags, name: at})
    )
    return json_answer(_version_json(named, at, is_latest=False))


async def difference(request: Request) -> Response:
    """GET /datasets/{id}/versions/diff: which examples came, went and changed between two versions."""
    caller = for_datasets(request, Role.READ)
    here, dataset = context(request), dataset_in(request, caller)
    asked = request.query_params
    moments = [moment_of(dataset, asked.get(name)) for name in ("from_version", "to_version")]
    before, after = [
        {
            head.id: head.modified_at
            for head in await run_in_threadpool(
                heads_of, here.store, caller.workspace, [dataset.id], [], moment
            )
        }
        for moment in moments
    ]
    return json_answer(
        {
            "examples_added": [one for one in after if one not in before],
            "examples_removed": [one for one in before if one not in after],
            "examples_modified": [one for one in after if one in before and after[one] != before[one]],
        }
    )


async def splits(request: Request) -> Response:
    """GET /datasets/{id}/splits: the names of its parts."""
    caller = for_datasets(request, Role.READ)
    here, dataset = context(request), dataset_in(request, caller)
    moment = moment_of(dataset, request.query_params.get("as_of"))
    heads = await run_in_threadpool(heads_of, here.store, caller.workspace, [dataset.id], [], moment)
    return json_answer(sorted({name for head in heads for name in splits_of(metadata_of(head.metadata))}))


def for_datasets(request: Request, role: Role) -> Caller:
    """Whoever asks, if the key is for the whole workspace: a dataset belongs to no project."""
    caller = require(request, role)
    if caller.projects is not None:
        raise Forbidden(f"This key is for {caller.projects}; datasets belong to the whole workspace")
    return caller


def dataset_in(request: Request, caller: Caller) -> Dataset:
    """The dataset in the path. Raises `NotFound`."""
    return dataset_of(context(request), caller, path_id(request, "dataset_id"))


def dataset_of(here: Econome, caller: Caller, identity: UUID) -> Dataset:
    """The dataset of an id. Raises `NotFound`."""
    found = here.datasets.get(caller.workspace, identity)
    if found is None:
        raise NotFound(f"There is no dataset {identity}")
    return found


def moment_of(dataset: Dataset | None, said: str | None) -> datetime:
    """The moment that a version's time or tag means; without one, now and for ever. Raises `Invalid`."""
    if said in (None, "", "None", LATEST):
        return FOR_EVER
    tagged = dataset.tags.get(str(said)) if dataset is not None else None
    moment = tagged or instant(str(said).replace(" ", "+") if "T" in str(said) else said)
    if moment is None:
        known = ", ".join([LATEST, *(dataset.tags if dataset is not None else ())])
        raise Invalid(f"No version is named {str(said)[:60]!r}. Known are {known}, and times")
    return max(min(moment, FOR_EVER), SINCE_EVER)


def datasets_json(here: Econome, workspace: UUID, datasets: Sequence[Dataset]) -> list[dict[str, object]]:
    """Datasets as LangSmith's clients read them."""
    counts = counts_of(here.store, workspace, [dataset.id for dataset in datasets])
    begun: dict[UUID, list[datetime]] = {}
    for project in here.projects.all(workspace):
        if project.reference_dataset_id is not None:
            begun.setdefault(project.reference_dataset_id, []).append(project.created_at)
    return [
        {
            "id": dataset.id,
            "tenant_id": dataset.workspace,
            "name": dataset.name,
            "description": dataset.description or None,
            "data_type": dataset.data_type,
            "created_at": dataset.created_at,
            "modified_at": dataset.modified_at,
            "example_count": counts.get(dataset.id, 0),
            "session_count": len(begun.get(dataset.id, ())),
            "last_session_start_time": max(begun.get(dataset.id, ()), default=None),
            "inputs_schema_definition": read_json(dataset.inputs_schema),
            "outputs_schema_definition": read_json(dataset.outputs_schema),
            "transformations": read_json(dataset.transformations),
            "metadata": metadata_of(dataset.metadata),
        }
        for dataset in datasets
    ]


def _version_json(dataset: Dataset, at: datetime, *, is_latest: bool) -> dict[str, object]:
    tags = [name for name, moment in dataset.tags.items() if moment == at]
    return {"as_of": at, "tags": [LATEST, *tags] if is_latest else tags}


def _matching(request: Request, here: Econome, caller: Caller) -> list[Dataset]:
    asked = request.query_params
    wanted = set(query_ids(request, "id"))
    kinds = set(asked.getlist("data_type"))
    part = asked.get("name_contains", "").lower()
    metadata = query_object(request, "metadata")
    return [
        dataset
        for dataset in here.datasets.all(caller.workspace)
        if (not wanted or dataset.id in wanted)
        and (not kinds or dataset.data_type in kinds)
        and ("name" not in asked or dataset.name == asked["name"])
        and part in dataset.name.lower()
        and subset(metadata, metadata_of(dataset.metadata))
    ]


def _change(here: Econome, caller: Caller, identity: UUID, how: Callable[[Dataset], Dataset]) -> Dataset:
    """The dataset as it is now, changed. Raises `NotFound` when it has gone meanwhile, `Conflict`."""
    with here.datasets.changing():
        changed = how(dataset_of(here, caller, identity))
        try:
            here.datasets.save(changed)
        except ValueError as error:
            raise Conflict(str(error)) from error
    return changed


async def save_dataset(here: Econome, dataset: Dataset) -> None:
    """Stores a dataset. Raises `Conflict` when another has its name."""
    try:
        await run_in_threadpool(here.datasets.save, dataset)
    except ValueError as error:
        raise Conflict(str(error)) from error


def _changed(dataset: Dataset, said: Mapping[str, Any]) -> Dataset:
    """The dataset with what was said; null changes nothing."""
    readers: dict[str, tuple[str, Callable[[str, object], str]]] = {
        "name": ("name", _name),
        "description": ("description", _text),
        "data_type": ("data_type", _kind),
        "inputs_schema_definition": ("inputs_schema", _object),
        "outputs_schema_definition": ("outputs_schema", _object),
        "transformations": ("transformations", _list),
        "metadata": ("metadata", _object),
    }
    new = {
        column: reader(name, said[name])
        for name, (column, reader) in readers.items()
        if said.get(name) is not None
    }
    if isinstance(extra := said.get("extra"), dict) and "metadata" not in new and extra.get("metadata"):
        new["metadata"] = _object("metadata", extra["metadata"])
    return replace(dataset, **new)  # type: ignore[arg-type]


def _name(name: str, said: object) -> str:
    if not isinstance(said, str) or not said.strip() or len(said) > _LONGEST_NAME:
        raise Invalid(f'"{name}" must be a text of 1 to {_LONGEST_NAME} characters')
    return said


def _text(name: str, said: object) -> str:
    if not isinstance(said, str):
        raise Invalid(f'"{name}" must be a text')
    return said


def _kind(name: str, said: object) -> str:
    if said not in KINDS:
        raise Invalid(f'"{name}" must be one of {", ".join(KINDS)}, not {str(said)[:60]!r}')
    return str(said)


def _object(name: str, said: object) -> str:
    if not isinstance(said, dict):
        raise Invalid(f'"{name}" must be an object')
    return dump(said).decode()


def _list(name: str, said: object) -> str:
    if not isinstance(said, list):
        raise Invalid(f'"{name}" must be a list')
    return dump(said).decode()


ROUTES = [
    Route("/datasets", list_all, methods=["GET"]),
    Route("/datasets", create, methods=["POST"]),
    Route("/datasets/{dataset_id}", read, methods=["GET"]),
    Route("/datasets/{dataset_id}", update, methods=["PATCH"]),
    Route("/datasets/{dataset_id}", delete, methods=["DELETE"]),
    Route("/datasets/{dataset_id}/versions", versions, methods=["GET"]),
    Route("/datasets/{dataset_id}/versions/diff", difference, methods=["GET"]),
    Route("/datasets/{dataset_id}/version", version, methods=["GET"]),
    Route("/datasets/{dataset_id}/tags", tag, methods=["PUT"]),
    Route("/datasets/{dataset_id}/splits", splits, methods=["GET"]),
]
