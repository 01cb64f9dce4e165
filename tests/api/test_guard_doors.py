"""Names, origins, paths and methods that are turned away, and what answers say."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from econome.domain.key import Role
from econome.domain.project import DEFAULT_WORKSPACE, workspace_id
from econome.settings import Settings
from econome.store.client import StoreBusy, TooHeavy
from econome.web import errors
from econome.web.live import Live
from guarded import app_of, client_of, key_for


@pytest.fixture
def app() -> Starlette:
    return app_of()


@pytest.fixture
async def client(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as client:
        yield client


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:3266", 200),
        ("localhost", 200),
        ("LOCALHOST.:3266", 200),
        ("econome.localhost:1", 200),
        ("[::1]:3266", 200),
        ("192.168.1.7", 200),
        ("spend.example.org", 200),
        ("eu.traces.test:80", 200),
        ("traces.test", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost.evil.example", 421),
        ("nottraces.test", 421),
        ("evil@localhost", 421),
        ("localhost:80:80", 400),
        ("[::1", 400),
        ("localhost:port", 400),
        ("", 400),
    ],
)
async def test_a_name_that_is_not_ours_is_refused(host: str, status: int) -> None:
    app = app_of(Settings(allowed_hosts=("Spend.example.org", ".traces.test")))
    async with client_of(app) as client:
        answer = await client.get("/info", headers={"host": host})
    assert answer.status_code == status
    if status != 200:
        assert answer.json()["detail"]


async def _raw(app: Starlette, path: str, headers: Sequence[tuple[bytes, bytes]], method: str = "GET") -> int:
    """The status for a request that no client library would send."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": list(headers),
        "client": ("10.0.0.9", 4),
        "server": ("127.0.0.1", 3266),
    }
    statuses: list[int] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await app(scope, receive, send)
    return statuses[0]


LOCAL = (b"host", b"localhost")


async def test_two_hosts_or_none_are_refused(app: Starlette) -> None:
    assert await _raw(app, "/info", [LOCAL, (b"host", b"evil.example")]) == 400
    assert await _raw(app, "/info", []) == 400


@pytest.mark.parametrize("path", ["/ui/../econome/v1/who", "/ui/..\\x", "/ui/a\0b", "/ui/\r\nx", "/.."])
async def test_a_path_that_leads_elsewhere_is_refused(app: Starlette, path: str) -> None:
    assert await _raw(app, path, [LOCAL]) == 400


@pytest.mark.parametrize("path", ["/ui/a..b", "/ui/projet été…", "/ui/..."])
async def test_an_unusual_path_is_not_a_bad_one(app: Starlette, path: str) -> None:
    assert await _raw(app, path, [LOCAL]) == 200


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "GE\x00T", "get"])
async def test_a_method_that_nobody_uses_is_refused(app: Starlette, method: str) -> None:
    assert await _raw(app, "/info", [LOCAL], method) == 405


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 202),
        ({"origin": "http://127.0.0.1:3266"}, 202),
        ({"origin": "HTTP://127.0.0.1:3266", "sec-fetch-site": "same-origin"}, 202),
        ({"origin": "http://127.0.0.1:3267"}, 403),
        ({"origin": "http://127.0.0.1"}, 403),
        ({"origin": "http://localhost:3266"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": ""}, 403),
        ({"origin": "file://"}, 403),
        ({"origin": "http://127.0.0.1:3266:1"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "none"}, 202),
    ],
)
async def test_a_foreign_page_may_not_write(
    client: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    answer = await client.post("/runs/multipart", content=b"x", headers=headers)
    assert answer.status_code == status


async def test_the_usual_port_need_not_be_said(app: Starlette) -> None:
    async with client_of(app, "http://localhost") as client:
        answer = await client.post("/runs/multipart", headers={"origin": "http://localhost:80"})
        assert answer.status_code == 202


async def test_a_foreign_page_reads_nothing(client: httpx.AsyncClient) -> None:
    """No answer says that another origin may read it, and a preflight is turned down."""
    answer = await client.get("/econome/v1/who", headers={"origin": "https://evil.example"})
    assert not [name for name in answer.headers if name.startswith("access-control")]
    preflight = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    assert (await client.options("/runs/multipart", headers=preflight)).status_code == 405


async def test_every_answer_tells_browsers_to_run_and_keep_nothing(client: httpx.AsyncClient) -> None:
    for path in ("/econome/v1/who", "/nowhere", "/econome/v1/fail"):
        headers = (await client.get(path)).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"


async def test_nothing_there_says_what_was_asked(client: httpx.AsyncClient) -> None:
    ours = await client.get("/econome/v1/nowhere")
    assert ours.headers["content-type"] == "application/problem+json"
    assert ours.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "There is nothing at GET /econome/v1/nowhere",
    }
    theirs = await client.post("/api/v1/datasets")
    assert theirs.json() == {"detail": "There is nothing at POST /api/v1/datasets"}


async def test_the_wrong_method_is_told_the_right_one(client: httpx.AsyncClient) -> None:
    answer = await client.get("/runs/multipart")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize("path", ["/econome/v1/fail", "/econome/v1/deep"])
async def test_what_nobody_expected_is_logged_once_and_told_without_a_trace(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = await client.get(path)
    assert answer.status_code == 500
    assert "stranger" not in answer.text
    assert len(caplog.records) == 1


async def test_a_store_that_does_not_answer_asks_to_come_again(client: httpx.AsyncClient) -> None:
    answer = await client.get("/econome/v1/no-store")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "stranger" not in answer.text


def test_a_busy_store_is_asked_again_and_a_question_that_asks_too_much_is_not() -> None:
    assert errors.status_of(StoreBusy("")) == 503
    assert errors.status_of(TooHeavy("")) == 400


async def test_health_follows_the_store(app: Starlette, client: httpx.AsyncClient) -> None:
    assert (await client.get("/health")).status_code == 200
    assert (await client.get("/ready")).status_code == 200
    app.state.econome.live.close()
    assert (await client.get("/ready")).status_code == 503
    app.state.econome.store.is_alive = lambda: False
    assert (await client.get("/health")).status_code == 503


async def test_metrics_count_answers(app: Starlette, client: httpx.AsyncClient) -> None:
    app.state.econome.writer = SimpleNamespace(counters={"runs_stored": 7, 'refused_"odd"': 1})
    app.state.econome.forwarder = SimpleNamespace(standing=list)
    await client.get("/nowhere")
    await client.get("/econome/v1/who")
    said = (await client.get("/metrics")).text
    assert 'econome_http_answers_total{status="404"} 1' in said
    assert 'econome_http_answers_total{status="200"} 1' in said
    assert 'econome_ingest{what="runs_stored"} 7' in said
    assert 'what="refused_\\"odd\\""' in said


async def test_a_dashboard_hears_of_its_own_workspace(app: Starlette) -> None:
    live: Live = app.state.econome.live
    project = workspace_id("any")
    async with client_of(app, **{"x-api-key": key_for(app, Role.READ, workspace="acme")}) as client:
        asked = asyncio.ensure_future(client.get("/econome/v1/live"))
        while not live.listeners:  # noqa: ASYNC110  (the hub has no event for it, and needs none)
            await asyncio.sleep(0.01)
        live.publish(DEFAULT_WORKSPACE, [project], 5)
        live.publish(workspace_id("acme"), [project], 3)
        await asyncio.sleep(0.05)
        live.close()
        answer = await asked
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.count("event: changed") == 1
    assert '"runs":3' in answer.text
