"""Datasets of Langfuse's clients, which LangSmith's see too."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from econome.domain.key import Role

ITEMS = "/api/public/dataset-items"


@pytest.fixture
def dataset(server: TestClient) -> dict[str, Any]:
    body = {"name": "capitals/eu", "description": "of countries", "metadata": {"by": "anna"}}
    answer = server.post("/api/public/v2/datasets", json=body)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def put(server: TestClient, **body: Any) -> dict[str, Any]:
    answer = server.post(ITEMS, json={"datasetName": "capitals/eu", **body})
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def items(server: TestClient, **asked: Any) -> dict[str, Any]:
    answer = server.get(ITEMS, params={"datasetName": "capitals/eu", **asked})
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


@pytest.mark.usefixtures("dataset")
@pytest.mark.parametrize(
    ("given", "expected", "metadata"),
    [
        ({"country": "France"}, {"capital": "Paris"}, {"k": 1}),
        ("France?", "Paris", {}),
        (["France", 1], 42, "a note"),
        (None, None, {}),
    ],
)
def test_an_item_comes_back_in_the_form_in_which_it_was_sent(
    server: TestClient, given: Any, expected: Any, metadata: Any
) -> None:
    put(server, id="fr 1", input=given, expectedOutput=expected, metadata=metadata)
    (item,) = items(server)["data"]
    assert (item["id"], item["status"], item["datasetName"]) == ("fr 1", "ACTIVE", "capitals/eu")
    assert (item["input"], item["expectedOutput"], item["metadata"]) == (given, expected, metadata)
    assert server.get(f"{ITEMS}/fr 1").json() == item


def test_a_dataset_is_made_once_and_found_by_its_name(server: TestClient, dataset: dict[str, Any]) -> None:
    again = server.post(
        "/api/public/v2/datasets", json={"name": "capitals/eu", "description": "again"}
    ).json()
    assert (again["id"], again["metadata"]) == (dataset["id"], {"by": "anna"})
    found = server.get("/api/public/v2/datasets/capitals%2Feu").json()
    assert (found["id"], found["description"]) == (dataset["id"], "again")
    assert [one["name"] for one in server.get("/api/public/v2/datasets").json()["data"]] == ["capitals/eu"]
    twice = server.get(ITEMS, params={"datasetName": "capitals%2Feu"})  # as version 2 asks
    assert twice.json()["meta"]["totalItems"] == 0
    assert server.get("/api/public/v2/datasets/other").status_code == 404
    assert server.post(ITEMS, json={"datasetName": "other", "input": 1}).status_code == 404
    assert server.post("/api/public/v2/datasets", json={"name": ""}).status_code == 400


@pytest.mark.usefixtures("dataset")
def test_a_changed_item_keeps_what_was_not_said_and_its_older_state(server: TestClient) -> None:
    first = put(server, id="fr", input="France?", expectedOutput="Lyon", sourceTraceId="t1")
    put(server, id="it", input="Italy?")
    changed = put(server, id="fr", expectedOutput="Paris", status="ARCHIVED")
    assert (changed["input"], changed["expectedOutput"], changed["status"]) == (
        "France?",
        "Paris",
        "ARCHIVED",
    )
    assert changed["createdAt"] == first["createdAt"]
    then = items(server, version=first["version"])
    assert [(one["id"], one["expectedOutput"]) for one in then["data"]] == [("fr", "Lyon")]
    now = items(server, limit=1, page=2)
    assert now["meta"] == {"page": 2, "limit": 1, "totalItems": 2, "totalPages": 2}
    assert [one["id"] for one in items(server, sourceTraceId="t1")["data"]] == ["fr"]
    assert server.delete(f"{ITEMS}/fr").status_code == 200
    assert [one["id"] for one in items(server)["data"]] == ["it"]
    assert server.get(f"{ITEMS}/fr").status_code == 404


def test_langsmith_s_clients_see_the_same_examples(server: TestClient, dataset: dict[str, Any]) -> None:
    put(server, input="France?", expectedOutput={"capital": "Paris"})
    (example,) = server.get("/api/v1/examples", params={"dataset": dataset["id"]}).json()
    assert (example["inputs"], example["outputs"]) == ({"input": "France?"}, {"capital": "Paris"})


@pytest.mark.usefixtures("dataset")
def test_a_key_for_some_projects_neither_sees_nor_writes_datasets(server: TestClient) -> None:
    keys = server.app.state.econome.keys  # type: ignore[attr-defined]
    headers = {"x-api-key": keys.create("test", Role.ADMIN, projects="shop")[1]}
    for path in ("/api/public/v2/datasets", "/api/public/v2/datasets/capitals/eu", ITEMS):
        assert server.get(path, headers=headers).status_code == 403
    assert server.post(ITEMS, json={"datasetName": "capitals/eu"}, headers=headers).status_code == 403
