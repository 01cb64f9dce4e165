"""Anthropic's usage report; the shape is from the published reference of its Admin API."""

from __future__ import annotations

from datetime import date
from typing import Any

from econome.reconcile.formats.anthropic_usage import read


def _page(**changed: Any) -> dict[str, Any]:
    result = {
        "api_key_id": "apikey_1",
        "cache_creation": {"ephemeral_1h_input_tokens": 1000, "ephemeral_5m_input_tokens": 500},
        "cache_read_input_tokens": 200,
        "context_window": "0-200k",
        "model": "claude-opus-4-6",
        "output_tokens": 50,
        "server_tool_use": {"web_search_requests": 10},
        "service_tier": "standard",
        "uncached_input_tokens": 1500,
        **changed,
    }
    day = {"starting_at": "2025-08-01T00:00:00Z", "ending_at": "2025-08-02T00:00:00Z", "results": [result]}
    return {"data": [day], "has_more": False, "next_page": None}


def test_each_number_becomes_the_line_of_its_bucket() -> None:
    lines = read(_page()).lines
    assert {line.what: line.amount for line in lines} == {
        "uncached": 1500,
        "cache_read": 200,
        "cache_write_5m": 500,
        "cache_write_1h": 1000,
        "output": 50,
        "web_search": 10,
    }
    assert {(line.day, line.tier) for line in lines} == {(date(2025, 8, 1), "")}
    covered = [bucket for line in lines for bucket in line.covers]
    assert len(covered) == len(set(covered))


def test_what_is_not_told_makes_no_line_and_zero_makes_one() -> None:
    by_kind = {line.what for line in read(_page(cache_creation=None, cache_read_input_tokens=0)).lines}
    assert "cache_write_5m" not in by_kind
    assert "cache_read" in by_kind


def test_a_batch_is_told() -> None:
    assert {line.tier for line in read(_page(service_tier="batch")).lines} == {"batch"}


def test_what_cannot_be_read_is_refused_with_its_value() -> None:
    for changed, said in (({"model": None}, "group_by"), ({"output_tokens": -1}, "-1")):
        statement = read(_page(**changed))
        assert not statement.lines
        assert said in statement.refused[0].why
    page = _page()
    page["data"][0]["ending_at"] = "2025-08-03T00:00:00Z"
    assert read(page).refused[0].place == "data[0]"
    page["data"][0]["starting_at"] = "yesterday"
    assert not read(page).lines
