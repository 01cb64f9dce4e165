"""Where a model's `tokenizer.json` lies: a folder that the operator names, or Hugging Face's cache."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from econome.counting.names import ModelName

FILE = "tokenizer.json"


def find_file(name: ModelName, folders: tuple[Path, ...], hub: Path | None) -> Path | None:
    """The real path of the tokenizer of `name`, or None. The operator's folders come first.

    A link that leads out of the folder it was found in is not followed.
    """
    for folder in folders:
        for place in name.folders:
            if (file := _within(folder, folder / place / FILE)) is not None:
                return file
    if hub is not None and name.cached_as is not None:
        for snapshot in _snapshots(hub / name.cached_as):
            if (file := _within(hub, snapshot / FILE)) is not None:
                return file
    return None


def _snapshots(model: Path) -> Iterator[Path]:
    """The snapshots of a model in the cache: the one `main` names, then the newest first."""
    main = _main_of(model)
    try:
        found = sorted(
            (model / "snapshots").iterdir(), key=lambda path: path.stat().st_mtime_ns, reverse=True
        )
    except OSError:
        return
    yield from (path for path in found if path.name == main)
    yield from (path for path in found if path.name != main)


def _main_of(model: Path) -> str:
    try:
        with (model / "refs" / "main").open(encoding="ascii") as file:
            return file.read(64).strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _within(folder: Path, file: Path) -> Path | None:
    """The real path of `file` when it is a file and really lies in `folder`."""
    try:
        real = file.resolve(strict=True)
        return real if real.is_relative_to(folder.resolve()) and real.is_file() else None
    except (OSError, RuntimeError):  # RuntimeError: a loop of links, before Python 3.13
        return None
