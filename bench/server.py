"""A real server in a process of its own, started as a user starts it, and watched from outside."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from bench.machine import Memory, cpu_seconds, memory

_PATIENCE_SECONDS = 300.0
_CALM = 0.05  # of a core
_EVERY_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers."""

    address: str
    process: int
    started_in: float  # seconds from the start of the process to the first answer 200

    def get(self, path: str, **parameters: object) -> Any:
        """The JSON at a path."""
        query = "?" + urlencode(parameters, doseq=True) if parameters else ""
        with urlopen(self.address + path + query, timeout=120) as answer:  # noqa: S310 our own
            return json.load(answer)

    def cpu_seconds(self) -> float:
        return cpu_seconds(self.process)

    def memory(self) -> Memory:
        return memory(self.process)

    def settle(self) -> float:
        """Waits until it does nothing any more (merges, a list of prices); says what CPU that took."""
        before = last = self.cpu_seconds()
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            time.sleep(1)
            now = self.cpu_seconds()
            if now - last < _CALM:
                return now - before
            last = now
        return last - before


@contextmanager
def econome(data: Path, *options: str) -> Iterator[Server]:
    """Econome on a free port, its data in `data`."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "econome.cli",
        "serve",
        "--port",
        str(port),
        "--data",
        str(data),
        *options,
    ]
    with running(command, port, "/health", data.parent / f"{data.name}.log") as server:
        yield server


@contextmanager
def running(
    command: Sequence[str],
    port: int,
    health: str,
    log: Path,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """Any server, from when it answers 200 at `health` to its end in order."""
    with log.open("w") as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            start_new_session=True,  # those it starts end with it
        )
        try:
            while not _answers(port, health):
                if process.poll() is not None or time.perf_counter() - start > _PATIENCE_SECONDS:
                    raise RuntimeError(f"{command[0]} did not start:\n{log.read_text()[-4_000:]}")
                time.sleep(_EVERY_SECONDS)
            yield Server(f"http://127.0.0.1:{port}", process.pid, time.perf_counter() - start)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
