"""`econome reprice`: what pricing a period again would change, and the change."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING, Any
from uuid import UUID

from econome.commands.arguments import WHERE, Commands, add_settings, running, runs, settings_of
from econome.domain.errors import EconomeError

if TYPE_CHECKING:
    from econome.web.remote import Remote

_PATH = "/econome/v1/repricings"
_AT_WORK = ("measuring", "running")
_WAIT_SECONDS = 0.5
_BAR = 40


class NotDone(EconomeError):
    """A re-pricing that stopped, or that was asked for with too little."""


def add(commands: Commands) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "reprice",
        help="price the calls of a period again",
        description="Shows what pricing a period again would change; with --apply, changes it.",
    )
    parser.add_argument("--since", metavar="TIME", help="calls from here on, such as 2026-07-01")
    parser.add_argument("--until", metavar="TIME", help="and before this; now, unless told")
    parser.add_argument(
        "--project", action="append", metavar="NAME", help="only of this one; may be repeated"
    )
    parser.add_argument(
        "--filter", metavar="FILTER", help='only those that pass, such as eq(model, "gpt-4o")'
    )
    parser.add_argument("--apply", action="store_true", help="make the change, once the difference is shown")
    parser.add_argument(
        "--resume", type=UUID, metavar="ID", help="apply this proposal, or go on with it where it stopped"
    )
    add_settings(parser, WHERE)
    runs(parser, _reprice)


def _reprice(parsed: argparse.Namespace) -> int:
    server = running(settings_of(parsed))
    if parsed.resume:
        one = server.call("GET", f"{_PATH}/{parsed.resume}")
        if one["state"] not in ("running", "done"):
            one = server.call("POST", f"{_PATH}/{parsed.resume}/apply")
        return _finish(server, one)
    if not parsed.since:
        raise NotDone("Say from when on, such as --since 2026-07-01, or what to go on with: --resume ID")
    asked = {"since": parsed.since, "until": parsed.until, "project": parsed.project, "filter": parsed.filter}
    one = _follow(server, server.call("POST", _PATH, {name: said for name, said in asked.items() if said}))
    if one["state"] == "abandoned":
        raise NotDone("The difference could not be found. The server's log says why.")
    shown = difference(one)
    print("\n".join(shown))
    if not one["changed"]:
        print("Nothing to change.")
        return 0
    if not parsed.apply:
        print(f"Nothing is changed yet. To change it: econome reprice --resume {one['id']}")
        return 0
    return _finish(server, server.call("POST", f"{_PATH}/{one['id']}/apply"), shown)


def _finish(server: Remote, one: Any, shown: list[str] | None = None) -> int:
    """Waits for the change, and says it, unless it is the difference that was shown a moment before."""
    one = _follow(server, one)
    if one["state"] != "done":
        raise NotDone(
            f"It stopped after {one['runs']} calls; the server's log says why. "
            f"To go on: econome reprice --resume {one['id']}"
        )
    made = difference(one)
    if made != shown:
        print("\n".join(made))
    print(f"Done: {one['changed']} of {one['runs']} calls have another price or cost.")
    return 0


def _follow(server: Remote, one: Any) -> Any:
    """Waits until the server is no longer at work on it, with a bar on a terminal."""
    shows = sys.stderr.isatty()
    while one["state"] in _AT_WORK:
        if shows:
            print(f"\r{bar(one)}", end="", file=sys.stderr, flush=True)
        time.sleep(_WAIT_SECONDS)
        one = server.call("GET", f"{_PATH}/{one['id']}")
    if shows:
        print(f"\r{bar(one)}", file=sys.stderr)
    return one


def bar(one: Any) -> str:
    """How far it is, on one line. How many calls there are is known once they have been measured."""
    done, expected = one["runs"], one["expected"]
    if one["state"] == "measuring" or not expected:
        return f"{done} calls measured"
    filled = min(_BAR, done * _BAR // expected)
    return f"[{'#' * filled}{' ' * (_BAR - filled)}] {done} of {expected} calls"


def difference(one: Any) -> list[str]:
    """The lines that show what changes, by model, the largest fall first."""
    rows = [("model", "calls", "changed", "before", "after")]
    rows += [
        (
            "/".join(filter(None, (row["provider"], row["model"]))) or "(no model)",
            str(row["runs"]),
            str(row["changed"]),
            row["before"],
            row["after"],
        )
        for row in one["by_model"]
        if row["changed"]
    ]
    rows.append(("all", str(one["runs"]), str(one["changed"]), one["cost_before"], one["cost_after"]))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    lines.append(f"The difference is {one['difference']} US dollars.")
    before, after = one["unpriced_before"], one["unpriced_after"]
    if before or after:
        lines.append(f"In neither sum: calls without a price, {before} before and {after} after.")
    return lines
