"""Runs each library and compares Econome's totals with what the provider served.

    python -m libraries.run               all cases
    python -m libraries.run NAME ...      these: * stands for any letters

Each case has a provider and an environment of its own, and they send to one server. What fails
says which number is wrong; nothing is left out in silence. The page docs/reference/clients.md is
written anew.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path

from clients.serving import Running, served
from libraries import comparing, page, program, provider, results
from libraries.case import Case, all_cases
from libraries.environments import versions_in
from libraries.results import Result

ROOT = Path(__file__).resolve().parents[2]


@dataclass(slots=True)
class Outcome:
    """What became of one case."""

    case: Case
    versions: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    calls: int = 0
    seconds: float = 0.0

    @property
    def word(self) -> str:
        return "FAILED" if self.wrong else "passed"


def prove(case: Case, server: Running) -> Outcome:
    """Runs one case against a server where nobody else sends meanwhile."""
    outcome = Outcome(case)
    start = time.monotonic()
    try:
        outcome.versions = versions_in(case)
        before = comparing.found(server, case.labels)
        with provider.running() as known:
            program.run(case, known.address, server.address)
        outcome.calls = len(known.ledger.calls)
        wanted = comparing.expected_of(case, known.ledger.calls)
        outcome.wrong = comparing.found(server, case.labels).since(before).against(wanted)
    except (RuntimeError, AssertionError, OSError) as error:
        outcome.wrong.append(str(error))
    outcome.seconds = time.monotonic() - start
    return outcome


def main(patterns: list[str]) -> int:
    """Runs the cases whose names match, or all; 1 if any failed."""
    cases = [case for case in all_cases() if not patterns or _matches(case, patterns)]
    if not cases:
        known = ", ".join(case.name for case in all_cases())
        print(f"No case is called {' or '.join(patterns)}. Cases: {known}")
        return 2
    outcomes = []
    with (
        tempfile.TemporaryDirectory(prefix="econome-library-") as folder,
        served(Path(folder) / "data") as server,
    ):
        for case in cases:
            outcome = prove(case, server)
            outcomes.append(outcome)
            print(f"{outcome.word} {case.name} ({outcome.seconds:.1f} s)", flush=True)
            for line in outcome.wrong:
                print(f"       {line}", flush=True)
    today = datetime.now(UTC).date().isoformat()
    done = [
        Result(one.case.name, today, one.versions, one.calls, [_short(line) for line in one.wrong])
        for one in outcomes
    ]
    results.keep(done, [case.name for case in all_cases()])
    page.write()
    _print_table(outcomes)
    failed = sum(bool(outcome.wrong) for outcome in outcomes)
    print(f"{len(outcomes) - failed} passed, {failed} failed, 0 skipped", flush=True)
    return 1 if failed else 0


def _short(text: str) -> str:
    """What is worth keeping of what a program said at its end: no paths of this machine."""
    lines = [line for line in text.splitlines() if line.strip()] or [""]
    return re.sub(r"\S*/\S+/\S*", "…", lines[-1].strip())[:200]


def _matches(case: Case, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(case.name, pattern) for pattern in patterns)


def _print_table(outcomes: list[Outcome]) -> None:
    print(f"\n{'case':<32}{'library':<52}{'calls':>6}{'seconds':>9}   result")
    for one in outcomes:
        name, version = next(iter(one.versions.items()), (one.case.library, "not installed"))
        print(f"{one.case.name:<32}{name + ' ' + version:<52}{one.calls:>6}{one.seconds:>9.1f}   {one.word}")
    print()


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main(sys.argv[1:]))
