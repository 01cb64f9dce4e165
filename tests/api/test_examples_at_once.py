"""Datasets and examples while several change them at once, or somebody says nonsense of times."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from starlette.testclient import TestClient

from econome.domain.dataset import Dataset
from econome.domain.project import DEFAULT_WORKSPACE
from econome.ingest.datasets import Removed
from econome.web.context import Econome

AT_ONCE = 8
LONG_AGO = "0001-01-01T00:00:00Z"


def here(server: TestClient) -> Econome:
    econome: Econome = server.app.state.econome  # type: ignore[attr-defined]
    return econome


def a_dataset(server: TestClient, name: str = "capitals") -> str:
    identity: str = server.post("/datasets", json={"name": name}).json()["id"]
    return identity


def test_a_dataset_of_langfuse_that_is_made_by_many_at_once_is_made_once(server: TestClient) -> None:
    def make(_: int) -> tuple[int, str]:
        answer = server.post("/api/public/v2/datasets", json={"name": "capitals"})
        return answer.status_code, answer.json().get("id", "")

    with ThreadPoolExecutor(AT_ONCE) as threads:
        made = set(threads.map(make, range(AT_ONCE)))
    assert len(made) == 1
    assert made.pop()[0] == 200


def test_a_project_that_is_upserted_by_many_at_once_is_made_once(server: TestClient) -> None:
    def make(_: int) -> tuple[int, str]:
        answer = server.post("/sessions", params={"upsert": "True"}, json={"name": "shop"})
        return answer.status_code, answer.json().get("id", "")

    with ThreadPoolExecutor(AT_ONCE) as threads:
        made = set(threads.map(make, range(AT_ONCE)))
    assert len(made) == 1
    assert made.pop()[0] == 200


def test_changes_of_one_example_at_the_same_time_are_all_kept(server: TestClient) -> None:
    dataset = a_dataset(server)
    example = {"id": str(uuid4()), "dataset_id": dataset, "inputs": {"q": 1}, "outputs": {"a": 1}}
    server.post("/examples", json=example).raise_for_status()
    names = [f"part {number}" for number in range(AT_ONCE)]

    def move(name: str) -> int:
        body = {"split_name": name, "examples": [example["id"]]}
        return server.put(f"/datasets/{dataset}/splits", json=body).status_code

    with ThreadPoolExecutor(AT_ONCE) as threads:
        assert set(threads.map(move, names)) == {200}
    assert set(names) < set(server.get(f"/datasets/{dataset}/splits").json())


def test_tags_that_are_given_at_the_same_time_are_all_kept(server: TestClient) -> None:
    dataset = a_dataset(server)
    server.post("/examples", json={"dataset_id": dataset, "inputs": {}}).raise_for_status()
    (version,) = server.get(f"/datasets/{dataset}/versions").json()
    tags = [f"tag {number}" for number in range(AT_ONCE)]

    def give(tag: str) -> int:
        body = {"tag": tag, "as_of": version["as_of"]}
        return server.put(f"/datasets/{dataset}/tags", json=body).status_code

    with ThreadPoolExecutor(AT_ONCE) as threads:
        assert set(threads.map(give, tags)) == {200}
    assert {*tags, "latest"} == set(server.get(f"/datasets/{dataset}/version").json()["tags"])


def test_an_example_that_one_request_changes_twice_has_both_changes(server: TestClient) -> None:
    example = {"id": str(uuid4()), "dataset_id": a_dataset(server), "inputs": {"q": 1}}
    server.post("/examples", json=example).raise_for_status()
    changes = [{"id": example["id"], "inputs": {"q": 2}}, {"id": example["id"], "outputs": {"a": 2}}]
    server.patch("/examples/bulk", json=changes).raise_for_status()
    changed = server.get(f"/examples/{example['id']}").json()
    assert (changed["inputs"], changed["outputs"]) == ({"q": 2}, {"a": 2})


def test_a_dataset_that_was_removed_does_not_come_back_by_an_example_on_its_way(server: TestClient) -> None:
    identity = a_dataset(server)
    held = here(server).datasets.get(DEFAULT_WORKSPACE, UUID(identity))
    assert isinstance(held, Dataset)
    server.delete(f"/datasets/{identity}").raise_for_status()
    with pytest.raises(Removed, match="capitals"):
        here(server).datasets.put(held, [])
    assert server.get(f"/datasets/{identity}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/datasets/{dataset}/version?as_of={time}",
        "/datasets/{dataset}/versions/diff?from_version={time}&to_version=latest",
        "/datasets/{dataset}/splits?as_of={time}",
        "/examples?dataset={dataset}&as_of={time}",
        "/examples/count?dataset={dataset}&as_of={time}",
        "/api/public/dataset-items?datasetName=capitals&version={time}",
        "/api/public/v2/scores?fromTimestamp={time}&toTimestamp={time}",
    ],
)
def test_a_time_before_the_store_s_first_is_long_ago_and_no_failure(server: TestClient, path: str) -> None:
    answer = server.get(path.format(dataset=a_dataset(server), time=LONG_AGO))
    assert answer.status_code in (200, 404)


@pytest.mark.parametrize(
    ("method", "path", "body", "word"),
    [
        ("POST", "/datasets", {"name": "x", "created_at": "soon"}, "soon"),
        ("POST", "/datasets", {"name": "x", "created_at": LONG_AGO}, LONG_AGO),
        ("POST", "/sessions", {"name": "x", "start_time": ["now"]}, "now"),
        ("POST", "/sessions", {"name": "x", "end_time": "9999-01-01T00:00:00Z"}, "9999"),
        ("GET", "/api/public/v2/scores?fromTimestamp=soon", None, "soon"),
        ("GET", "/api/public/v2/scores?source=HEAVEN", None, "HEAVEN"),
        ("GET", "/api/public/v3/scores?cursor=further", None, "further"),
        ("GET", "/api/public/v2/prompts?toUpdatedAt=soon", None, "soon"),
    ],
)
def test_what_is_no_time_source_or_cursor_is_told_so_and_not_passed_over(
    server: TestClient, method: str, path: str, body: object, word: str
) -> None:
    answer = server.request(method, path, json=body)
    assert answer.status_code == 400
    assert word in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/datasets", "/sessions", "/api/v2/datasets", "/api/v2/sessions"])
def test_metadata_that_is_nested_too_deep_is_told_so(server: TestClient, path: str) -> None:
    deep = '{"a":' * 900 + "1" + "}" * 900
    content = f'{{"name": "deep", "metadata": {deep}, "extra": {{"metadata": {deep}}}}}'
    server.post("/datasets", content=content).raise_for_status()
    server.post("/sessions", content=content).raise_for_status()
    answer = server.get(path, params={"metadata": deep})
    assert answer.status_code == 400
    assert "too deep" in answer.json()["detail"]


def test_a_filter_of_examples_that_is_nested_too_deep_is_refused(server: TestClient) -> None:
    deep = '{"a":' * 900 + "1" + "}" * 900
    dataset = a_dataset(server)
    example = f'{{"dataset_id": "{dataset}", "inputs": {{}}, "metadata": {deep}}}'
    server.post("/examples", content=example).raise_for_status()
    asked = {"dataset": dataset, "filter": f"has(metadata, '{deep}')"}
    answer = server.get("/examples", params=asked)
    assert (answer.status_code, "has(metadata" in answer.text) == (400, True)


def test_a_file_is_announced_by_its_whole_digest(server: TestClient) -> None:
    body = {"traceId": "t", "sha256Hash": {"a": 1}, "contentType": "image/png", "contentLength": 1}
    answer = server.post("/api/public/media", json=body)
    assert (answer.status_code, "SHA-256" in answer.text) == (400, True)


def test_a_file_whose_first_line_is_endless_is_refused(server: TestClient) -> None:
    content = b'"' + b"x" * (11 << 20) + b'",b\n1,2\n'
    form = {"name": "csv", "input_keys": "b"}
    answer = server.post("/datasets/upload", files={"file": ("rows.csv", content)}, data=form)
    assert answer.status_code == 400
    assert "first line" in answer.json()["detail"]
