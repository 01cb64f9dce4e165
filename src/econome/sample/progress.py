"""How far the demo has come: a bar on a terminal, a few plain lines anywhere else."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from typing import Self, TextIO

_LINE_EVERY = 0.25  # of the whole: four lines in a log say enough
_BAR_EVERY_SECONDS = 0.1


class Progress:
    """Tells how much of `total` is done. Used as a context, it leaves the cursor on a new line."""

    def __init__(
        self,
        what: str,
        total: int,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.done = 0
        self._what = what
        self._total = total
        self._stream = stream or sys.stderr
        self._clock = clock
        self._is_terminal = self._stream.isatty()
        self._shown_at = -1.0
        self._told = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_terminal:
            self._draw()
            self._write("\n")

    def advance(self, steps: int = 1, note: str = "") -> None:
        """So many steps more are done; `note` says what is going on."""
        self.done += steps
        if self._is_terminal:
            if self._clock() - self._shown_at >= _BAR_EVERY_SECONDS or self.done >= self._total:
                self._draw(note)
        elif self.done / self._total >= self._told + _LINE_EVERY or self.done >= self._total:
            self._told = self.done / self._total
            self._write(f"{self._what}: {self.done} of {self._total}\n")

    def _draw(self, note: str = "") -> None:
        self._shown_at = self._clock()
        columns = shutil.get_terminal_size().columns
        count = f" {self.done}/{self._total} "
        width = max(10, min(40, columns - len(self._what) - len(count) - 4))
        filled = round(width * min(1.0, self.done / self._total))
        line = f"{self._what} [{'█' * filled}{'░' * (width - filled)}]{count}{note}"
        self._write(f"\r{line[: columns - 1]}\x1b[K")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
