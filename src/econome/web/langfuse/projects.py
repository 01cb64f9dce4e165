"""Who am I, and are you there: what Langfuse's clients ask first. And a clear no to what is not served."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.web.context import context
from econome.web.langfuse.asked import project_shown, require_any
from econome.web.langfuse.filing import identity_of
from econome.web.langsmith.asked import json_answer

VERSION = "3.0.0"
"""The Langfuse whose API this is."""

_NOT_SERVED = (
    *("annotation-queues", "blob-storage-integrations", "comments", "dataset-items", "dataset-run-items"),
    *("datasets", "evaluation-rules", "evaluators", "events", "experiments", "feedback", "generations"),
    *("integrations", "llm-connections", "metrics", "models", "observations", "organizations", "projects"),
    *("prompts", "scim", "score-configs", "sessions", "spans", "traces", "unstable", "media", "otel"),
    *("v1", "v2", "v3"),
)
"""What Langfuse has under these names and we have not. All other names stay free for LangSmith's links."""

_ANY = re.compile(r"\{[^}]*\}")
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


async def projects(request: Request) -> Response:
    """GET /api/public/projects: the project that this client writes to. `auth_check` wants one at least."""
    caller = require_any(request)
    name = project_shown(request, caller)
    identity = identity_of(context(request), caller.workspace, name)
    organisation = {"id": str(caller.workspace), "name": "Econome"}
    found = {"id": str(identity), "name": name, "organization": organisation, "metadata": {}}
    return json_answer({"data": [found]})


async def health(_request: Request) -> Response:
    """GET /api/public/health."""
    return json_answer({"status": "OK", "version": VERSION})


async def not_served(request: Request) -> Response:
    """What Langfuse answers and Econome does not: 404, for its clients send 5xx again."""
    require_any(request)
    told = (
        f"Econome does not serve {request.method} {request.url.path[:200]}. It takes Langfuse's traces, "
        "scores, prompts and media; docs/reference/langfuse.md says which paths, and what to use instead."
    )
    return json_answer({"detail": told, "message": told, "error": "NotServed"}, 404)


ROUTES = [
    Route("/api/public/projects", projects, methods=["GET"]),
    Route("/api/public/health", health, methods=["GET"]),
]


def rest(served: Iterable[Route]) -> list[Route]:
    """A route for all that is not among `served`, but under the names that Langfuse has."""
    owned: dict[str, set[str]] = defaultdict(set)
    for route in served:
        owned[_ANY.sub("{}", route.path)] |= route.methods or set()
    found = []
    for name in _NOT_SERVED:
        for path in (f"/api/public/{name}", f"/api/public/{name}/{{rest:path}}"):
            left = [method for method in _METHODS if method not in owned[_ANY.sub("{}", path)]]
            found.append(Route(path, not_served, methods=left))
    return found
