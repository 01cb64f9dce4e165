"""The lightest of the real libraries, one of each way to send: `make test-clients` runs all."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from clients.serving import Running
from libraries import comparing, page
from libraries.case import PROGRAMS, Loss, all_cases, read
from libraries.ledger import Call, total
from libraries.run import prove

CACHED = Call("cached chat", "gpt-4o-mini", 2048, 60, cache_read=1536)


@pytest.mark.parametrize("program", ["openinference_openai.py", "langfuse_v2.py", "vercel_ai_6.mjs"])
def test_what_a_library_tells_adds_up_to_what_was_served(server: Running, program: str) -> None:
    assert prove(read(PROGRAMS / program), server).wrong == []


def test_the_page_of_clients_is_written_from_their_last_run() -> None:
    assert page.PAGE.read_text("utf-8") == page.page(), "stale: make test-clients ARGS=<the case>"


def test_each_case_says_what_it_is_and_what_it_installs() -> None:
    assert [case.name for case in all_cases() if not case.title or not case.requirements] == []


def test_a_program_without_a_header_is_no_case(tmp_path: Path) -> None:
    program = tmp_path / "alone.py"
    program.write_text("print('nothing to install')\n")
    with pytest.raises(ValueError, match=r"alone\.py has no header"):
        read(program)


def test_what_a_library_loses_is_taken_from_the_calls_that_it_names_alone() -> None:
    loss = Loss("cached *", ("cache_read",), "for a test", {})
    other = Call("chat", "gpt-4o-mini", 120, 30)
    assert loss.befell(other) == [other]
    assert total(loss.befell(CACHED)) == total([Call("", "", 2048, 60)])


def test_a_call_whose_usage_is_lost_is_still_a_call() -> None:
    (told,) = Loss("*", ("usage",), "for a test", {}).befell(CACHED)
    assert (told.told, told.input) == (False, 0)
    assert Loss("*", ("call",), "for a test", {}).befell(CACHED) == []


def test_what_a_library_makes_up_is_expected_of_it() -> None:
    (told,) = Loss("*", ("usage",), "for a test", {"input": 24}).befell(CACHED)
    assert (told.told, told.input, told.cache_read) == (True, 24, 0)


def test_each_number_that_is_not_as_served_is_told() -> None:
    case = replace(read(PROGRAMS / "langfuse_v2.py"), labels=("user anna",), losses=(), tells_cost=True)
    wanted = comparing.expected_of(
        case, [CACHED, Call("failing chat", "gpt-4o-mini", told=False, failed=True)]
    )
    found = replace(wanted, failed=0, cost=Decimal(1), labelled={"user anna": 1}, stated=Decimal(2))
    assert wanted.against(wanted) == []
    assert found.against(wanted) == [
        "failed calls: 0, expected 1",
        f"cost: 1, expected {CACHED.cost}",
        "calls of user anna: 1, expected 2",
        f"cost by the client: 2, expected {CACHED.cost}",
    ]
