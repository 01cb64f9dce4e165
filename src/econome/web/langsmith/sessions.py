"""Projects, which LangSmith calls sessions."""

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

from econome.analytics.langsmith import stats_of_projects
from econome.analytics.langsmith_feedback import feedback_of_projects, feedback_on_projects
from econome.analytics.payloads import read_json
from econome.domain.key import Role
from econome.domain.project import DEFAULT_PROJECT, Project, project_id
from econome.web.auth import Caller, require
from econome.web.context import Econome, context
from econome.web.errors import Conflict, Forbidden, Invalid, NotFound
from econome.web.langsmith.asked import (
    flag,
    ids,
    json_answer,
    json_object,
    numbers_of_page,
    path_id,
    query_ids,
    query_object,
    subset,
    truth,
)
from econome.web.langsmith.query import time_given
from econome.web.langsmith.runs import stats_json
from econome.wire.json_text import dump

_LONGEST_NAME = 500
_ANNOUNCED = ("num_examples", "num_repetitions", "evaluator_keys")
"""What an experiment says in advance of itself; kept in its extra."""


async def list_all(request: Request) -> Response:
    """GET /sessions: a bare array."""
    caller = require(request, Role.READ)
    here = context(request)
    limit, offset = numbers_of_page(request)
    found = _sorted(request, _matching(request, here, caller))
    if not found and not set(request.query_params) - {"limit", "offset", "include_stats"}:
        # The clients learn their tenant's id from the first project: there is always one.
        found = [_nobody_yet(caller)]
    page = found[offset : offset + limit]
    return json_answer(await _answers(request, caller, page, flag(request, "include_stats") is True))


async def read(request: Request) -> Response:
    """GET /sessions/{id}."""
    caller = require(request, Role.READ)
    project = find_project(request, caller)
    answers = await _answers(request, caller, [project], flag(request, "include_stats") is True)
    return json_answer(answers[0])


async def create(request: Request) -> Response:
    """POST /sessions: 409 when the name exists, unless upsert is asked for."""
    caller = require(request, Role.INGEST)
    said = await json_object(request)
    made = await create_project(request, caller, said, upsert=flag(request, "upsert") is True)
    return json_answer(project_json(made))


async def create_project(
    request: Request, caller: Caller, said: Mapping[str, Any], *, upsert: bool
) -> Project:
    """The project that a body asks for. Raises `Conflict` when the name is another's, `Forbidden`."""
    name = _name(said)
    if not caller.may_see(name):
        raise Forbidden(f"This key is for {caller.projects}, not for {name}")
    projects = context(request).projects
    old = projects.find(caller.workspace, name)
    if old is not None and not upsert:
        raise Conflict(f"A project named {name!r} exists already, with id {old.id}")
    identity = next(iter(ids(said.get("id"), "id")), None) or uuid4()
    if old is None and projects.get(caller.workspace, identity) is not None:
        raise Conflict(f"A project with the id {identity} exists already")
    dataset = next(iter(ids(said.get("reference_dataset_id"), "reference_dataset_id")), None)
    began = time_given(said, "start_time") or datetime.now(UTC)
    project = old or Project(caller.workspace, identity, name, "", "", dataset, began, None)
    changed = changed_by(project, {**said, "name": None, "extra": _announced(said)})
    try:
        await save_project(request, changed)
    except Conflict:
        if old is not None or not upsert:
            raise
        return await create_project(request, caller, said, upsert=True)  # it was made just now
    return changed


async def update(request: Request) -> Response:
    """PATCH /sessions/{id}: null changes nothing."""
    caller = require(request, Role.INGEST)
    project = find_project(request, caller)
    changed = changed_by(project, await json_object(request))
    if not caller.may_see(changed.name):
        raise Forbidden(f"This key is for {caller.projects}, not for {changed.name}")
    await save_project(request, changed)
    return json_answer(project_json(changed))


async def delete(request: Request) -> Response:
    """DELETE /sessions/{id}: the project with all its runs."""
    caller = require(request, Role.ADMIN)
    here = context(request)
    project = find_project(request, caller)
    # In one turn: a commit in between would leave runs with a project that no registry knows.
    await here.writer.remove_project(caller.workspace, project.id, lambda: here.projects.remove(project))
    return json_answer({"message": "deleted"}, 202)


def _matching(request: Request, here: Econome, caller: Caller) -> list[Project]:
    """The projects that a list is about, within what the caller may see."""
    asked = request.query_params
    wanted = set(query_ids(request, "id"))
    datasets = set(query_ids(request, "reference_dataset"))
    free = flag(request, "reference_free")
    part = asked.get("name_contains", "").lower()
    metadata = query_object(request, "metadata")
    return [
        project
        for project in here.projects.all(caller.workspace)
        if caller.may_see(project.name)
        and (not wanted or project.id in wanted)
        and ("name" not in asked or project.name == asked["name"])
        and part in project.name.lower()
        and (not datasets or project.reference_dataset_id in datasets)
        and (free is None or free == (project.reference_dataset_id is None))
        and subset(metadata, extra_of(project).get("metadata", {}))
    ]


