"""A real server in a process of its own, started as a user starts it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers."""

    address: str
    data: Path
    others: tuple[str, ...] = ()  # addresses for OpenTelemetry alone

    def get(self, path: str) -> Any:
        with urlopen(self.address + path, timeout=30) as answer:  # noqa: S310 our own
            return json.load(answer)

    def post(self, path: str, content: object) -> Any:
        request = Request(  # noqa: S310 our own
            self.address + path,
            data=json.dumps(content).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urlopen(request, timeout=60) as answer:  # noqa: S310 our own
            return json.load(answer)


@contextmanager
def served(data: Path, *options: str, environment: dict[str, str] | None = None) -> Iterator[Running]:
    """A server on a free port, with its data in `data`; stopped in order at the end."""
    command = [sys.executable, "-m", "econome.cli", "serve", "--port", "0", "--data", str(data), *options]
    log = data.parent / f"{data.name}.log"
    with (
        log.open("w") as errors,
        subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
        ) as process,
    ):
        assert process.stdout is not None
        try:
            found = next((m for line in process.stdout if (m := re.search(r"listens at (\S+)", line))), None)
            assert found, f"The server did not start:\n{log.read_text()}"
            others = []
            for line in process.stdout:
                also = re.search(r"also find it at http://(\S+)", line)
                if also is None:
                    break
                others.append(also[1])
            yield Running(found[1], data, tuple(others))
        finally:
            process.send_signal(signal.SIGTERM)
            process.stdout.read()  # to its end: a full pipe would hold it up
            process.wait(timeout=60)
    assert process.returncode == 0, log.read_text()
