"""Saved views: bookmarks of the dashboard that a team shares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.testclient import TestClient

from econome.app import create_app
from econome.domain.key import Role
from econome.settings import Settings

VIEWS = "/econome/v1/views"


def saved(server: TestClient, name: str, query: str = "view=runs", page: str = "runs") -> dict[str, Any]:
    answer = server.post(VIEWS, json={"page": page, "name": name, "query": query})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def names(server: TestClient, **parameters: str) -> list[str]:
    return [view["name"] for view in server.get(VIEWS, params=parameters).json()["rows"]]


def test_what_is_saved_is_found_by_name(server: TestClient) -> None:
    saved(server, "zebra")
    view = saved(server, "Ape", '?view=runs&filter=eq(status, "error")')
    saved(server, "money", page="overview")
    assert names(server, page="runs") == ["Ape", "zebra"]
    assert names(server) == ["money", "Ape", "zebra"]
    assert view["query"] == 'view=runs&filter=eq(status, "error")'


def test_saving_under_the_same_name_replaces(server: TestClient) -> None:
    first = saved(server, "mine", "sort=cost")
    again = saved(server, "mine", "sort=tokens")
    assert (again["id"], again["query"]) == (first["id"], "sort=tokens")
    assert again["created_at"] == first["created_at"] < again["modified_at"]
    assert names(server) == ["mine"]


def test_a_view_that_was_renamed_leaves_its_name_to_another(server: TestClient) -> None:
    first = saved(server, "old")
    renamed = server.put(f"{VIEWS}/{first['id']}", json={"name": "new"}).json()
    assert (renamed["id"], renamed["query"]) == (first["id"], first["query"])
    other = saved(server, "old")
    assert other["id"] != first["id"]
    assert names(server) == ["new", "old"]
    taken = server.put(f"{VIEWS}/{other['id']}", json={"name": "new"})
    assert (taken.status_code, "already" in taken.json()["detail"]) == (409, True)


def test_views_outlive_the_server(settings_of: Callable[..., Settings]) -> None:
    with TestClient(create_app(settings_of(), "eca_test"), base_url="http://localhost") as server:
        kept = saved(server, "kept")
        gone = saved(server, "gone")
        assert server.delete(f"{VIEWS}/{gone['id']}").status_code == 204
    with TestClient(create_app(settings_of(), "eca_test"), base_url="http://localhost") as server:
        assert server.get(VIEWS).json()["rows"] == [kept]
        assert server.delete(f"{VIEWS}/{gone['id']}").status_code == 404


def test_what_is_no_view_is_refused_by_name(server: TestClient) -> None:
    for said, words in (
        ({"page": "runs", "query": "a=b"}, '"name"'),
        ({"page": "runs/../x", "name": "a"}, '"page"'),
        ({"page": "runs", "name": "a", "query": "x" * 9_000}, '"query"'),
        ({"page": "runs", "name": "a", "colour": "red"}, "colour"),
    ):
        answer = server.post(VIEWS, json=said)
        assert (answer.status_code, words in answer.json()["detail"]) == (400, True), answer.text
    assert "no parameter" in server.get(VIEWS, params={"colour": "red"}).json()["detail"]


def test_a_narrowed_key_sees_the_views_of_its_like_alone(settings_of: Callable[..., Settings]) -> None:
    app = create_app(settings_of(), "eca_test")
    with TestClient(app, base_url="http://localhost") as server:
        keys = app.state.econome.keys
        _, everything = keys.create("all", Role.READ)
        _, shop = keys.create("shop", Role.READ, projects="shop*")
        _, sender = keys.create("app", Role.INGEST)
        whole, narrow = {"x-api-key": everything}, {"x-api-key": shop}
        server.headers.update(whole)
        mine = saved(server, "of all", "filter=search(secret)")
        server.headers.update(narrow)
        saved(server, "of the shop")
        assert names(server) == ["of the shop"]
        assert server.delete(f"{VIEWS}/{mine['id']}").status_code == 404
        server.headers.update(whole)
        assert names(server) == ["of all", "of the shop"]
        assert server.get(VIEWS, headers={"x-api-key": sender}).status_code == 403
