"""Keeps what the real libraries send, for the tests of the dialects.

    python -m libraries.record            all cases
    python -m libraries.record NAME ...   these
    python -m libraries.record --expect   only what is expected of them, from what was served then

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
from dataclasses import asdict
from pathlib import Path

from libraries import program, provider, sink
from libraries.case import Case, all_cases
from libraries.environments import versions_in
from libraries.ledger import Call, total

ROOT = Path(__file__).resolve().parents[2]
CAPTURES = ROOT / "tests" / "conformance" / "otlp" / "captures"
_TOO_LARGE = 400_000


def record(case: Case) -> Path:
    """Runs one case and keeps what it sent."""
    with provider.running() as known, sink.running() as kept:
        program.run(case, known.address, kept.address)
    versions = versions_in(case)
    for old in _folders_of(case):
        shutil.rmtree(old)
    folder = CAPTURES / f"{_stem(case)}-{next(iter(versions.values()))}"
    folder.mkdir(parents=True)
    for number, one in enumerate(kept.sent, 1):
        path = re.sub(r"[^A-Za-z0-9.]+", "_", one.path.partition("?")[0].strip("/"))
        stem = f"{number:03}.{one.method}.{path}"
        said = {"method": one.method, "path": one.path, "headers": _plain_headers(one.headers)}
        body, ending = _plain_body(one)
        if body:
            said["body"] = name = f"{stem}.{ending}"
            (folder / name).write_bytes(body)
        (folder / f"{stem}.headers.json").write_text(json.dumps(said, indent=2) + "\n")
    _write_expectation(folder, case, versions, known.ledger.calls)
    return folder


def _stem(case: Case) -> str:
    return case.name.replace("_", "-")


def _folders_of(case: Case) -> list[Path]:
    """Its captures, of whichever version: not those of a case whose name is longer."""
    found = []
    for expected in CAPTURES.glob(f"{_stem(case)}-*/expected.json"):
        version = next(iter(json.loads(expected.read_text())["versions"].values()))
        if expected.parent.name == f"{_stem(case)}-{version}":
            found.append(expected.parent)
    return found


def expect_anew(folder: Path, case: Case) -> None:
    """Writes what is expected of a capture again, after what its library loses was found out."""
    before = json.loads((folder / "expected.json").read_text())
    _write_expectation(folder, case, before["versions"], [Call(**call) for call in before["served"]])


def _write_expectation(folder: Path, case: Case, versions: dict[str, str], served: list[Call]) -> None:
    told = case.told(served)
    expected = {
        "library": case.title,
        "versions": versions,
        "calls": len(told),
        "calls_with_usage": sum(call.told for call in told),
        **total(call for call in told if call.told),
        "cost": str(sum(call.cost for call in told if call.told)),
        "lost": [asdict(loss) for loss in case.losses],
        "served": [asdict(call) for call in served],
    }
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


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
    ours = {str(ROOT): "/srv/chats", sys.base_prefix: "/opt/python", socket.gethostname(): "a-machine"}
    for name, other in ours.items():
        if len(name) > 3:
            body = body.replace(name.encode(), other.ljust(len(name), "-")[: len(name)].encode())
    if len(body) > _TOO_LARGE:
        raise ValueError(f"{one.path}: {len(body)} bytes are too many to keep")
    if not zipped:
        return body, ending
    return gzip.compress(body, mtime=0), f"{ending}.gz"


def main(names: list[str]) -> int:
    if names == ["--expect"]:
        for case in all_cases():
            for folder in _folders_of(case):
                expect_anew(folder, case)
        return 0
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
