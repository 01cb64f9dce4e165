"""What the parts of one bench share: its scale, its scratch folder, the store of a million runs."""

from __future__ import annotations

import time
from pathlib import Path

from bench.inside import fill
from bench.report import said


class Session:
    """One invocation."""

    def __init__(self, scratch: Path, *, quick: bool) -> None:
        self.quick = quick
        self._scratch = scratch
        self._million: Path | None = None

    def size(self, whole: int, quick: int) -> int:
        """How much to do: a quick session shows that it works, its figures mean little."""
        return quick if self.quick else whole

    def folder(self, name: str) -> Path:
        """A place for a part; it does not exist yet."""
        return self._scratch / name

    def million(self) -> Path:
        """The data folder of a store with a million runs (a quick session has fewer), made once."""
        if self._million is None:
            runs = self.size(1_000_000, 20_000)
            start = time.perf_counter()
            self._million = self.folder("million")
            fill(self._million, runs)
            said(
                f"A store of {runs:,} runs over thirty days, made by the engine itself in "
                f"{time.perf_counter() - start:.0f} s: columns only, no payloads."
            )
        return self._million
