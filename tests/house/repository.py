"""What the house tests look at: the files that are, or are about to be, committed."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "src" / "econome"
DOCS = ROOT / "docs"

TEXTS = {
    ".cfg", ".css", ".html", ".ini", ".js", ".json", ".md", ".mjs", ".py", ".sh", ".sql", ".svelte", ".toml",
    ".ts", ".txt", ".yaml", ".yml",
}  # fmt: skip


@cache
def files() -> tuple[Path, ...]:
    """Every file that git knows or would take."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return tuple(sorted(path for name in listed.split("\0") if name and (path := ROOT / name).is_file()))


def texts() -> list[Path]:
    """The files that people wrote."""
    return [path for path in files() if path.suffix in TEXTS or path.name in {"Makefile", "run"}]


def modules(folder: Path = SOURCES) -> list[Path]:
    """The Python files below `folder`."""
    return [path for path in files() if path.suffix == ".py" and path.is_relative_to(folder)]


def name(path: Path) -> str:
    """The file, as a person writes it."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """What a Python file says."""
    return ast.parse(path.read_text("utf-8"), filename=str(path))
