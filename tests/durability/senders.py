"""Clients under load, with a journal: what was sent, and what was acknowledged.

They behave as LangSmith's do where it matters here: what was not acknowledged is sent again,
to the letter; and posts and patches go out in requests of their own, sometimes the patch first.
"""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

RUNS_PER_REQUEST = 10


@dataclass(frozen=True, slots=True)
class Request:
    """A body, and what will be true once it is acknowledged."""

    body: bytes
    posted: frozenset[str]
    patched: frozenset[str]


@dataclass(slots=True)
class Journal:
    """What was acknowledged. Tokens by run: input and output."""

    posted: set[str] = field(default_factory=set)
    patched: set[str] = field(default_factory=set)
    tokens: dict[str, tuple[int, int]] = field(default_factory=dict)
    wrapped: set[str] = field(default_factory=set)  # calls that repeat the call inside them

    def acknowledge(self, request: Request) -> None:
        self.posted |= request.posted
        self.patched |= request.patched


class Sender:
    """One client: an endless supply of small traces."""

    def __init__(self, seed: int, journal: Journal, lock: threading.Lock) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a test repeats itself
        self._journal = journal
        self._lock = lock
        self._waiting: deque[Request] = deque()
        self.acknowledged = 0

    def send(self, address: str, stop: threading.Event, pause_seconds: float = 0.0) -> None:
        """Sends until told to stop, or until the server is gone; with a pause after each request."""
        where = urlsplit(address)
        assert where.hostname
        connection = http.client.HTTPConnection(where.hostname, where.port, timeout=30)
        try:
            while not stop.wait(pause_seconds):
                if not self._waiting:
                    self._supply()
                if not self._deliver(connection):
                    return
        except (OSError, http.client.HTTPException):
            return  # killed: what waits is sent again to its successor
        finally:
            connection.close()

    def drain(self, address: str) -> None:
        """Sends what still waits, and no more."""
        where = urlsplit(address)
        assert where.hostname
        connection = http.client.HTTPConnection(where.hostname, where.port, timeout=60)
        while self._waiting:
            assert self._deliver(connection)
        connection.close()

    def _deliver(self, connection: http.client.HTTPConnection) -> bool:
        request = self._waiting[0]
        connection.request("POST", "/runs/batch", request.body, {"content-type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        if answer.status in (429, 503):
            time.sleep(0.05)
            return True
        assert answer.status == 202, answer.status
        with self._lock:
            self._journal.acknowledge(request)
            self.acknowledged += 1
        self._waiting.popleft()
        if self._random.random() < 0.1:  # a client that gave up waiting sends it once more
            self._waiting.append(request)
        return True

    def _supply(self) -> None:
        posts: list[dict[str, Any]] = []
        patches: list[dict[str, Any]] = []
        while len(posts) < RUNS_PER_REQUEST:
            for post, patch in self._trace():
                posts.append(post)
                patches.append(patch)
        requests = [_request("post", posts), _request("patch", patches)]
        if self._random.random() < 0.2:
            requests.reverse()
        self._waiting.extend(requests)

    def _trace(self) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """A chain over a call, and now and then a call over a call."""
        root = self._id()
        runs = [self._run("chain", root, root, "", None)]
        call = self._id()
        tokens = (self._random.randrange(1, 5_000), self._random.randrange(1, 500))
        if self._random.random() < 0.3:
            wrapper = self._id()
            runs.append(self._run("llm", wrapper, root, _place(root), tokens))
            runs.append(self._run("llm", call, root, f"{_place(root)}.{_place(wrapper)}", tokens))
            with self._lock:
                self._journal.wrapped.add(wrapper)
        else:
            runs.append(self._run("llm", call, root, _place(root), tokens))
        with self._lock:
            self._journal.tokens[call] = tokens
        return runs

    def _run(
        self, kind: str, run_id: str, trace_id: str, above: str, tokens: tuple[int, int] | None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        place = f"{above}.{_place(run_id)}" if above else _place(run_id)
        now = datetime.now(UTC).isoformat()
        common = {
            "id": run_id,
            "trace_id": trace_id,
            "dotted_order": place,
            "session_name": "kill",
            "run_type": kind,
        }
        if above:
            common["parent_run_id"] = above.rpartition(".")[2][22:]
        post = common | {
            "name": kind,
            "start_time": now,
            "inputs": {"q": f"question {run_id}"},
            "outputs": {},
        }
        outputs: dict[str, Any] = {"a": f"answer {run_id}"}
        if tokens:
            outputs["usage_metadata"] = {
                "input_tokens": tokens[0],
                "output_tokens": tokens[1],
                "total_tokens": sum(tokens),
            }
        return post, common | {"end_time": now, "outputs": outputs}

    def _id(self) -> str:
        bits = self._random.getrandbits(74)
        milliseconds = time.time_ns() // 1_000_000
        return str(
            UUID(int=milliseconds << 80 | 7 << 76 | (bits >> 62) << 64 | 2 << 62 | bits & ((1 << 62) - 1))
        )


def _place(run_id: str) -> str:
    moment = datetime.fromtimestamp((UUID(run_id).int >> 80) / 1000, UTC)
    return f"{moment:%Y%m%dT%H%M%S%fZ}{run_id}"


def _request(op: str, runs: list[dict[str, Any]]) -> Request:
    ids = frozenset(run["id"] for run in runs)
    return Request(
        json.dumps({op: runs}).encode(),
        ids if op == "post" else frozenset(),
        ids if op == "patch" else frozenset(),
    )
