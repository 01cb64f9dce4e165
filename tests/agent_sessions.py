"""The session files of coding agents under conformance/agents, read and stored as an import does it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from econome.domain.piece import Piece
from econome.domain.run import Run
from econome.domain.usage import INPUT, OUTPUT
from econome.ingest.copies import told_again
from econome.ingest.fold import fold
from econome.wire.agents import AGENTS
from econome.wire.agents.call import Agent, Call
from econome.wire.agents.codex import lineage
from econome.wire.agents.reading import About, Found

FILES = Path(__file__).resolve().parent / "conformance" / "agents"
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@cache
def files_of(agent: Agent) -> tuple[Path, ...]:
    return tuple(sorted(path for path in (FILES / agent).rglob("*.json*") if path.name != "projects.json"))


@cache
def parents_of(files: tuple[Path, ...]) -> dict[str, str]:
    told = (lineage(path.read_bytes().partition(b"\n")[0]) for path in files)
    return {session: parent for session, parent in told if parent}


def read(agent: Agent, path: Path, lines: list[bytes] | None = None) -> Found:
    given_lines = path.read_bytes().splitlines(keepends=True) if lines is None else lines
    found: Found = AGENTS[agent].read(
        given_lines, About(str(path), parents=parents_of(files_of(agent)) if agent is Agent.CODEX else {})
    )
    return found


@cache
def all_calls(agent: Agent) -> tuple[Call, ...]:
    return tuple(call for path in files_of(agent) for call in read(agent, path).calls)


def stored(pieces: Iterable[Piece]) -> dict[str, Run]:
    """The runs, as the committer makes them of pieces in this order."""
    runs: dict[str, Run] = {}
    for piece in pieces:
        run = runs.setdefault(str(piece.id), Run(id=piece.id))
        told_again(piece, run)
        fold(run, piece, NOW)
    return runs


def totals(runs: Iterable[Run]) -> tuple[int, int, int]:
    """Calls, tokens sent, tokens generated."""
    some = list(runs)
    sent = sum(getattr(run, bucket) or 0 for run in some for bucket in INPUT)
    return len(some), sent, sum(getattr(run, bucket) or 0 for run in some for bucket in OUTPUT)


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
VALUES = st.recursive(
    SCALARS,
    lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text(max_size=5), some, max_size=3),
    max_leaves=8,
)
"""Any JSON value, small."""
