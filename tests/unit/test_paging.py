"""Cursors travel through URLs and come back the same, or not at all."""

from __future__ import annotations

import base64
from decimal import Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from econome.analytics.errors import BadQuestion
from econome.analytics.paging import Cursor, Sort, SortBy

ID = "00000000-0000-4000-8000-000000000001"


@given(
    rank=st.none() | st.decimals(-(10**18), 10**18, places=18),
    identity=st.uuids(),
    by=st.sampled_from(SortBy),
    descending=st.booleans(),
)
def test_a_cursor_comes_back_as_it_left(
    rank: Decimal | None, identity: object, by: SortBy, descending: bool
) -> None:
    sort = Sort(by, descending)
    cursor = Cursor(sort, rank, identity)  # type: ignore[arg-type]  # Hypothesis gives UUIDs
    assert Cursor.of(cursor.text(), sort) == cursor


@given(st.text())
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(BadQuestion, match="cursor"):
        Cursor.of(text, Sort())


@pytest.mark.parametrize(
    "parts",
    [
        ["-started_at", "NaN", ID],
        ["-started_at", "Infinity", ID],
        ["-started_at", "1e99", ID],
        ["-started_at", [], ID],
        ["-started_at", "1", 5],
        ["started_at", "1", ID],
        [],
        {"a": 1},
        5,
    ],
)
def test_a_forged_cursor_is_refused(parts: object) -> None:
    with pytest.raises(BadQuestion, match="cursor"):
        Cursor.of(base64.urlsafe_b64encode(orjson.dumps(parts)).decode(), Sort())
