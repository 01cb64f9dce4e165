"""Runs every group of tests and says how long each took.

    python tests/run.py              all groups
    python tests/run.py unit api     these only

Every group runs, whatever became of those before it; the exit code is 1 if any failed. Those
that mostly wait run beside the others, and their output follows when all are done.
Nothing is left out in silence: a group that is asked to stay away, or has no test yet, stands
in the table with that word.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent


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

    @property
    def is_empty(self) -> bool:
        return False

    def run(self, output: IO[str]) -> Count:
        return Count(failed=1) if _run(output, *self.arguments) else Count(passed=1)


@dataclass(frozen=True, slots=True)
class Pytest:
    """The tests of a folder."""

    folder: str
    marked: str = "not models"

    @property
    def is_empty(self) -> bool:
        return not any((ROOT / self.folder).rglob("test_*.py"))

    def run(self, output: IO[str]) -> Count:
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.xml"
            code = _run(output, "pytest", self.folder, "-q", "-m", self.marked, f"--junitxml={report}")
            count = _read(report) if report.exists() else Count()
        return _at_least_one(code, count)


@dataclass(frozen=True, slots=True)
class Node:
    """The dashboard's own tests, by Node's test runner."""

    @property
    def is_empty(self) -> bool:
        return not any((ROOT / "ui" / "src").rglob("*.test.ts"))

    def run(self, output: IO[str]) -> Count:
        with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
            code = _run(said, "build_ui.py", "test")
            said.seek(0)
            text = said.read()
        print(text, end="", file=output, flush=True)
        found = dict(re.findall(r"^\S+ (pass|fail|skipped) (\d+)$", text, re.MULTILINE))
        passed, failed, skipped = (int(found.get(word, 0)) for word in ("pass", "fail", "skipped"))
        return _at_least_one(code, Count(passed, failed, skipped))


def _at_least_one(code: int, count: Count) -> Count:
    """A runner that broke beside its tests has failed once more; so has one that found none to run."""
    if count.failed or (code == 0 and count != Count()):
        return count
    return count + Count(failed=1)


Step = Check | Pytest | Node


@dataclass(frozen=True, slots=True)
class Group:
    """Some steps that are reported together."""

    name: str
    steps: tuple[Step, ...]
    is_beside: bool = False  # it mostly waits: others run meanwhile


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
    Group("ui", (Check(("ui/generate_types.py",)), Check(("build_ui.py", "check")), Node())),
    Group("unit", (Pytest("tests/unit"),)),
    Group("conformance", (Pytest("tests/conformance"),)),
    Group("api", (Pytest("tests/api"),)),
    Group("clients", (Pytest("tests/clients"),)),
    Group("models", (Pytest("tests", marked="models"),)),
    Group("e2e", (Pytest("tests/e2e"),)),
    Group("durability", (Pytest("tests/durability"),), is_beside=True),
)


def main(names: list[str]) -> int:
    """Runs the groups called `names`, or all; 1 if any test failed."""
    if unknown := set(names) - {group.name for group in GROUPS}:
        print(f"No such group: {', '.join(sorted(unknown))}. Groups: {', '.join(g.name for g in GROUPS)}")
        return 2
    chosen = [group for group in GROUPS if not names or group.name in names]
    start = time.monotonic()
    outcomes = _run_all(chosen)
    _print_table(outcomes, time.monotonic() - start)
    total = sum((outcome.count for outcome in outcomes), Count())
    # Alone on its line: what runs us reads it.
    print(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped", flush=True)
    return 1 if total.failed else 0


def _run_all(groups: list[Group]) -> list[Outcome]:
    outcomes = {group.name: Outcome(group.name) for group in groups}
    with tempfile.TemporaryFile("w+", encoding="utf-8") as later, ThreadPoolExecutor(1) as pool:
        beside = [pool.submit(run, group, outcomes[group.name], later) for group in groups if group.is_beside]
        for group in groups:
            if not group.is_beside:
                run(group, outcomes[group.name], sys.stdout)
        for one in beside:
            one.result()
        later.seek(0)
        print(later.read(), end="", flush=True)
    return list(outcomes.values())


def run(group: Group, outcome: Outcome, output: IO[str]) -> None:
    """Runs one group; its output goes to `output` as it comes."""
    if group.name == "models" and os.environ.get("MODELS") == "0":
        outcome.why_none = "left out (MODELS=0)"
        return
    steps = [step for step in group.steps if not step.is_empty]
    if not steps:
        outcome.why_none = "no tests yet"
        return
    start = time.monotonic()
    for step in steps:
        outcome.count += step.run(output)
    outcome.seconds = time.monotonic() - start


def _run(output: IO[str], program: str, *arguments: str) -> int:
    shown = " ".join(argument for argument in arguments if "--junitxml" not in argument)
    print(f"\n--- {program} {shown}", file=output, flush=True)
    command = [program] if program.endswith(".py") else ["-m", program]
    return subprocess.run(
        [sys.executable, *command, *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        check=False,
    ).returncode


def _read(report: Path) -> Count:
    count = Count()
    for suite in ET.parse(report).getroot().iter("testsuite"):  # noqa: S314 - pytest wrote it a moment ago
        tests, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        count += Count(max(0, tests - failed - skipped), failed, skipped)
    return count


def _print_table(outcomes: list[Outcome], seconds: float) -> None:
    print(f"\n{'group':<12}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>9}   result")
    for outcome in outcomes:
        count = outcome.count
        print(
            f"{outcome.name:<12}{count.passed:>8}{count.failed:>8}{count.skipped:>9}"
            f"{outcome.seconds:>9.1f}   {outcome.word}"
        )
    print(f"{'all of it':<12}{'':>25}{seconds:>9.1f}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
