"""`econome export`: runs, or what they add up to, into a file."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlencode

from econome.commands.arguments import WHERE, Commands, add_settings, running, runs, settings_of, show_help
from econome.domain.errors import EconomeError

FORMS = {".parquet": "parquet", ".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
"""What a file is, by the end of its name."""

STANDARD_OUTPUT = "-"
SHOWN_EVERY_SECONDS = 0.2


class NotExported(EconomeError):
    """There is no file, and why; one of that name from before is still what it was."""


def add(commands: Commands) -> None:
    """Adds the command."""
    export = commands.add_parser(
        "export",
        help="write runs or spend into a file",
        description="Writes what the running server has into a file: Parquet, CSV or JSON lines.",
    )
    runs(export, show_help)
    kinds = export.add_subparsers(title="what", metavar="WHAT")

    each = kinds.add_parser("runs", help="every run, one a row")
    each.add_argument(
        "--payloads", action="store_true", help="with what each run was given and gave, as JSON"
    )
    spend = kinds.add_parser("spend", help="totals, by any dimensions and over time")
    spend.add_argument("--by", metavar="DIMENSIONS", help="such as model, or project,model,tag; or none")
    spend.add_argument(
        "--step", metavar="STEP", help="minute, hour, day or seconds; one row in all, unless told"
    )
    spend.add_argument("--zone", metavar="ZONE", help="whose days, such as Europe/Paris (UTC)")
    for what, parser in (("runs", each), ("spend", spend)):
        _add_common(parser)
        runs(parser, _RUN[what])


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--output",
        metavar="FILE",
        required=True,
        help="where to; what was there is replaced once the new file is whole. - is the standard output",
    )
    parser.add_argument(
        "--format", choices=("parquet", "csv", "jsonl"), help="what, where the file's name does not say it"
    )
    parser.add_argument(
        "--since", metavar="TIME", help="runs from here on, such as 2026-07-01 (the last day)"
    )
    parser.add_argument("--until", metavar="TIME", help="and before this; now, unless told")
    parser.add_argument(
        "--project", action="append", metavar="NAME", help="only of this one; may be repeated"
    )
    parser.add_argument(
        "--filter", metavar="FILTER", help='only those that pass, such as eq(model, "gpt-4o")'
    )
    parser.add_argument("--prices", metavar="DAY", help="amounts at the prices of that day")
    parser.add_argument("--currency", metavar="CODE", help="amounts in another currency than US dollars")
    add_settings(parser, WHERE)


def _runs(parsed: argparse.Namespace) -> int:
    return _export(parsed, "runs", {"payloads": "yes" if parsed.payloads else None})


def _spend(parsed: argparse.Namespace) -> int:
    return _export(parsed, "spend", {"by": parsed.by, "step": parsed.step, "tz": parsed.zone})


_RUN = {"runs": _runs, "spend": _spend}


def _export(parsed: argparse.Namespace, what: str, asked: dict[str, str | None]) -> int:
    form = parsed.format or FORMS.get(Path(parsed.output).suffix.lower())
    if form is None:
        raise NotExported(
            f'What shall "{parsed.output}" be? Say --format parquet, csv or jsonl, or give it such an ending.'
        )
    to_screen = parsed.output == STANDARD_OUTPUT
    if to_screen and form == "parquet" and sys.stdout.isatty():
        raise NotExported("Parquet is no text for a screen. Name a file, or send it into another program.")
    server = running(settings_of(parsed))
    names = ("since", "until", "project", "filter", "prices", "currency")
    asked |= {"format": form, **{name: getattr(parsed, name) for name in names}}
    path = f"/econome/v1/export/{what}?{urlencode({k: v for k, v in asked.items() if v}, doseq=True)}"
    parts = _shown(server.download(path))
    if to_screen:
        for part in parts:
            sys.stdout.buffer.write(part)
        sys.stdout.flush()
        return 0
    target = Path(parsed.output).expanduser()
    with _told(target), _whole(target) as file:
        size_bytes = sum(file.write(part) for part in parts)
    print(f"{target}: {_size(size_bytes)}", file=sys.stderr)
    return 0


@contextmanager
def _told(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NotExported(f"{target} cannot be written: {error.strerror or error}.") from error


@contextmanager
def _whole(target: Path) -> Iterator[BinaryIO]:
    """A file that has its name once all of it is there. What is no file, such as a pipe, is written to."""
    if target.exists() and not target.is_file():
        with target.open("wb") as file:  # a folder says here that it is one
            yield file
        return
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def _shown(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The parts; how much of them there has been is shown on a terminal."""
    shows = sys.stderr.isatty()
    began = shown = time.monotonic()
    size_bytes = 0
    for part in parts:
        yield part
        size_bytes += len(part)
        now = time.monotonic()
        if shows and now - shown > SHOWN_EVERY_SECONDS:
            shown = now
            print(f"\r{_size(size_bytes)} in {now - began:.0f} s ", end="", file=sys.stderr, flush=True)
    if shows and shown != began:
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def _size(size_bytes: int) -> str:
    if size_bytes < 1 << 20:
        return f"{size_bytes / (1 << 10):.1f} KiB"
    return f"{size_bytes / (1 << 20):.1f} MiB"
