"""One file, one question: in English first, asked from one place, and safe to ask."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from econome.store.client import Store
from house.repository import SOURCES, files, modules, name, tree

QUESTIONS = [
    p for p in files() if p.suffix == ".sql" and p.is_relative_to(SOURCES) and p.parent.name == "sql"
]
COMMANDS = [path for path in files() if path.suffix == ".sql" and path.parent.name == "commands"]
ANALYTICS = SOURCES / "analytics" / "sql"

OF_NO_WORKSPACE = {
    "alive": "asks whether the engine answers",
    "keys": "a key is looked up before its workspace is known",
    "keys_ever": "decides whether the server is open, before anybody is known",
    "workspaces": "the list of them",
    "prices_by_id": "a price is a public fact; its id is a digest of its content",
    "price_ids": "see prices_by_id",
    "datasets_all": "fills the registry at the start, for all",
    "exchange_all": "fills the registry at the start, for all",
    "repricings_all": "fills the registry at the start, for all",
    "calibration": "learns for every workspace apart: its rows name theirs",
    "unseen_calls": "brings the calls of all up to date, and shows them to nobody",
    "overrides_all": "fills the registry at the start, for all",
    "views_all": "fills the registry at the start, for all",
    "shares_all": "fills the registry at the start, for all",
    "feedback_token": "a token is looked up before its workspace is known, and is its own key",
    "projects_all": "fills the registry at the start, for all",
    "quiet_partitions": "asks the engine about its files, not about runs",
    "latest_key": "a bound on time for the whole store",
}
"""Questions that do not name a workspace, and why that shows nobody another's rows."""

PREDICATE = """
where workspace = {workspace:UUID}
  and (key_time >= {key_since:DateTime64(6)}
       and key_time < {key_until:DateTime64(6)}
       or key_time = toDateTime64(0, 6, 'UTC'))
  and started_at >= {since:DateTime64(6)} and started_at < {until:DateTime64(6)}
  and (empty({projects:Array(UUID)}) or has({projects:Array(UUID)}, project))
"""
"""What each question over a span starts with: partitions pruned by the key, the span itself, the projects."""

SAMPLES: dict[str, object] = {
    "UUID": UUID(int=0),
    "String": "x",
    "Bool": True,
    "Float64": 0.5,
    "DateTime64(6)": datetime(2026, 1, 1, tzinfo=UTC),
    **dict.fromkeys(("Int8", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64"), 1),
}
IDENTIFIERS = {
    "sort": "by_cost",
    "dimension": "model",
    "second": "effective_tags",
    "third": "workspace",
    "zone": "UTC",
}
"""For a parameter that names a column or a zone, one that it may name."""

PARAMETER = re.compile(r"\{(\w+):((?:[^{}])+)\}")
each_question = pytest.mark.parametrize("path", QUESTIONS, ids=name)


@each_question
def test_a_question_begins_with_itself_in_english(path: Path) -> None:
    heading = _heading(path)
    assert heading, "the first line is a comment: the question"
    first_sentence = re.split(r"(?<=[.?!])(?:\s|$)", " ".join(heading), maxsplit=1)[0]
    assert first_sentence.endswith("?"), first_sentence


@each_question
def test_a_question_says_what_its_parameters_mean(path: Path) -> None:
    explained = set(re.findall(r"\w+", " ".join(_heading(path))))
    assert not {found for found, _ in PARAMETER.findall(_text(path))} - explained - {"workspace"}


@each_question
def test_a_question_explains_no_parameter_that_it_has_not(path: Path) -> None:
    """The lines that explain stand as `-- name  meaning` or `-- name, name  meaning`."""
    used = {found for found, _ in PARAMETER.findall(_text(path))}
    lines = (re.match(r"(\w+(?:, \w+)*) {2,}\S", line) for line in _heading(path))
    explained = {word for line in lines if line for word in line[1].split(", ")}
    assert explained <= used, explained - used


@each_question
def test_a_question_stays_within_one_workspace(path: Path) -> None:
    if path.stem in OF_NO_WORKSPACE:
        assert "{workspace:UUID}" not in _text(path), "take it off OF_NO_WORKSPACE"
        return
    assert "workspace = {workspace:UUID}" in _text(path)


@each_question
def test_a_question_names_its_columns(path: Path) -> None:
    assert not re.search(r"\bselect\s+(distinct\s+)?(\w+\.)?\*", _text(path), re.IGNORECASE)


@each_question
def test_a_question_over_a_span_has_the_standard_predicate(path: Path) -> None:
    text = _one_line(_text(path))
    if path.is_relative_to(ANALYTICS) and "from runs final" in text and "{since:" in text:
        assert _one_line(PREDICATE) in text


@each_question
def test_the_engine_understands_a_question(path: Path, shared_store: Store) -> None:
    parameters = {found: _sample(found, kind) for found, kind in PARAMETER.findall(_text(path))}
    shared_store.command("explain " + _text(path), **parameters)


@pytest.mark.parametrize("path", COMMANDS, ids=name)
def test_a_command_says_what_it_does_and_stays_within_one_workspace(path: Path) -> None:
    assert " ".join(_heading(path)).endswith(".")
    assert "where workspace = {workspace:UUID}" in _text(path)


def test_a_question_is_asked_from_one_place() -> None:
    asked = Counter[tuple[str, str]]()
    for path in modules():
        asked.update(_questions_of(path))
    have = {
        (".".join(("econome", *p.parent.relative_to(SOURCES).parts)), p.stem) for p in (*QUESTIONS, *COMMANDS)
    }
    assert {key for key in have if not asked[key]} == set(), "nobody asks these"
    assert {key for key in have if asked[key] > 1} == set(), "these are asked in several places"


def _questions_of(path: Path) -> set[tuple[str, str]]:
    """The questions that a module asks: by a literal name, or one of its texts by a variable."""
    module = tree(path)
    constants = {
        target.id: node.value.value
        for node in module.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found: set[tuple[str, str]] = set()
    for call in ast.walk(module):
        if not (
            isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "question"
        ):
            continue
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        package = _constant(given[1], constants) if len(given) > 1 else "econome.analytics.sql"
        if isinstance(given[0], ast.Constant):
            found.add((package, str(given[0].value)))
        else:
            found |= {
                (package, node.value)
                for node in ast.walk(module)
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            }
    return found


def _constant(node: ast.expr, constants: Mapping[str, object]) -> str:
    if isinstance(node, ast.Name):
        return str(constants[node.id])
    assert isinstance(node, ast.Constant)
    return str(node.value)


def _heading(path: Path) -> list[str]:
    lines = []
    for line in path.read_text("utf-8").splitlines():
        if not line.startswith("--"):
            break
        lines.append(line[2:].removeprefix(" "))
    return lines


def _text(path: Path) -> str:
    """The question without its heading."""
    lines = path.read_text("utf-8").splitlines()
    return "\n".join(lines[len(_heading(path)) :])


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _sample(parameter: str, kind: str) -> object:
    if parameter in IDENTIFIERS:
        return IDENTIFIERS[parameter]
    if kind.startswith("Array("):
        return [_sample(parameter, kind.removeprefix("Array(").removesuffix(")"))]
    if kind.startswith("Nullable("):
        return _sample(parameter, kind.removeprefix("Nullable(").removesuffix(")"))
    if kind.startswith("Decimal("):
        return Decimal("1.5")
    return SAMPLES[kind]
