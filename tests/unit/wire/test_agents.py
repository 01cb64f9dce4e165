"""The files of coding agents, counted a second time and otherwise, and the events of their logs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from econome.domain.piece import Piece
from econome.domain.run import Run
from econome.domain.usage import INPUT, OUTPUT, UsageSource
from econome.ingest.copies import told_again
from econome.ingest.fold import fold
from econome.wire.agents import AGENTS, claims, read_record
from econome.wire.agents.call import Agent, Call, piece_of
from econome.wire.agents.codex import lineage
from econome.wire.agents.reading import About, Found
from econome.wire.agents.transfer import BadCall, call_in, line_of
from econome.wire.otlp import json_form
from econome.wire.otlp.span import LogRecord, Source

FILES = Path(__file__).resolve().parents[2] / "conformance" / "agents"
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@cache
def files_of(agent: Agent) -> tuple[Path, ...]:
    return tuple(sorted(path for path in (FILES / agent).rglob("*.json*") if path.name != "projects.json"))


@cache
def parents_of(files: tuple[Path, ...]) -> dict[str, str]:
    told = (lineage(path.read_bytes().partition(b"\n")[0]) for path in files)
    return {session: parent for session, parent in told if parent}


def read(agent: Agent, path: Path, lines: list[bytes] | None = None) -> Found:
    given_lines = path.read_bytes().splitlines(keepends=True) if lines is None else lines
    found: Found = AGENTS[agent].read(
        given_lines, About(str(path), parents=parents_of(files_of(agent)) if agent is Agent.CODEX else {})
    )
    return found


@cache
def all_calls(agent: Agent) -> tuple[Call, ...]:
    return tuple(call for path in files_of(agent) for call in read(agent, path).calls)


def stored(pieces: Iterable[Piece]) -> dict[str, Run]:
    """The runs, as the committer makes them of pieces in this order."""
    runs: dict[str, Run] = {}
    for piece in pieces:
        run = runs.setdefault(str(piece.id), Run(id=piece.id))
        told_again(piece, run)
        fold(run, piece, NOW)
    return runs


def totals(runs: Iterable[Run]) -> tuple[int, int, int]:
    """Calls, tokens sent, tokens generated."""
    some = list(runs)
    sent = sum(getattr(run, bucket) or 0 for run in some for bucket in INPUT)
    return len(some), sent, sum(getattr(run, bucket) or 0 for run in some for bucket in OUTPUT)


# --- counted otherwise


def messages_of(value: Any) -> Iterator[dict[str, Any]]:
    """Every Anthropic message with usage, however deep it lies in a line."""
    if isinstance(value, dict):
        if isinstance(value.get("usage"), dict) and value.get("role") == "assistant":
            yield value
        for part in value.values():
            yield from messages_of(part)


def json_lines(path: Path) -> Iterator[Any]:
    for line in path.read_text("utf-8").splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            continue


def test_claude_codes_files_come_to_the_best_line_of_each_message() -> None:
    best: dict[str, dict[str, Any]] = {}
    for path in files_of(Agent.CLAUDE_CODE):
        for line in json_lines(path):
            for message in messages_of(line):
                known = best.setdefault(message["id"], message)
                if (message["stop_reason"] is not None, message["usage"]["output_tokens"]) > (
                    known["stop_reason"] is not None,
                    known["usage"]["output_tokens"],
                ):
                    best[message["id"]] = message
    best = {key: message for key, message in best.items() if message["model"] != "<synthetic>"}
    names = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    sent = sum(message["usage"].get(name, 0) for message in best.values() for name in names)
    generated = sum(message["usage"]["output_tokens"] for message in best.values())
    runs = stored(map(piece_of, all_calls(Agent.CLAUDE_CODE)))
    assert totals(runs.values()) == (len(best), sent, generated)
    assert len(best) == 10


def test_codex_files_come_to_what_each_session_added_to_the_totals() -> None:
    made = {  # input, output: the calls that the sessions made, as their files were built
        "first": [(15562, 355), (17888, 309), (19050, 120)],
        "its fork": [(18100, 77)],
        "the fork's fork": [(18300, 41)],
        "another, which began as the first": [(15562, 355), (2100, 40), (900, 12)],
        "one without a model": [(500, 5)],
    }
    flat = [call for calls in made.values() for call in calls]
    runs = stored(map(piece_of, all_calls(Agent.CODEX)))
    expected = (len(flat), sum(sent for sent, _ in flat), sum(generated for _, generated in flat))
    assert totals(runs.values()) == expected


def test_gemini_clis_files_come_to_every_message_that_has_tokens() -> None:
    by_id: dict[str, dict[str, int]] = {}

    def search(value: Any) -> None:
        if isinstance(value, dict):
            if value.get("tokens"):
                by_id[value["id"]] = value["tokens"]
            for part in value.values():
                search(part)
        elif isinstance(value, list):
            for part in value:
                search(part)

    for path in files_of(Agent.GEMINI_CLI):
        text = path.read_text("utf-8")
        for value in [json.loads(text)] if path.suffix == ".json" else json_lines(path):
            search(value)
    sent = sum(tokens["input"] + tokens["tool"] for tokens in by_id.values())
    generated = sum(tokens["output"] + tokens["thoughts"] for tokens in by_id.values())
    runs = stored(map(piece_of, all_calls(Agent.GEMINI_CLI)))
    assert totals(runs.values()) == (len(by_id), sent, generated)
    assert len(by_id) == 6


# --- in any order, however often


@given(st.randoms(use_true_random=False), st.sampled_from(list(Agent)))
def test_any_order_and_repetition_of_files_gives_the_same_totals(chance: Any, agent: Agent) -> None:
    calls = all_calls(agent)
    again = [*calls, *chance.sample(calls, len(calls) // 2)]
    chance.shuffle(again)
    assert totals(stored(map(piece_of, again)).values()) == totals(stored(map(piece_of, calls)).values())


@given(st.randoms(use_true_random=False))
def test_any_order_split_and_repetition_of_claude_codes_lines_gives_the_same_totals(chance: Any) -> None:
    whole = totals(stored(map(piece_of, all_calls(Agent.CLAUDE_CODE))).values())
    lines = [
        (path, line)
        for path in files_of(Agent.CLAUDE_CODE)
        for line in path.read_bytes().splitlines(keepends=True)
    ]
    lines += chance.sample(lines, len(lines) // 3)
    chance.shuffle(lines)
    cut = chance.randrange(len(lines))
    parts = [[line for _, line in lines[:cut]], [line for _, line in lines[cut:]]]
    calls = [call for part in parts for call in read(Agent.CLAUDE_CODE, FILES / "x.jsonl", part).calls]
    assert totals(stored(map(piece_of, calls)).values()) == whole


@given(st.data())
def test_a_file_that_is_read_while_it_grows_comes_to_the_same(data: st.DataObject) -> None:
    agent = data.draw(st.sampled_from(list(Agent)))
    pieces: list[Piece] = []
    for path in files_of(agent):
        lines = path.read_bytes().splitlines(keepends=True)
        if path.suffix == ".jsonl":
            early = data.draw(st.integers(0, len(lines)))
            pieces += map(piece_of, read(agent, path, lines[:early]).calls)
        pieces += map(piece_of, read(agent, path, lines).calls)
    assert totals(stored(pieces).values()) == totals(stored(map(piece_of, all_calls(agent))).values())


@given(st.lists(st.integers(1, 5), min_size=1, max_size=8), st.data())
def test_codex_events_that_are_told_again_add_nothing(calls: list[int], data: st.DataObject) -> None:
    total = 0
    lines = [{"type": "session_meta", "payload": {"id": "s"}}]
    for tokens in calls:
        total += tokens
        usage = {"input_tokens": total, "output_tokens": 0}
        event = {
            "type": "token_count",
            "info": {"total_token_usage": usage, "last_token_usage": {"input_tokens": tokens}},
        }
        lines += [{"type": "event_msg", "payload": event}] * data.draw(st.integers(1, 3))
    found = read(Agent.CODEX, FILES / "s.jsonl", [json.dumps(line).encode() + b"\n" for line in lines])
    assert totals(stored(map(piece_of, found.calls)).values()) == (len(calls), sum(calls), 0)


@given(st.permutations([9, 12, 15, 159]))
def test_of_counts_without_an_end_the_greatest_stands_in_any_order(counts: list[int]) -> None:
    calls = [
        Call(
            Agent.CLAUDE_CODE, "a", {"input_tokens": 5, "output_tokens": count}, is_final=False, ended_at=NOW
        )
        for count in counts
    ]
    (run,) = stored(map(piece_of, calls)).values()
    assert run.output_tokens == 159


# --- what is told of a call


def run_of(agent: Agent, part: str) -> Run:
    runs = stored(map(piece_of, all_calls(agent)))
    (call,) = {str(call.id): call for call in all_calls(agent) if part in call.key}.values()
    return runs[str(call.id)]


def test_the_first_answer_of_claude_code_tells_all_that_its_lines_do() -> None:
    run = run_of(Agent.CLAUDE_CODE, "msg_01AAAA")
    assert (run.uncached, run.cache_read, run.cache_write_1h, run.cache_write_5m) == (4, 15_000, 12_000, 0)
    assert run.output_tokens == 260
    assert run.model == "claude-sonnet-4-5-20250929"
    assert run.session == "5f0c7a52-3d0e-4a4b-9f55-0a3c6a1f1e01"
    assert run.metadata["folder"] == "/home/me/shop"
    assert run.metadata["branch"] == "main"
    assert run.metadata["agent"] == "claude-code"
    assert run.response_id == "req_011CAAAbasketTest000001"
    assert run.started_at == datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    assert run.ended_at == datetime(2026, 11, 20, 9, 0, 7, 500_000, tzinfo=UTC)
    assert run.input_preview == "Why does the basket test fail?"
    assert run.output_preview == "Let me read the test."


def test_a_subagent_is_named_and_stays_in_the_session_that_called_it() -> None:
    run = run_of(Agent.CLAUDE_CODE, "msg_01DDDD")
    assert run.metadata["subagent"] == "Explore"
    assert run.session == "5f0c7a52-3d0e-4a4b-9f55-0a3c6a1f1e01"


def test_an_answer_without_an_end_counts_as_far_as_it_was_told() -> None:
    assert run_of(Agent.CLAUDE_CODE, "msg_01JJJJ").output_tokens == 17


def test_searches_and_a_stated_cost_stand_beside_the_tokens() -> None:
    assert run_of(Agent.CLAUDE_CODE, "msg_01IIII").fees == {"web_search": 2}
    assert run_of(Agent.CLAUDE_CODE, "msg_01KKKK").cost_reported == Decimal("0.00105")


def test_a_branch_is_the_session_that_it_was_copied_from_until_it_goes_on() -> None:
    path = next(path for path in files_of(Agent.CLAUDE_CODE) if path.name.startswith("8a1b"))
    sessions = [call.session[:4] for call in read(Agent.CLAUDE_CODE, path).calls]
    assert sessions == ["5f0c", "5f0c", "8a1b"]


def test_a_copy_without_a_stamp_moves_no_call_out_of_its_session_or_its_day() -> None:
    (call,) = [one for one in all_calls(Agent.CLAUDE_CODE) if "msg_01BBBB" in one.key][:1]
    copy = replace(call, session="a later one", started_at=NOW, ended_at=NOW)
    (run,) = stored(map(piece_of, [call, copy])).values()
    assert (run.session, run.started_at, run.ended_at) == (call.session, call.started_at, call.ended_at)


def test_a_codex_call_keeps_the_model_of_its_own_turn() -> None:
    models = [call.model for call in read(Agent.CODEX, files_of(Agent.CODEX)[2]).calls]
    assert models == ["gpt-5.1-codex", "gpt-5.1-codex", "gpt-5.1"]


def test_a_codex_call_tells_its_folder_its_branch_and_what_it_was_asked() -> None:
    call = read(Agent.CODEX, files_of(Agent.CODEX)[2]).calls[0]
    assert (call.folder, call.branch, call.provider) == ("/home/me/shop", "main", "openai")
    assert call.prompt == "Why does the basket test fail?"
    assert call.tools[0][0] == "shell"
    run = stored([piece_of(call)])[str(call.id)]
    assert (run.uncached, run.cache_read, run.text_out, run.reasoning) == (
        15562 - 10624,
        10624,
        355 - 166,
        166,
    )


def test_a_codex_call_without_a_model_has_none() -> None:
    (call,) = [call for call in all_calls(Agent.CODEX) if "/500/" in call.key]
    assert call.model == ""


def test_a_gemini_call_adds_thoughts_and_what_its_tools_read() -> None:
    run = run_of(Agent.GEMINI_CLI, "/g-2")
    assert (run.input_tokens, run.cache_read, run.text_out, run.reasoning) == (8100 + 300, 7000, 45, 60)


def test_a_gemini_subagent_stays_in_the_session_whose_folder_its_file_is_in() -> None:
    run = run_of(Agent.GEMINI_CLI, "/x-2")
    assert run.session == "7c0de111-24d6-4415-9b2e-a2635c02e54d"
    assert run.metadata["subagent"] == "9f0de222-24d6-4415-9b2e-a2635c02e54e"


def test_broken_lines_are_told_with_their_numbers_and_cost_no_neighbour() -> None:
    broken = {
        (path.parent.name, one.line)
        for agent in Agent
        for path in files_of(agent)
        for one in read(agent, path).broken
    }
    assert {("-home-ada-shop", 9), ("archived_sessions", 3)} <= broken
    assert len(broken) == 3  # and one of Gemini CLI's; the line that is being written is none


def test_a_file_of_the_old_form_that_is_cut_short_is_told_as_broken() -> None:
    found = read(Agent.GEMINI_CLI, FILES / "session-1.json", [b'{"sessionId": "x", "mess'])
    assert [(one.line, one.why) for one in found.broken] == [(1, "the file is no JSON object")]


@given(st.sampled_from(list(Agent)), st.lists(st.binary(max_size=60), max_size=6))
def test_no_file_whatever_is_in_it_stops_a_reader(agent: Agent, lines: list[bytes]) -> None:
    read(agent, FILES / "x.jsonl", [line + b"\n" for line in lines])


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
VALUES = st.recursive(
    SCALARS,
    lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text(max_size=5), some, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(list(Agent)), st.data())
def test_no_value_in_the_place_of_another_stops_a_reader(agent: Agent, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([one for one in files_of(agent) if one.suffix == ".jsonl"]))
    records = [record for record in json_lines(path) if isinstance(record, dict)]

    def spoil(value: Any, depth: int) -> Any:
        if isinstance(value, dict) and value and depth:
            key = data.draw(st.sampled_from(sorted(value)))
            return {**value, key: spoil(value[key], depth - 1)}
        return data.draw(VALUES)

    place = data.draw(st.integers(0, len(records) - 1))
    records[place] = spoil(records[place], data.draw(st.integers(1, 4)))
    found = read(agent, path, [json.dumps(record).encode() + b"\n" for record in records])
    stored(map(piece_of, found.calls))


# --- on the way to a server


@pytest.mark.parametrize("agent", list(Agent))
def test_a_call_arrives_as_it_was_sent(agent: Agent) -> None:
    for call in all_calls(agent):
        arrived = call_in(line_of(call), agent)
        assert piece_of(arrived) == piece_of(call)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"{", "no JSON object"),
        (b"{}", '"key" must be'),
        (b'{"key": "a", "usage": 3}', '"usage" must be'),
        (b'{"key": "a", "usage": {}, "started_at": "noon"}', "noon"),
        (b'{"key": "a", "usage": {}, "cost": "dear"}', "dear"),
        (b'{"key": "a", "usage": {}, "model": 5}', '"model" must be'),
    ],
)
def test_a_line_that_is_no_call_is_refused_with_what_it_says(line: bytes, why: str) -> None:
    with pytest.raises(BadCall, match=why):
        call_in(line, Agent.CODEX)


def test_a_usage_that_contradicts_itself_is_kept_as_unknown() -> None:
    call = Call(Agent.CLAUDE_CODE, "a", {"input_tokens": -1, "output_tokens": 2})
    (run,) = stored([piece_of(call)]).values()
    assert run.usage_source == UsageSource.UNKNOWN
    assert run.notes


# --- their logs


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


def test_claude_codes_captured_record_is_read(pytestconfig: pytest.Config) -> None:
    del pytestconfig
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


@pytest.mark.parametrize(
    "one",
    [
        claude_request(event__name="api_error"),
        record("", "claude-code", "claude_code.user_prompt", event__name="user_prompt", prompt_length=3),
        codex_completed(event__kind="response.created"),
        record("codex.tool_result", "codex_cli_rs", tool_name="shell"),
        record("gemini_cli.api_error", "gemini-cli", model="gemini-2.5-pro"),
    ],
    ids=lambda one: one.event or str(one.body),
)
def test_events_that_are_no_calls_are_known_and_tell_none(one: LogRecord) -> None:
    one.body = None if one.attributes.get("event.name") == "api_error" else one.body
    if one.body is None and not one.event:
        one.body = "claude_code.api_error"
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


@given(
    st.sampled_from(list(Agent)),
    st.fixed_dictionaries(
        {"key": st.text(min_size=1, max_size=5), "usage": st.dictionaries(st.text(max_size=5), VALUES)},
        optional={
            **dict.fromkeys(("model", "session", "folder", "prompt", "answer"), VALUES),
            **dict.fromkeys(
                ("started_at", "ended_at", "cost", "tools", "labels", "line", "is_final"), VALUES
            ),
        },
    ),
)
def test_a_line_is_a_call_or_is_refused(agent: Agent, said: dict[str, Any]) -> None:
    try:
        call = call_in(json.dumps(said).encode(), agent)
    except BadCall:
        return
    stored([piece_of(call)])


@given(st.sampled_from(list(Agent)), st.data())
def test_no_usage_stops_a_call(agent: Agent, data: st.DataObject) -> None:
    names = {name for call in all_calls(agent)[:3] for name in call.usage}
    numbers = st.integers(-5, 10**13) | st.floats(allow_nan=False, allow_infinity=False) | VALUES
    usage = data.draw(st.dictionaries(st.sampled_from(sorted(names)), numbers))
    stored([piece_of(Call(agent, "a", usage, is_final=data.draw(st.booleans()), ended_at=NOW))])
