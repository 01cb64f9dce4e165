"""The pieces of a run fold into one row, whatever their order."""

from __future__ import annotations

import itertools
import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from econome.domain.run import Op, Run
from econome.domain.usage import UsageSource
from econome.ingest.fold import FIELDS, fold
from econome.wire.protocols.langsmith import decode_batch

NOW = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)
RUN_ID = "019cfbd1-3c00-7000-8000-000000000001"  # UUIDv7 of 2026-03-17 12:41:59.552
PLACE = f"20260317T124159552000Z{RUN_ID}"


def test_bits_of_fields_never_move() -> None:
    assert FIELDS.index("project") == 0
    assert FIELDS.index("usage") == 23
    assert len(FIELDS) == len(set(FIELDS)) <= 64


def test_a_patch_adds_what_the_post_could_not_know() -> None:
    run = folded(post(), patch())
    assert run.status == "success"
    assert run.name == "ask"
    assert run.output_preview == "four"
    assert (run.uncached, run.cache_read, run.text_out) == (6, 4, 2)
    assert (run.input_tokens, run.output_tokens) == (10, 2)
    assert run.usage_source == UsageSource.REPORTED


def test_a_late_post_never_wipes_what_a_patch_set() -> None:
    assert facts(folded(patch(), post())) == facts(folded(post(), patch()))


def test_a_late_post_adds_its_metadata_and_keeps_the_patch_s() -> None:
    run = folded(
        patch(extra={"metadata": {"a": "patched"}}),
        post(extra={"metadata": {"a": "posted", "b": 1}}),
    )
    assert run.metadata == {"a": "patched", "b": "1"}


def test_nulls_and_empties_are_not_given() -> None:
    empty: dict[str, Any] = {
        "name": None,
        "run_type": None,
        "outputs": {},
        "events": [],
        "tags": None,
        "end_time": None,
    }
    assert facts(folded(post(), patch(), patch(**empty))) == facts(folded(post(), patch()))


def test_a_chain_that_repeats_its_child_s_usage_has_none() -> None:
    run = folded(post(run_type="chain"), patch(run_type="chain"))
    assert run.usage_source == UsageSource.NONE
    assert run.input_tokens is None


def test_a_call_of_which_nobody_says_anything_is_unknown_not_zero() -> None:
    run = folded(post(), patch(outputs={"text": "four"}))
    assert run.usage_source == UsageSource.UNKNOWN
    assert run.input_tokens is None
    assert run.output_tokens is None


def test_dates_that_cannot_be_are_said_and_replaced() -> None:
    for absurd in ("1901-01-01T00:00:00Z", "2250-01-01T00:00:00Z"):
        run = folded(post(start_time=absurd), patch(start_time=None, end_time=absurd))
        assert abs(run.started_at - run.key_time) < timedelta(days=1)
        assert run.ended_at == NOW
        assert run.status == "success"
        assert any(absurd[:4] in note for note in run.notes)


def test_a_run_nobody_dated_starts_when_its_id_says() -> None:
    run = folded(post(start_time=None, end_time=None))
    assert run.started_at == run.key_time
    assert run.status == "pending"


def test_a_failed_run_is_an_error_whether_it_ended_or_not() -> None:
    assert folded(post(), patch(error="ValueError: no")).status == "error"
    assert folded(patch(error="ValueError: no"), post()).error == "ValueError: no"


@given(st.lists(st.integers(0, 3), min_size=1, max_size=9))
def test_neither_order_nor_repetition_changes_the_row(extra_arrivals: list[int]) -> None:
    sent = [
        post(tags=["a"], extra={"metadata": {"user_id": "ann", "ls_provider": "openai"}}),
        patch(extra={"metadata": {"ls_model_name": "gpt-4o", "thread_id": "t1"}}),
    ]
    arrivals = [sent[number % 2] for number in extra_arrivals]
    for order in itertools.permutations(sent):
        assert facts(folded(*arrivals, *order)) == facts(folded(*sent))


def post(**fields: Any) -> tuple[Op, dict[str, Any]]:
    run = {
        "id": RUN_ID,
        "trace_id": RUN_ID,
        "dotted_order": PLACE,
        "name": "ask",
        "run_type": "llm",
        "start_time": "2026-03-17T12:41:59Z",
        "inputs": {"messages": [{"role": "user", "content": "two and two?"}]},
        "outputs": {},
        "events": [],
        "session_name": "maths",
    }
    return Op.POST, run | fields


def patch(**fields: Any) -> tuple[Op, dict[str, Any]]:
    run = {
        "id": RUN_ID,
        "trace_id": RUN_ID,
        "dotted_order": PLACE,
        "run_type": "llm",
        "end_time": "2026-03-17T12:42:00Z",
        "outputs": {
            "choices": [{"message": {"role": "assistant", "content": "four"}}],
            "usage_metadata": {
                "input_tokens": 10,
                "output_tokens": 2,
                "total_tokens": 12,
                "input_token_details": {"cache_read": 4},
            },
        },
    }
    return Op.PATCH, run | fields


def folded(*sent: tuple[Op, dict[str, Any]]) -> Run:
    run = Run(id=UUID(RUN_ID))
    for op, body in sent:
        (piece,) = decode_batch(json.dumps({op.value: [body]}).encode()).pieces
        assert piece.key_time is not None
        run.key_time = piece.key_time
        fold(run, piece, NOW)
    return run


def facts(run: Run) -> dict[str, object]:
    """All but what tells how the row came about."""
    row = asdict(run)
    del row["patched"]
    return row


def test_the_tier_that_served_beats_the_one_that_was_asked_for_in_any_order() -> None:
    asked = post(
        extra={"metadata": {"ls_model_name": "gpt-5"}, "invocation_params": {"service_tier": "auto"}}
    )
    served = patch(
        outputs={
            "usage_metadata": {
                "input_tokens": 10,
                "output_tokens": 2,
                "total_tokens": 12,
                "input_token_details": {"priority": 10},
                "output_token_details": {"priority": 2},
            }
        }
    )
    assert folded(asked, served).service_tier == folded(served, asked).service_tier == "priority"


def test_a_first_token_outside_its_run_is_said_and_left_out() -> None:
    for absurd in ("0001-01-01T00:00:00Z", "9999-01-01T00:00:00Z", "2026-03-17T12:41:00Z"):
        run = folded(post(), patch(events=[{"name": "new_token", "time": absurd}]))
        assert run.first_token_at is None
        assert any("first token" in note for note in run.notes)


def test_an_end_before_its_beginning_is_said() -> None:
    run = folded(post(), patch(end_time="2026-03-17T11:00:00Z"))
    assert run.ended_at == run.started_at
    assert any("before it began" in note for note in run.notes)
