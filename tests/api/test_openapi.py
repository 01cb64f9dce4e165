"""The API is what it says of itself: every route, every parameter and every field."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from math import isclose
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from uuid import NAMESPACE_URL, uuid5

import pytest
from jsonschema import Draft202012Validator
from starlette.routing import Route
from starlette.testclient import TestClient

from describing import PINNED, Question, form, pinned, questions
from econome.app import create_app, routes
from econome.settings import Settings
from econome.store.client import Store
from econome.web.api.openapi import ROOT, document
from econome.web.api.told import description_of

ADMIN_TOKEN = "eca_test"
QUESTIONS = questions()
SPAN = {"since": "2000-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z"}

UNANSWERED = {
    "/live": "goes on for ever; tests/api/test_guard_serve.py listens to it",
    "/runs/{id}/attachments/{digest}": "is a file; tests/api/test_langsmith.py asks for one",
}
"""What is not asked here, and why."""


@dataclass
class Seeded:
    """A server with the sample and whatever else there is something to ask about."""

    client: TestClient
    ids: dict[str, str] = field(default_factory=dict)  # by the first word of a path
    needed: dict[str, str] = field(default_factory=dict)  # by the name of a parameter

    def get(self, path: str, query: dict[str, Any]) -> Any:
        return self.client.get(ROOT + path, params=query)

    def answer(self, path: str, **query: Any) -> Any:
        response = self.get(path, query)
        assert response.status_code == 200, response.text
        return response.json()

    def ask(self, question: Question, **query: Any) -> Any:
        """The response to a question with its example's parameters, over all time, and these."""
        path = re.sub(r"{id}", lambda _: self.ids[question.path.split("/")[1]], question.path)
        known = {**SPAN, **self.needed, **dict(parse_qsl(question.said.example))}
        asked = {**known, **query}
        return self.get(
            path,
            {
                name: value
                for name, value in asked.items()
                if value is not None and (name in question.parameters or name in query)
            },
        )


@pytest.fixture(scope="module")
def seeded(shared_store: Store, data_folder: Path) -> Iterator[Seeded]:
    settings = Settings(store=shared_store.dsn, data=data_folder, port=0)
    app = create_app(settings, ADMIN_TOKEN)
    with TestClient(app, base_url="http://localhost", headers={"x-api-key": ADMIN_TOKEN}) as client:
        yield seed(Seeded(client))


def seed(server: Seeded) -> Seeded:
    def post(path: str, body: object) -> Any:
        response = server.client.post(ROOT + path, json=body)
        assert response.is_success, response.text
        return response.json()

    post("/sample", None)
    post("/keys", {"name": "reader", "role": "read"})
    post(
        "/prices",
        {"model": "garden-*", "rates": {"uncached": ["1", [1000, "2"]]}, "valid_from": "2099-01-01"},
    )
    post("/currency", {"currency": "EUR", "day": "2020-01-01", "rate": "0.9"})
    view = {"page": "runs", "name": "errors", "query": "filter=eq(status,%20%22error%22)"}
    call = {**SPAN, "filter": 'eq(kind, "llm")', "limit": 2}
    server.ids = {
        "views": post("/views", view)["id"],
        "repricings": post("/repricings", {"since": "2099-01-01", "until": "2099-01-02"})["id"],
        "runs": server.answer("/runs", **call)["rows"][0]["id"],
        "traces": server.answer("/runs", **SPAN, view="traces", limit=1)["rows"][0]["id"],
        "sessions": server.answer("/sessions", **SPAN)["rows"][0]["path"],
        "users": server.answer("/users", **SPAN)["rows"][0]["path"],
        "call-sites": server.answer("/prompts", **SPAN, by="call_site")["rows"][0]["path"],
        "prompts": next(
            row["path"] for row in server.answer("/prompts", **SPAN)["rows"] if row["name"].count(" #")
        ),
    }
    server.needed = {"a": server.ids["runs"], "b": server.answer("/runs", **call)["rows"][1]["id"]}
    return server


asked = pytest.mark.parametrize("question", [one for one in QUESTIONS if one.path not in UNANSWERED], ids=str)


# --- what is said


def test_every_route_of_the_api_is_described() -> None:
    ours = [route for route in routes() if isinstance(route, Route) and route.path.startswith(f"{ROOT}/")]
    assert [route.path for route in ours if description_of(route.endpoint) is None] == []
    assert all((route.endpoint.__doc__ or "").startswith(tuple(route.methods or ())) for route in ours)


def test_a_name_means_one_thing_in_the_whole_api() -> None:
    names = document()["components"]["schemas"]
    assert [name for name in names if not name.isidentifier()] == [], "two types have the same name"
    operations = [one for path in document()["paths"].values() for one in path.values()]
    twice = [name for name, times in Counter(one["operationId"] for one in operations).items() if times > 1]
    assert twice == []


def test_every_path_names_its_parameters_and_no_parameter_stands_twice() -> None:
    for path, operations in document()["paths"].items():
        for operation in operations.values():
            names = [(one["in"], one["name"]) for one in operation["parameters"]]
            assert len(set(names)) == len(names), path
            assert {name for place, name in names if place == "path"} == set(re.findall(r"{(\w+)}", path))


