"""OpenAI's usage pages; the shape is from the types of its Python client."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from econome.domain.usage import Bucket
from econome.reconcile.formats.openai_usage import read


def _page(**changed: Any) -> dict[str, Any]:
    result = {
        "object": "organization.usage.completions.result",
        "input_tokens": 1000,
        "input_cached_tokens": 800,
        "output_tokens": 500,
        "num_model_requests": 5,
        "model": "gpt-4o-2024-08-06",
        "batch": None,
        **changed,
    }
    bucket = {"object": "bucket", "start_time": 1730419200, "end_time": 1730505600, "results": [result]}
    return {"object": "page", "data": [bucket], "has_more": False, "next_page": None}


def test_cached_tokens_are_taken_out_of_the_input_that_includes_them() -> None:
    amounts = {line.what: line.amount for line in read(_page()).lines}
    assert amounts == {"input": 200, "cache_read": 800, "output": 500, "calls": 5}
    assert {line.day for line in read(_page()).lines} == {date(2024, 11, 1)}


def test_what_is_not_told_apart_is_covered_by_the_sum_and_never_twice() -> None:
    lines = read(_page(input_audio_tokens=0, input_cached_audio_tokens=10)).lines
    covered = [bucket for line in lines for bucket in line.covers]
    assert len(covered) == len(set(covered))
    assert Bucket.REASONING in next(line for line in lines if line.what == "output").covers
    assert sum((line.amount for line in lines if line.what != "calls"), Decimal(0)) == 1500


def test_a_batch_and_a_tier_are_told() -> None:
    assert {line.tier for line in read(_page(batch=True)).lines} == {"batch"}
    assert {line.tier for line in read(_page(service_tier="flex")).lines} == {"flex"}
    assert {line.tier for line in read(_page(service_tier="default")).lines} == {""}


def test_what_cannot_be_read_is_refused_with_its_place_and_value() -> None:
    for changed, said in (
        ({"model": None}, "group_by=model"),
        ({"input_tokens": "many"}, "'many'"),
        ({"input_cached_tokens": 1001}, "1000"),
        ({"object": "organization.usage.images.result"}, "images"),
    ):
        statement = read(_page(**changed))
        assert not statement.lines
        assert statement.refused[0].place == "data[0].results[0]"
        assert said in statement.refused[0].why


def test_a_page_that_is_not_the_last_says_so_and_two_days_in_one_are_refused() -> None:
    page = _page()
    page["has_more"] = True
    page["data"][0]["end_time"] += 86_400
    statement = read(page)
    assert statement.remarks
    assert statement.refused[0].place == "data[0]"
    page["data"][0] |= {"start_time": 1730419200 + 7200, "end_time": 1730505600 + 7200}
    assert "another" in read(page).refused[0].why
