"""What every command shares: its settings, and how it is run."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from econome.settings import Settings, explanations, flag, parse, settings, unknown_variables, variable

if TYPE_CHECKING:
    from econome.web.remote import Remote

WHERE = ("data", "store")
"""What each command may set; `serve` everything."""

Commands = Any  # argparse names its type only in private
Command = Callable[[Commands], None]
"""Adds a command, with its options, to those of the command line."""


def runs(parser: argparse.ArgumentParser, command: Callable[[argparse.Namespace], int]) -> None:
    """Makes `command` what this parser does."""
    parser.set_defaults(run=command, parser=parser)


def show_help(parsed: argparse.Namespace) -> int:
    """What a command without its action does."""
    parsed.parser.print_help()
    return 0


def add_settings(parser: argparse.ArgumentParser, names: Sequence[str]) -> None:
    """Gives a command the options that set these settings."""
    group = parser.add_argument_group(
        "settings", f"Each has a variable too: {flag(names[-1])} is {variable(names[-1])}."
    )
    said = explanations()
    for one in fields(Settings):
        if one.name not in names:
            continue
        name, kind = flag(one.name), str(one.type)
        options: dict[str, Any] = {
            "dest": one.name,
            "default": None,
            "help": said[one.name].replace("%", "%%"),
        }
        if kind == "bool":
            group.add_argument(name, action=argparse.BooleanOptionalAction, **options)
        elif kind.startswith("tuple"):
            group.add_argument(name, action="append", metavar="NAME", **options)
        else:
            group.add_argument(name, metavar=one.name.rpartition("_")[2].upper(), **options)


def settings_of(parsed: argparse.Namespace) -> Settings:
    """The settings that a command was given, with the environment below them; logging follows them."""
    given: dict[str, object] = {}
    for one in fields(Settings):
        value = getattr(parsed, one.name, None)
        if isinstance(value, str):
            given[one.name] = parse(one, value, said=flag(one.name))
        elif isinstance(value, list):
            given[one.name] = tuple(value)
        else:
            given[one.name] = value
    parsed.settings = chosen = settings(given)
    import logging  # noqa: PLC0415  (a tenth of the time that --help takes)

    logging.basicConfig(
        level=chosen.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    # What they warn of ends in an error of ours, in words.
    for driver in ("urllib3.connectionpool", "clickhouse_connect"):
        logging.getLogger(driver).setLevel(logging.ERROR)
    for name in unknown_variables():
        print(f"econome: {name} is no setting of ours, and changes nothing.", file=sys.stderr)
    return chosen


def running(chosen: Settings) -> Remote:
    """The server on the data folder, asked with the admin token.

    Raises `RemoteError` when none runs there, and says how to start one.
    """
    from econome.web.remote import RemoteError, remote  # noqa: PLC0415

    server = remote(chosen.data)
    if server is None:
        raise RemoteError(f"No server runs on {chosen.data}. Start one first, with: econome serve")
    return server
