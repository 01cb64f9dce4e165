"""The events of coding agents' logs: which are calls, and which tell one again."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_sessions import VALUES, all_calls, files_of, read, stored
from econome.domain.run import Run
from econome.wire.agents import claims, read_record
from econome.wire.agents.call import Agent, piece_of
from econome.wire.otlp import json_form
from econome.wire.otlp.span import LogRecord, Source


def record(name: str, service: str = "", body: Any = None, **attributes: Any) -> LogRecord:
    own = {key.replace("__", "."): value for key, value in attributes.items()}
    at = datetime(2026, 11, 20, 9, 0, 7, tzinfo=UTC)
    return LogRecord(b"", b"", at, at, 9, name, body, own, Source({"service.name": service}))


def run_told_by(*records: LogRecord) -> Run:
    pieces = [piece for one in records if (piece := read_record(one)) is not None]
    (run,) = stored(pieces).values()
    return run


def claude_request(**changes: Any) -> LogRecord:
    told = {
        "session__id": "5f0c7a52-3d0e-4a4b-9f55-0a3c6a1f1e01",
        "event__name": "api_request",
        "model": "claude-sonnet-4-5-20250929",
        "request_id": "req_011CAAAbasketTest000001",
        "input_tokens": "8",
        "output_tokens": 1002,
        "cache_read_tokens": 118_243,
        "cache_creation_tokens": 9254,
        "cost_usd": 0.0568196,
        "duration_ms": 1521,
        "user__email": "ada@example.com",
    }
    return record("", "claude-code", "claude_code.api_request", **{**told, **changes})


def test_claude_codes_request_is_a_call_whose_counts_exclude_each_other() -> None:
    run = run_told_by(claude_request())
    assert run.input_tokens == 8 + 118_243 + 9254
    assert (run.cache_read, run.cache_write_5m, run.output_tokens) == (118_243, 9254, 1002)
    assert run.cost_reported == Decimal("0.0568196")
    assert run.session == "5f0c7a52-3d0e-4a4b-9f55-0a3c6a1f1e01"
    assert run.user == "ada@example.com"
    assert run.ended_at is not None
    assert (run.ended_at - run.started_at).total_seconds() == 1.521


def test_claude_codes_record_is_known_by_its_body_as_it_comes_over_the_wire() -> None:
    body = {
        "resourceLogs": [
            {
                "resource": {
                    "attributes": [{"key": "service.name", "value": {"stringValue": "claude-code"}}]
                },
                "scopeLogs": [
                    {
                        "scope": {"name": "com.anthropic.claude_code.events"},
                        "logRecords": [
                            {
                                "timeUnixNano": "1795469000000000000",
                                "body": {"stringValue": "claude_code.api_request"},
                                "attributes": [
                                    {"key": "event.name", "value": {"stringValue": "api_request"}},
                                    {"key": "input_tokens", "value": {"intValue": "8"}},
                                    {"key": "output_tokens", "value": {"intValue": "1002"}},
                                ],
                            }
                        ],
                    }
                ],
            }
        ]
    }
    (one,) = json_form.records_in(json.dumps(body).encode())
    assert claims(one)
    assert run_told_by(one).output_tokens == 1002


def test_a_record_that_is_sent_again_is_the_same_run_under_the_same_key() -> None:
    first, again = read_record(claude_request()), read_record(claude_request())
    assert first is not None
    assert again is not None
    assert (first.id, first.key_time) == (again.id, again.key_time)
    assert first.key_time is not None


def test_a_file_and_a_log_of_claude_code_name_one_answer_and_one_project() -> None:
    told = read_record(claude_request())
    (call,) = [
        one for one in all_calls(Agent.CLAUDE_CODE) if "msg_01AAAA" in one.key and one.session[0] == "5"
    ][:1]
    filed = piece_of(call)
    assert told is not None
    assert told.fields["response_id"] == filed.fields["response_id"]
    assert told.project == filed.project == "claude-code"


def codex_completed(**changes: Any) -> LogRecord:
    told = {
        "event__kind": "response.completed",
        "conversation__id": "019a9c00-0000-7000-8000-00000000000a",
        "model": "gpt-5.1-codex",
        "input_token_count": "15562",
        "output_token_count": "355",
        "cached_token_count": 10624,
        "reasoning_token_count": 166,
        "tool_token_count": "15917",
    }
    return record("codex.sse_event", "codex_cli_rs", **{**told, **changes})


def test_codex_completed_event_is_a_call_whose_tool_count_is_no_more_tokens() -> None:
    run = run_told_by(codex_completed())
    assert (run.input_tokens, run.cache_read, run.output_tokens, run.reasoning) == (15562, 10624, 355, 166)


def test_of_codex_a_side_that_is_not_told_is_unknown_and_one_below_zero_tells_nothing() -> None:
    run = run_told_by(codex_completed(input_token_count="", cached_token_count=None))
    assert (run.input_tokens, run.output_tokens) == (None, 355)
    run = run_told_by(codex_completed(output_token_count=-1))
    assert (run.input_tokens, run.output_tokens) == (None, None)


def test_a_file_and_a_log_of_codex_tell_that_they_mean_one_call() -> None:
    told = read_record(codex_completed())
    first = read(Agent.CODEX, files_of(Agent.CODEX)[2]).calls[0]
    assert told is not None
    assert told.fields["response_id"] == piece_of(first).fields["response_id"]
    other = read_record(codex_completed(output_token_count="356"))
    assert other is not None
    assert other.fields["response_id"] != told.fields["response_id"]


GEMINI = {
    "session__id": "3bacc8a0-24d6-4415-9b2e-a2635c02e54c",
    "event__timestamp": "2026-11-18T09:00:11.000Z",
}


def gemini_response() -> LogRecord:
    return record(
        "gemini_cli.api_response",
        "gemini-cli",
        **GEMINI,
        model="gemini-2.5-pro",
        duration_ms=6000,
        input_token_count=8100,
        output_token_count=45,
        cached_content_token_count=7000,
        thoughts_token_count=60,
        tool_token_count=300,
        total_token_count=8505,
    )


def gemini_details() -> LogRecord:
    asked = [{"role": "user", "parts": [{"type": "text", "content": "Why does the basket test fail?"}]}]
    return record(
        "gen_ai.client.inference.operation.details",
        "gemini-cli",
        **GEMINI,
        gen_ai__request__model="gemini-2.5-pro",
        gen_ai__usage__input_tokens=8100,
        gen_ai__usage__output_tokens=45,
        gen_ai__input__messages=json.dumps(asked),
    )


def test_geminis_two_copies_of_a_response_are_one_call_in_either_order() -> None:
    for records in ((gemini_response(), gemini_details()), (gemini_details(), gemini_response())):
        run = run_told_by(*records)
        assert (run.input_tokens, run.cache_read, run.text_out, run.reasoning) == (8400, 7000, 45, 60)
        assert run.input_preview == "Why does the basket test fail?"


def test_a_file_and_a_log_of_gemini_cli_tell_that_they_mean_one_call() -> None:
    told = read_record(gemini_response())
    assert told is not None
    (call,) = [one for one in all_calls(Agent.GEMINI_CLI) if one.key.endswith("/g-2")][:1]
    assert told.fields["response_id"] == piece_of(call).fields["response_id"]


OTHERS = {
    "claude error": record("", "claude-code", "claude_code.api_error", event__name="api_error", error="529"),
    "claude prompt": record("", "claude-code", "claude_code.user_prompt", event__name="user_prompt"),
    "codex delta": codex_completed(event__kind="response.created"),
    "codex failure": record("codex.sse_event", "codex_exec", event__kind="response.completed"),
    "codex tool": record("codex.tool_result", "codex_exec", tool_name="shell"),
    "gemini error": record("gemini_cli.api_error", "gemini-cli", model="gemini-2.5-pro"),
    "gemini details without texts": record(
        "gen_ai.client.inference.operation.details", "gemini-cli", **GEMINI, gen_ai__usage__input_tokens=8100
    ),
}


@pytest.mark.parametrize("one", OTHERS.values(), ids=OTHERS)
def test_events_that_are_no_calls_are_known_and_tell_none(one: LogRecord) -> None:
    assert claims(one)
    assert read_record(one) is None


def test_a_record_of_another_app_is_nobodys() -> None:
    other = record("gen_ai.client.inference.operation.details", "my-shop", gen_ai__usage__input_tokens=3)
    assert not claims(other)
    assert read_record(other) is None


@given(
    st.sampled_from(["claude_code.api_request", "codex.sse_event", "gemini_cli.api_response"]),
    st.dictionaries(
        st.sampled_from(
            [
                *("event.timestamp", "event.kind", "session.id", "conversation.id", "model", "request_id"),
                *("input_tokens", "output_tokens", "cost_usd", "duration_ms", "input_token_count"),
                *("output_token_count", "cached_token_count", "thoughts_token_count", "speed"),
            ]
        ),
        VALUES | st.floats() | st.just("response.completed"),
    ),
)
def test_no_value_of_an_attribute_stops_a_record(name: str, attributes: dict[str, Any]) -> None:
    one = LogRecord(b"", b"", None, None, 9, name, None, attributes, Source())
    piece = read_record(one)
    if piece is not None:
        stored([piece])
