"""Who may import whom, and how light the command line stays."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from house.repository import ROOT, SOURCES, modules, name, tree

MAY_READ_THE_ENVIRONMENT = {"settings.py", "cli.py", "doctor.py"}
HEAVY = {
    "chdb",
    "clickhouse_connect",
    "pandas",
    "pyarrow",
    "numpy",
    "starlette",
    "uvicorn",
    "genai_prices",
    "tokenizers",
}


def test_the_contracts_between_layers_are_kept() -> None:
    answer = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize("path", modules(SOURCES / "domain"), ids=name)
def test_the_domain_needs_only_the_standard_library(path: Path) -> None:
    strangers = {top for top in _imported(path) if top not in {*sys.stdlib_module_names, "econome"}}
    assert not strangers


def test_only_the_settings_and_the_command_line_read_the_environment() -> None:
    read = [
        f"{name(path)}:{node.lineno}"
        for path in modules()
        if path.parent != SOURCES or path.name not in MAY_READ_THE_ENVIRONMENT
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and f"{node.value.id}.{node.attr}" in {"os.environ", "os.getenv", "os.putenv"}
    ]
    assert read == [], "these read the environment; ask for a setting instead"


def test_asking_the_command_line_for_help_loads_neither_the_engine_nor_the_web() -> None:
    program = f"import sys, econome.cli; print(*sorted({HEAVY!r} & set(sys.modules)))"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert loaded.split() == []


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.partition(".")[0]
