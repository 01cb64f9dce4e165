"""`python -m bench [--quick] [part …]`: measures, and prints Markdown. See docs/explanation/benchmarks.md."""

from __future__ import annotations

import argparse
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench import alternatives, dashboard, ingest, machine, profiling, questions, spans, start, tracing
from bench.session import Session

PARTS = {
    "ingest": ingest.run,
    "alternatives": alternatives.run,
    "spans": spans.run,
    "tracing": tracing.run,
    "start": start.run,
    "questions": questions.run,
    "dashboard": dashboard.run,
    "live": dashboard.live,
    "profile": profiling.run,
}
LONG = ("live",)  # measured when asked for by name


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures Econome on this machine.")
    usual = [one for one in PARTS if one not in LONG]
    told = f"{', '.join(PARTS)} (default: all but {', '.join(LONG)})"
    parser.add_argument("parts", nargs="*", metavar="part", help=told)
    parser.add_argument(
        "--quick", action="store_true", help="tiny sizes: shows that it works, measures nothing"
    )
    parser.add_argument(
        "--stores",
        type=Path,
        help="a folder with the stores `million` and `ten` (python -m bench.inside fill …)",
    )
    given = parser.parse_args()
    unknown = [one for one in given.parts if one not in PARTS]
    if unknown:
        parser.error(f"there is no part {unknown[0]!r}; there are {', '.join(PARTS)}")
    command = " ".join(["python -m bench", *sys.argv[1:]])
    print(f"{datetime.now(UTC):%Y-%m-%d}, `{command}`: {machine.described()}.\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="econome-bench-") as folder:
        session = Session(Path(folder), quick=given.quick, made=given.stores)
        for name in given.parts or usual:
            print(f"### {name.capitalize()}\n\nLoad average before: {machine.load()}\n", flush=True)
            PARTS[name](session)


if __name__ == "__main__":
    main()
