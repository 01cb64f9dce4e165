"""What the parts of one bench share: its scale, its scratch folder, its large stores."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from bench.inside import fill
from bench.report import said


class Session:
    """One invocation."""

    def __init__(self, scratch: Path, *, quick: bool, made: Path | None = None) -> None:
        self.quick = quick
        self._scratch = scratch
        self._made = made  # stores of an earlier session: they are copied, and left as they are
        self._stores: dict[str, Path] = {}

    def size(self, whole: int, quick: int) -> int:
        """How much to do: a quick session shows that it works, its figures mean little."""
        return quick if self.quick else whole

    def folder(self, name: str) -> Path:
        """A place for a part; it does not exist yet."""
        return self._scratch / name

    def million(self) -> Path:
        """The data folder of a store with a million runs and their texts (a quick session has fewer)."""
        return self._store("million", self.size(1_000_000, 20_000), payloads=True)

    def ten(self) -> Path:
        """That of ten million without texts."""
        return self._store("ten", self.size(10_000_000, 40_000), payloads=False)

    def stores(self) -> dict[str, Path]:
        """Both, by what they are called in a report."""
        return {"A million": self.million(), "Ten million": self.ten()}

    def _store(self, name: str, runs: int, *, payloads: bool) -> Path:
        if name not in self._stores:
            folder = self._stores[name] = self.folder(name)
            with_texts = "with their texts" if payloads else "columns only, no texts"
            if self._made is not None and not self.quick:
                shutil.copytree(self._made / name, folder, symlinks=True)
                said(f"A store of {runs:,} runs over thirty days, {with_texts}, made before.")
                return folder
            start = time.perf_counter()
            fill(folder, runs, payloads=payloads)
            said(
                f"A store of {runs:,} runs over thirty days, {with_texts}, made by the engine itself in "
                f"{time.perf_counter() - start:.0f} s."
            )
        return self._stores[name]
