"""French and English say the same things."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from house.repository import ROOT, files, name

WORDS = ROOT / "ui" / "src" / "words"
ENGLISH = (
    "README.md",
    "docs/tutorial/",
    "docs/index.md",
    "docs/how-to/connect-an-app",
    "docs/how-to/dashboard",
)
"""Pages that have a French sister, `<page>.fr.md`."""


def test_both_languages_of_the_dashboard_have_the_same_words() -> None:
    english, french = _words("en"), _words("fr")
    assert english.keys() ^ french.keys() == set()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_word_of_the_dashboard_is_empty(language: str) -> None:
    assert [key for key, text in _words(language).items() if not text.strip()] == []


def test_a_translation_leaves_the_same_blanks_to_fill() -> None:
    english, french = _words("en"), _words("fr")
    assert [key for key in english if _blanks(english[key]) != _blanks(french.get(key, ""))] == []


@pytest.mark.parametrize(
    "path", [p for p in files() if p.suffix == ".md" and name(p).startswith(ENGLISH)], ids=name
)
def test_a_page_for_newcomers_has_a_french_sister_of_the_same_shape(path: Path) -> None:
    if path.name.endswith(".fr.md"):
        assert path.with_name(path.name.replace(".fr.md", ".md")).exists()
        return
    sister = path.with_name(path.stem + ".fr.md")
    assert sister.exists()
    assert _shape(path) == _shape(sister)


def _words(language: str) -> dict[str, str]:
    areas = (json.loads(path.read_text("utf-8")) for path in sorted((WORDS / language).glob("*.json")))
    return {key: text for area in areas for key, text in _flat("", area)}


def _flat(key: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [pair for k, v in value.items() for pair in _flat(f"{key}.{k}" if key else k, v)]
    return [(key, str(value))]


def _blanks(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)", text))


def _shape(path: Path) -> list[str]:
    """The levels of its headings and the languages of its examples, in order."""
    return re.findall(r"^(#+(?= )|```\w*)", path.read_text("utf-8"), re.MULTILINE)
