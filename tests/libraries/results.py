"""What became of each case when it last ran, kept beside the cases from one run to the next."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

KEPT = Path(__file__).parent / "results.json"
SNIPPETS = Path(__file__).parent / "snippets.json"
"""The same for what the dashboard says of connecting a client."""


@dataclass(frozen=True, slots=True)
class Result:
    """One case's last run."""

    case: str
    day: str  # "2026-11-24"
    versions: dict[str, str]  # the packages that the case names, as they were installed
    calls: int
    wrong: list[str]  # each number that was not as expected; what went wrong before there was one


def read(kept: Path = KEPT) -> dict[str, Result]:
    """The last run of each case that ever ran, by case."""
    if not kept.exists():
        return {}
    return {one["case"]: Result(**one) for one in json.loads(kept.read_text("utf-8"))}


def keep(results: Iterable[Result], cases: Iterable[str], kept: Path = KEPT) -> None:
    """Puts `results` in the place of earlier ones; forgets what is not of `cases` any more."""
    merged = read(kept) | {result.case: result for result in results}
    listed = [asdict(merged[name]) for name in sorted(cases) if name in merged]
    kept.write_text(json.dumps(listed, indent=1, ensure_ascii=False) + "\n", "utf-8")
