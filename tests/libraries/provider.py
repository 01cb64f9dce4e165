"""A provider whose bill is known: real HTTP, and a ledger of each call that it served.

Speaks OpenAI's chat completions, responses and embeddings, Anthropic's messages and Gemini's
generation, whole and as streams, and Bedrock's converse. What a call uses depends on what is said
in it (`Talk`), no two kinds of call use the same, and each answer has an id of its own: so a total
that is wrong tells which call is missing from it, or is in it twice.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

from libraries import anthropic_answers, bedrock_answers, gemini_answers, openai_answers
from libraries.answering import Reply
from libraries.ledger import Ledger


@dataclass(slots=True)
class Provider:
    """A running provider."""

    address: str
    ledger: Ledger = field(default_factory=Ledger)


@contextmanager
def running() -> Iterator[Provider]:
    """A provider on a free port, for as long as the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    provider = Provider(f"http://127.0.0.1:{server.server_port}")
    server.provider = provider  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, name="known provider")
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _answer_at(path: str) -> Callable[[dict[str, Any], str], Reply] | None:
    answers = {**openai_answers.ROUTES, **anthropic_answers.ROUTES}
    if path.endswith(":generateContent"):
        return partial(gemini_answers.generate, streamed=False)
    if path.endswith(":streamGenerateContent"):
        return partial(gemini_answers.generate, streamed=True)
    if path.endswith("/converse"):
        return bedrock_answers.converse
    return answers.get(path)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        said: dict[str, Any] = json.loads(
            self.rfile.read(int(self.headers.get("content-length", "0"))) or b"{}"
        )
        provider: Provider = self.server.provider  # type: ignore[attr-defined]
        path = self.path.partition("?")[0].removeprefix("/v1")
        answer = _answer_at(path)
        if answer is None:
            self._whole(404, {"error": {"message": f"Nothing at {path}", "type": "not_found"}})
            return
        reply = answer(said, uuid4().hex)
        if reply.call is not None:
            provider.ledger.write(reply.call)
        if reply.chunks is None:
            self._whole(reply.status, reply.content)
        else:
            self._stream(reply.chunks)

    def do_GET(self) -> None:
        self._whole(404, {"error": {"message": f"Nothing at {self.path}", "type": "not_found"}})

    def _whole(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, chunks: list[str]) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        for chunk in chunks:
            self.wfile.write(chunk.encode())
            self.wfile.flush()
            time.sleep(0.002)  # the first token comes before the last
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server names it
        pass