def test_every_schema_is_one_and_all_that_it_refers_to_exists() -> None:
    schemas = document()["components"]["schemas"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    found = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document())))
    assert found == set(schemas)


def test_nothing_that_programs_rely_on_has_another_name_than_before() -> None:
    gone = sorted({*PINNED.read_text("utf-8").splitlines()} - {*pinned()})
    assert not gone, (
        "These are in v1, and programs rely on them. To change them all the same, tell so in the changelog "
        "and write tests/api/openapi.pinned.txt anew: python tests/describing.py"
    )


# --- what is answered


@asked
def test_an_answer_has_the_fields_that_are_said_and_no_others(question: Question, seeded: Seeded) -> None:
    response = seeded.ask(question)
    assert response.status_code == 200, response.text
    media = response.headers["content-type"].partition(";")[0]
    if question.schema is None:
        return
    assert media == "application/json"
    answer = response.json()
    faults = [f"{fault.json_path}: {fault.message}" for fault in iter_faults(question.schema, answer)]
    assert faults == []


def iter_faults(schema: dict[str, Any], answer: object) -> Iterator[Any]:
    yield from Draft202012Validator(schema).iter_errors(answer)


@asked
def test_what_is_no_parameter_is_refused_by_name(question: Question, seeded: Seeded) -> None:
    response = seeded.ask(question, nonsense="1")
    assert response.status_code == 400
    assert '"nonsense" is no parameter here' in response.json()["detail"]


@asked
def test_a_default_that_is_said_is_the_one_that_is_taken(question: Question, seeded: Seeded) -> None:
    defaults = {
        name: str(default).lower() if isinstance(default, bool) else default
        for name, one in question.parameters.items()
        if (default := one["schema"].get("default")) is not None and name not in question.said.example
    }
    if not defaults:
        return
    response = seeded.ask(question, **defaults)
    assert response.status_code == 200, response.text
    if question.schema is not None:
        assert alike(response.json(), seeded.ask(question).json())


def alike(one: object, other: object) -> bool:
    """Whether two answers are the same, but for the last digits of what is computed in any order."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return isclose(one, other, rel_tol=1e-6, abs_tol=1e-9)
    return one == other


@asked
def test_only_the_choices_that_are_said_are_taken(question: Question, seeded: Seeded) -> None:
    for name, one in question.parameters.items():
        choices = one["schema"].get("enum")
        if choices:
            refused = seeded.ask(question, **{name: "nonsense"})
            assert refused.status_code == 400, name
            assert all(choice in refused.json()["detail"] for choice in choices)
        for choice in choices or ():
            assert seeded.ask(question, **{name: choice}).status_code == 200, (name, choice)


@asked
def test_a_number_is_taken_up_to_the_most_that_is_said(question: Question, seeded: Seeded) -> None:
    for name, one in question.parameters.items():
        said = re.search(r"up to ([\d,]+)", one["description"])
        if one["schema"].get("type") == "integer" and said:
            most = int(said[1].replace(",", ""))
            assert seeded.ask(question, **{name: most}).status_code == 200, name
            assert seeded.ask(question, **{name: most + 1}).status_code == 400, name


@asked
def test_what_is_needed_is_asked_for(question: Question, seeded: Seeded) -> None:
    for name in question.needed:
        assert seeded.ask(question, **{name: None}).status_code == 400, name


# --- pages


PAGED = [one for one in QUESTIONS if "cursor" in one.parameters]


def test_what_has_pages_takes_a_cursor_and_tells_the_next() -> None:
    schemas = document()["components"]["schemas"]
    for question in QUESTIONS:
        name = question.said.answer.__name__ if question.said.answer else ""
        told = schemas.get(name, {}).get("properties", {}).get("next", {})
        assert (form(told) == "string | null") == (question in PAGED), question.path


@pytest.mark.parametrize("question", PAGED, ids=str)
def test_the_pages_put_together_are_the_whole_while_runs_come_in(question: Question, seeded: Seeded) -> None:
    whole = rows_of(seeded.ask(question, limit=200).json())
    pages: list[object] = []
    cursor: dict[str, str] = {}
    for number in count():
        page = seeded.ask(question, limit=7, **cursor)
        assert page.status_code == 200, page.text
        pages += rows_of(page.json())
        following = page.json()["next"]
        if following is None or len(pages) >= len(whole):
            break
        cursor = {"cursor": following}
        arrive(seeded, f"{question.path} {number}")
    assert pages[: len(whole)] == whole


def rows_of(answer: dict[str, Any]) -> list[object]:
    """What the rows are called; a total may change while one looks."""
    rows = next(value for value in answer.values() if isinstance(value, list))
    return [row.get("id") or row.get("path") or json.dumps(row) for row in rows]


def arrive(seeded: Seeded, name: str) -> None:
    """A run of a user and a session that nobody has heard of, which sorts before all that is there."""
    said = {
        "name": name,
        "run_type": "llm",
        "start_time": "2099-12-31T00:00:00Z",
        "end_time": "2099-12-31T00:00:01Z",
        "session_name": "sample",
        "inputs": {},
        "outputs": {},
        "extra": {"metadata": {"session_id": name, "user_id": name}},
    }
    assert seeded.client.post("/runs", json={**said, "id": str(uuid5(NAMESPACE_URL, name))}).is_success
