"""`econome import`: the session files of coding agents, into the running server."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from econome.commands.arguments import WHERE, Commands, add_settings, running, runs, settings_of
from econome.domain.errors import EconomeError

if TYPE_CHECKING:
    from econome.commands.agent_files import SessionFile
    from econome.commands.import_memory import Acknowledged
    from econome.settings import Settings
    from econome.web.remote import Remote
    from econome.wire.agents.call import Agent, Call

AUTO = "auto"
NAMES = ("claude-code", "codex", "gemini-cli", AUTO)
_LINES = "application/x-ndjson"
_PATIENCE = 300.0
_BUSY = (429, 503)
_PAUSES = (1.0, 2.0, 5.0, 10.0)  # seconds, after which it is asked again
_MOST_CALLS = 500
_MOST_BYTES = 4 << 20
_TOLD = 10
"""Broken lines that are told one by one; all are counted."""
_KIB = 1024


class BadTime(EconomeError):
    """A time that cannot be understood."""


def add(commands: Commands) -> None:
    """Adds `import`."""
    parser = commands.add_parser(
        "import",
        help="bring in what coding agents used, from their session files",
        description="Reads the session files of Claude Code, Codex CLI and Gemini CLI. Each call is stored "
        "once, however often it stands in them and however often they are imported.",
    )
    parser.add_argument("agent", choices=NAMES, help="whose files; auto: of all that are here")
    parser.add_argument(
        "path", nargs="*", type=Path, metavar="PATH", help="files or folders (default: its own)"
    )
    parser.add_argument("--since", metavar="DAY", help="only calls from then on, such as 2026-11-01")
    parser.add_argument("--project", metavar="NAME", help="the project (default: the agent's name)")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--dry-run", action="store_true", help="tell calls, tokens and money; store nothing")
    how.add_argument(
        "--watch",
        nargs="?",
        type=_seconds,
        const=30.0,
        metavar="SECONDS",
        help="go on until Ctrl+C, and look so often for what is new (default: 30)",
    )
    parser.add_argument("--again", action="store_true", help="read files that were imported already, too")
    parser.add_argument("--to", metavar="ADDRESS", help="another server than the one on the data folder")
    parser.add_argument("--key", help="a key for that server")
    parser.add_argument("--json", action="store_true", help="for programs")
    add_settings(parser, WHERE)
    runs(parser, _import)


@dataclass(slots=True)
class _Outcome:
    """What an import has come to."""

    files: int = 0
    unchanged: int = 0
    repeated: int = 0  # calls that another file, or another line, had told as well
    unfinished: int = 0  # calls whose last count was written while the answer was still coming
    broken: list[str] = field(default_factory=list)
    refused: int = 0
    refusals: list[str] = field(default_factory=list)
    totals: dict[tuple[str, str, str, str], dict[str, Any]] = field(default_factory=dict)


def _import(parsed: argparse.Namespace) -> int:
    chosen = settings_of(parsed)
    since = _since(parsed.since)
    outcome = _once(parsed, chosen, since)
    if parsed.watch is None:
        return _say(outcome, parsed)
    while True:
        if outcome.files:
            _say(outcome, parsed)
        time.sleep(parsed.watch)
        outcome = _once_more(parsed, chosen, since)


def _once_more(parsed: argparse.Namespace, chosen: Settings, since: datetime | None) -> _Outcome:
    """What has come in since; nothing, and why, while the server is away: the next time it may be back."""
    from econome.web.remote import RemoteError  # noqa: PLC0415

    try:
        return _once(parsed, chosen, since)
    except RemoteError as error:
        if 400 <= error.status < 500 and error.status not in _BUSY:
            raise  # a key that was taken back stays so
        print(f"not imported yet: {error}", file=sys.stderr)
        return _Outcome()


def _once(parsed: argparse.Namespace, chosen: Settings, since: datetime | None) -> _Outcome:
    from econome.commands.agent_files import find  # noqa: PLC0415  (here and below: the readers are heavy)
    from econome.commands.import_memory import Acknowledged  # noqa: PLC0415
    from econome.wire.agents.call import Agent  # noqa: PLC0415

    agents = list(Agent) if parsed.agent == AUTO else [Agent(parsed.agent)]
    files = find(agents, parsed.path)
    memory = Acknowledged(chosen.data, f"{parsed.to or 'here'} {parsed.project or ''}")
    outcome = _Outcome()
    _Importer(_server(parsed, chosen), memory, outcome, since, parsed).run(files)
    return outcome


def _say(outcome: _Outcome, parsed: argparse.Namespace) -> int:
    """Prints what has come in, and what has not; 1 for the latter."""
    if parsed.json:
        print(json.dumps(_as_json(outcome, is_dry=parsed.dry_run), indent=2))
    else:
        from econome.commands.import_report import report  # noqa: PLC0415

        print(report(list(outcome.totals.items()), is_dry=parsed.dry_run))
        _tell(outcome, is_dry=parsed.dry_run)
    for told in outcome.broken[:_TOLD]:
        print(f"not read: {told}", file=sys.stderr)
    if len(outcome.broken) > _TOLD:
        print(f"not read: {len(outcome.broken) - _TOLD} lines more", file=sys.stderr)
    for told in outcome.refusals[:_TOLD]:
        print(f"not stored: {told}", file=sys.stderr)
    return 1 if outcome.broken or outcome.refused else 0


def _seconds(text: str) -> float:
    seconds = float(text)  # argparse says which text is none
    if not 1 <= seconds <= 86_400:
        raise argparse.ArgumentTypeError(f"{text} is not between 1 and 86400")
    return seconds


def _since(text: str | None) -> datetime | None:
    if text is None:
        return None
    from econome.wire.times import instant  # noqa: PLC0415

    moment = instant(text)
    if moment is None:
        raise BadTime(f"--since must be a day or a time in ISO 8601, such as 2026-11-01, not {text!r}.")
    return moment


def _server(parsed: argparse.Namespace, chosen: Settings) -> Remote:
    if parsed.to is None:
        return running(chosen)
    from econome.web.remote import Remote, RemoteError  # noqa: PLC0415

    address = parsed.to.rstrip("/")
    if not address.startswith(("http://", "https://")):
        raise RemoteError(f'An address begins with http:// or https://, unlike "{parsed.to}".')
    return Remote(address, parsed.key or "")


class _Importer:
    """Reads one file after the other, and sends what was not sent yet."""

    def __init__(
        self,
        server: Remote,
        memory: Acknowledged,
        outcome: _Outcome,
        since: datetime | None,
        parsed: argparse.Namespace,
    ) -> None:
        self._server = server
        self._memory = memory
        self._outcome = outcome
        self._since = since
        self._project = parsed.project or ""
        self._is_dry = parsed.dry_run
        self._reads_all = parsed.again or parsed.dry_run
        self._told: dict[UUID, Call] = {}  # without its texts: what it was worth when it was sent
        self._waiting: list[Call] = []  # agents write thousands of small files: they go together
        self._read: list[SessionFile] = []  # whose calls wait, or were acknowledged

    def run(self, files: Sequence[SessionFile]) -> None:
        """Imports the files; a file is remembered once all of it was acknowledged."""
        from econome.sample.progress import Progress  # noqa: PLC0415

        wanted = [one for one in files if self._is_wanted(one)]
        self._outcome.unchanged = len(files) - len(wanted)
        if not wanted:
            return
        parents = _parents(files)
        total = sum(one.size // _KIB + 1 for one in wanted)
        with Progress("Session files, KiB", max(1, total)) as progress:
            for one in wanted:
                self._file(one, parents)
                progress.advance(one.size // _KIB + 1, one.path.name)
        self._send_all(self._told.values() if self._is_dry else self._waiting)
        self._remember()
        self._outcome.unfinished = sum(not call.is_final for call in self._told.values())

    def _is_wanted(self, one: SessionFile) -> bool:
        if self._since is not None and one.changed < self._since.timestamp() * 1e9:
            return False  # nothing in it is newer than the file itself
        return self._reads_all or not self._memory.has(one.path, one.size, one.changed)

    def _file(self, one: SessionFile, parents: dict[str, str]) -> None:
        from econome.commands.agent_files import folder_of, lines_in  # noqa: PLC0415
        from econome.wire.agents import AGENTS  # noqa: PLC0415
        from econome.wire.agents.reading import About  # noqa: PLC0415

        try:
            about = About(str(one.path), folder_of(one), parents)
            found = AGENTS[one.agent].read(lines_in(one.path), about)
        except OSError as error:
            self._outcome.broken.append(f"{one.path}: {error.strerror or error}")
            return
        self._outcome.files += 1
        self._outcome.broken += [f"{one.path}, line {broken.line}: {broken.why}" for broken in found.broken]
        fresh = [call for call in found.calls if self._is_fresh(call)]
        if self._is_dry:
            return
        self._waiting += fresh
        self._read.append(one)
        if len(self._waiting) >= _MOST_CALLS:
            self._send_all(self._waiting)
            self._waiting = []
            self._remember()

    def _remember(self) -> None:
        """Takes note of the files of which all was acknowledged; of those of a part of the time, nothing."""
        if self._since is None and not self._is_dry:
            self._memory.add((one.path, one.size, one.changed) for one in self._read)
        self._read = []

    def _is_fresh(self, call: Call) -> bool:
        """Whether this tells a call for the first time, or more of it than was told before."""
        at = call.ended_at or call.started_at
        if self._since is not None and (at is None or at < self._since):
            return False
        bare = replace(call, prompt="", answer="", tools=())
        known = self._told.get(call.id)
        if known is None:
            self._told[call.id] = bare
            return True
        self._outcome.repeated += 1
        if call.completeness <= known.completeness:
            return False
        # Who told it first says where it belongs.
        self._told[call.id] = replace(known, usage=call.usage, model=call.model, is_final=call.is_final)
        return True

    def _send_all(self, calls: Iterable[Call]) -> None:
        by_agent: dict[Agent, list[Call]] = {}
        for call in calls:
            by_agent.setdefault(call.agent, []).append(call)
        for agent, some in by_agent.items():
            for body in _batches(some):
                self._send(agent, body)

    def _send(self, agent: Agent, body: bytes) -> None:
        asked = {"project": self._project, "dry_run": "true" if self._is_dry else ""}
        query = urlencode({name: value for name, value in asked.items() if value})
        path = f"/econome/v1/import/{agent.value}" + (f"?{query}" if query else "")
        answer = self._answer(path, body)
        self._outcome.refused += answer["refusals"]
        self._outcome.refusals += answer["refused"]
        for row in answer["totals"]:
            _sum_up(self._outcome.totals, (agent.value, row["session"], row["folder"], row["model"]), row)

    def _answer(self, path: str, body: bytes) -> Any:
        """What the server says; asked again while it is busy, for the same lines do no harm twice."""
        from econome.web.remote import RemoteError  # noqa: PLC0415

        for pause in _PAUSES:
            try:
                return self._server.send("POST", path, body, _LINES, patience=_PATIENCE)
            except RemoteError as error:
                if error.status not in _BUSY:
                    raise
            time.sleep(pause)
        return self._server.send("POST", path, body, _LINES, patience=_PATIENCE)


def _parents(files: Iterable[SessionFile]) -> dict[str, str]:
    """Of which session each of Codex' is a fork: their first lines tell."""
    from econome.commands.agent_files import lines_in  # noqa: PLC0415
    from econome.wire.agents.call import Agent  # noqa: PLC0415
    from econome.wire.agents.codex import lineage  # noqa: PLC0415

    parents = {}
    for one in files:
        if one.agent is not Agent.CODEX:
            continue
        try:
            with closing(lines_in(one.path)) as lines:
                session, parent = lineage(next(lines, b""))
        except OSError:
            continue  # told when it is read
        if session and parent:
            parents[session] = parent
    return parents


