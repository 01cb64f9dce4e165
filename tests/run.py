"""Runs every group of tests, one after the other, and says how long each took.

    python tests/run.py              all groups
    python tests/run.py unit api     these only

Every group runs, whatever became of those before it; the exit code is 1 if any failed.
Nothing is left out in silence: a group that is asked to stay away, or has no test yet, stands
in the table with that word.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NO_TESTS = 5  # pytest's exit code when it found none


@dataclass(frozen=True, slots=True)
class Count:
    """What became of some tests."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)


@dataclass(frozen=True, slots=True)
class Check:
    """A command that passes or fails as one."""

    arguments: tuple[str, ...]

    def run(self) -> Count:
        return Count(failed=1) if _run(*self.arguments) else Count(passed=1)


@dataclass(frozen=True, slots=True)
class Pytest:
    """The tests of a folder."""

    folder: str
    marked: str = "not models"

    @property
    def is_empty(self) -> bool:
        return not any((ROOT / self.folder).rglob("test_*.py"))

    def run(self) -> Count:
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.xml"
            code = _run("pytest", self.folder, "-q", "-m", self.marked, f"--junitxml={report}")
            count = _read(report) if report.exists() else Count()
        if code == 0 or (code != NO_TESTS and count.failed):
            return count
        return count + Count(failed=1)  # it broke before or beside its tests, or there were none


Step = Check | Pytest


@dataclass(frozen=True, slots=True)
class Group:
    """Some steps that are reported together."""

    name: str
    steps: tuple[Step, ...]


@dataclass(slots=True)
class Outcome:
    """What a group came to."""

    name: str
    seconds: float = 0.0
    count: Count = field(default_factory=Count)
    why_none: str = ""

    @property
    def word(self) -> str:
        return self.why_none or ("FAILED" if self.count.failed else "passed")


GROUPS = (
    Group(
        "house",
        (
            Check(("ruff", "check", "--quiet", ".")),
            Check(("ruff", "format", "--check", "--quiet", ".")),
            Check(("mypy", "--no-error-summary")),
            Check(
                (
                    "codespell_lib",
                    "src",
                    "tests",
                    "docs",
                    "ui/src",
                    "README.md",
                    "CONTRIBUTING.md",
                    "CHANGELOG.md",
                )
            ),
            Pytest("tests/house"),
        ),
    ),
    Group("ui", (Check(("build_ui.py", "check")), Check(("build_ui.py", "test")))),
    Group("unit", (Pytest("tests/unit"),)),
    Group("wire", (Pytest("tests/wire"),)),
    Group("api", (Pytest("tests/api"),)),
    Group("clients", (Pytest("tests/clients"),)),
    Group("models", (Pytest("tests", marked="models"),)),
    Group("e2e", (Pytest("tests/e2e"),)),
    Group("durability", (Pytest("tests/durability"),)),
)


def main(names: list[str]) -> int:
    """Runs the groups called `names`, or all; 1 if any test failed."""
    if unknown := set(names) - {group.name for group in GROUPS}:
        print(f"No such group: {', '.join(sorted(unknown))}. Groups: {', '.join(g.name for g in GROUPS)}")
        return 2
    outcomes = [run(group) for group in GROUPS if not names or group.name in names]
    _print_table(outcomes)
    total = sum((outcome.count for outcome in outcomes), Count())
    # Alone on its line: what runs us reads it.
    print(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped", flush=True)
    return 1 if total.failed else 0


def run(group: Group) -> Outcome:
    """Runs one group, printing as it goes."""
    if group.name == "models" and os.environ.get("MODELS") == "0":
        return Outcome(group.name, why_none="left out (MODELS=0)")
    if all(isinstance(step, Pytest) and step.is_empty for step in group.steps):
        return Outcome(group.name, why_none="no tests yet")
    outcome = Outcome(group.name)
    start = time.monotonic()
    for step in group.steps:
        if isinstance(step, Pytest) and step.is_empty:
            continue
        outcome.count += step.run()
    outcome.seconds = time.monotonic() - start
    return outcome


def _run(program: str, *arguments: str) -> int:
    print(f"\n--- {program} {' '.join(a for a in arguments if '--junitxml' not in a)}", flush=True)
    command = [program] if program.endswith(".py") else ["-m", program]
    return subprocess.run(
        [sys.executable, *command, *arguments], cwd=ROOT, stdin=subprocess.DEVNULL, check=False
    ).returncode


def _read(report: Path) -> Count:
    count = Count()
    for suite in ET.parse(report).getroot().iter("testsuite"):  # noqa: S314 - pytest wrote it a moment ago
        tests, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        count += Count(max(0, tests - failed - skipped), failed, skipped)
    return count


def _print_table(outcomes: list[Outcome]) -> None:
    print(f"\n{'group':<12}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>9}   result")
    for outcome in outcomes:
        count = outcome.count
        print(
            f"{outcome.name:<12}{count.passed:>8}{count.failed:>8}{count.skipped:>9}"
            f"{outcome.seconds:>9.1f}   {outcome.word}"
        )
    print(f"{'together':<12}{'':>25}{sum(outcome.seconds for outcome in outcomes):>9.1f}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
