"""econome reconcile: a provider's export laid beside what is stored."""

from __future__ import annotations

import argparse
import json
import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from econome.commands.arguments import WHERE, Commands, add_settings, running, runs, settings_of
from econome.domain.errors import EconomeError

RECONCILE = "/econome/v1/reconcile"
FORMATS = ("auto", "openai.usage", "openai.costs", "anthropic.usage", "anthropic.cost", "csv")
_PATIENCE = 300.0


def add(commands: Commands) -> None:
    """Adds `reconcile`."""
    parser = commands.add_parser(
        "reconcile",
        help="lay a provider's usage or cost export beside what is stored",
        description="Compares day by day and model by model, and names what explains each difference. "
        "Answers 0 when everything agrees, 1 when something differs.",
    )
    parser.add_argument("file", metavar="FILE", help="the export; - reads standard input")
    parser.add_argument(
        "--format", choices=FORMATS, default="auto", help="of the file (default: %(default)s)"
    )
    parser.add_argument(
        "--project", action="append", metavar="NAME", help="only of this project; may be repeated"
    )
    parser.add_argument("--zone", default="UTC", help="whose days the export has (default: %(default)s)")
    parser.add_argument(
        "--tolerance", default="0.005", metavar="DOLLARS", help="money that may differ (default: %(default)s)"
    )
    parser.add_argument("--all", action="store_true", help="show what agrees, too")
    parser.add_argument("--json", action="store_true", help="for programs")
    add_settings(parser, WHERE)
    runs(parser, _reconcile)


def _reconcile(parsed: argparse.Namespace) -> int:
    tolerance = _tolerance(parsed.tolerance)
    said = {
        "format": parsed.format,
        "text": _text(parsed.file),
        "zone": parsed.zone,
        "project": parsed.project or [],
    }
    answer = running(settings_of(parsed)).call("POST", RECONCILE, said, patience=_PATIENCE)
    differing = [row for row in answer["rows"] if _differs(row, tolerance)]
    if parsed.json:
        print(json.dumps(answer, indent=2))
    else:
        print(_told(answer, answer["rows"] if parsed.all else differing))
        for one in answer["refused"]:
            print(f"not read: {one['line']}: {one['why']}", file=sys.stderr)
        for remark in answer["remarks"]:
            print(f"note: {remark}", file=sys.stderr)
    return 1 if differing or answer["refused"] else 0


def _tolerance(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or amount < 0:
        raise EconomeError(f"--tolerance must be an amount of US dollars, such as 0.01, not {text}")
    return amount


def _text(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise EconomeError(f"{name} cannot be read: {error}") from error


def _differs(row: dict[str, Any], tolerance: Decimal) -> bool:
    return abs(Decimal(row["difference"])) > (tolerance if row["is_money"] else 0)


def _told(answer: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    if not answer["rows"]:
        return "There is nothing to compare in this export."
    lines = [f"{answer['format']}, {answer['since']} to {answer['until']}, days of {answer['zone']}", ""]
    if rows:
        lines.append(f"{'day':<11}{'model':<30}{'of':<22}{'theirs':>16}{'ours':>16}{'difference':>16}")
    for row in rows:
        lines.append(
            f"{row['day']:<11}{(row['model'] or row['provider'] + ', all')[:29]:<30}{row['bucket'][:21]:<22}"
            f"{_amount(row, 'theirs'):>16}{_amount(row, 'ours'):>16}{_amount(row, 'difference'):>16}"
        )
        lines += [
            f"{'':<11}{reason['kind']}: {reason['detail']}{_part(row, reason)}" for reason in row["reasons"]
        ]
    if not rows:
        lines.append("Everything agrees.")
    lines += ["", "In all:"]
    lines += [
        f"{'':<11}{'':<30}{one['bucket'][:21]:<22}{_amount(one, 'theirs'):>16}{_amount(one, 'ours'):>16}"
        f"{_amount(one, 'difference'):>16}"
        for one in answer["totals"]
    ]
    return "\n".join(lines)


def _amount(row: dict[str, Any], name: str) -> str:
    value = row[name]
    if value is None:
        return "unknown"
    amount = Decimal(value)
    return f"{'-' * (amount < 0)}${abs(amount):,.4f}" if row["is_money"] else f"{amount:,.0f}"


def _part(row: dict[str, Any], reason: dict[str, Any]) -> str:
    if reason["amount"] is None:
        return ""
    amount = Decimal(reason["amount"])
    return f" ({'-' if amount < 0 else '+'}${abs(amount):,.4f})" if row["is_money"] else f" ({amount:+,.0f})"
