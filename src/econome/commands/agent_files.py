"""Where coding agents keep their session files."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import BufferedReader
from pathlib import Path

import zstandard

from econome.domain.errors import EconomeError
from econome.settings import agents_homes
from econome.wire.agents.call import Agent

Environment = Mapping[str, str]

_PACKED = ".zst"
"""How Codex ends the name of a file that it packs, which it does with all that are a week old."""


class NoFiles(EconomeError):
    """There is nothing to import."""


@dataclass(frozen=True, slots=True)
class SessionFile:
    """A file that an agent wrote, as it was when it was found."""

    agent: Agent
    path: Path
    size: int
    changed: int  # nanoseconds since the epoch


@dataclass(frozen=True, slots=True)
class _Kind:
    """How an agent's files are found."""

    name: str
    homes: Callable[[Environment, Path], list[Path]]
    patterns: tuple[str, ...]  # below a home
    setting: str  # the agent's own variable that moves its home
    is_session: Callable[[Path], bool]


def _homes_of_claude(environment: Environment, home: Path) -> list[Path]:
    moved = environment.get("CLAUDE_CONFIG_DIR", "")
    named = [Path(name.strip()).expanduser() for name in moved.split(",") if name.strip()]
    return named or [home / ".config" / "claude", home / ".claude"]


def _homes_of_codex(environment: Environment, home: Path) -> list[Path]:
    return [Path(environment.get("CODEX_HOME") or home / ".codex").expanduser()]


def _homes_of_gemini(environment: Environment, home: Path) -> list[Path]:
    return [Path(environment.get("GEMINI_CLI_HOME") or home).expanduser() / ".gemini"]


KINDS: Mapping[Agent, _Kind] = {
    Agent.CLAUDE_CODE: _Kind(
        "Claude Code",
        _homes_of_claude,
        ("projects/**/*.jsonl",),
        "CLAUDE_CONFIG_DIR",
        lambda path: (
            path.suffix == ".jsonl" and not path.name.startswith("rollout-") and "chats" not in path.parts
        ),
    ),
    Agent.CODEX: _Kind(
        "Codex CLI",
        _homes_of_codex,
        tuple(
            f"{folder}/**/rollout-*.jsonl{packed}"
            for folder in ("sessions", "archived_sessions")
            for packed in ("", _PACKED)
        ),
        "CODEX_HOME",
        lambda path: path.name.startswith("rollout-") and path.name.removesuffix(_PACKED).endswith(".jsonl"),
    ),
    Agent.GEMINI_CLI: _Kind(
        "Gemini CLI",
        _homes_of_gemini,
        ("tmp/*/chats/**/*.json", "tmp/*/chats/**/*.jsonl"),
        "GEMINI_CLI_HOME",
        lambda path: path.suffix in (".json", ".jsonl") and "chats" in path.parts,
    ),
}


def find(
    agents: Sequence[Agent],
    paths: Sequence[Path] = (),
    environment: Environment | None = None,
    home: Path | None = None,
) -> list[SessionFile]:
    """The session files of these agents, the oldest first; where `paths` are given, only those below.

    Raises `NoFiles`, which says where was looked.
    """
    home = home or Path.home()
    environment = agents_homes() if environment is None else environment
    found: dict[Path, SessionFile] = {}
    looked: list[str] = []
    for agent in agents:
        kind = KINDS[agent]
        places = list(paths) or kind.homes(environment, home)
        looked += [str(place) for place in places if str(place) not in looked]
        for path in _given(kind, paths) if paths else _at_home(kind, places):
            resolved = path.resolve()
            try:
                state = resolved.stat()
            except OSError:
                continue  # it was archived or removed a moment ago
            found.setdefault(resolved, SessionFile(agent, resolved, state.st_size, state.st_mtime_ns))
    if not found:
        names = " or ".join(KINDS[agent].name for agent in agents)
        settings = " or ".join(KINDS[agent].setting for agent in agents)
        raise NoFiles(
            f"No session file of {names} was found in {', '.join(looked)}. "
            f"Name the files or their folder after the agent, or set {settings}."
        )
    return sorted(found.values(), key=_age)


def lines_in(path: Path) -> Generator[bytes]:
    """The lines of a session file, packed or not. Raises `OSError` for one that cannot be read."""
    with path.open("rb") as file:
        if path.suffix != _PACKED:
            yield from file
            return
        # What is added to a packed file is a frame of its own.
        unpacking = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
        try:
            yield from BufferedReader(unpacking, 1 << 20)
        except zstandard.ZstdError as error:
            message = f"it cannot be unpacked: {error}"
            raise OSError(message) from error


def _given(kind: _Kind, paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.exists():
            raise NoFiles(f"There is no {path}.")
        if path.is_dir():
            yield from (
                one
                for one in sorted(path.rglob("*.json*"))
                if one.is_file() and kind.is_session(one.resolve())
            )
        elif path.is_file():
            yield path
        else:
            raise NoFiles(f"{path} is neither a file nor a folder.")


def _at_home(kind: _Kind, homes: Iterable[Path]) -> Iterator[Path]:
    for home in homes:
        for pattern in kind.patterns:
            yield from (path for path in sorted(home.glob(pattern)) if path.is_file())


def _age(one: SessionFile) -> tuple[str, bool, str, int, str]:
    """Whoever was copied comes before its copies, for the first that tells a call is believed.

    Codex' names tell when a session began; and Claude Code's subagents know their own names,
    which the sessions that called them do not repeat.
    """
    is_main = "subagents" not in one.path.parts and not one.path.name.startswith("agent-")
    name = one.path.name if one.agent is not Agent.CLAUDE_CODE else ""
    return one.agent.value, is_main, name, one.changed, str(one.path)


def folder_of(one: SessionFile) -> str:
    """Where the agent worked, as far as what stands beside the file tells; "" where it does not.

    Gemini CLI names a project by a digest of its folder, or by a name that a list explains.
    """
    if one.agent is not Agent.GEMINI_CLI or "chats" not in one.path.parts:
        return ""
    project = Path(*one.path.parts[: one.path.parts.index("chats")])
    try:
        return (project / ".project_root").read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        pass
    try:
        listed = json.loads((project.parent.parent / "projects.json").read_text("utf-8"))["projects"]
        for folder, name in listed.items():
            if project.name in (name, sha256(folder.encode()).hexdigest()):
                return str(folder)
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        pass
    return ""
