"""Which session files were imported whole, in a small file of the data folder.

It saves time and nothing else: without it all files are read again, and what they hold is
stored under the same ids as before.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

FILE = "imports.json"
_READERS = 1
"""Counted up when the readers find more than before: then every file is read again."""


class Acknowledged:
    """What one server has acknowledged for one project."""

    def __init__(self, folder: Path, to: str) -> None:
        self._path = folder / FILE
        self._all = _read(self._path)
        self._mine: dict[str, Any] = self._all.setdefault(to, {})

    def has(self, path: Path, size: int, changed: int) -> bool:
        """Whether this file was imported, and has not changed since."""
        return bool(self._mine.get(str(path)) == [_READERS, size, changed])

    def add(self, files: Iterable[tuple[Path, int, int]]) -> None:
        """Takes note of files of which everything was acknowledged, as they were before they were read."""
        new = {str(path): [_READERS, size, changed] for path, size, changed in files}
        if not new:
            return
        self._mine.update(new)
        beside = self._path.with_suffix(f".{os.getpid()}.new")
        try:
            beside.write_text(json.dumps(self._all), "utf-8")
            beside.replace(self._path)
        except OSError:  # the next import reads them again, which costs time alone
            with suppress(OSError):
                beside.unlink(missing_ok=True)


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        known = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    is_ours = isinstance(known, dict) and all(isinstance(one, dict) for one in known.values())
    return known if is_ours else {}
