"""The files of coding agents, counted a second time and otherwise, and the events of their logs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_sessions import FILES, NOW, VALUES, all_calls, files_of, read, stored, totals
from econome.domain.piece import Piece
from econome.domain.run import Run
from econome.domain.usage import UsageSource
from econome.wire.agents.call import Agent, Call, piece_of
from econome.wire.agents.transfer import BadCall, call_in, line_of

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


# --- one answer or several


def answer_line(message_id: str, request: str = "", **more: Any) -> bytes:
    usage = {"input_tokens": 100, "output_tokens": 5}
    message = {"id": message_id, "model": "claude-sonnet-4-5", "stop_reason": "end_turn", "usage": usage}
    line = {"type": "assistant", "sessionId": "s", "message": message, **more}
    return json.dumps(line | ({"requestId": request} if request else {})).encode() + b"\n"


def calls_in(*files: list[bytes]) -> int:
    read_all = [call for lines in files for call in read(Agent.CLAUDE_CODE, FILES / "x.jsonl", lines).calls]
    return len(stored(map(piece_of, read_all)))


def test_an_answer_of_anthropics_is_one_whatever_request_a_copy_of_it_names() -> None:
    answer = "msg_01W7Fnz943zF65w2rdYBoi9Z"
    told = [answer_line(answer, "req_011CQ2mQguC33S1JpgULARTm")]
    aside = [answer_line(answer, "req_011CQ9aaaaaaaaaaaaaaaaaa", isSidechain=True)]  # ccusage#913
    bare = [answer_line(answer)]
    assert calls_in(told, aside, bare) == 1
    (call,) = read(Agent.CLAUDE_CODE, FILES / "x.jsonl", bare + told).calls
    assert call.request_id == "req_011CQ2mQguC33S1JpgULARTm"


def test_answers_of_a_gateway_that_calls_all_of_them_the_same_are_several() -> None:
    lines = [  # ccusage#1635: neither an id of their own nor a request's
        answer_line("ocgo", uuid="a1", parentUuid="u1"),
        answer_line("ocgo", uuid="a2", parentUuid="a1"),  # the second block of the same answer
        answer_line("ocgo", uuid="a3", parentUuid="u2"),
    ]
    other = [answer_line("ocgo", uuid="b1", parentUuid="u9", sessionId="t")]
    assert calls_in(lines, lines, other) == 3


def test_an_id_of_another_provider_is_enough_where_no_request_is_named() -> None:
    lines = [answer_line("0198c1a2-77aa-7c33-9d10-2f60d7a1b4ce", uuid=name) for name in ("a", "b")]
    assert calls_in(lines) == 1


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
