"""Prompts and media of Langfuse's clients."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from starlette.testclient import TestClient

from econome.domain.key import Role

WHEN = {"since": "2026-09-20T00:00:00Z", "until": "2026-12-20T00:00:00Z"}
PICTURE = b"\x89PNG a very small one"
AT = "2026-11-23T21:21:06.000000Z"


def create(server: TestClient, name: str = "greet", **body: Any) -> dict[str, Any]:
    answer = server.post("/api/public/v2/prompts", json={"name": name, "prompt": "Hello {{name}}", **body})
    assert answer.status_code == 201, answer.text
    said: dict[str, Any] = answer.json()
    return said


def get(server: TestClient, name: str = "greet", **asked: object) -> dict[str, Any]:
    answer = server.get(f"/api/public/v2/prompts/{name}", params={k: str(v) for k, v in asked.items()})
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def test_an_app_gets_the_version_that_is_in_production(server: TestClient) -> None:
    first = create(
        server, labels=["production"], config={"temperature": 0.2}, tags=["t"], commitMessage="why"
    )
    assert (first["version"], first["type"], first["labels"]) == (1, "text", ["production", "latest"])
    create(server, prompt="Hey {{name}}", labels=["staging"])
    found = get(server)
    assert (found["version"], found["prompt"], found["config"]) == (1, "Hello {{name}}", {"temperature": 0.2})
    assert (found["labels"], found["tags"], found["commitMessage"]) == (["production"], ["t"], "why")
    assert get(server, label="staging")["version"] == get(server, label="latest")["version"] == 2
    assert get(server, version=1)["prompt"] == "Hello {{name}}"
    assert get(server, version=2)["tags"] == ["t"]  # of the prompt, not of a version


def test_a_label_stands_on_one_version_only(server: TestClient) -> None:
    create(server, labels=["production", "fr"])
    create(server, labels=["production"])
    assert get(server)["version"] == 2
    assert get(server, version=1)["labels"] == ["fr"]
    moved = server.patch("/api/public/v2/prompts/greet/versions/1", json={"newLabels": ["production"]})
    assert sorted(moved.json()["labels"]) == ["fr", "production"]
    assert get(server)["version"] == 1
    assert get(server, version=2)["labels"] == ["latest"]
    assert (
        server.patch("/api/public/v2/prompts/greet/versions/9", json={"newLabels": ["x"]}).status_code == 404
    )


def test_a_chat_prompt_in_a_folder_comes_back_as_it_was(server: TestClient) -> None:
    messages = [{"role": "system", "content": "Be {{how}}"}, {"type": "placeholder", "name": "history"}]
    create(server, "help/desk", type="chat", prompt=messages, labels=["production"])
    assert get(server, "help%2Fdesk")["prompt"] == get(server, "help/desk")["prompt"] == messages
    listed = server.get("/api/public/v2/prompts").json()
    assert [(one["name"], one["type"], one["versions"], one["labels"]) for one in listed["data"]] == [
        ("help/desk", "chat", [1], ["latest", "production"])
    ]


def test_a_prompt_that_is_not_there_is_told_so_that_clients_fall_back(server: TestClient) -> None:
    answer = server.get("/api/public/v2/prompts/greet")
    assert answer.status_code == 404
    assert answer.json()["detail"] == (
        "Prompt not found: 'greet' with the label 'production'; there is no prompt of that name"
    )
    create(server)
    answer = server.get("/api/public/v2/prompts/greet")
    assert answer.json()["detail"].endswith("its labels are latest")


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"prompt": "x"}, '"name"'),
        ({"name": "a", "prompt": ["x"]}, '"prompt" of a text prompt'),
        ({"name": "a", "type": "chat", "prompt": "x"}, "a list of messages"),
        ({"name": "a", "type": "song", "prompt": "x"}, '"type" must be text or chat'),
        ({"name": "a", "prompt": "x", "labels": [1]}, '"labels"'),
    ],
)
def test_a_prompt_that_cannot_be_is_refused(server: TestClient, body: dict[str, Any], wrong: str) -> None:
    answer = server.post("/api/public/v2/prompts", json=body)
    assert answer.status_code == 400
    assert wrong in answer.json()["detail"]


def test_a_prompt_stays_of_its_type(server: TestClient) -> None:
    create(server)
    answer = server.post("/api/public/v2/prompts", json={"name": "greet", "type": "chat", "prompt": []})
    assert (answer.status_code, answer.json()["detail"]) == (
        400,
        "The prompt 'greet' is of type text, not chat",
    )


def test_a_prompt_can_be_removed_version_by_version(server: TestClient) -> None:
    create(server)
    create(server)
    assert server.delete("/api/public/v2/prompts/greet?version=1").status_code == 204
    assert get(server, label="latest")["version"] == 2
    assert server.delete("/api/public/v2/prompts/greet").status_code == 204
    assert server.get("/api/public/v2/prompts").json()["meta"]["totalItems"] == 0
    assert server.delete("/api/public/v2/prompts/greet").status_code == 404


def test_prompts_belong_to_the_workspace_and_its_apps_read_them(server: TestClient) -> None:
    create(server, labels=["production"])
    keys = server.app.state.econome.keys  # type: ignore[attr-defined]
    app, one, other = (
        {"x-api-key": keys.create("test", Role.INGEST, **narrowed)[1]}
        for narrowed in ({}, {"projects": "shop"}, {"workspace": "acme"})
    )
    path = "/api/public/v2/prompts"
    assert server.get(f"{path}/greet", headers=app).status_code == 200
    assert server.get(f"{path}/greet", headers=other).status_code == 404
    refused = server.post(path, json={"name": "x", "prompt": "x"}, headers=one)
    assert refused.status_code == 403
    assert "belong to the whole workspace" in refused.json()["detail"]
    assert server.get(f"{path}/greet").status_code == 401


def _announced(server: TestClient, content: bytes = PICTURE, **body: Any) -> dict[str, Any]:
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    announced = {
        "traceId": "t1",
        "observationId": "o1",
        "contentType": "image/png",
        "contentLength": len(content),
        "sha256Hash": digest,
        "field": "input",
    }
    answer = server.post("/api/public/media", json={**announced, **body})
    assert answer.status_code == 201, answer.text
    said: dict[str, Any] = answer.json()
    assert said["mediaId"] == digest.replace("+", "-").replace("/", "_")[:22]  # as the clients make it
    return said


def _path(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def test_a_picture_is_kept_with_its_run_though_it_comes_first(server: TestClient) -> None:
    said = _announced(server)
    put = server.put(_path(said["uploadUrl"]), content=PICTURE, headers={"content-type": "image/png"})
    assert put.status_code == 200, put.text
    assert (
        server.patch(f"/api/public/media/{said['mediaId']}", json={"uploadHttpStatus": 200}).status_code
        == 204
    )
    span = {"id": "o1", "traceId": "t1", "name": "look", "startTime": AT, "endTime": AT}
    event = {"id": "e", "type": "span-create", "timestamp": AT, "body": span}
    server.post("/api/public/ingestion", json={"batch": [event]})
    rows = server.get("/econome/v1/runs", params=WHEN).json()["rows"]
    (look,) = (row for row in rows if row["name"] == "look")
    (file,) = server.get(f"/econome/v1/runs/{look['id']}").json()["attachments"]
    assert (file["name"], file["mime"]) == (f"input-{said['mediaId']}.png", "image/png")
    found = server.get(f"/api/public/media/{said['mediaId']}").json()
    assert (found["contentType"], found["contentLength"]) == ("image/png", len(PICTURE))
    assert server.get(_path(found["url"])).content == PICTURE


def test_only_what_was_announced_is_taken(server: TestClient) -> None:
    address = _path(_announced(server)["uploadUrl"])
    assert server.put(address, content=b"something else").status_code == 400
    assert server.put(address.replace("input-", "output-"), content=PICTURE).status_code == 403
    assert server.put(address.replace("expires=", "expires=9"), content=PICTURE).status_code == 403
    assert server.put(address.split("?")[0], content=PICTURE).status_code == 403
    too_large = {"traceId": "t", "sha256Hash": "x", "contentLength": 1 << 40}
    assert server.post("/api/public/media", json=too_large).status_code == 413
    assert server.get("/api/public/media/nothing").status_code == 404


def test_a_key_for_some_projects_gives_files_to_its_own_runs_and_to_those_to_come(server: TestClient) -> None:
    span = {"id": "o1", "traceId": "t1", "name": "look", "startTime": AT, "endTime": AT}
    event = {"id": "e", "type": "span-create", "timestamp": AT, "body": span}
    server.post("/api/public/ingestion", json={"batch": [event]}, headers={"x-project-name": "shop"})
    keys = server.app.state.econome.keys  # type: ignore[attr-defined]
    digest = base64.b64encode(hashlib.sha256(PICTURE).digest()).decode()
    for projects, observation, status in (("kiosk", "o1", 403), ("shop", "o1", 200), ("kiosk", "o2", 200)):
        headers = {"x-api-key": keys.create("test", Role.INGEST, projects=projects)[1]}
        body = {
            "traceId": "t1",
            "observationId": observation,
            "sha256Hash": digest,
            "contentType": "image/png",
        }
        said = server.post("/api/public/media", json=body, headers=headers).json()
        assert server.put(_path(said["uploadUrl"]), content=PICTURE).status_code == status, projects


def test_a_name_cannot_pass_for_another_part_of_what_was_signed(server: TestClient) -> None:
    said = _announced(server, field="x\ntext/plain\n*,", contentType="image/png")
    parts = urlsplit(said["uploadUrl"])
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    name, _, rest = asked["name"].partition("\ntext/plain\n")
    forged = {
        **asked,
        "name": name,
        "type": "text/plain",
        "projects": f"{rest}\n{asked['type']}\n{asked['projects']}",
    }
    assert server.put(f"{parts.path}?{urlencode(forged)}", content=PICTURE).status_code == 403
    assert server.put(_path(said["uploadUrl"]), content=PICTURE).status_code == 200


def test_a_file_is_put_without_a_key_by_whoever_has_the_address(server: TestClient) -> None:
    address = _path(_announced(server)["uploadUrl"])
    keys = server.app.state.econome.keys  # type: ignore[attr-defined]
    keys.create("test", Role.INGEST)
    assert server.put(address, content=PICTURE).status_code == 200
    assert server.get("/api/public/media/x").status_code == 401
    assert server.post("/api/public/media", json={}).status_code == 401
