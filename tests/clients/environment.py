"""Environments of their own for programs whose packages are heavy, or quarrel with ours.

Each is made once, under .cache/, and kept until what it is made of changes.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache"


def python_with(name: str, requirements: Path) -> Path:
    """The Python of an environment that has `requirements`, which is made if it is not there.

    Raises `RuntimeError` with pip's own words when something cannot be installed.
    """
    wanted = requirements.read_bytes() + sys.version.encode()
    folder = CACHE / f"{name}-{hashlib.sha256(wanted).hexdigest()[:12]}"
    python, complete = folder / "bin" / "python", folder / "complete"
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two runs of the tests install once
        if complete.exists():
            return python
        for old in CACHE.glob(f"{name}-*"):
            shutil.rmtree(old)
        _run([sys.executable, "-m", "venv", str(folder)])
        quietly = ["--quiet", "--disable-pip-version-check", "--no-compile"]
        _run([str(python), "-m", "pip", "install", *quietly, "--requirement", str(requirements)])
        complete.touch()
    return python


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout[-2_000:]}\n{done.stderr[-4_000:]}")
