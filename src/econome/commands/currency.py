"""`econome currency`: in which other currencies amounts can be shown, and at which rates."""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

from econome.commands.arguments import WHERE, Commands, add_settings, running, runs, settings_of, show_help
from econome.domain.errors import EconomeError

COLUMNS = ("currency", "day", "rate")
_PATH = "/econome/v1/currency"


class BadFile(EconomeError):
    """A file of rates that cannot be taken."""


def add(commands: Commands) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "currency", help="list and set the rates of exchange that amounts are shown at"
    )
    runs(parser, show_help)
    actions = parser.add_subparsers(title="actions", metavar="ACTION")

    listing = actions.add_parser("list", help="show the rates")
    add_settings(listing, WHERE)
    runs(listing, _list)

    setting = actions.add_parser("set", help="set how much of a currency one US dollar buys, from a day on")
    setting.add_argument("code", metavar="CURRENCY", help="such as EUR")  # `currency` is a setting
    setting.add_argument("day", metavar="DAY", help="the first day of the rate, such as 2026-11-01")
    setting.add_argument("rate", metavar="RATE", help="such as 0.92")
    add_settings(setting, WHERE)
    runs(setting, _set)

    importing = actions.add_parser("import", help="set the rates of a CSV file")
    importing.add_argument("file", metavar="FILE", help="its first line is currency,day,rate; - is the input")
    add_settings(importing, WHERE)
    runs(importing, _import)


def _list(parsed: argparse.Namespace) -> int:
    said = running(settings_of(parsed)).call("GET", _PATH)
    if not said["currencies"]:
        print("There is no rate. Set one with: econome currency set EUR 2026-11-01 0.92")
        return 0
    for one in said["currencies"]:
        for rate in one["rates"]:
            print(f"{one['currency']}  {rate['day']}  {rate['rate']}")
    return 0


def _set(parsed: argparse.Namespace) -> int:
    server = running(settings_of(parsed))
    said = server.call("POST", _PATH, {"currency": parsed.code, "day": parsed.day, "rate": parsed.rate})
    code = parsed.code.upper()
    if said["changed"]:
        print(f"From {parsed.day} on, one US dollar is {parsed.rate} {code}.")
    else:
        print(f"That was the rate of {code} from {parsed.day} on already.")
    return 0


def _import(parsed: argparse.Namespace) -> int:
    chosen = settings_of(parsed)
    rates = read_rates(sys.stdin.read() if parsed.file == "-" else _text(Path(parsed.file)))
    server = running(chosen)
    changed = sum(bool(server.call("POST", _PATH, rate)["changed"]) for rate in rates)
    print(f"{changed} rates set, {len(rates) - changed} were set already.")
    return 0


def read_rates(text: str) -> list[dict[str, str]]:
    """The rates of a CSV text, all of them fit to be sent.

    Raises `BadFile`, which names the line, before anything is sent: half a file would be half a truth.
    """
    from econome.ingest.exchange import BadRate, read_rate  # noqa: PLC0415

    reader = csv.DictReader(text.lstrip("\ufeff").splitlines(), strict=True)
    try:
        head = [name.strip().lower() for name in reader.fieldnames or ()]
        if sorted(head) != sorted(COLUMNS):
            raise BadFile(f"The first line must be {','.join(COLUMNS)}, not {','.join(head)!r}.")
        reader.fieldnames = head
        rates = []
        for row in reader:
            if None in row:  # "1,08" for 1.08 would be read as 1
                raise BadFile(f"Line {reader.line_num} has more than three columns. Nothing was set.")
            try:
                read_rate(row["currency"], row["day"], row["rate"])
            except BadRate as error:
                raise BadFile(f"Line {reader.line_num}: {error}. Nothing was set.") from error
            rates.append({name: row[name] for name in COLUMNS})
    except csv.Error as error:
        raise BadFile(f"Line {reader.line_num} is no CSV: {error}. Nothing was set.") from error
    return rates


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(f"{path} cannot be read: {error}") from error
