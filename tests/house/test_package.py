"""What `pip install .` brings is whole: the dashboard, the questions, the texts of the sample."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from house.repository import ROOT, SOURCES, files


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    (built,) = folder.glob("*.whl")
    return built


def test_a_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        held = set(opened.namelist())
    source = ROOT / "src"
    assert {path.relative_to(source).as_posix() for path in files() if path.is_relative_to(SOURCES)} <= held


def test_a_wheel_holds_the_dashboard_and_the_licences_of_what_is_bundled(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        held = set(opened.namelist())
        page = opened.read("econome/web/dist/index.html").decode()
    assert "econome/web/dist/licenses.md" in held
    assert any(
        name.startswith("econome/web/dist/assets/") and name.rpartition("/")[2] in page for name in held
    )
    assert any(name.endswith("licenses/LICENSE") for name in held)
