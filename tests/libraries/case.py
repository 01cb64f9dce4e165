"""A case: one program that is instrumented by one library, and what is expected of it.

All of it stands in one file of programs/: the packages in the header that PEP 723 describes (in
JavaScript the same header behind `//`), what the library loses in that header's [tool.econome].
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from libraries.ledger import COUNTS, Call

PROGRAMS = Path(__file__).parent / "programs"
_HEADER = re.compile(r"^(#|//) /// script\n(?P<body>(?:\1(?:| .*)\n)+?)\1 ///$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Loss:
    """What a library itself loses, or makes up, before anything reaches Econome."""

    calls: str  # a pattern of kinds of call: "embeddings", "* stream"
    what: tuple[str, ...]  # of COUNTS; "usage" is all of them, "call" the call itself, "twice" its oneness
    why: str
    adds: dict[str, int]  # what it reports beyond what was served

    def befell(self, call: Call) -> list[Call]:
        """The call as the library tells it; nothing if it tells nothing."""
        if not fnmatchcase(call.kind, self.calls):
            return [call]
        if "call" in self.what:
            return []
        if "twice" in self.what:
            return [call, call]
        lost = COUNTS if "usage" in self.what else [name for name in COUNTS if name in self.what]
        without: dict[str, Any] = dict.fromkeys(lost, 0)
        told = replace(call, told=call.told and "usage" not in self.what, **without)
        if self.adds:
            more: dict[str, Any] = {name: getattr(told, name) + count for name, count in self.adds.items()}
            return [replace(told, told=True, **more)]
        return [told]


@dataclass(frozen=True, slots=True)
class Case:
    """A program and what it needs."""

    name: str
    title: str
    program: Path
    requirements: tuple[str, ...]
    losses: tuple[Loss, ...]
    project: str | None  # that its runs are found in; None is the name of the case
    environment: dict[str, str]
    asks: bool  # it asks what only Econome answers: what it sends is no capture
    tells_cost: bool = False  # it reckons what a call costs, and tells it
    labels: tuple[str, ...] = ()  # that each of its calls has, from above too: "user anna"

    @property
    def is_javascript(self) -> bool:
        return self.program.suffix == ".mjs"

    @property
    def library(self) -> str:
        """The packages that are proven, with their versions: those named first."""
        return self.requirements[0]

    def told(self, served: Iterable[Call]) -> list[Call]:
        """The calls as this library tells them."""
        left = list(served)
        for loss in self.losses:
            left = [told for call in left for told in loss.befell(call)]
        return left


def all_cases() -> list[Case]:
    """All of them, by name."""
    found = [*PROGRAMS.glob("*.py"), *PROGRAMS.glob("*.mjs")]
    return sorted(
        (read(path) for path in found if _HEADER.search(path.read_text())), key=lambda case: case.name
    )


def read(program: Path) -> Case:
    """The case that stands in a file.

    Raises `ValueError` when its header is missing or wrong.
    """
    match = _HEADER.search(program.read_text())
    if match is None:
        raise ValueError(f"{program.name} has no header (# /// script)")
    mark = len(match[1])
    header = tomllib.loads("\n".join(line[mark + 1 :] for line in match["body"].splitlines()))
    ours = header["tool"]["econome"]
    losses = tuple(
        Loss(one["calls"], tuple(one.get("what", ())), one["why"], one.get("adds", {}))
        for one in ours.get("lost", [])
    )
    return Case(
        name=program.stem,
        title=ours["title"],
        program=program,
        requirements=tuple(header["dependencies"]),
        losses=losses,
        tells_cost=ours.get("tells_cost", False),
        labels=tuple(ours.get("labels", ())),
        project=ours.get("project"),
        environment=ours.get("environment", {}),
        asks=ours.get("asks", False),
    )
