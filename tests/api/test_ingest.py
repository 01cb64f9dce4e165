"""What comes in is stored or answered clearly, and never takes its neighbours down."""

from __future__ import annotations

import gzip
import json
import sys
import zlib
from collections.abc import Callable
from typing import Any

import pytest
import zstandard
from starlette.testclient import TestClient

from api.conftest import ADMIN_TOKEN
from econome.app import create_app
from econome.domain.key import Role
from econome.settings import Settings

GOOD = "019d0118-f600-7000-8000-000000000001"
BAD = "019d0118-f601-7000-8000-000000000002"
BOUNDARY = "f23d15eeed214e8bb87996bcda1a1102"
ALL_TIME = {"since": "2000-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z"}


@pytest.mark.parametrize("root", ["", "/api", "/api/v1"])
def test_the_three_roots_take_runs(server: TestClient, root: str) -> None:
    answer = server.post(f"{root}/runs/batch", json={"post": [run(GOOD)]})
    assert answer.status_code == 202
    assert ids(server) == [GOOD]


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "identity": bytes,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}


@pytest.mark.parametrize("encoding", PACKERS)
def test_every_encoding_is_unpacked(server: TestClient, encoding: str) -> None:
    answer = send(server, parts(f"post.{GOOD}", run(GOOD)), encoding=encoding)
    assert answer.status_code == 202
    assert ids(server) == [GOOD]


def test_a_raw_deflate_stream_is_unpacked_too(server: TestClient) -> None:
    packer = zlib.compressobj(wbits=-15)
    packed = packer.compress(parts(f"post.{GOOD}", run(GOOD))) + packer.flush()
    answer = server.post("/runs/multipart", content=packed, headers=headers("deflate"))
    assert answer.status_code == 202


def test_a_stream_without_a_length_is_taken(server: TestClient) -> None:
    body = parts(f"post.{GOOD}", run(GOOD))
    answer = server.post(
        "/runs/multipart", content=(body[at : at + 100] for at in range(0, len(body), 100)), headers=headers()
    )
    assert answer.status_code == 202
    assert ids(server) == [GOOD]


def test_an_unknown_encoding_is_named(server: TestClient) -> None:
    answer = server.post("/runs/multipart", content=b"x", headers=headers("br"))
    assert answer.status_code == 400
    assert "'br'" in answer.json()["detail"]


def test_a_bad_item_is_told_and_its_neighbour_stored(server: TestClient) -> None:
    body = parts(f"post.{GOOD}", run(GOOD), "post.no-uuid", run(BAD), f"post.{BAD}.colour", "red")
    answer = send(server, body)
    assert answer.status_code == 202
    assert answer.headers["x-econome-refused"] == "2"
    assert "no-uuid" in answer.json()["refused"][0]
    assert ids(server) == [GOOD]


def test_a_body_of_which_nothing_can_be_kept_is_a_bad_request(server: TestClient) -> None:
    for content in (b"", b"nonsense", b"--" + BOUNDARY.encode()):
        answer = server.post("/runs/multipart", content=content, headers=headers())
        assert answer.status_code == 400, content
    for path, content in (("/runs/batch", b"{"), ("/runs", b"[]"), ("/runs", b'{"id": 3}')):
        answer = server.post(path, content=content)
        assert answer.status_code == 400, path
        assert "detail" in answer.json()


def test_a_damaged_upload_keeps_what_came_before_the_damage(server: TestClient) -> None:
    body = parts(f"post.{GOOD}", run(GOOD)) + b"x" * 100_000
    packed = bytearray(gzip.compress(body))
    answer = server.post("/runs/multipart", content=bytes(packed[:-20]), headers=headers("gzip"))
    assert answer.status_code == 202
    assert "damaged" in answer.json()["refused"][0]
    assert ids(server) == [GOOD]


def test_a_body_that_breaks_off_keeps_its_whole_parts(server: TestClient) -> None:
    whole = parts(f"post.{GOOD}", run(GOOD), f"post.{BAD}", run(BAD))
    answer = send(server, whole[:-100])
    assert answer.status_code == 202
    assert "the rest of the body" in answer.json()["refused"][0]
    assert ids(server) == [GOOD]


