"""Which projects are there?"""

from __future__ import annotations

from typing import TypedDict

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.activity import Activity, project_activity
from econome.domain.project import Project as Known
from econome.web.api import shapes
from econome.web.api.scope import visible_projects
from econome.web.api.told import asks
from econome.web.auth import Role, require
from econome.web.context import context


class Project(TypedDict):
    """A project, and what there is in it."""

    id: str
    name: str
    description: str
    created_at: shapes.Moment
    runs: int
    last_run_at: shapes.Moment | None


class Projects(TypedDict):
    """Those the caller may see, by name."""

    rows: list[Project]


@asks(Projects)
async def projects(request: Request) -> Response:
    """GET /econome/v1/projects: those the caller may see, by name."""
    caller = require(request, Role.READ)
    activity = await run_in_threadpool(project_activity, context(request).store, caller.workspace)
    mine = visible_projects(request, caller)
    told: Projects = {"rows": [_project(one, activity.get(one.id)) for one in mine]}
    return shapes.answer(told)


def _project(one: Known, activity: Activity | None) -> Project:
    return {
        "id": str(one.id),
        "name": one.name,
        "description": one.description,
        "created_at": shapes.iso(one.created_at),
        "runs": activity.runs if activity else 0,
        "last_run_at": shapes.iso(activity.last_run_at) if activity else None,
    }


ROUTES = [Route("/econome/v1/projects", projects, methods=["GET"])]
