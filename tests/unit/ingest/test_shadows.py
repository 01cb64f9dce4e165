"""One call that two libraries report, where only one of them knows the id of the answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from econome.ingest.answers import Candidate
from econome.ingest.counting import Member
from econome.ingest.shadows import MOST, Shadows, shadow_key, shadows

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
OUTER = Member(
    key_time=NOON,
    parent_id=None,
    project=1,
    is_call=True,
    is_known=True,
    started_at=NOON,
    ended_at=NOON + timedelta(seconds=2),
    model="gpt-4o-mini",
    library="openinference.instrumentation.langchain",
    sent=120,
    generated=30,
)
INNER = replace(
    OUTER,
    started_at=NOON + timedelta(milliseconds=5),
    ended_at=NOON + timedelta(milliseconds=1_990),
    library="openinference.instrumentation.openai",
    answer="chatcmpl-0123456789abcdef",
)


def test_a_call_within_another_library_s_call_with_the_same_numbers_is_one() -> None:
    assert shadows([at(1, OUTER), at(2, INNER)]) == {place(1): place(2)}


def test_the_one_that_says_more_stays() -> None:
    assert shadows([at(1, replace(OUTER, information=9)), at(2, INNER)]) == {place(2): place(1)}


def test_what_differs_is_two_calls() -> None:
    for other in (
        replace(INNER, library=OUTER.library),
        replace(INNER, generated=32),
        replace(INNER, generated=None),
        replace(INNER, started_at=NOON - timedelta(seconds=1), ended_at=NOON + timedelta(milliseconds=500)),
        replace(INNER, started_at=NOON + timedelta(seconds=1), ended_at=NOON + timedelta(seconds=9)),
        replace(INNER, ended_at=None),
    ):
        assert shadows([at(1, OUTER), at(2, other)]) == {}
    both = replace(OUTER, answer="chatcmpl-fedcba9876543210")
    assert shadows([at(1, both), at(2, INNER)]) == {}


def test_a_call_below_something_else_in_another_trace_is_another_call() -> None:
    below = replace(INNER, parent_id=77, ended_at=NOON + timedelta(milliseconds=500))
    assert shadows([at(1, OUTER), at(2, below)]) == {}
    beside = Candidate((place(1)[0], 2), below)  # in one trace they are siblings
    assert shadows([at(1, OUTER), beside]) == {place(1): beside.place}


def test_a_stream_that_was_counted_with_one_token_more_is_the_same_call() -> None:
    assert shadows([at(1, replace(OUTER, generated=31)), at(2, INNER)]) == {place(1): place(2)}


@given(st.integers(1, 8), st.integers(0, 8), st.permutations(range(16)))
def test_of_equal_calls_side_by_side_as_many_stay_as_were_made(
    both: int, alone: int, order: list[int]
) -> None:
    """Each of `both` is told by two libraries, each of `alone` by the inner one only."""
    candidates = [at(number, OUTER) for number in range(both)]
    candidates += [at(100 + number, named(number)) for number in range(both + alone)]
    shuffled = sorted(candidates, key=lambda one: order[one.place[1] % 16])
    found = shadows(shuffled)
    assert len(candidates) - len(found) == both + alone
    assert found == shadows(candidates)


def test_calls_without_a_library_or_tokens_are_not_compared() -> None:
    assert shadow_key((7, 8), OUTER) == (7, 1, "gpt-4o-mini", 120, "")
    assert shadow_key((7, 8), replace(OUTER, service="shop")) != shadow_key((7, 8), OUTER)
    for member in (
        replace(OUTER, library=""),
        replace(OUTER, sent=None),
        replace(OUTER, model=""),
        replace(OUTER, is_call=False),
    ):
        assert shadow_key((7, 8), member) is None


def test_memory_of_what_is_alike_is_bounded() -> None:
    kept = Shadows(capacity=3)
    for number in range(10):
        kept.add((1, 1, "m", number, ""), place(number))
    assert [number for number in range(10) if kept.places((1, 1, "m", number, ""))] == [7, 8, 9]
    for number in range(3 * MOST):
        kept.add((1, 1, "m", 9, ""), place(number))
    assert len(kept.places((1, 1, "m", 9, ""))) == MOST


def at(number: int, member: Member) -> Candidate:
    return Candidate(place(number), member)


def place(number: int) -> tuple[tuple[int, int], int]:
    return (1, number), number


def named(number: int) -> Member:
    return replace(INNER, answer=f"chatcmpl-0123456789ab{number:04}")
