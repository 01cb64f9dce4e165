"""Every shape of usage that we have met, with the buckets that it must become.

A case is a file of tests/wire/usage: where it comes from, what the run holds, what is
expected. Expected counts are sums, written out: "1189 - 1024". To add one, add a file.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from econome.domain.usage import Bucket, UsageSource
from econome.wire.usage import read_usage

CASES = sorted((Path(__file__).parent / "usage").glob("*.json"))


def tokens(terms: str) -> int:
    """The value of a sum such as "1189 - 1024"."""
    return sum(int(term) for term in terms.replace(" ", "").replace("-", "+-").split("+"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_usage_becomes_the_expected_buckets(path: Path) -> None:
    case: dict[str, Any] = json.loads(path.read_text())
    reading = read_usage(case["kind"], case["outputs"], case["extra"])
    expected = case["expected"]
    if expected is None:
        assert reading is None
        return
    assert reading is not None
    buckets = {Bucket(name): tokens(terms) for name, terms in expected["buckets"].items()}
    assert dict(reading.usage.known()) == buckets
    assert reading.place == expected["place"]
    assert reading.convention == expected["convention"]
    assert reading.source == UsageSource(expected.get("source", "reported"))
    assert reading.service_tier == expected.get("service_tier", "")
    assert list(reading.notes) == expected.get("notes", [])
    assert dict(reading.fees) == expected.get("fees", {})
    for name in ("cost_reported", "input_cost_reported", "output_cost_reported"):
        assert getattr(reading, name) == (Decimal(expected[name]) if name in expected else None)


def test_every_case_says_where_it_comes_from() -> None:
    assert len(CASES) > 40
    assert all(json.loads(path.read_text())["source"] for path in CASES)


def test_every_shape_that_is_recognised_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "usage.md").read_text()
    told = {(json.loads(path.read_text())["expected"] or {}).get("convention") for path in CASES}
    assert all(f"`{convention}`" in page for convention in told if convention)
    assert all(f"`{bucket.value}`" in page for bucket in Bucket)
    assert all(f"`{source.value}`" in page for source in UsageSource if source)
