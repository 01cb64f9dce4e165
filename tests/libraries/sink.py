"""A server that keeps what real libraries send, and answers what they need to go on."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Sent:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Sink:
    """A running one."""

    address: str
    sent: list[Sent] = field(default_factory=list)


@contextmanager
def running() -> Iterator[Sink]:
    """A sink on a free port, for as long as the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    sink = Sink(f"http://127.0.0.1:{server.server_port}")
    server.sink = sink  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, name="sink")
    thread.start()
    try:
        yield sink
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _take(self) -> None:
        body = self._chunked() if self.headers.get("transfer-encoding") == "chunked" else self._sized()
        headers = {name.lower(): value for name, value in self.headers.items()}
        sink: Sink = self.server.sink  # type: ignore[attr-defined]
        sink.sent.append(Sent(self.command, self.path, headers, body))
        self._answer(self.path.partition("?")[0], body)

    do_GET = do_POST = do_PATCH = do_PUT = _take  # noqa: N815 - http.server names them

    def _sized(self) -> bytes:
        return self.rfile.read(int(self.headers.get("content-length", "0")))

    def _chunked(self) -> bytes:
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _answer(self, path: str, body: bytes) -> None:
        if path.endswith(("/v1/traces", "/v1/logs", "/v1/metrics")):
            kind = self.headers.get("content-type", "application/x-protobuf")
            self._send(200, b"{}" if "json" in kind else b"", kind)
            return
        status, content = _content(self.command, path, body)
        self._send(status, json.dumps(content).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server names it
        pass


def _content(method: str, path: str, body: bytes) -> tuple[int, Any]:
    """The least that a client of Langfuse or LangSmith goes on with."""
    if path == "/api/public/projects":
        organisation = {"id": "organisation", "name": "organisation"}
        return 200, {
            "data": [{"id": "project", "name": "project", "metadata": {}, "organization": organisation}]
        }
    if path == "/api/public/ingestion":
        batch = json.loads(body)["batch"]
        return 207, {"successes": [{"id": one["id"], "status": 201} for one in batch], "errors": []}
    if path.startswith("/api/public/v2/prompts/"):
        prompt = {"name": "greet", "version": 3, "type": "text", "prompt": "Greet {{who}}.", "config": {}}
        return 200, {**prompt, "labels": ["production"], "tags": [], "commitMessage": None}
    if path.endswith("/info"):
        limits = {
            "size_limit": 100,
            "size_limit_bytes": 20_971_520,
            "use_multipart_endpoint": True,
            "scale_up_qsize_trigger": 1000,
            "scale_up_nthreads_limit": 16,
            "scale_down_nempty_trigger": 4,
        }
        return 200, {"version": "0.13.0", "batch_ingest_config": limits}
    return (202 if method != "GET" else 404), {}
