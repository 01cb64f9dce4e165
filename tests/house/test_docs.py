"""The documentation is true: its links lead somewhere, and its examples run.

A fenced block whose language is followed by `tested` is run, against a server of its own that
stands at the address which the documentation gives:

- ```python tested: all blocks of a page, one after the other, as one program
- ```console tested: each line after "$ ", in bash; lines below it are what it must print, "..."
  standing for anything
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import pytest

from econome.settings import PREFIX, Settings
from house.repository import ROOT, files, name

ADDRESS = f"http://127.0.0.1:{Settings().port}"
"""Where the documentation says that a server stands."""

PAGES = [path for path in files() if path.suffix == ".md" and "node_modules" not in path.parts]
BLOCK = re.compile(r"^```(python|console) tested\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^]]*\]\(([^)\s]+)\)|!\[[^]]*\]\(([^)\s]+)\)")


def _tested(language: str) -> list[Path]:
    return [path for path in PAGES if any(kind == language for kind, _ in BLOCK.findall(_read(path)))]


def _read(path: Path) -> str:
    return path.read_text("utf-8")


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_links_of_a_page_lead_somewhere(path: Path) -> None:
    prose = FENCED.sub("", _read(path))
    broken = []
    for groups in LINK.findall(prose):
        target = "".join(groups)
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        if not there.exists() or (anchor and anchor not in _anchors(there)):
            broken.append(target)
    assert not broken


def test_each_page_of_the_documentation_can_be_reached_from_its_index() -> None:
    seen: set[Path] = set()
    ahead = [ROOT / "docs" / "index.md"]
    while ahead:
        page = ahead.pop()
        if page in seen or page.suffix != ".md" or not page.exists():
            continue
        seen.add(page)
        ahead += [
            (page.parent / "".join(found).partition("#")[0]).resolve() for found in LINK.findall(_read(page))
        ]
    pages = {path for path in PAGES if path.is_relative_to(ROOT / "docs")}
    assert {name(path) for path in pages - seen} == set()


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_a_page_names_only_what_make_can_do(path: Path) -> None:
    makefile = _read(ROOT / "Makefile")
    can = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = set(re.findall(r"(?:^\$ |`)make ([a-z][a-z-]*)", _read(path), re.MULTILINE))
    assert named <= can, named - can


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_a_page_names_only_settings_that_exist(path: Path) -> None:
    have = {PREFIX + field.name.upper() for field in fields(Settings)}
    named = set(re.findall(rf"\b{PREFIX}[A-Z][A-Z_]*[A-Z]\b", _read(path)))
    assert {one for one in named - have if not one.startswith("ECONOME_TEST_")} == set()


@dataclass(frozen=True, slots=True)
class Server:
    """A server for the examples."""

    address: str
    folder: Path

    def at_home(self, example: str) -> str:
        """The example, with this server's address for the documented one."""
        return example.replace(ADDRESS, self.address)

    @property
    def environment(self) -> dict[str, str]:
        """What somebody who followed the README has."""
        return {
            **os.environ,
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "ECONOME_DATA": str(self.folder),
            "LANGSMITH_TRACING": "true",
            "LANGSMITH_ENDPOINT": f"{self.address}/api/v1",
            "LANGSMITH_API_KEY": "anything",
        }


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("documented")
    program = [sys.executable, "-m", "econome.cli", "serve", "--port", "0", "--data", str(folder)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        said = process.stdout.readline()
        found = re.search(r"http://\S+", said)
        assert found, f"the server said {said!r}"
        yield Server(found[0], folder)
        process.terminate()
        process.stdout.read()


@pytest.mark.parametrize("path", _tested("python"), ids=name)
def test_the_program_of_a_page_runs(path: Path, server: Server, tmp_path: Path) -> None:
    program = "\n".join(text for kind, text in BLOCK.findall(_read(path)) if kind == "python")
    answer = subprocess.run(
        [sys.executable, "-W", "error", "-c", server.at_home(program)],
        cwd=tmp_path,
        env=server.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (answer.returncode, answer.stderr) == (0, "")


@pytest.mark.parametrize("path", _tested("console"), ids=name)
def test_the_commands_of_a_page_work(path: Path, server: Server, tmp_path: Path) -> None:
    for kind, text in BLOCK.findall(_read(path)):
        if kind == "console":
            for step in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
                command, _, expected = step.partition("\n")
                _check(server, tmp_path, command, expected)


def _check(server: Server, folder: Path, command: str, expected: str) -> None:
    answer = subprocess.run(
        ["bash", "-c", server.at_home(command)],
        cwd=folder,
        env=server.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, f"{command}\n{answer.stdout}{answer.stderr}"
    if expected.strip():
        pattern = ".*".join(re.escape(part) for part in server.at_home(expected).strip().split("..."))
        assert re.fullmatch(pattern, answer.stdout.strip(), re.DOTALL), f"{command} printed\n{answer.stdout}"


def _anchors(path: Path) -> set[str]:
    """The headings of a page, as they stand in an address."""
    headings = re.findall(r"^#+ +(.+?) *$", FENCED.sub("", _read(path)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