def test_a_body_that_lacks_only_its_last_boundary_keeps_all_and_says_so(server: TestClient) -> None:
    whole = parts(f"post.{GOOD}", run(GOOD), f"post.{BAD}", run(BAD))
    answer = send(server, whole[: whole.rindex(b"\r\n--")])
    assert answer.status_code == 202
    assert "without its last boundary" in answer.json()["refused"][0]
    assert ids(server) == [GOOD, BAD]


def test_a_part_that_is_not_json_is_kept_as_text(server: TestClient) -> None:
    body = parts(f"post.{GOOD}", run(GOOD)).replace(b'"outputs"', b'"ignored"')
    body += b""
    extra = part(f"post.{GOOD}.outputs", b'{"cut off')
    answer = send(server, join(part(f"post.{GOOD}", json.dumps(run(GOOD)).encode()), extra))
    assert answer.status_code == 202
    detail = server.get(f"/econome/v1/runs/{GOOD}").json()
    assert detail["outputs"] == '{"cut off'
    assert "not JSON" in detail["run"]["notes"][0]


@pytest.mark.parametrize(
    "strange", [b'{"a": NaN}', b'{"a": "\\ud800"}', b'{"a": 1e999}', b"\xff\xfe", b"[" * 5_000]
)
def test_strange_json_never_loses_the_run(server: TestClient, strange: bytes) -> None:
    body = join(
        part(f"post.{GOOD}", json.dumps(run(GOOD)).encode()),
        part(f"post.{GOOD}.outputs", strange),
        part(f"post.{BAD}", json.dumps(run(BAD)).encode()),
    )
    assert send(server, body).status_code == 202
    assert ids(server) == [GOOD, BAD]
    assert server.get(f"/econome/v1/runs/{GOOD}").status_code == 200


def nested(levels: int) -> Any:
    value: Any = {}
    for _ in range(levels):
        value = {"a": value}
    return value


@pytest.mark.parametrize("levels", [300, 900, 1000])
def test_what_is_nested_deep_loses_neither_itself_nor_its_neighbour(server: TestClient, levels: int) -> None:
    deep = nested(levels)
    fields = {"inputs": deep, "outputs": deep, "extra": {"metadata": {"deep": deep}}, "events": [deep]}
    batch = [run(GOOD) | fields, run(BAD)]
    assert server.post("/runs/batch", content=json_bytes({"post": batch})).status_code == 202
    assert ids(server) == [GOOD, BAD]
    bodies = (
        [part(f"post.{GOOD}", json_bytes(run(GOOD) | fields))],
        [
            part(f"post.{GOOD}", json_bytes(run(GOOD))),
            *(part(f"post.{GOOD}.{name}", json_bytes(value)) for name, value in fields.items()),
        ],
        [
            part(
                f"feedback.{GOOD}",
                json_bytes({"run_id": GOOD, "key": "k", "value": deep, "correction": deep, "extra": deep}),
            )
        ],
    )
    for body in bodies:
        answer = send(server, join(*body, part(f"post.{BAD}", json_bytes(run(BAD)))))
        assert answer.status_code == 202
        assert answer.json() == {"message": "stored"}
    assert ids(server) == [GOOD, BAD]


def test_numbers_that_no_column_holds_never_lose_the_run(server: TestClient) -> None:
    details = {"cache_read": 10**12, "cache_creation": 10**12, "audio": 10**12, "image": 10**12}
    usages: list[dict[str, Any]] = [
        {"input_tokens": 1, "output_tokens": 1, "input_cost": 9e19, "output_cost": 9e19},
        {"input_tokens": 10**12, "output_tokens": 10**12, "total_cost": 1e9, "input_token_details": details},
        {"input_tokens": 2**64, "output_tokens": 2**63, "total_cost": 10**25},
    ]
    asked = {"max_tokens": 2**64 - 1, "temperature": 1e308, "top_p": -1e308}
    batch = [
        run(f"019d0118-f602-7000-8000-00000000000{number}")
        | {"outputs": {"usage_metadata": usage}, "extra": {"invocation_params": asked}}
        for number, usage in enumerate(usages)
    ]
    assert server.post("/runs/batch", json={"post": [*batch, run(GOOD)]}).status_code == 202
    assert len(ids(server)) == 4
    assert server.get("/econome/v1/overview", params=ALL_TIME).status_code == 200


