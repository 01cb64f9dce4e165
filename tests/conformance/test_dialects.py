"""Each library's spans, read in our words, and counted once."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from conformance.spans import SpansCase, spans_cases
from econome.domain.piece import OF_SERVER, OF_SPAN, OF_WRAPPER, Piece
from econome.wire.dialects import DIALECTS
from econome.wire.otlp import json_form, pieces, protobuf

PLACES = {OF_SPAN: "span", OF_SERVER: "server", OF_WRAPPER: "wrapper"}
_READING = {"usage", "convention", "place", "fees", "cost_reported", "input_cost_reported"}

CASES = [pytest.param(case, id=case.id) for case in spans_cases()]
COUNTED = [pytest.param(case, id=case.id) for case in spans_cases() if case.counted is not None]
PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "otlp.md"
WHEN = {"since": "2026-09-20T00:00:00+00:00", "until": "2026-12-20T00:00:00+00:00"}


@pytest.mark.parametrize("case", CASES)
def test_a_span_is_read_as_its_library_means_it(case: SpansCase) -> None:
    reader = json_form if case.content_type == "application/json" else protobuf
    found = pieces.delivery_of(reader.spans_in(case.body)).pieces
    indexed = [(expected.get("span", index), expected) for index, expected in enumerate(case.expected)]
    told = [{"span": index, **reading_of(found[index], expected, found)} for index, expected in indexed]
    assert told == [{"span": index, **expected} for index, expected in indexed]


@pytest.mark.parametrize("case", COUNTED)
def test_a_call_that_several_spans_report_counts_once(server: TestClient, case: SpansCase) -> None:
    answer = server.post("/v1/traces", content=case.body, headers={"content-type": case.content_type})
    assert answer.status_code == 200, answer.text
    tokens = server.get("/econome/v1/overview", params=WHEN).json()["totals"]["tokens"]
    assert {name: tokens[name] for name in case.counted or {}} == case.counted


def test_every_dialect_has_golden_cases() -> None:
    told = {expected.get("dialect") for case in spans_cases() for expected in case.expected}
    assert {dialect.name for dialect in DIALECTS} <= told


def test_the_reference_tells_of_every_dialect() -> None:
    page = PAGE.read_text("utf-8")
    assert not [dialect.name for dialect in DIALECTS if f"| `{dialect.name}` |" not in page]


def reading_of(piece: Piece, expected: dict[str, Any], all_of_them: list[Piece]) -> dict[str, Any]:
    """What the piece says of each thing that is expected of it, in the words of the case."""
    return {name: _told(piece, name, expected[name], all_of_them) for name in expected if name != "span"}


def _told(piece: Piece, name: str, expected: Any, all_of_them: list[Piece]) -> Any:
    if name in _READING:
        return _of_reading(piece, name)
    otel = json.loads(piece.payload.extra)["otel"]
    match name:
        case "model":
            return piece.fields.get("model_answered") or piece.fields.get("model_asked")
        case "inputs" | "outputs":
            return json.loads(getattr(piece.payload, name) or "null")
        case "metadata":  # those that are named; null for one that must not be there
            return {key: piece.metadata.get(key) for key in expected}
        case "kept":  # attributes that must be there still
            return [key for key in expected if key in otel["attributes"]]
        case "moved":
            return [key for key in expected if key not in otel["attributes"]]
        case "notes":
            notes = {*piece.notes, *(piece.reading.notes if piece.reading else ())}
            return sorted(notes) if sorted(notes) != sorted(expected) else expected
        case "dialect":
            return otel["dialect"]
        case "parent":  # by its place among the spans
            ids = [one.id for one in all_of_them]
            parent = piece.fields.get("parent_id")
            return ids.index(parent) if parent in ids else None
        case _:
            value = piece.fields.get(name)
            return value.isoformat() if isinstance(value, datetime) else value


def _of_reading(piece: Piece, name: str) -> Any:
    reading = piece.reading
    if reading is None:
        return None
    match name:
        case "usage":
            return {bucket.value: tokens for bucket, tokens in reading.usage.known()} or None
        case "place":
            return PLACES.get(reading.place, reading.place)
        case "fees":
            return dict(reading.fees)
        case "convention":
            return reading.convention
        case _:
            cost: Decimal | None = getattr(reading, name)
            return None if cost is None else str(cost)
