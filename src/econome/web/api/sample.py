"""The sample, loaded by the server itself: for the empty screen's button."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import TypedDict
from uuid import UUID

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.domain.key import Role
from econome.domain.piece import Delivery
from econome.domain.project import Project
from econome.ingest.projects import Projects
from econome.sample.days import last_days
from econome.sample.marks import SAMPLE
from econome.sample.recording import Json
from econome.web.api import shapes
from econome.web.api.told import asks
from econome.web.auth import require
from econome.web.context import context
from econome.web.errors import Conflict
from econome.wire.protocols import langsmith

TRACES_AT_ONCE = 50
"""Decoded together: some 250 runs, a few milliseconds of one core."""


class Loaded(TypedDict):
    """What was stored of the sample."""

    project: shapes.Named
    traces: int
    runs: int


@asks(Loaded, status=202)
async def load(request: Request) -> Response:
    """POST /econome/v1/sample: the sample's last seven days, stored when this answers."""
    caller = require(request, Role.ADMIN)
    here = context(request)
    project = await run_in_threadpool(_prepare, here.projects, caller.workspace)
    traces = runs = 0
    for some in _groups(last_days(datetime.now(UTC))):
        delivery = await run_in_threadpool(_decode, some)
        await here.writer.write(caller.workspace, delivery)
        traces, runs = traces + len(some), runs + len(delivery.pieces)
    told: Loaded = {
        "project": {"id": str(project.id), "name": project.name},
        "traces": traces,
        "runs": runs,
    }
    return shapes.answer(told, 202)


@asks(None, status=204)
async def remove(request: Request) -> Response:
    """DELETE /econome/v1/sample: the sample and its project go, if they are there."""
    caller = require(request, Role.ADMIN)
    here = context(request)
    project = here.projects.find(caller.workspace, SAMPLE.name)
    if project is not None:
        _ours(project)
        await here.writer.remove_project(caller.workspace, project.id, lambda: here.projects.remove(project))
    return Response(status_code=204)


ROUTES = [
    Route("/econome/v1/sample", load, methods=["POST"]),
    Route("/econome/v1/sample", remove, methods=["DELETE"]),
]


def _prepare(projects: Projects, workspace: UUID) -> Project:
    """The sample's project, marked so that removing it can never hit one of the user's own."""
    project = projects.find(workspace, SAMPLE.name)
    if project is not None:
        return _ours(project)
    created = projects.get(workspace, projects.by_name(workspace, SAMPLE.name))
    assert created is not None  # noqa: S101 by_name has just made it
    extra = json.dumps({"metadata": SAMPLE.metadata})
    marked = replace(created, description=SAMPLE.description, extra=extra)
    projects.save(marked)
    return marked


def _ours(project: Project) -> Project:
    if SAMPLE.is_on(project.extra):
        return project
    message = f'The project "{SAMPLE.name}" is not a sample: it was made by an app. Rename it first.'
    raise Conflict(message)


def _groups(traces: Iterable[list[Json]]) -> Iterator[list[list[Json]]]:
    each = iter(traces)
    while some := list(islice(each, TRACES_AT_ONCE)):
        yield some


def _decode(traces: list[list[Json]]) -> Delivery:
    """Through the same door as everybody's runs: as LangSmith's clients would send them."""
    return langsmith.decode_batch(orjson.dumps({"post": [run for trace in traces for run in trace]}))
