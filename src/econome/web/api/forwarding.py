"""Does what is passed on arrive?"""

from __future__ import annotations

from typing import Annotated, TypedDict

from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.web.api import shapes
from econome.web.api.told import asks
from econome.web.auth import Role, require
from econome.web.context import context
from econome.web.errors import Forbidden


class Destination(TypedDict):
    """How one destination does."""

    destination: str
    waiting: int
    waiting_bytes: int
    sent: int
    dropped: Annotated[dict[str, int], Meta(description="how many, by the reason")]
    trouble: Annotated[str, Meta(description="what went wrong at the last attempt; empty: nothing")]


class Forwarding(TypedDict):
    """How all of them do."""

    rows: list[Destination]


@asks(Forwarding)
async def forwarding(request: Request) -> Response:
    """GET /econome/v1/forwarding: how each destination does. For the owner: it is of all workspaces."""
    if not require(request, Role.ADMIN).is_operator:
        raise Forbidden("This is about all workspaces, and for the server's owner: use the admin token.")
    told: Forwarding = {
        "rows": [
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
    return shapes.answer(told)


ROUTES = [Route("/econome/v1/forwarding", forwarding, methods=["GET"])]
