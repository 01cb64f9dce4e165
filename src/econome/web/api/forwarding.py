"""Does what is passed on arrive?"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.web.api import shapes
from econome.web.api.scope import allow
from econome.web.auth import Role, require
from econome.web.context import context
from econome.web.errors import Forbidden


async def forwarding(request: Request) -> Response:
    """GET /econome/v1/forwarding: how each destination does. For the owner: it is of all workspaces."""
    if not require(request, Role.ADMIN).is_operator:
        raise Forbidden("This is about all workspaces, and for the server's owner: use the admin token.")
    allow(request, scoped=False)
    return shapes.answer(
        {
            "destinations": [
                {
                    "destination": one.destination,
                    "waiting": one.waiting,
                    "waiting_bytes": one.waiting_bytes,
                    "sent": one.sent,
                    "dropped": dict(one.dropped),
                    "trouble": one.trouble,
                }
                for one in context(request).forwarder.standing()
            ]
        }
    )


ROUTES = [Route("/econome/v1/forwarding", forwarding, methods=["GET"])]
