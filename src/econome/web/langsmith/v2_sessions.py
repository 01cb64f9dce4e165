"""Projects, as LangSmith's second API asks for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.langsmith_experiments import EVALUATORS
from econome.domain.key import Role
from econome.domain.project import Project
from econome.web.auth import Caller, require
from econome.web.context import Econome, context
from econome.web.errors import Forbidden, Invalid, NotFound
from econome.web.langsmith.asked import ids, json_answer, json_object, query_object, subset, truth, whole
from econome.web.langsmith.sessions import (
    changed_by,
    create_project,
    extra_of,
    find_project,
    project_json,
    save_project,
    with_stats_of,
)
from econome.web.langsmith.v2_query import asked, chosen, known, page_size
from econome.wire.json_text import dump

_LIST: Final = (
    "id", "cursor", "page_size", "name", "name_contains", "reference_dataset_id", "metadata", "type",
    "include_stats", "sort_by", "sort_order",
)  # fmt: skip
_CREATE: Final = (
    "type", "upsert", "id", "name", "description", "extra", "start_time", "end_time",
    "reference_dataset_id", "num_examples", "num_repetitions", "evaluator_keys",
)  # fmt: skip
_UPDATE: Final = ("name", "description", "extra", "end_time")
_TYPES: Final = ("PROJECT", "EXPERIMENT", "AGENT")
_AGENTS: Final = "lrn:agents/"  # an agent is a project of that name
_KINDS: Final = ("AGENT", "EXPERIMENT", "EVALUATOR")
_ORDERS: Final[dict[str, Callable[[Project], Any]]] = {
    "NAME": lambda project: project.name.lower(),
    "START_TIME": lambda project: project.created_at,
}


async def list_all(request: Request) -> Response:
    """GET /api/v2/sessions: a page, the newest first."""
    caller = require(request, Role.READ)
    said = asked(request, _LIST, ("id", "reference_dataset_id", "type"))
    found = _sorted(said, _matching(request, context(request), caller, said))
    start = whole(said.get("cursor"), "cursor", 0, 0, 1 << 31)
    size = page_size(said, 20, 100)
    page = found[start : start + size]
    return json_answer(
        {
            "items": await _answers(request, caller, page, said),
            "next_cursor": str(start + size) if start + size < len(found) else None,
        }
    )


async def create(request: Request) -> Response:
    """POST /api/v2/sessions: a project, or an experiment if it has a dataset."""
    caller = require(request, Role.INGEST)
    said = await json_object(request)
    known(said, _CREATE)
    kinds = chosen(said, _TYPES, "type")
    if len(kinds) != 1:
        raise Invalid(f'"type" must be one of {", ".join(_TYPES)}')
    if ("EXPERIMENT" in kinds) != (said.get("reference_dataset_id") is not None):
        raise Invalid('An EXPERIMENT has a "reference_dataset_id", and nothing else has one')
    upsert = truth(said.get("upsert"), "upsert") is True
    made = await create_project(request, caller, said, upsert=upsert)
    return json_answer(_session_json(project_json(made)), 201)


async def read(request: Request) -> Response:
    """GET /api/v2/sessions/{id}."""
    caller = require(request, Role.READ)
    said = asked(request, ("include_stats",))
    (found,) = await _answers(request, caller, [find_project(request, caller)], said)
    return json_answer(found)


async def update(request: Request) -> Response:
    """PATCH /api/v2/sessions/{id}: what is given; null clears, and a null in extra takes its key out."""
    caller = require(request, Role.INGEST)
    said = await json_object(request)
    known(said, _UPDATE)
    changed = _cleared(find_project(request, caller), said)
    changed = changed_by(changed, said)
    if not caller.may_see(changed.name):
        raise Forbidden(f"This key is for {caller.projects}, not for {changed.name}")
    extra = {name: value for name, value in extra_of(changed).items() if value is not None}
    changed = replace(changed, extra=dump(extra).decode() if extra else "")
    await save_project(request, changed)
    return json_answer(_session_json(project_json(changed)))


async def resolve(request: Request) -> Response:
    """GET /sessions/resolutions: the project of an agent, of an experiment or of the evaluators."""
    caller = require(request, Role.READ)
    said = asked(request, ("kind", "id", "environment"))
    here = context(request)
    kind = str(said.get("kind", "")).upper()
    if kind not in _KINDS:
        raise Invalid(f'"kind" must be one of {", ".join(_KINDS)}')
    found = None
    if kind == "EVALUATOR":
        found = here.projects.find(caller.workspace, EVALUATORS)
    elif kind == "AGENT":
        # As its runs say it: they bring their project's name.
        name = f"{_AGENTS}{said.get('id', '')}/environments/{str(said.get('environment', '')).lower()}"
        found = here.projects.find(caller.workspace, name)
    elif kind == "EXPERIMENT":
        wanted = next(iter(ids(said.get("id"), "id")), None)
        found = here.projects.get(caller.workspace, wanted) if wanted is not None else None
        found = found if found is not None and found.reference_dataset_id is not None else None
    if found is None or not caller.may_see(found.name):
        raise NotFound(f"There is no project of that {kind.lower()}")
    return json_answer({"session_id": found.id})


def _matching(request: Request, here: Econome, caller: Caller, said: Mapping[str, Any]) -> list[Project]:
    wanted = set(ids(said.get("id"), "id"))
    datasets = set(ids(said.get("reference_dataset_id"), "reference_dataset_id"))
    kinds = chosen(said, _TYPES, "type")
    metadata = query_object(request, "metadata")
    part = str(said.get("name_contains", "")).lower()
    return [
        project
        for project in here.projects.all(caller.workspace)
        if caller.may_see(project.name)
        and (not wanted or project.id in wanted)
        and (not datasets or project.reference_dataset_id in datasets)
        and (not kinds or _type(project) in kinds)
        and said.get("name") in (None, project.name)
        and part in project.name.lower()
        and subset(metadata, extra_of(project).get("metadata", {}))
    ]


def _sorted(said: Mapping[str, Any], projects: Sequence[Project]) -> list[Project]:
    by = str(said.get("sort_by", "START_TIME")).upper()
    if by not in _ORDERS:
        raise Invalid(f'"sort_by" must be one of {", ".join(_ORDERS)}, not {by[:60]!r}')
    order = str(said.get("sort_order", "desc")).lower()
    if order not in {"asc", "desc"}:
        raise Invalid(f'"sort_order" must be asc or desc, not {order[:60]!r}')
    return sorted(projects, key=_ORDERS[by], reverse=order == "desc")


async def _answers(
    request: Request, caller: Caller, projects: Sequence[Project], said: Mapping[str, Any]
) -> list[dict[str, object]]:
    if truth(said.get("include_stats"), "include_stats") is not True or not projects:
        return [_session_json(project_json(project)) for project in projects]
    found = await run_in_threadpool(with_stats_of, context(request), caller.workspace, projects)
    return [_session_json(one) for one in found]


def _session_json(first: dict[str, object]) -> dict[str, object]:
    return {**first, "type": _type_of(str(first["name"]), first["reference_dataset_id"])}


def _type(project: Project) -> str:
    return _type_of(project.name, project.reference_dataset_id)


def _type_of(name: str, dataset: object) -> str:
    return "EXPERIMENT" if dataset is not None else "AGENT" if name.startswith(_AGENTS) else "PROJECT"


def _cleared(project: Project, said: Mapping[str, Any]) -> Project:
    nulls = {name for name, value in said.items() if value is None}
    return replace(
        project,
        description="" if "description" in nulls else project.description,
        extra="" if "extra" in nulls else project.extra,
        ended_at=None if "end_time" in nulls else project.ended_at,
    )


ROUTES = [
    Route("/api/v2/sessions", list_all, methods=["GET"]),
    Route("/api/v2/sessions", create, methods=["POST"]),
    Route("/api/v2/sessions/{session_id}", read, methods=["GET"]),
    Route("/api/v2/sessions/{session_id}", update, methods=["PATCH"]),
]
RESOLUTIONS = [Route("/sessions/resolutions", resolve, methods=["GET"])]
"""Of the first API: under its roots, before /sessions/{id}."""
