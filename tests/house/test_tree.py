"""The tree stays readable: files of one idea, no junk drawers, nothing of one machine, nothing built."""

from __future__ import annotations

import re
from pathlib import Path

from house.repository import files, name, texts

LIMIT = 400
LIMIT_OF_CASES = 600  # a module of tests is a list of cases, and read one at a time
LONG: dict[str, str] = {
    "docs/how-to/connect-an-app.md": "a section for each client, which make snippets writes",
    "docs/how-to/connect-an-app.fr.md": "its French sister",
    "docs/reference/conformance.md": "a line for each golden case, which make conformance writes",
    "bench/spike/merge.py": "kept as it was measured, with the decision it led to",
}
"""Files that are longer, and why they are."""

DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "shared"}
BUILT = {"dist", "build", "node_modules", "__pycache__", ".venv"}

HERE = re.compile(
    # A class of one letter each, so that this file does not find itself.
    r"(?<![\w.])/(?:(?:[h]ome|[U]sers)/(?!me\b|you\b)|[w]ork/|[r]oot/)[a-z]"
    r"|(?:registr[y]\.npmjs|[p]ypi\.org|[f]iles\.pythonhosted|[d]eb\.debian|[n]pmmirror)"
)
"""A path of somebody's machine (`me` and `you` are nobody), or the host of a registry."""


def test_a_file_has_one_idea() -> None:
    long = {name(path): lines for path in texts() if (lines := _lines(path)) > _most(path)}
    new = {path: lines for path, lines in long.items() if path not in LONG}
    assert new == {}, "look for the second idea, or say in LONG why there is none"
    assert LONG.keys() <= long.keys(), "these are short by now"


def _lines(path: Path) -> int:
    if path.suffix in {".json", ".txt"}:
        return 0
    text = path.read_text("utf-8")
    if path.suffix == ".svelte":
        text = re.sub(r"<style.*?</style>", "", text, flags=re.DOTALL)  # its looks are a list, too
    return text.count("\n")


def _most(path: Path) -> int:
    return LIMIT_OF_CASES if path.name.startswith("test_") else LIMIT


def test_nothing_is_called_a_drawer() -> None:
    assert [
        name(path) for path in files() if DRAWERS & {part.split(".")[0].lower() for part in path.parts[-2:]}
    ] == []


def test_a_file_belongs_to_no_machine() -> None:
    found = [
        f"{name(path)}:{number}: {match[0]}"
        for path in texts()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if (match := HERE.search(line))
    ]
    assert found == []


def test_nothing_built_is_committed() -> None:
    assert [name(path) for path in files() if BUILT & set(path.parts)] == []


def test_no_file_is_large() -> None:
    assert [name(path) for path in files() if path.stat().st_size > 1_000_000] == []
