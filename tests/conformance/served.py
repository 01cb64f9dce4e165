"""The cases that were rendered from what a provider served, read from their files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
Case = dict[str, Any]


def files() -> list[Path]:
    return sorted(path for path in (HERE / "served").glob("[a-z]*.json") if path.name != "rates.json")


def cases() -> Iterator[Case]:
    for path in files():
        yield from json.loads(path.read_text("utf-8"))


def rates() -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """Dollars per million tokens of each bucket, and for one of each fee: no two are the same."""
    said = json.loads((HERE / "served" / "rates.json").read_text("utf-8"))
    return tuple({name: Decimal(rate) for name, rate in said[kind].items()} for kind in ("rates", "fees"))  # type: ignore[return-value]
