"""A second destination for what is forwarded: a real server, which answers what a test tells it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Second:
    """It keeps what it was sent."""

    def __init__(self, port: int = 0) -> None:
        self.answers: list[tuple[int, dict[str, str]]] = []  # those to come; then 200
        self.gate = threading.Event()  # closed, it does not answer
        self.gate.set()
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        second = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                said = {name.lower(): value for name, value in self.headers.items()}
                second.gate.wait()
                status, headers = second.answers.pop(0) if second.answers else (200, {})
                second.got.append((self.path, said, body))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}/otlp"

    @property
    def bodies(self) -> list[bytes]:
        return [body for _, _, body in self.got]


@contextmanager
def serving(one: Second) -> Iterator[Second]:
    thread = threading.Thread(target=one.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield one
    one.gate.set()
    one.server.shutdown()
    thread.join()
    one.server.server_close()
