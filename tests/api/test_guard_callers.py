"""Whose key it is, and what it may do."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from econome.domain.key import Role
from econome.domain.project import DEFAULT_WORKSPACE, workspace_id
from econome.settings import Settings
from econome.web.keys import Keys
from guarded import TOKEN, app_of, client_of, key_for


@pytest.fixture
def app() -> Starlette:
    return app_of()


@pytest.fixture
async def client(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as client:
        yield client


@pytest.mark.parametrize("headers", [{}, {"x-api-key": "anything"}, {"authorization": "Bearer x"}])
async def test_before_the_first_key_this_machine_may_do_everything(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await client.get("/econome/v1/who", headers=headers)
    assert answer.json() == {"workspace": str(DEFAULT_WORKSPACE), "role": "admin", "projects": None}
    sent = {**headers, "x-tenant-id": "a76a8f4e-9f1b-4c7e-a8b0-000000000000"}  # a hosted workspace's
    assert (await client.post("/runs/multipart", content=b"12", headers=sent)).status_code == 202


async def test_on_another_address_nothing_is_open_even_without_keys() -> None:
    async with client_of(app_of(Settings(host="0.0.0.0"))) as client:  # noqa: S104
        assert (await client.get("/econome/v1/who")).status_code == 401
        answer = await client.get("/econome/v1/who", headers={"x-api-key": TOKEN})
        assert answer.status_code == 200


async def test_once_a_key_is_made_nobody_comes_without_one(app: Starlette, client: httpx.AsyncClient) -> None:
    key_for(app, Role.READ)
    for path in ("/econome/v1/who", "/econome/v1/nowhere", "/metrics", "/econome/v1/keys"):
        answer = await client.get(path)
        assert answer.status_code == 401, path
        assert answer.headers["www-authenticate"] == "Bearer"
    assert (await client.get("/econome/v1/who", headers={"x-api-key": "eco_wrong"})).status_code == 401


def _basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"pk:{password}".encode()).decode()


@pytest.mark.parametrize(
    "header",
    [
        ("x-api-key", "{}"),
        ("X-API-Key", " {} "),
        ("authorization", "Bearer {}"),
        ("authorization", "bearer  {}"),
        ("authorization", "basic"),
        ("x-service-key", "{}"),
    ],
)
async def test_each_client_sends_its_key_in_its_own_way(
    app: Starlette, client: httpx.AsyncClient, header: tuple[str, str]
) -> None:
    key = key_for(app, Role.READ)
    name, form = header
    value = _basic(key) if form == "basic" else form.format(key)
    assert (await client.get("/econome/v1/who", headers={name: value})).status_code == 200


@pytest.mark.parametrize(
    "value", ["Basic !!!", "Basic " + base64.b64encode(b"nocolon").decode(), "Digest x", "Bearer"]
)
async def test_a_header_that_holds_no_key_lets_nobody_in(
    app: Starlette, client: httpx.AsyncClient, value: str
) -> None:
    key_for(app, Role.READ)
    assert (await client.get("/econome/v1/who", headers={"authorization": value})).status_code == 401


@pytest.mark.parametrize(
    ("role", "statuses"),
    [(Role.INGEST, (202, 403, 403)), (Role.READ, (403, 200, 403)), (Role.ADMIN, (202, 200, 200))],
)
async def test_a_key_may_do_what_its_role_says(
    app: Starlette, role: Role, statuses: tuple[int, int, int]
) -> None:
    async with client_of(app, **{"x-api-key": key_for(app, role)}) as client:
        ingest = await client.post("/api/v1/runs/multipart", content=b"x")
        read = await client.get("/econome/v1/who")
        admin = await client.get("/econome/v1/keys")
    assert (ingest.status_code, read.status_code, admin.status_code) == statuses


async def test_a_key_opens_its_own_workspace(app: Starlette, client: httpx.AsyncClient) -> None:
    key = key_for(app, Role.READ, workspace="acme", projects="shop-*")
    acme = str(workspace_id("acme"))
    answer = await client.get("/econome/v1/who", headers={"x-api-key": key, "x-tenant-id": acme})
    assert answer.json() == {"workspace": acme, "role": "read", "projects": "shop-*"}


@pytest.mark.parametrize(
    "tenant", [str(DEFAULT_WORKSPACE), "a76a8f4e-9f1b-4c7e-a8b0-000000000000", "acme", "0"]
)
async def test_a_key_opens_its_own_workspace_whichever_is_named(
    app: Starlette, client: httpx.AsyncClient, tenant: str
) -> None:
    key = key_for(app, Role.ADMIN, workspace="acme")
    sent = {"x-api-key": key, "x-tenant-id": tenant}
    answer = await client.get("/econome/v1/who", headers=sent)
    assert (answer.status_code, answer.json()["workspace"]) == (200, str(workspace_id("acme")))
    assert (await client.post("/runs/multipart", content=b"12", headers=sent)).status_code == 202


async def test_the_owner_may_look_into_every_workspace_there_is(
    app: Starlette, client: httpx.AsyncClient
) -> None:
    key_for(app, Role.READ, workspace="acme")
    acme = str(workspace_id("acme"))
    answer = await client.get("/econome/v1/who", headers={"x-api-key": TOKEN, "x-tenant-id": acme})
    assert answer.json()["workspace"] == acme
    elsewhere = {"x-api-key": TOKEN, "x-tenant-id": str(workspace_id("nowhere"))}
    answer = await client.get("/econome/v1/who", headers=elsewhere)
    assert answer.json()["workspace"] == str(DEFAULT_WORKSPACE)


async def test_a_revoked_key_is_refused_at_once(app: Starlette, client: httpx.AsyncClient) -> None:
    key = key_for(app, Role.READ)
    key_for(app, Role.ADMIN)
    keys: Keys = app.state.econome.keys
    found = keys.of(key)
    assert found is not None
    keys.revoke(found.id)
    assert (await client.get("/econome/v1/who", headers={"x-api-key": key})).status_code == 401


async def test_revoking_the_last_key_opens_nothing_but_to_the_admin_token(
    app: Starlette, client: httpx.AsyncClient
) -> None:
    keys: Keys = app.state.econome.keys
    key = keys.of(key_for(app, Role.READ))
    assert key is not None
    keys.revoke(key.id)
    assert (await client.get("/econome/v1/who")).status_code == 401
    assert (await client.get("/econome/v1/session")).json()["open"] is False
    assert (await client.get("/econome/v1/who", headers={"x-api-key": TOKEN})).status_code == 200


@pytest.mark.parametrize(
    "path", ["/info", "/api/info", "/api/v1/info", "/ui/runs", "/health", "/econome/v1/session"]
)
async def test_what_shows_no_trace_is_open(app: Starlette, client: httpx.AsyncClient, path: str) -> None:
    key_for(app, Role.READ)
    assert (await client.get(path)).status_code == 200
    assert (await client.get(path, headers={"x-api-key": "eco_old"})).status_code == 200


async def test_a_large_body_without_a_key_is_answered_not_hung_upon(
    app: Starlette, client: httpx.AsyncClient
) -> None:
    key_for(app, Role.INGEST)
    answer = await client.post("/runs/multipart", content=b"x" * 5_000_000)
    assert answer.status_code == 401


async def test_a_key_is_made_shown_once_listed_and_revoked(app: Starlette) -> None:
    async with client_of(app, **{"x-api-key": key_for(app, Role.ADMIN)}) as client:
        made = await client.post("/econome/v1/keys", json={"name": "shop", "role": "read", "projects": "a*"})
        assert made.status_code == 201
        row = made.json()
        secret = row.pop("key")
        assert row["hint"] == secret[-4:]
        assert row in (await client.get("/econome/v1/keys")).json()["rows"]
        assert secret not in (await client.get("/econome/v1/keys")).text
        assert (await client.delete(f"/econome/v1/keys/{row['id']}")).status_code == 204
        assert (await client.delete(f"/econome/v1/keys/{row['id']}")).status_code == 404


@pytest.mark.parametrize(
    "body", [{}, {"name": "x", "role": "king"}, {"name": ""}, {"name": "x", "colour": 1}, {"name": 3}]
)
async def test_a_key_that_cannot_be_made_is_explained(client: httpx.AsyncClient, body: object) -> None:
    answer = await client.post("/econome/v1/keys", json=body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_workspace_cannot_reach_the_keys_of_another(app: Starlette) -> None:
    keys: Keys = app.state.econome.keys
    theirs, _ = keys.create("theirs", Role.ADMIN, workspace="other")
    async with client_of(app, **{"x-api-key": key_for(app, Role.ADMIN, workspace="acme")}) as client:
        assert [row["workspace"] for row in (await client.get("/econome/v1/keys")).json()["rows"]] == ["acme"]
        assert (await client.get("/econome/v1/keys?workspace=*")).status_code == 403
        assert (await client.delete(f"/econome/v1/keys/{theirs.id}")).status_code == 404
        body = {"name": "x", "workspace": "other"}
        assert (await client.post("/econome/v1/keys", json=body)).status_code == 403


async def test_a_narrow_key_makes_no_wide_one(app: Starlette) -> None:
    key = key_for(app, Role.ADMIN, projects="shop-*")
    async with client_of(app, **{"x-api-key": key}) as client:
        made = await client.post("/econome/v1/keys", json={"name": "x"})
        assert made.json()["projects"] == "shop-*"
        wide = await client.post("/econome/v1/keys", json={"name": "x", "projects": "*"})
        assert wide.status_code == 403


async def test_the_owner_makes_keys_for_every_workspace(app: Starlette) -> None:
    key_for(app, Role.READ)
    async with client_of(app, **{"x-api-key": TOKEN}) as client:
        made = await client.post("/econome/v1/keys", json={"name": "x", "workspace": "acme"})
        assert made.json()["workspace"] == "acme"
        listed = (await client.get("/econome/v1/keys?workspace=*")).json()["rows"]
        assert {row["workspace"] for row in listed} == {"default", "acme"}
