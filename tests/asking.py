"""Asking our own API in memory, as whoever the test says."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Protocol
from urllib.parse import urlencode

from anyio import CapacityLimiter
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient

from builders import SINCE, UNTIL
from econome.domain.key import Role
from econome.domain.project import DEFAULT_WORKSPACE
from econome.domain.scope import LEAST_SLACK
from econome.ingest.projects import Projects
from econome.pricing.book import PriceBook
from econome.store.client import Store
from econome.web import api
from econome.web.api import export
from econome.web.auth import Caller
from econome.web.errors import HANDLERS

ANYBODY = Caller(DEFAULT_WORKSPACE, Role.READ)


class _Answer(Protocol):
    """What a test reads of a response."""

    status_code: int
    headers: Any

    @property
    def content(self) -> bytes:
        """The body."""

    def json(self) -> Any: ...


class Asking:
    """A client of the questions over one store."""

    def __init__(self, store: Store, caller: Caller = ANYBODY, prices: PriceBook | None = None) -> None:
        self.store = store
        self.projects = Projects(store)
        self.caller = caller

        async def introduce(request: Request, call_next: RequestResponseEndpoint) -> Response:
            request.state.caller = self.caller
            return await call_next(request)

        app = Starlette(
            routes=api.routes(),
            exception_handlers=HANDLERS,
            middleware=[Middleware(BaseHTTPMiddleware, dispatch=introduce)],
        )
        app.state.econome = SimpleNamespace(
            store=store,
            projects=self.projects,
            prices=prices or PriceBook([]),
            writer=SimpleNamespace(slack=LEAST_SLACK),
            exporting=CapacityLimiter(export.AT_ONCE),
        )
        self._client = TestClient(app)

    def get(self, path: str, **parameters: object) -> _Answer:
        """The response to a question with just these parameters."""
        query = urlencode(parameters, doseq=True)
        return self._client.get(f"/econome/v1/{path}?{query}")

    def ask(self, path: str, **parameters: object) -> Any:
        """The answer over the day of the builders, unless said otherwise."""
        response = self.get(path, **{"since": SINCE.isoformat(), "until": UNTIL.isoformat(), **parameters})
        assert response.status_code == 200, response.content
        return response.json()

    def tell(self, path: str, **parameters: object) -> Any:
        """The answer to a question that takes no scope."""
        response = self.get(path, **parameters)
        assert response.status_code == 200, response.content
        return response.json()

    def refusal(self, path: str, **parameters: object) -> str:
        """Why a question is refused."""
        response = self.get(path, **parameters)
        assert response.status_code == 400, response.content
        assert response.headers["content-type"] == "application/problem+json"
        return str(response.json()["detail"])