def _sorted(request: Request, projects: Sequence[Project]) -> list[Project]:
    """Newest first, unless another order is asked for that we know."""
    asked = request.query_params
    by: dict[str, Callable[[Project], Any]] = {
        "name": lambda project: project.name.lower(),
        "start_time": lambda project: project.created_at,
    }
    key = by.get(asked.get("sort_by", ""), by["start_time"])
    descending = truth(asked.get("sort_by_desc"), "sort_by_desc")
    return sorted(projects, key=key, reverse=descending is not False)


def find_project(request: Request, caller: Caller) -> Project:
    """The project in the path. Raises `NotFound`."""
    identity = path_id(request, "session_id")
    project = context(request).projects.get(caller.workspace, identity)
    if project is None or not caller.may_see(project.name):
        raise NotFound(f"There is no project {identity}")
    return project


async def save_project(request: Request, project: Project) -> None:
    """Stores a project. Raises `Conflict` when another has its name."""
    try:
        await run_in_threadpool(context(request).projects.save, project)
    except ValueError as error:
        raise Conflict(str(error)) from error


def changed_by(project: Project, said: Mapping[str, Any]) -> Project:
    """The project with what was said of it; null changes nothing. Raises `Invalid`."""
    name = _name(said) if said.get("name") is not None else project.name
    extra = said.get("extra")
    if extra is not None and not isinstance(extra, dict):
        raise Invalid('"extra" must be an object')
    description = said.get("description")
    if description is not None and not isinstance(description, str):
        raise Invalid('"description" must be a text')
    return replace(
        project,
        name=name,
        description=project.description if description is None else description,
        extra=dump({**extra_of(project), **extra}).decode() if extra else project.extra,
        ended_at=time_given(said, "end_time") or project.ended_at,
    )


def _announced(said: Mapping[str, Any]) -> object:
    extra = said.get("extra")
    announced = {name: said[name] for name in _ANNOUNCED if said.get(name) is not None}
    return {**announced, **(extra or {})} if announced and isinstance(extra, dict | None) else extra


def _name(said: Mapping[str, Any]) -> str:
    name = said.get("name")
    if not isinstance(name, str) or not name.strip() or len(name) > _LONGEST_NAME:
        raise Invalid(f'"name" must be a text of 1 to {_LONGEST_NAME} characters')
    return name


def extra_of(project: Project) -> dict[str, Any]:
    """What was said of a project besides."""
    extra = read_json(project.extra)
    return extra if isinstance(extra, dict) else {}


def _nobody_yet(caller: Caller) -> Project:
    """The default project before its first run: it has no row yet, but its id for ever."""
    identity = project_id(caller.workspace, DEFAULT_PROJECT)
    return Project(caller.workspace, identity, DEFAULT_PROJECT, "", "", None, datetime.now(UTC), None)


async def _answers(
    request: Request, caller: Caller, projects: Sequence[Project], with_stats: bool
) -> list[dict[str, object]]:
    if not with_stats or not projects:
        return [project_json(project) for project in projects]
    return await run_in_threadpool(with_stats_of, context(request), caller.workspace, projects)


def with_stats_of(here: Econome, workspace: UUID, projects: Sequence[Project]) -> list[dict[str, object]]:
    """The projects with how all their runs went and were judged."""
    wanted = [project.id for project in projects]
    stats = stats_of_projects(here.store, workspace, wanted)
    feedback = feedback_of_projects(here.store, workspace, wanted)
    summaries = feedback_on_projects(here.store, workspace, wanted)
    answers = []
    for project in projects:
        found = stats.get(project.id)
        said: dict[str, object] = (
            stats_json(found) if found is not None else {"run_count": 0, "run_facets": []}
        )
        judged = {
            "feedback_stats": feedback.get(project.id, {}),
            "session_feedback_stats": summaries.get(project.id, {}),
        }
        answers.append({**project_json(project), **said, **judged})
    return answers


def project_json(project: Project) -> dict[str, object]:
    """A project as LangSmith's clients read it."""
    return {
        "id": project.id,
        "tenant_id": project.workspace,
        "name": project.name,
        "description": project.description or None,
        "extra": extra_of(project),
        "reference_dataset_id": project.reference_dataset_id,
        "start_time": project.created_at,
        "end_time": project.ended_at,
    }


ROUTES = [
    Route("/sessions", list_all, methods=["GET"]),
    Route("/sessions", create, methods=["POST"]),
    Route("/sessions/{session_id}", read, methods=["GET"]),
    Route("/sessions/{session_id}", update, methods=["PATCH"]),
    Route("/sessions/{session_id}", delete, methods=["DELETE"]),
]
