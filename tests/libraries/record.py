"""Keeps what the real libraries send, for the tests of the dialects.

    python -m libraries.record            all cases
    python -m libraries.record NAME ...   these

Each gets a folder in tests/conformance/otlp/captures: the requests in their order, a body and a
file of headers each, and `expected.json`, what was served and what the library tells of it.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import socket
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from libraries import program, provider, sink
from libraries.case import Case, all_cases
from libraries.environments import versions_in
from libraries.ledger import total

ROOT = Path(__file__).resolve().parents[2]
CAPTURES = ROOT / "tests" / "conformance" / "otlp" / "captures"
_TOO_LARGE = 400_000


def record(case: Case) -> Path:
    """Runs one case and keeps what it sent."""
    with provider.running() as known, sink.running() as kept:
        program.run(case, known.address, kept.address)
    versions = versions_in(case)
    first = next(iter(versions.values()))
    for old in CAPTURES.glob(f"{case.name.replace('_', '-')}-[0-9]*"):
        shutil.rmtree(old)
    folder = CAPTURES / f"{case.name.replace('_', '-')}-{first}"
    folder.mkdir(parents=True)
    for number, one in enumerate(kept.sent, 1):
        stem = f"{number:03}.{one.method}.{re.sub(r'[^A-Za-z0-9.]+', '_', one.path.partition('?')[0].strip('/'))}"
        said = {"method": one.method, "path": one.path, "headers": _plain_headers(one.headers)}
        body, ending = _plain_body(one)
        if body:
            said["body"] = f"{stem}.{ending}"
            (folder / said["body"]).write_bytes(body)
        (folder / f"{stem}.headers.json").write_text(json.dumps(said, indent=2) + "\n")
    told = case.told(known.ledger.calls)
    expected = {
        "library": case.title,
        "versions": versions,
        "calls": len(told),
        "calls_with_usage": sum(call.told for call in told),
        **total(call for call in told if call.told),
        "cost": str(sum(call.cost for call in told if call.told)),
        "lost": [asdict(loss) for loss in case.losses],
        "served": [asdict(call) for call in known.ledger.calls],
    }
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    return folder


def _plain_headers(headers: dict[str, str]) -> dict[str, str]:
    """What a receiver may look at; the keys in them are the fake ones of `program`."""
    return {name: value for name, value in headers.items() if name not in {"host", "content-length"}}


def _plain_body(one: sink.Sent) -> tuple[bytes, str]:
    """The body without this machine's names, and how its file's name ends.

    A name is replaced by one that is as long, so that the lengths in protobuf stay right.
    """
    kind = one.headers.get("content-type", "")
    ending = "json" if "json" in kind else "pb" if "protobuf" in kind else "body"
    zipped = one.headers.get("content-encoding") == "gzip"
    body = gzip.decompress(one.body) if zipped else one.body
    ours = {str(ROOT): "/home/user", socket.gethostname(): "a-machine", tempfile.gettempdir(): "/tmp"}  # noqa: S108
    for name, other in ours.items():
        if len(name) > 3:
            body = body.replace(name.encode(), other.ljust(len(name), "-")[: len(name)].encode())
    if len(body) > _TOO_LARGE:
        raise ValueError(f"{one.path}: {len(body)} bytes are too many to keep")
    if not zipped:
        return body, ending
    return gzip.compress(body, mtime=0), f"{ending}.gz"


def main(names: list[str]) -> int:
    cases = [case for case in all_cases() if (not names or case.name in names) and not case.asks]
    failed = 0
    for case in cases:
        try:
            folder = record(case)
        except (RuntimeError, ValueError) as error:
            failed += 1
            print(f"{case.name}: {error}", flush=True)
            continue
        size = sum(path.stat().st_size for path in folder.iterdir())
        print(f"{case.name}: {len(list(folder.glob('*.headers.json')))} requests, {size} bytes", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main(sys.argv[1:]))
