"""`econome demo`'s own parts: its progress, its wire, its care for other people's projects."""

from __future__ import annotations

import gzip
import io
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Self

import pytest

from econome.sample import command as demo
from econome.sample.garden_app import Outbox, conversations
from econome.sample.local_model import CallFailed, Chunk, LocalModel
from econome.sample.marks import DEMO, SAMPLE
from econome.sample.progress import Progress
from econome.sample.recording import Json
from econome.sample.wire import DemoError, Server, multipart
from econome.wire.protocols.langsmith import decode_multipart


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_progress_is_one_line_that_grows() -> None:
    terminal = Terminal()
    ticks = iter(range(100))
    with Progress("Traces", 4, terminal, clock=lambda: float(next(ticks))) as progress:
        for _ in range(4):
            progress.advance()
    text = terminal.getvalue()
    assert text.count("\n") == 1
    assert "1/4" in text
    assert "█" * 40 in text
    assert text.rstrip("\n").endswith("\x1b[K")


def test_elsewhere_progress_is_a_few_plain_lines() -> None:
    log = io.StringIO()
    with Progress("Traces", 400, log) as progress:
        for _ in range(400):
            progress.advance()
    assert log.getvalue().splitlines() == [f"Traces: {done} of 400" for done in (100, 200, 300, 400)]


class Recorded(HTTPServer):
    """A server that answers from a list, and remembers what it was asked."""

    def __init__(self, answers: list[tuple[int, Any]]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = answers
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Recorded

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.asked.append((self.command, self.path, headers, body))
        status, content = self.server.answers.pop(0)
        answer = b"" if content is None else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_DELETE = _answer  # noqa: N815 the library's names

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Recorded]:
    with Recorded([]) as recorded:
        thread = threading.Thread(target=recorded.serve_forever)
        thread.start()
        yield recorded
        recorded.shutdown()
        thread.join()


@pytest.fixture
def said() -> list[str]:
    return []


RUN: dict[str, Any] = {
    "id": "01927bcb-7c00-7000-8000-000000000001",
    "name": "é",
    "run_type": "llm",
    "inputs": {"prompt": "déjà"},
    "outputs": {"text": "vu"},
    "events": [],
    "extra": {"metadata": {}},
    "error": None,
}


def test_what_is_sent_is_what_langsmiths_protocol_reads() -> None:
    boundary, body = multipart([("post", RUN), ("patch", RUN)])
    delivery = decode_multipart(body, boundary.encode())
    assert not delivery.refusals
    assert [piece.op for piece in delivery.pieces] == ["post", "patch"]
    assert delivery.pieces[0].fields["name"] == "é"
    assert json.loads(delivery.pieces[0].payload.inputs) == {"prompt": "déjà"}


def test_runs_are_sent_compressed_and_with_the_key(server: Recorded) -> None:
    server.answers = [(202, {"message": "stored"})]
    Server(server.address + "/", "a-key").send([("post", RUN)])
    method, path, headers, body = server.asked[0]
    assert (method, path) == ("POST", "/runs/multipart")
    assert headers["x-api-key"] == "a-key"
    assert b"post.01927bcb" in gzip.decompress(body)