def json_bytes(value: object) -> bytes:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    try:
        return json.dumps(value).encode()
    finally:
        sys.setrecursionlimit(limit)


def test_a_bomb_is_stopped_at_the_limit(settings_of: Callable[..., Settings]) -> None:
    settings = settings_of(max_body_bytes=1_000_000)
    with TestClient(create_app(settings, ADMIN_TOKEN), base_url="http://localhost") as server:
        for encoding in ("gzip", "zstd"):
            bomb = PACKERS[encoding](b"\0" * 50_000_000)
            assert len(bomb) < 100_000
            answer = server.post("/runs/multipart", content=bomb, headers=headers(encoding))
            assert answer.status_code == 413
            assert "1,000,000 bytes" in answer.json()["detail"]
        answer = server.post("/runs/multipart", content=b"x" * 2_000_000, headers=headers())
        assert answer.status_code == 413
        assert server.post("/runs/batch", json={"post": [run(GOOD)]}).status_code == 202
        assert server.app.state.econome.budget.used_bytes == 0  # type: ignore[attr-defined]


def test_senders_are_told_to_wait_when_too_much_is_in_flight(settings_of: Callable[..., Settings]) -> None:
    settings = settings_of(max_inflight_bytes=1_000)
    with TestClient(create_app(settings, ADMIN_TOKEN), base_url="http://localhost") as server:
        budget = server.app.state.econome.budget  # type: ignore[attr-defined]
        budget.take(900)
        answer = server.post("/runs/batch", json={"post": [run(GOOD)]})
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 0
        budget.give_back(900)
        assert server.post("/runs/batch", json={"post": [run(GOOD)]}).status_code == 202


def test_absurd_dates_are_stored_and_said(server: TestClient) -> None:
    runs = [
        run(GOOD) | {"start_time": "1901-01-01T00:00:00Z"},
        run(BAD) | {"start_time": "2250-01-01T00:00:00Z", "end_time": "2250-01-01T00:00:01Z"},
    ]
    assert server.post("/runs/batch", json={"post": runs}).status_code == 202
    for run_id, year in ((GOOD, "1901"), (BAD, "2250")):
        detail = server.get(f"/econome/v1/runs/{run_id}").json()["run"]
        assert detail["started_at"].startswith("2026-03-18")
        assert any(year in note for note in detail["notes"])


def test_a_patch_without_a_post_is_a_run(server: TestClient) -> None:
    answer = server.patch(f"/runs/{GOOD}", json={"outputs": {"a": 1}, "end_time": "2026-03-18T12:00:00Z"})
    assert answer.status_code == 202
    assert ids(server) == [GOOD]


def test_a_single_run_is_posted_and_patched(server: TestClient) -> None:
    random = "f47ac10b-58cc-4372-a567-0e02b2c3d479"
    assert server.post("/api/v1/runs", json=run(random)).status_code == 202
    patch = {
        "name": None,
        "trace_id": None,
        "dotted_order": None,
        "outputs": {"b": 1},
        "end_time": 1773835260000,
    }
    assert server.patch(f"/api/v1/runs/{random}", json=patch).status_code == 202
    detail = server.get(f"/econome/v1/runs/{random}").json()
    assert detail["outputs"] == {"b": 1}
    assert detail["run"]["name"] == "ask"
    assert detail["run"]["ended_at"].startswith("2026-03-18T12:01:00")


