"""GET /econome/v1/live: server-sent events, which of the caller's projects changed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from econome.web.api.told import asks
from econome.web.auth import Caller, Role, require
from econome.web.context import Econome, context
from econome.web.errors import Busy

STILL_HERE = b"event: still\ndata: {}\n\n"
"""Said in each silence. An event, not a comment: a page cannot hear comments, and whoever hears nothing
for long listens to a line that is dead without knowing it, as after a night's sleep."""


@asks(None, media="text/event-stream")
async def live(request: Request) -> Response:
    """GET /econome/v1/live: which of the caller's projects changed, as it happens.

    The data of an event named `changed` says how many runs came, and into which projects.
    """
    caller = require(request, Role.READ)
    here = context(request)
    if here.live.is_full:  # said here, before the answer has begun
        raise Busy("Too many dashboards are listening already; ask again from time to time.")
    return StreamingResponse(
        _events(here, caller), media_type="text/event-stream", headers={"x-accel-buffering": "no"}
    )


async def _events(here: Econome, caller: Caller) -> AsyncIterator[bytes]:
    yield b"retry: 2000\n\n"
    async with aclosing(here.live.subscribe(caller.workspace, _sight(here, caller))) as changes:
        async for change in changes:
            if caller.key_id is not None and here.keys.get(caller.key_id) is None:
                return  # revoked while it listened
            yield STILL_HERE if change is None else change.event()


def _sight(here: Econome, caller: Caller) -> Callable[[UUID], bool]:
    if caller.projects is None:
        return lambda _project: True

    def sees(project: UUID) -> bool:
        found = here.projects.get(caller.workspace, project)
        return found is not None and caller.may_see(found.name)

    return sees


ROUTES: list[BaseRoute] = [Route("/econome/v1/live", live)]