def test_a_busy_server_is_asked_again(server: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("econome.sample.wire.time.sleep", lambda _: None)
    server.answers = [(429, None), (503, None), (202, None)]
    Server(server.address).send([("post", RUN)])
    assert len(server.asked) == 3


def test_a_refusal_is_told_in_the_servers_words(server: Recorded) -> None:
    server.answers = [(403, {"detail": "This needs a key with the role admin"})]
    with pytest.raises(DemoError, match=r"403 This needs a key with the role admin.*--key"):
        Server(server.address).remove_project("x")


def test_no_server_is_said_in_plain_words() -> None:
    with pytest.raises(DemoError, match="Start one: econome serve"):
        Server("http://127.0.0.1:9").project("sample")


def test_a_strange_address_is_refused() -> None:
    with pytest.raises(DemoError, match="begins with http"):
        Server("file:///etc/passwd").project("sample")


def test_a_project_of_the_users_own_is_left_alone(
    server: Recorded, said: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    mine = [{"id": "1", "name": "sample", "extra": {"metadata": {"team": "gardens"}}}]
    server.answers = [(200, mine)]
    assert demo(server.address, real=False, say=said.append) == 1
    assert 'a project named "sample" of your own' in capsys.readouterr().err
    server.answers = [(200, mine), (200, [])]
    assert demo(server.address, remove=True, say=said.append) == 0
    assert said == ["There was nothing to remove."]
    assert [method for method, *_ in server.asked] == ["GET"] * 3


def test_what_the_demo_made_is_removed(server: Recorded, said: list[str]) -> None:
    server.answers = [
        (200, [{"id": "1", "extra": {"metadata": SAMPLE.metadata}}]),
        (202, None),
        (200, [{"id": "2", "extra": json.dumps({"metadata": DEMO.metadata})}]),
        (204, None),
    ]
    assert demo(server.address, remove=True, say=said.append) == 0
    assert said == ["Removed: sample, demo."]
    assert [path for method, path, *_ in server.asked if method == "DELETE"] == ["/sessions/1", "/sessions/2"]


def test_ctrl_c_leaves_whole_traces_and_says_how_many(
    server: Recorded, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[int] = []

    def send(_: Server, operations: list[Any]) -> None:
        if len(sent) == 2:
            raise KeyboardInterrupt
        sent.append(len(operations))

    monkeypatch.setattr(Server, "send", send)
    server.answers = [(200, []), (201, {"id": "1"})]
    assert demo(server.address, real=False, say=said.append) == 130
    assert "Stopped: 40 of" in said[0]


def test_without_the_model_the_sample_is_loaded_and_it_is_said(
    server: Recorded, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("econome.sample.local_model.is_installed", lambda: False)
    monkeypatch.setattr(Server, "send", lambda *_: None)
    server.answers = [(200, []), (201, {"id": "1"})]
    assert demo(server.address, say=said.append) == 0
    assert "pip install" in said[0]
    assert 'in the project "sample"' in said[1]
    created = json.loads(server.asked[1][3])
    assert SAMPLE.is_on(created["extra"])


def test_insisting_on_a_model_that_is_not_here_is_an_error(
    server: Recorded, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("econome.sample.local_model.is_installed", lambda: False)
    assert demo(server.address, real=True) == 1
    assert "not installed" in capsys.readouterr().err


class ScriptedModel(LocalModel):
    """Answers at once, always the same; `impatient` is stopped in its third answer."""

    def __init__(self, *, impatient: bool = False) -> None:
        super().__init__()
        self.asked: list[tuple[list[Json], int]] = []
        self.impatient = impatient

    def __enter__(self) -> Self:
        return self

    def stream(self, messages: list[Json], *, max_tokens: int, with_usage: bool = True) -> Iterator[Chunk]:
        self.asked.append((messages, max_tokens))
        yield Chunk("Straw, ", None, "smollm2")
        if self.impatient and len(self.asked) == 3:
            raise KeyboardInterrupt
        yield Chunk("mostly.", None, "smollm2")
        if with_usage:
            yield Chunk("", USAGE, "smollm2")

    def answer(self, messages: list[Json], *, max_tokens: int) -> Json:
        self.asked.append((messages, max_tokens))
        if max_tokens > 100:
            raise CallFailed("BadRequestError: 400 too long")
        return {"choices": [{"message": {"content": "Good"}}], "usage": USAGE}


USAGE = {
    "prompt_tokens": 100,
    "completion_tokens": 4,
    "total_tokens": 104,
    "prompt_tokens_details": {"cached_tokens": 60},
}


def test_the_app_tells_each_step_when_it_begins_and_when_it_ends() -> None:
    sent: list[tuple[str, Json]] = []
    for turn in conversations(ScriptedModel(), Outbox(sent.extend)):
        turn()
    posts = {run["id"]: run for op, run in sent if op == "post"}
    patches = {run["id"]: run for op, run in sent if op == "patch"}
    assert posts.keys() == patches.keys()
    assert {run["run_type"] for run in posts.values()} == {"chain", "llm", "retriever", "tool"}
    calls = [patches[run_id] for run_id, run in posts.items() if run["run_type"] == "llm"]
    usages = [call["extra"]["metadata"].get("usage_metadata") for call in calls if not call["error"]]
    assert usages.count(None) == 1  # the stream that was not asked
    assert all(usage["input_token_details"] == {"cache_read": 60} for usage in usages if usage)
    assert [call["error"] for call in calls if call["error"]] == ["BadRequestError: 400 too long"]


def test_ctrl_c_in_an_answer_leaves_nothing_pending(
    server: Recorded, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, Json]] = []
    monkeypatch.setattr("econome.sample.local_model.is_installed", lambda: True)
    monkeypatch.setattr("econome.sample.local_model.LocalModel", lambda: ScriptedModel(impatient=True))
    monkeypatch.setattr(Server, "send", lambda _, operations: sent.extend(operations))
    server.answers = [(200, []), (201, {"id": "1"})]
    assert demo(server.address, real=True, say=said.append) == 130
    posted = {run["id"] for op, run in sent if op == "post"}
    patched = {run["id"]: run for op, run in sent if op == "patch"}
    assert posted == patched.keys()
    assert {run["error"] for run in patched.values()} == {None, "Stopped by Ctrl-C"}


@pytest.mark.parametrize(
    "extra", [None, "", "{", "[]", {}, {"metadata": None}, {"metadata": {"sample": "no"}}]
)
def test_only_our_mark_is_our_mark(extra: object) -> None:
    assert not SAMPLE.is_on(extra)
