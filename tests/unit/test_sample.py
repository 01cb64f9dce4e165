"""The sample: the same week each time, and such that a reader believes it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from econome.domain.usage import UsageSource
from econome.sample.days import last_days, traces_between
from econome.sample.recording import Recording, time_ordered_id
from econome.wire.protocols.langsmith import decode_batch

NOW = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)

Trace = list[dict[str, Any]]


@pytest.fixture(scope="module")
def week() -> list[Trace]:
    return list(last_days(NOW))


@pytest.fixture(scope="module")
def runs(week: list[Trace]) -> Trace:
    return [run for trace in week for run in trace]


def test_the_same_week_is_told_each_time(week: list[Trace]) -> None:
    assert list(last_days(NOW)) == week


def test_loading_again_later_repeats_what_was_there_and_adds_what_came_since(week: list[Trace]) -> None:
    later = list(last_days(NOW + timedelta(days=2)))
    before = {run["id"]: run for trace in week for run in trace}
    again = {run["id"]: run for trace in later for run in trace}
    shared = before.keys() & again.keys()
    assert len(shared) > len(before) * 0.6
    assert all(before[run_id] == again[run_id] for run_id in shared)
    assert again.keys() - before.keys()


def test_nothing_of_it_lies_outside_the_week(runs: Trace) -> None:
    assert all(NOW - timedelta(days=7) <= datetime.fromisoformat(run["start_time"]) for run in runs)
    assert all(datetime.fromisoformat(run["end_time"]) < NOW for run in runs)


def test_a_span_is_the_sum_of_its_parts(week: list[Trace]) -> None:
    middle = NOW - timedelta(days=3)
    first = list(traces_between(NOW - timedelta(days=7), middle))
    assert len(first) < len(week)
    assert week[: len(first)] == first


def test_it_is_large_enough_to_look_like_work(week: list[Trace], runs: Trace) -> None:
    assert 300 <= len(week) <= 600
    assert 1_500 <= len(runs) <= 3_000
    assert len(orjson.dumps(runs)) < 10_000_000


def test_every_run_has_an_id_of_its_own_that_carries_its_time(runs: Trace) -> None:
    ids = [UUID(run["id"]) for run in runs]
    assert len(set(ids)) == len(ids)
    for run, run_id in zip(runs, ids, strict=True):
        assert (run_id.version, run_id.variant) == (7, "specified in RFC 4122")
        started = datetime.fromisoformat(run["start_time"])
        assert run_id.int >> 80 == int(started.timestamp() * 1000)


def test_trees_hold_together(week: list[Trace]) -> None:
    for trace in week:
        by_id = {run["id"]: run for run in trace}
        root = trace[0]
        for run in trace:
            parent = by_id.get(run["parent_run_id"])
            assert run["trace_id"] == root["id"]
            assert (parent is None) == (run is root)
            assert run["start_time"] <= run["end_time"]
            if parent is not None:
                assert run["dotted_order"].startswith(parent["dotted_order"] + ".")
                assert parent["start_time"] <= run["start_time"]
                assert run["end_time"] <= parent["end_time"]


def test_every_run_says_that_it_is_a_sample(runs: Trace) -> None:
    assert all(run["extra"]["metadata"]["sample"] is True for run in runs)
    assert {run["session_name"] for run in runs} == {"sample"}


def test_it_shows_what_real_traffic_has(runs: Trace) -> None:
    kinds = Counter(run["run_type"] for run in runs)
    assert {"llm", "chain", "tool", "retriever", "embedding"} <= kinds.keys()
    metadata = [run["extra"]["metadata"] for run in runs]
    assert len({one.get("user_id") for one in metadata}) > 20
    assert len({one.get("session_id") for one in metadata}) > 20
    assert {one["language"] for one in metadata} == {"fr", "en", "de", "es"}
    assert any(run["error"] for run in runs)
    assert any(event["name"] == "new_token" for run in runs for event in run["events"])
    assert len({run["extra"]["invocation_params"].get("model") for run in runs}) > 5


def test_its_days_have_a_shape(runs: Trace) -> None:
    hours = Counter(datetime.fromisoformat(run["start_time"]).hour for run in runs)
    assert sum(hours[hour] for hour in range(8, 21)) > 4 * sum(hours[hour] for hour in range(6))


def test_its_usage_is_read_as_that_of_real_clients(runs: Trace) -> None:
    delivery = decode_batch(orjson.dumps({"post": runs}))
    assert not delivery.refusals
    assert len(delivery.pieces) == len(runs)
    calls = [piece for piece in delivery.pieces if piece.fields["kind"] == "llm"]
    readings = [piece.reading.usage for piece in calls if piece.reading]
    assert all(piece.reading.source is UsageSource.REPORTED for piece in calls if piece.reading)
    assert 0.8 < len(readings) / len(calls) < 1
    assert any(usage.cache_read for usage in readings)
    assert any(usage.cache_write_5m for usage in readings)
    assert any(usage.reasoning for usage in readings)


def test_counts_fit_the_texts_that_they_count(runs: Trace) -> None:
    for run in runs:
        usage = run["extra"]["metadata"].get("usage_metadata")
        if run["run_type"] == "llm" and usage:
            characters = len(orjson.dumps(run["inputs"]).decode())
            assert usage["input_tokens"] < characters / 2
            details = usage["input_token_details"]
            assert sum(details.values()) <= usage["input_tokens"]
            assert usage["output_token_details"].get("reasoning", 0) <= usage["output_tokens"]


def test_a_step_may_be_told_in_two_pieces_or_in_one() -> None:
    recording = Recording("a project", lambda: NOW, "a seed")
    root = recording.begin("root", "chain", {"question": "?"}, metadata={"user_id": "ada", "odd": 1})
    child = recording.begin("child", "llm", {"messages": []}, parent=root)
    assert child.post()["parent_run_id"] == root.post()["id"]
    assert "end_time" not in child.post()
    recording.end(child, {"text": "!"}, usage_metadata={"input_tokens": 1})
    assert child.patch()["extra"]["metadata"] == {"user_id": "ada", "usage_metadata": {"input_tokens": 1}}
    assert child.whole() == child.post() | child.patch()


def test_what_is_abandoned_ends_with_the_reason() -> None:
    told: list[tuple[str, bool]] = []
    recording = Recording(
        "p", lambda: NOW, "s", lambda step: told.append((step.name, step.ended_at is not None))
    )
    root = recording.begin("root", "chain", {})
    recording.begin("child", "llm", {}, parent=root)
    recording.abandon("Stopped")
    assert told == [("root", False), ("child", False), ("child", True), ("root", True)]
    assert root.patch()["error"] == "Stopped"


def test_ids_are_functions_of_time_and_seed() -> None:
    assert time_ordered_id(NOW, "a") == time_ordered_id(NOW, "a")
    assert time_ordered_id(NOW, "a") != time_ordered_id(NOW, "b")
    assert time_ordered_id(NOW, "a") < time_ordered_id(NOW + timedelta(milliseconds=1), "a")
