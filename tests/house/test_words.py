"""One word per concept: the glossary and the code agree."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

from house.repository import DOCS, SOURCES, modules, name, tree

GLOSSARY = DOCS / "reference" / "words.md"
ROWS = re.findall(r"^\| ([^|`]+?) \| `([\w.]+)` \|", GLOSSARY.read_text("utf-8"), re.MULTILINE)

SPOKEN_ELSEWHERE = re.compile(
    r"observation|generation|tenant|organisation|organization|experiment", re.IGNORECASE
)
"""Other people's words, which belong where their protocols are spoken, and nowhere else."""
WHERE_OTHERS_SPEAK = (
    "wire",
    "counting",
    "sample",
    "web/langsmith",
    "web/langfuse",
    "analytics/langsmith",
    "analytics/langfuse",
    "analytics/filter",
)


@pytest.mark.parametrize(("word", "place"), ROWS, ids=[word for word, _ in ROWS])
def test_each_word_stands_for_something_in_the_code(word: str, place: str) -> None:
    package, module, *names = place.split(".")
    found: object = importlib.import_module(f"econome.{package}.{module}")
    for one in names:
        fields = getattr(found, "__dataclass_fields__", {})
        assert one in fields or hasattr(found, one), f"{word}: there is no {place}"
        found = getattr(found, one, None)


@pytest.mark.parametrize("path", modules(SOURCES / "domain"), ids=name)
def test_each_public_type_of_the_domain_has_its_word(path: Path) -> None:
    public = {n.name for n in tree(path).body if isinstance(n, ast.ClassDef) and not n.name.startswith("_")}
    told = {place.split(".")[2] for _, place in ROWS if place.startswith(f"domain.{path.stem}.")}
    assert public <= told, f"add to {name(GLOSSARY)}: {public - told}"


def test_no_word_stands_for_two_things() -> None:
    words = [word for word, _ in ROWS]
    assert len(words) == len(set(words))


def test_nothing_of_ours_is_named_by_another_s_word() -> None:
    ours = (p for p in modules() if not name(p).removeprefix("src/econome/").startswith(WHERE_OTHERS_SPEAK))
    named = (
        f"{name(path)}: {node.name}"
        for path in ours
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and SPOKEN_ELSEWHERE.search(node.name)
    )
    assert [*named] == []