def _batches(calls: Iterable[Call]) -> Iterator[bytes]:
    from econome.wire.agents.transfer import line_of  # noqa: PLC0415

    lines: list[bytes] = []
    size = 0
    for call in calls:
        line = line_of(call)
        if lines and (len(lines) == _MOST_CALLS or size + len(line) > _MOST_BYTES):
            yield b"".join(lines)
            lines, size = [], 0
        lines.append(line)
        size += len(line)
    if lines:
        yield b"".join(lines)


def _sum_up(
    totals: dict[tuple[str, str, str, str], dict[str, Any]],
    place: tuple[str, str, str, str],
    row: dict[str, Any],
) -> None:
    from decimal import Decimal  # noqa: PLC0415

    one = totals.setdefault(
        place,
        dict.fromkeys(("calls", "input_tokens", "cache_read", "output_tokens", "unpriced", "unknown"), 0)
        | {"cost": Decimal()},
    )
    for name, amount in one.items():
        one[name] = amount + (Decimal(row[name]) if name == "cost" else row[name])


def _tell(outcome: _Outcome, *, is_dry: bool) -> None:
    calls = sum(one["calls"] for one in outcome.totals.values())
    print(f"Files read: {outcome.files}, left alone: {outcome.unchanged}.")
    print(f"Calls {'found' if is_dry else 'stored'}: {calls}, copies of calls: {outcome.repeated}.")
    if outcome.unfinished:
        print(f"Answers without an end in the files: {outcome.unfinished}. More may have been generated.")


def _as_json(outcome: _Outcome, *, is_dry: bool) -> dict[str, Any]:
    names = ("agent", "session", "folder", "model")
    return {
        "dry_run": is_dry,
        "files": outcome.files,
        "unchanged": outcome.unchanged,
        "repeated": outcome.repeated,
        "unfinished": outcome.unfinished,
        "broken": outcome.broken,
        "refusals": outcome.refused,
        "refused": outcome.refusals,
        "as_of": datetime.now(UTC).isoformat(),
        "totals": [
            {**dict(zip(names, place, strict=True)), **one, "cost": str(one["cost"])}
            for place, one in outcome.totals.items()
        ],
    }
