"""Datasets and examples over HTTP: who may, what is refused, and versions that stay what they were."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from starlette.testclient import TestClient

from econome.domain.key import Role
from econome.domain.project import DEFAULT_WORKSPACE, Project
from econome.web.context import Econome
from seeding import NOON, a_call, a_run, an_id, insert_payload, insert_rows, insert_runs

Json = dict[str, Any]


def here(server: TestClient) -> Econome:
    econome: Econome = server.app.state.econome  # type: ignore[attr-defined]
    return econome


def key(server: TestClient, role: Role = Role.READ, **limits: Any) -> dict[str, str]:
    _, secret = here(server).keys.create("a test's", role, **limits)
    return {"x-api-key": secret}


def a_dataset(server: TestClient, name: str = "capitals", **said: object) -> str:
    answer = server.post("/datasets", json={"name": name, **said})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def add(server: TestClient, dataset: str, *inputs: object, **said: object) -> list[str]:
    bodies = [{"dataset_id": dataset, "inputs": {"q": one}, **said} for one in inputs]
    answer = server.post("/examples/bulk", json=bodies)
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()]


def questions(server: TestClient, dataset: str, **asked: Any) -> list[object]:
    answer = server.get("/examples", params={"dataset": dataset, **asked})
    assert answer.status_code == 200, answer.text
    return [one["inputs"]["q"] for one in answer.json()]


def test_a_dataset_is_found_by_its_name_its_id_and_its_metadata(server: TestClient) -> None:
    made = server.post(
        "/datasets",
        json={
            "name": "capitals",
            "description": "of countries",
            "data_type": "llm",
            "inputs_schema_definition": {"type": "object"},
            "extra": {"metadata": {"team": "red", "level": 2}},
        },
    ).json()
    other = a_dataset(server, "rivers")
    assert made["example_count"] == 0
    assert made["inputs_schema_definition"] == {"type": "object"}
    for query in ("name=capitals", f"id={made['id']}", "name_contains=CAPI", 'metadata={"team":"red"}'):
        assert [one["id"] for one in server.get(f"/datasets?{query}").json()] == [made["id"]], query
    assert [one["id"] for one in server.get("/datasets").json()] == [other, made["id"]], "the newest first"
    changed = server.patch(f"/datasets/{made['id']}", json={"description": "none", "name": "towns"}).json()
    assert (changed["description"], changed["name"], changed["data_type"]) == ("none", "towns", "llm")
    assert server.get("/datasets?name=capitals").json() == []
    assert server.delete(f"/datasets/{made['id']}").status_code == 200
    assert server.get(f"/datasets/{made['id']}").status_code == 404


def test_two_datasets_cannot_have_one_name(server: TestClient) -> None:
    first = a_dataset(server)
    again = server.post("/datasets", json={"name": "capitals"})
    assert again.status_code == 409
    assert first in again.json()["detail"], "the clients look for: already exists"
    assert "already exists" in again.json()["detail"]
    other = a_dataset(server, "rivers")
    assert server.patch(f"/datasets/{other}", json={"name": "capitals"}).status_code == 409
    sent_twice = {"name": "lakes", "id": str(uuid4())}
    assert [server.post("/datasets", json=sent_twice).status_code for _ in "12"] == [200, 200]


@pytest.mark.parametrize(
    ("method", "path", "body", "words"),
    [
        ("POST", "/datasets", {}, '"name" must be a text'),
        ("POST", "/datasets", {"name": "a", "data_type": "cube"}, "one of kv, llm, chat"),
        ("POST", "/datasets", {"name": "a", "id": "x"}, '"id" must be a UUID'),
        ("POST", "/examples", {"inputs": {}}, '"dataset_id" must say'),
        ("POST", "/examples", {"dataset_id": "{dataset}", "inputs": "q"}, '"inputs" of an example must'),
        ("POST", "/examples", {"dataset_id": "{dataset}", "metadata": 3}, '"metadata" of an example must'),
        ("POST", "/examples", {"dataset_id": "{dataset}", "split": 3}, '"split" must be a text'),
        ("POST", "/examples", [], "must be a JSON object"),
        ("POST", "/examples/bulk", {}, "must be a JSON list"),
        ("GET", "/examples", None, "Say which examples"),
        ("GET", "/examples?dataset={dataset}&as_of=soon", None, "No version is named 'soon'"),
        ("GET", "/examples?dataset={dataset}&metadata=x", None, '"metadata" is not JSON'),
        ("GET", "/examples?dataset={dataset}&order=size", None, '"order" must be one of'),
        ("GET", '/examples?dataset={dataset}&filter=eq(name,"a")', None, "filtered by their metadata"),
        ("PUT", "/datasets/{dataset}/tags", {"tag": "latest", "as_of": "2026-01-01"}, "always names"),
        ("PUT", "/datasets/{dataset}/tags", {"tag": "prod", "as_of": "2026-01-01"}, "no version of exactly"),
        ("PUT", "/datasets/{dataset}/splits", {"examples": []}, "Say which part"),
        ("POST", "/datasets/{dataset}/runs", {}, "Say which experiments"),
        ("POST", "/datasets/{dataset}/runs", {"session_ids": ["x"]}, '"session_ids" must be a UUID'),
        ("POST", "/platform/datasets/{dataset}/examples", {}, "No boundary"),
    ],
)
def test_nonsense_about_datasets_is_told_what_would_be_sense(
    server: TestClient, method: str, path: str, body: object, words: str
) -> None:
    dataset = a_dataset(server)
    add(server, dataset, "one", metadata={"a": 1})
    said = json.loads(json.dumps(body).replace("{dataset}", dataset))
    answer = server.request(method, path.replace("{dataset}", dataset), json=said)
    assert answer.status_code == 400, answer.text
    assert words in answer.json()["detail"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/datasets/{uuid4()}"),
        ("GET", "/datasets/seven"),
        ("GET", f"/examples?dataset={uuid4()}"),
        ("GET", f"/examples/{uuid4()}"),
        ("PATCH", f"/examples/{uuid4()}"),
        ("DELETE", f"/examples/{uuid4()}"),
        ("GET", f"/datasets/{uuid4()}/versions"),
    ],
)
def test_what_is_not_there_is_not_found(server: TestClient, method: str, path: str) -> None:
    answer = server.request(method, path, json={} if method == "PATCH" else None)
    assert (answer.status_code, list(answer.json())) == (404, ["detail"])


def test_examples_come_in_the_order_in_which_they_were_made(server: TestClient) -> None:
    dataset = a_dataset(server)
    add(server, dataset, *range(7))
    add(server, dataset, "late")
    assert questions(server, dataset) == [*range(7), "late"]
    assert questions(server, dataset, limit=3, offset=6) == [6, "late"]
    assert server.get("/examples/count", params={"dataset": dataset}).json() == 8
    mixed = questions(server, dataset, order="random", random_seed="1")
    assert mixed == questions(server, dataset, order="random", random_seed="1")
    assert sorted(map(str, mixed)) == sorted(map(str, [*range(7), "late"]))
    assert questions(server, dataset, order="recent")[0] == "late"


def test_examples_are_kept_by_part_by_metadata_and_by_filter(server: TestClient) -> None:
    dataset = a_dataset(server)
    add(server, dataset, "a", metadata={"level": 1, "tags": ["x", "y"]}, split="train")
    add(server, dataset, "b", metadata={"level": 2}, split=["train", "test"])
    add(server, dataset, "c")
    assert questions(server, dataset, splits="test") == ["b"]
    assert questions(server, dataset, splits=["train", "base"]) == ["a", "b", "c"]
    assert questions(server, dataset, metadata='{"level": 2}') == ["b"]
    assert questions(server, dataset, metadata='{"tags": ["x"]}') == ["a"]
    for text, kept in (
        ('exists(metadata, "level")', ["a", "b"]),
        ('not(exists(metadata, "level"))', ["c"]),
        ('and(exists(metadata, "level"), not(has(metadata, \'{"level": 1}\')))', ["b"]),
        ('or(has(metadata, \'{"level": 1}\'), has(metadata, \'{"dataset_split": ["base"]}\'))', ["a", "c"]),
    ):
        assert questions(server, dataset, filter=text) == kept, text
    assert server.get(f"/datasets/{dataset}/splits").json() == ["base", "test", "train"]


def test_an_example_moves_between_the_parts_of_its_dataset(server: TestClient) -> None:
    dataset = a_dataset(server)
    first, second = add(server, dataset, "a", "b")
    server.put(f"/datasets/{dataset}/splits", json={"split_name": "test", "examples": [first]})
    assert questions(server, dataset, splits="test") == ["a"]
    body = {
        "example_ids": [first, second],
        "operations": [
            {"key": "dataset_split", "operation": "array_add", "values": ["gold"]},
            {"key": "dataset_split", "operation": "ARRAY_REMOVE", "values": ["base"]},
        ],
    }
    answer = server.patch(f"/v1/platform/datasets/{dataset}/examples/metadata", json=body)
    assert answer.status_code == 200, answer.text
    assert questions(server, dataset, splits="gold") == ["a", "b"]
    assert questions(server, dataset, splits="base") == []
    server.put(
        f"/datasets/{dataset}/splits", json={"split_name": "gold", "examples": [second], "remove": True}
    )
    read = server.get(f"/examples/{second}").json()
    assert read["metadata"]["dataset_split"] == ["base"], "in no part is in the base"


def test_a_version_shows_the_examples_as_they_were(server: TestClient) -> None:
    dataset = a_dataset(server)
    kept, gone = add(server, dataset, "kept", "gone")
    (before,) = server.get(f"/datasets/{dataset}/versions").json()
    assert before["tags"] == ["latest"]
    tagged = server.put(f"/datasets/{dataset}/tags", json={"tag": "prod", "as_of": before["as_of"]})
    assert tagged.json()["tags"] == ["prod"]
    server.patch(f"/examples/{kept}", json={"inputs": {"q": "changed"}, "outputs": {"a": 1}})
    server.delete(f"/examples/{gone}")
    (new,) = add(server, dataset, "new")

    assert questions(server, dataset) == ["changed", "new"]
    for as_of in (before["as_of"], "prod"):
        assert questions(server, dataset, as_of=as_of) == ["kept", "gone"]
    assert server.get(f"/examples/{gone}").status_code == 404
    then = server.get(f"/examples/{gone}", params={"as_of": before["as_of"]})
    assert then.json()["inputs"] == {"q": "gone"}
    versions = server.get(f"/datasets/{dataset}/versions").json()
    assert [one["tags"] for one in versions] == [["latest"], [], [], ["prod"]]
    assert server.get(f"/datasets/{dataset}/version?tag=prod").json()["as_of"] == before["as_of"]
    changes = server.get(f"/datasets/{dataset}/versions/diff?from_version=prod&to_version=latest").json()
    assert changes == {
        "examples_added": [new],
        "examples_removed": [gone],
        "examples_modified": [kept],
    }
    forgotten = server.post("/platform/datasets/examples/delete", json={"example_ids": [gone]})
    assert forgotten.status_code == 200
    assert questions(server, dataset, as_of="prod") == ["kept"], "forgotten is forgotten"


@pytest.mark.parametrize(
    ("form", "file", "words"),
    [
        ({"name": "a", "input_keys": "n"}, None, 'one "file" is expected'),
        ({"name": "a"}, b"n\n1\n", '"input_keys" must name'),
        ({"name": "a", "input_keys": "m"}, b"n,o\n1,2\n", "no column 'm'. It has n, o"),
        ({"name": " ", "input_keys": "n"}, b"n\n1\n", '"name" must be a text'),
        ({"name": "a", "input_keys": "n", "data_type": "cube"}, b"n\n1\n", "one of kv, llm, chat"),
    ],
)
def test_a_file_without_sense_makes_no_dataset(
    server: TestClient, form: dict[str, str], file: bytes | None, words: str
) -> None:
    files = {"file": ("f.csv", file, "text/csv")} if file else {"other": ("x", b"", "text/plain")}
    answer = server.post("/datasets/upload", data=form, files=files)
    assert answer.status_code == 400, answer.text
    assert words in answer.json()["detail"]
    assert server.get("/datasets").json() == []


def test_a_file_may_have_short_rows(server: TestClient) -> None:
    files = {"file": ("f.csv", b"n,o\n1\n\n2,3\n", "text/csv")}
    made = server.post("/datasets/upload", data={"input_keys": ["n", "o"]}, files=files).json()
    assert (made["name"], made["example_count"]) == ("f.csv", 2)
    found = server.get("/examples", params={"dataset": made["id"]}).json()
    assert [one["inputs"] for one in found] == [{"n": "1", "o": ""}, {"n": "2", "o": "3"}]


def test_the_same_examples_sent_twice_are_made_once(server: TestClient) -> None:
    dataset, other = a_dataset(server), a_dataset(server, "rivers")
    body = [{"id": str(uuid4()), "dataset_id": dataset, "inputs": {"q": "a"}}]
    for _ in "12":
        assert server.post("/examples/bulk", json=body).status_code == 200
    assert questions(server, dataset) == ["a"]
    moved = server.post("/examples/bulk", json=[{**body[0], "dataset_id": other}])
    assert moved.status_code == 409
    assert questions(server, other) == []


def test_what_is_attached_to_an_example_comes_back_by_a_signed_address(server: TestClient) -> None:
    dataset, example = a_dataset(server), str(uuid4())
    path = f"/platform/datasets/{dataset}/examples"
    parts: dict[str, tuple[None, str | bytes, str]] = {
        example: (None, '{"metadata": {"n": 1}}', "application/json"),
        f"{example}.inputs": (None, '{"q": "?"}', "application/json"),
        f"{example}.attachment.a b.png": (None, b"PNG", "image/png; length=3"),
        f"{example}.attachment.old": (None, b"old", "text/html"),
    }
    answer = server.post(path, files=parts)
    assert (answer.status_code, answer.json()["example_ids"]) == (201, [example])
    listed = server.get("/examples", params={"dataset": dataset}).json()[0]
    assert "attachment_urls" not in listed, "the clients fetch each that is listed"
    chosen = server.get("/examples", params={"dataset": dataset, "select": "attachment_urls"}).json()[0]
    urls = chosen["attachment_urls"]
    assert urls.keys() == {"attachment.a b.png", "attachment.old"}
    address = urls["attachment.a b.png"]["presigned_url"]
    ask = key(server)
    assert server.get(f"/datasets/{dataset}").status_code == 401, "from now on a key is needed"
    for root in ("", "/api", "/api/v1"):
        found = server.get(root + address)
        assert (found.status_code, found.content) == (200, b"PNG")
        assert found.headers["content-type"] == "application/octet-stream"
    for wrong in (address.replace("expires=", "expires=9"), address.partition("?")[0]):
        assert server.get(wrong).status_code == 403
    old = urls["attachment.old"]["presigned_url"]
    stolen = old.partition("?")[0] + "?" + address.partition("?")[2]
    assert server.get(stolen).status_code == 403, "an address is for one content"

    operations = {"rename": {"a b.png": "b.png"}, "retain": []}
    change = {f"{example}.attachments_operations": (None, json.dumps(operations), "application/json")}
    writing = key(server, Role.INGEST)
    assert server.patch(path, files=change, headers=writing).status_code == 201
    left = server.get(f"/examples/{example}", headers=ask).json()
    assert left["attachment_urls"].keys() == {"attachment.b.png"}
    assert (left["inputs"], left["metadata"]["n"]) == ({"q": "?"}, 1), "what was not said stays"


def test_an_example_is_taken_from_a_run(server: TestClient) -> None:
    dataset = a_dataset(server)
    run = a_run("source")
    insert_runs(here(server).store, run)
    insert_payload(here(server).store, run, inputs='{"q": "from a run"}', outputs='"plain"')
    body = {"dataset_id": dataset, "use_source_run_io": True, "source_run_id": str(run.id)}
    made = server.post("/examples", json=body).json()
    assert (made["inputs"], made["outputs"]) == ({"q": "from a run"}, {"output": "plain"})
    missing = server.post("/examples", json={**body, "source_run_id": str(uuid4())})
    assert missing.status_code == 404


def test_no_dataset_crosses_workspaces_or_opens_to_a_key_for_some_projects(server: TestClient) -> None:
    dataset = a_dataset(server, "ours")
    (example,) = add(server, dataset, "secret")
    theirs = key(server, Role.ADMIN, workspace="team")
    assert server.get("/datasets", headers=theirs).json() == []
    for method, path in (
        ("GET", f"/datasets/{dataset}"),
        ("PATCH", f"/datasets/{dataset}"),
        ("DELETE", f"/datasets/{dataset}"),
        ("GET", f"/datasets/{dataset}/versions"),
        ("GET", f"/examples?dataset={dataset}"),
        ("GET", f"/examples/{example}"),
        ("PATCH", f"/examples/{example}"),
        ("DELETE", f"/examples/{example}"),
    ):
        answer = server.request(method, path, headers=theirs, json={} if method == "PATCH" else None)
        assert answer.status_code == 404, (method, path)
    assert server.get(f"/examples?id={example}", headers=theirs).json() == []
    server.post(
        "/platform/datasets/examples/delete", json={"example_ids": [example]}, headers=theirs
    ).raise_for_status()
    narrow = key(server, Role.ADMIN, projects="shop*")
    refused = server.get("/datasets", headers=narrow)
    assert refused.status_code == 403
    assert "whole workspace" in refused.json()["detail"]
    reader = key(server)
    assert server.get(f"/examples/{example}", headers=reader).json()["inputs"] == {"q": "secret"}
    assert server.post("/datasets", json={"name": "x"}, headers=reader).status_code == 403
    assert server.delete(f"/datasets/{dataset}", headers=key(server, Role.INGEST)).status_code == 403


def test_datasets_are_there_after_a_restart(server: TestClient) -> None:
    dataset = a_dataset(server, metadata={"a": 1})
    add(server, dataset, "a")
    econome = here(server)
    again = type(econome.datasets)(econome.store)
    assert again.find(DEFAULT_WORKSPACE, "capitals") == econome.datasets.get(DEFAULT_WORKSPACE, UUID(dataset))
    server.delete(f"/datasets/{dataset}")
    assert type(econome.datasets)(econome.store).all(DEFAULT_WORKSPACE) == []


def an_experiment(server: TestClient, dataset: str, name: str, **said: Any) -> Project:
    body = {"name": name, "id": str(an_id(name)), "reference_dataset_id": dataset, **said}
    server.post("/sessions", json=body).raise_for_status()
    found = here(server).projects.find(DEFAULT_WORKSPACE, name)
    assert found is not None
    return found


def test_an_experiment_stands_with_its_cost_beside_its_scores(server: TestClient) -> None:
    dataset = a_dataset(server)
    store = here(server).store
    cheap = an_experiment(server, dataset, "cheap", num_examples=2, num_repetitions=3)
    dear = an_experiment(server, dataset, "dear")
    an_experiment(server, str(uuid4()), "elsewhere")
    evaluators = here(server).projects.by_name(DEFAULT_WORKSPACE, "evaluators")
    root = a_run("root", project=cheap.id)
    judge = a_run("judge", project=evaluators, metadata={"experiment": "cheap"})
    again = a_run("again", project=evaluators, metadata={"experiment": str(cheap.id)})
    stranger = a_run("stranger", project=evaluators, metadata={"experiment": "another"})
    silent = a_run("silent", project=evaluators)
    insert_runs(
        store,
        root,
        a_call("known", (100, 10), parent=root, cost="0.25"),
        a_call("unpriced", (7, 1), parent=root),
        judge,
        a_call("judged", (50, 5), parent=judge, cost="2.00", inherited_metadata={"experiment": "cheap"}),
        a_call("twice", (1, 1), parent=again, cost="0.5", metadata={"experiment": str(cheap.id)}),
        a_call("told", (3, 3), parent=silent, cost="0.25"),
        a_call("other", (9, 9), parent=stranger, cost="4", metadata={"experiment": "another"}),
    )
    judged = {"workspace": DEFAULT_WORKSPACE, "created_at": NOON, "modified_at": NOON, "version": 1}
    # As from JavaScript: only the feedback says what its judge did.
    by_judge = json.dumps({"type": "model", "metadata": {"__run": {"run_id": str(silent.id)}}})
    insert_rows(
        store,
        "feedback",
        [
            {**judged, "id": an_id("f1"), "run_id": root.id, "project": None, "key": "correct", "score": 1.0}
            | {"source": by_judge},
            {**judged, "id": an_id("f2"), "run_id": root.id, "project": None, "key": "correct", "score": 0.5}
            | {"source": ""},
            {**judged, "id": an_id("f3"), "run_id": None, "project": cheap.id, "key": "f1", "score": 0.9}
            | {"source": ""},
        ],
    )
    answer = server.get("/econome/v1/experiments", params={"dataset": "capitals"}).json()
    assert [one["name"] for one in answer["rows"]] == ["dear", "cheap"], "the newest first"
    none, found = answer["rows"]
    assert found["dataset"] == {"id": dataset, "name": "capitals", "examples": 0}
    assert (found["expected"], none["expected"]) == (6, None)
    totals = found["totals"]
    assert (totals["runs"], totals["cost"], totals["tokens"]["total"]) == (3, "0.25", 118)
    assert (totals["coverage"]["priced"], totals["coverage"]["unpriced"]) == (1, 1)
    assert totals["latency"]["p50"] == 1.0
    assert found["scores"] == {"correct": {"mean": 0.75, "count": 2, "values": {}}}
    assert found["summary_scores"] == {"f1": {"mean": 0.9, "count": 1, "values": {}}}
    assert (found["evaluators"]["cost"], found["evaluators"]["calls"]) == ("2.75", 3)
    assert none["id"] == str(dear.id)
    assert (none["totals"], none["scores"], none["evaluators"]) == (None, {}, None)

    assert len(server.get("/econome/v1/experiments").json()["rows"]) == 3
    one = server.get(f"/econome/v1/experiments?dataset={dataset}&limit=1").json()
    assert (len(one["rows"]), one["others"]) == (1, 1)
    narrow = key(server, projects="che*")
    (seen,) = server.get(f"/econome/v1/experiments?dataset={dataset}", headers=narrow).json()["rows"]
    assert (seen["name"], seen["evaluators"]) == ("cheap", None), "another project's cost is not its to see"
    assert seen["dataset"] == {"id": dataset}
    wrong = server.get("/econome/v1/experiments?dataset=towns", headers=key(server))
    assert (wrong.status_code, "there is none" in wrong.json()["detail"]) == (400, True)


def test_an_example_is_returned_with_the_runs_of_each_experiment(server: TestClient) -> None:
    dataset = a_dataset(server)
    first, second = add(server, dataset, "a", "b")
    one, two = an_experiment(server, dataset, "one"), an_experiment(server, dataset, "two")
    store = here(server).store
    insert_runs(
        store,
        a_run("one a", project=one.id, reference_example_id=UUID(first)),
        a_run("one a again", project=one.id, reference_example_id=UUID(first), after=1),
        a_run("two a", project=two.id, reference_example_id=UUID(first), status="error"),
    )
    body = {"session_ids": [str(two.id), str(one.id)]}
    answer = server.post(f"/datasets/{dataset}/runs", json=body).json()
    assert [(one["inputs"]["q"], [run["name"] for run in one["runs"]]) for one in answer] == [
        ("a", ["two a", "one a", "one a again"]),
        ("b", []),
    ]
    failed = {**body, "filters": {str(one.id): ['eq(status, "error")']}}
    answer = server.post(f"/datasets/{dataset}/runs", json=failed).json()
    assert [run["name"] for run in answer[0]["runs"]] == ["two a"]
    page = server.post(f"/datasets/{dataset}/runs", json={**body, "offset": 1, "limit": 1}).json()
    assert [one["id"] for one in page] == [second]
    other = a_dataset(server, "rivers")
    assert server.post(f"/datasets/{other}/runs", json=body).status_code == 404


def test_what_an_experiment_announces_is_kept_with_it(server: TestClient) -> None:
    dataset = a_dataset(server)
    body = {"name": "e", "reference_dataset_id": dataset, "num_examples": 3, "evaluator_keys": ["correct"]}
    made = server.post("/sessions", json={**body, "extra": {"metadata": {"a": 1}}}).json()
    assert made["extra"] == {"num_examples": 3, "evaluator_keys": ["correct"], "metadata": {"a": 1}}
    assert made["reference_dataset_id"] == dataset
    assert server.post("/sessions", json={**body, "name": "f", "extra": []}).status_code == 400
    changed = server.patch(
        f"/sessions/{made['id']}",
        json={"extra": {"metadata": {"b": 2}}, "end_time": (NOON + timedelta(hours=1)).isoformat()},
    ).json()
    assert changed["extra"]["num_examples"] == 3
    (read,) = server.get(f"/datasets?id={dataset}").json()
    assert read["session_count"] == 1
