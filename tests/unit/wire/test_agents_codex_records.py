"""The records that later versions of Codex write for each answer, beside their events."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agent_sessions import FILES, read, stored, totals
from econome.wire.agents.call import Agent, Call, piece_of

SESSION = "01a00602-0000-7000-8000-000000000001"
PARENT = "01a00602-0000-7000-8000-00000000000f"


def usage(sent: int, generated: int, **more: int) -> dict[str, int]:
    return {"input_tokens": sent, "cached_input_tokens": 0, "output_tokens": generated, **more}


def record(answer: str, sent: int, generated: int, thread: str = SESSION) -> dict[str, Any]:
    told = usage(sent, generated, cache_write_input_tokens=10)
    payload = {"session_id": PARENT, "thread_id": thread, "response_id": answer, "usage": told}
    return {"timestamp": "2026-11-20T09:00:05Z", "type": "token_usage_record", "payload": payload}


def event(total: tuple[int, int], last: tuple[int, int]) -> dict[str, Any]:
    info = {"total_token_usage": usage(*total), "last_token_usage": usage(*last)}
    payload = {"type": "token_count", "info": info}
    return {"timestamp": "2026-11-20T09:00:06Z", "type": "event_msg", "payload": payload}


def calls(*lines: dict[str, Any]) -> list[Call]:
    meta = {"type": "session_meta", "payload": {"id": SESSION, "cli_version": "0.154.0"}}
    turn = {"type": "turn_context", "payload": {"model": "gpt-6-astra"}}
    written = [json.dumps(line).encode() + b"\n" for line in (meta, turn, *lines)]
    return read(Agent.CODEX, FILES / "x.jsonl", written).calls


def worth(found: list[Call]) -> tuple[int, int, int]:
    return totals(stored(map(piece_of, found)).values())


FIRST, AGAIN = event((100, 20), (100, 20)), event((100, 20), (4000, 0))


@pytest.mark.parametrize("pair", [(record("a", 100, 20), FIRST), (FIRST, record("a", 100, 20))])
def test_an_answer_that_a_record_and_an_event_tell_is_one_call(pair: tuple[dict[str, Any], ...]) -> None:
    assert worth(calls(*pair, AGAIN)) == (1, 100, 20)


def test_what_summing_up_took_is_a_call_though_only_a_record_tells_it() -> None:
    found = calls(record("a", 100, 20), FIRST, record("summed-up", 900, 50), AGAIN)
    assert worth(found) == (2, 1000, 70)
    assert {call.model for call in found} == {"gpt-6-astra"}
    assert len({call.request_id for call in found}) == 2


def test_a_file_of_records_alone_has_its_calls() -> None:
    assert worth(calls(record("a", 100, 20), record("b", 50, 1), record("b", 50, 1))) == (2, 150, 21)


def test_a_record_whose_event_is_yet_to_be_written_waits_for_it() -> None:
    early = calls(record("a", 100, 20), FIRST, record("b", 7, 3))
    late = calls(record("a", 100, 20), FIRST, record("b", 7, 3), event((107, 23), (7, 3)))
    assert worth(early) == (1, 100, 20)
    assert worth([*early, *late]) == (2, 107, 23)


def test_a_record_of_the_history_that_a_fork_begins_with_is_left_to_its_own_file() -> None:
    assert worth(calls(record("old", 700, 70, PARENT), record("a", 100, 20), FIRST)) == (1, 100, 20)


@pytest.mark.parametrize("payload", [None, {}, {"response_id": 7}, {"response_id": "a", "usage": []}])
def test_a_record_that_tells_nothing_costs_no_neighbour(payload: Any) -> None:
    assert worth(calls({"type": "token_usage_record", "payload": payload}, FIRST)) == (1, 100, 20)
