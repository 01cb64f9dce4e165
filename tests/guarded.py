"""The guard around an app of a few routes that stand in for ours."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from econome.domain.key import Role
from econome.settings import Settings
from econome.store.client import Store, StoreError
from econome.web import errors, guard, health, login
from econome.web.api import keys as keys_api
from econome.web.api import live as live_api
from econome.web.auth import require
from econome.web.keys import Keys
from econome.web.live import Live

TOKEN = "eca_the-admin-token"


class ForgetfulStore:
    """Takes everything, keeps nothing."""

    def ask(self, *_: object, **__: object) -> list[object]:
        return []

    def is_alive(self) -> bool:
        return True

    def insert(self, *_: object) -> None:
        return None


async def who(request: Request) -> Response:
    caller = require(request, Role.READ)
    return JSONResponse(
        {"workspace": str(caller.workspace), "role": caller.role, "projects": caller.projects}
    )


async def take(request: Request) -> Response:
    require(request, Role.INGEST)
    return JSONResponse({"bytes": len(await request.body())}, 202)


async def fail(_request: Request) -> Response:
    secret = "the prompt of a stranger"
    raise RuntimeError(secret)


async def no_store(_request: Request) -> Response:
    raise StoreError("Code: 999, while executing: the prompt of a stranger")


async def deep(_request: Request) -> Response:
    raise RecursionError


def app_of(settings: Settings | None = None) -> Starlette:
    settings = settings or Settings()
    api = [
        Route("/info", lambda _request: JSONResponse({"version": "1"})),
        Route("/runs/multipart", take, methods=["POST"]),
        Route("/runs/query", who, methods=["POST"]),
    ]
    app = Starlette(
        routes=[
            Route("/econome/v1/who", who),
            Route("/econome/v1/fail", fail),
            Route("/econome/v1/deep", deep),
            Route("/econome/v1/no-store", no_store),
            *login.ROUTES,
            *health.ROUTES,
            *keys_api.ROUTES,
            *live_api.ROUTES,
            Route("/ui/{path:path}", lambda _request: Response("page", media_type="text/html")),
            *(Mount(root, routes=api) for root in ("/api/v1", "/api", "")),
        ],
        middleware=guard.middleware(settings),
        exception_handlers=errors.HANDLERS,
    )
    store = cast("Store", ForgetfulStore())
    projects = SimpleNamespace(find=lambda *_: None, get=lambda *_: None)
    app.state.econome = SimpleNamespace(
        settings=settings, store=store, keys=Keys(store, TOKEN), live=Live(), projects=projects, writer=None
    )
    return app


def client_of(app: Starlette, url: str = "http://127.0.0.1:3266", **headers: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, client=("10.0.0.9", 4))
    return httpx.AsyncClient(transport=transport, base_url=url, headers=headers)


def key_for(app: Starlette, role: Role, **narrowed: Any) -> str:
    keys: Keys = app.state.econome.keys
    return keys.create("test", role, **narrowed)[1]
