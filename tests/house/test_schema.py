"""A migration that users have run never changes again: its digest is pinned at each release.

`make digests`, which runs this file as a script, pins the files as they are.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

SCHEMA = Path(__file__).resolve().parents[2] / "src" / "econome" / "store" / "schema"
PINNED = Path(__file__).with_name("schema.sha256")


def test_released_migrations_are_as_they_were() -> None:
    """Before the first release there are none: the file of digests is empty."""
    now = _digests()
    changed = {file for file, digest in _pinned().items() if now.get(file) != digest}
    assert not changed, f"{changed} went out with a release; write another migration instead"


def test_migrations_are_numbered_without_a_gap() -> None:
    assert [int(file[:4]) for file in _digests()] == list(range(1, len(_digests()) + 1))


def _digests() -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(SCHEMA.glob("*.sql"))}


def _pinned() -> dict[str, str]:
    lines = (line.split() for line in PINNED.read_text("ascii").splitlines() if not line.startswith("#"))
    return {file: digest for digest, file in lines}


if __name__ == "__main__":
    PINNED.write_text("".join(f"{digest}  {file}\n" for file, digest in _digests().items()), "ascii")