def test_attachments_are_kept(server: TestClient) -> None:
    body = join(
        part(f"post.{GOOD}", json.dumps(run(GOOD)).encode()),
        part(f"attachment.{GOOD}.photo", b"\x89PNG...", mime="image/png"),
    )
    assert send(server, body).status_code == 202
    (attachment,) = server.get(f"/econome/v1/runs/{GOOD}").json()["attachments"]
    assert (attachment["name"], attachment["mime"], attachment["size"]) == ("photo", "image/png", 7)
    assert server.get(attachment["url"]).content == b"\x89PNG..."


def run(run_id: str) -> dict[str, Any]:
    return {
        "id": run_id,
        "trace_id": run_id,
        "name": "ask",
        "run_type": "llm",
        "start_time": "2026-03-18T12:00:00Z",
        "inputs": {"q": "?"},
        "session_name": "tests",
    }


def part(name: str, content: bytes, mime: str = "application/json") -> bytes:
    head = f'Content-Disposition: form-data; name="{name}"\r\nContent-Type: {mime}\r\n\r\n'
    return f"--{BOUNDARY}\r\n{head}".encode() + content + b"\r\n"


def join(*pieces: bytes) -> bytes:
    return b"".join(pieces) + f"--{BOUNDARY}--\r\n".encode()


def parts(*names_and_values: Any) -> bytes:
    pairs = zip(names_and_values[::2], names_and_values[1::2], strict=True)
    return join(*(part(name, json.dumps(value).encode()) for name, value in pairs))


def headers(encoding: str = "identity") -> dict[str, str]:
    return {"content-type": f"multipart/form-data; boundary={BOUNDARY}", "content-encoding": encoding}


def send(server: TestClient, body: bytes, encoding: str = "identity") -> Any:
    return server.post("/runs/multipart", content=PACKERS[encoding](body), headers=headers(encoding))


def ids(server: TestClient) -> list[str]:
    rows = server.get("/econome/v1/runs", params=ALL_TIME).json()["rows"]
    return sorted(row["id"] for row in rows)


def test_the_past_sent_under_fresh_ids_is_found_where_it_lies(server: TestClient) -> None:
    past = run(GOOD) | {"start_time": "2024-07-01T12:00:00Z", "end_time": "2024-07-01T12:00:01Z"}
    assert server.post("/runs/batch", json={"post": [past, run(BAD)]}).status_code == 202
    july = {"since": "2024-07-01T00:00:00Z", "until": "2024-07-02T00:00:00Z"}
    rows = server.get("/econome/v1/runs", params=july).json()["rows"]
    assert [row["id"] for row in rows] == [GOOD]
    assert server.get("/econome/v1/overview", params=july).json()["totals"]["runs"] == 1


def test_a_narrowed_key_may_patch_its_own_runs_without_naming_their_project(server: TestClient) -> None:
    keys = server.app.state.econome.keys  # type: ignore[attr-defined]
    _, key = keys.create("sender", Role.INGEST, projects="mine-*")
    _, reader = keys.create("reader", Role.READ)
    sender = {"x-api-key": key}
    mine, theirs = run(GOOD) | {"session_name": "mine-1"}, run(BAD) | {"session_name": "theirs"}
    answer = server.post("/runs/batch", json={"post": [mine, theirs]}, headers=sender)
    assert answer.status_code == 202
    assert "theirs" in answer.json()["refused"][0]
    assert server.patch(f"/runs/{GOOD}", json={"outputs": {"a": 1}}, headers=sender).status_code == 202
    assert server.patch(f"/runs/{BAD}", json={"outputs": {"a": 1}}, headers=sender).status_code == 400
    detail = server.get(f"/econome/v1/runs/{GOOD}", headers={"x-api-key": reader}).json()
    assert detail["outputs"] == {"a": 1}


def test_what_is_nested_deeply_can_be_read_back(server: TestClient) -> None:
    deep: Any = "the bottom"
    for _ in range(300):
        deep = [deep]
    assert server.post("/runs/batch", json={"post": [run(GOOD) | {"inputs": {"q": deep}}]}).status_code == 202
    assert server.get(f"/econome/v1/runs/{GOOD}").json()["inputs"]["q"] == deep
    assert server.get(f"/runs/{GOOD}").json()["inputs"]["q"] == deep
