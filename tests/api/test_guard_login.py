"""A browser's login."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

import httpx
import pytest
from starlette.applications import Starlette

from econome.domain.key import ApiKey, Role
from econome.domain.project import DEFAULT_WORKSPACE
from econome.web import login
from econome.web.keys import Keys
from guarded import TOKEN, app_of, client_of, key_for


@pytest.fixture
def app() -> Starlette:
    return app_of()


@pytest.fixture
async def client(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as client:
        yield client


async def log_in(client: httpx.AsyncClient, token: str, **more: str) -> httpx.Response:
    return await client.post("/econome/v1/login", json={"token": token, **more})


async def test_the_admin_token_opens_a_session(app: Starlette, client: httpx.AsyncClient) -> None:
    key_for(app, Role.INGEST)
    answer = await log_in(client, TOKEN)
    assert answer.status_code == 204
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "max-age=2592000" in cookie
    assert "secure" not in cookie
    assert (await client.get("/econome/v1/who")).json()["role"] == "admin"
    said = (await client.get("/econome/v1/session")).json()
    assert said["authenticated"]
    assert not said["open"]
    assert said["workspace"] == {"id": str(DEFAULT_WORKSPACE), "name": "default"}


async def test_the_owner_logs_into_the_workspace_of_choice(app: Starlette, client: httpx.AsyncClient) -> None:
    key_for(app, Role.READ, workspace="acme")
    assert (await log_in(client, TOKEN, workspace="nowhere")).status_code == 404
    await log_in(client, TOKEN, workspace="acme")
    assert (await client.get("/econome/v1/session")).json()["workspace"]["name"] == "acme"


async def test_a_key_logs_into_its_own_workspace_only(app: Starlette, client: httpx.AsyncClient) -> None:
    key = key_for(app, Role.READ, workspace="acme", projects="shop-*")
    assert (await log_in(client, key, workspace="default")).status_code == 403
    assert (await log_in(client, key)).status_code == 204
    said = (await client.get("/econome/v1/session")).json()
    assert (said["role"], said["projects"], said["workspace"]["name"]) == ("read", "shop-*", "acme")


async def test_a_revoked_key_ends_its_sessions(app: Starlette, client: httpx.AsyncClient) -> None:
    key = key_for(app, Role.READ)
    key_for(app, Role.ADMIN)
    await log_in(client, key)
    keys: Keys = app.state.econome.keys
    keys.revoke(cast("ApiKey", keys.of(key)).id)
    assert (await client.get("/econome/v1/who")).status_code == 401
    assert (await client.get("/econome/v1/session")).json()["authenticated"] is False


async def test_a_key_that_only_sends_does_not_look(app: Starlette, client: httpx.AsyncClient) -> None:
    assert (await log_in(client, key_for(app, Role.INGEST))).status_code == 403


async def test_logging_out_takes_the_cookie_away(app: Starlette, client: httpx.AsyncClient) -> None:
    key_for(app, Role.READ)
    await log_in(client, TOKEN)
    await client.post("/econome/v1/logout")
    assert (await client.get("/econome/v1/who")).status_code == 401


async def test_behind_https_the_cookie_is_secure(app: Starlette) -> None:
    key_for(app, Role.READ)
    async with client_of(app, "https://127.0.0.1:3266") as client:
        assert "secure" in (await log_in(client, TOKEN)).headers["set-cookie"].lower()


async def test_whoever_guesses_is_slowed_down(app: Starlette, client: httpx.AsyncClient) -> None:
    key_for(app, Role.READ)
    statuses = [(await log_in(client, f"guess {n}")).status_code for n in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    assert "retry-after" in (await log_in(client, TOKEN)).headers


def test_a_brake_lets_go_and_never_grows() -> None:
    brake = login.Brake(failures=2, seconds=10, addresses=3)
    for n in range(5):
        brake.failed(f"10.0.0.{n}", now=0)
        brake.failed(f"10.0.0.{n}", now=1)
    assert [brake.is_on(f"10.0.0.{n}", now=2) for n in range(5)] == [False, False, True, True, True]
    assert not brake.is_on("10.0.0.4", now=10.5)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"token": 7}', b'{"token":"x","else":1}', b"[" * 50_000, b'"' + b"x" * 70_000]
)
async def test_a_login_that_makes_no_sense_is_told_what_one_is(
    app: Starlette, client: httpx.AsyncClient, body: bytes
) -> None:
    key_for(app, Role.READ)
    answer = await client.post("/econome/v1/login", content=body)
    assert answer.status_code in {400, 413}
    assert answer.json()["detail"]


async def test_an_open_server_says_so(client: httpx.AsyncClient) -> None:
    said = (await client.get("/econome/v1/session")).json()
    assert said["open"]
    assert said["authenticated"]
    assert said["features"] == {"text_index": True}


async def test_whoever_makes_the_first_key_stays_inside(client: httpx.AsyncClient) -> None:
    made = await client.post("/econome/v1/keys", json={"name": "first", "role": "ingest"})
    assert "httponly" in made.headers["set-cookie"].lower()
    assert (await client.get("/econome/v1/session")).json()["role"] == "admin"
    second = await client.post("/econome/v1/keys", json={"name": "second", "role": "ingest"})
    assert second.status_code == 201
    assert "set-cookie" not in second.headers


async def test_the_maker_of_a_later_key_gets_no_session(app: Starlette, client: httpx.AsyncClient) -> None:
    key_for(app, Role.INGEST)
    made = await client.post(
        "/econome/v1/keys", json={"name": "app"}, headers={"authorization": f"Bearer {TOKEN}"}
    )
    assert made.status_code == 201
    assert "set-cookie" not in made.headers
