"""Which projects are there?"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.activity import Activity, project_activity
from econome.domain.project import Project
from econome.web.api import shapes
from econome.web.api.scope import allow, visible_projects
from econome.web.auth import Role, require
from econome.web.context import context


async def projects(request: Request) -> Response:
    """GET /econome/v1/projects: those the caller may see, by name."""
    caller = require(request, Role.READ)
    allow(request, scoped=False)
    activity = await run_in_threadpool(project_activity, context(request).store, caller.workspace)
    mine = visible_projects(request, caller)
    return shapes.answer({"projects": [_project(one, activity.get(one.id)) for one in mine]})


def _project(one: Project, activity: Activity | None) -> shapes.Json:
    return {
        "id": str(one.id),
        "name": one.name,
        "description": one.description,
        "created_at": shapes.iso(one.created_at),
        "runs": activity.runs if activity else 0,
        "last_run_at": shapes.iso(activity.last_run_at) if activity else None,
    }


ROUTES = [Route("/econome/v1/projects", projects, methods=["GET"])]
