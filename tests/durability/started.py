"""A server of `durability.server` in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]


class Started:
    """A server, its address, and its end whatever happens."""

    def __init__(self, folder: Path, step: str = "", passage: int | str = 1, **settings: str) -> None:
        """`settings` by their names, as text; step and passage as in `durability.server`."""
        command = [sys.executable, "-m", "durability.server", str(folder)]
        command += [step, str(passage)] if step else []
        environment = os.environ | {f"ECONOME_{name.upper()}": value for name, value in settings.items()}
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, cwd=TESTS, env=environment
        )

    def __enter__(self) -> tuple[subprocess.Popen[str], str]:
        assert self._process.stdout is not None
        return self._process, self._process.stdout.readline().strip()

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
