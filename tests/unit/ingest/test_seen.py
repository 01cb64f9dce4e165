"""Which traces this process has seen."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from econome.ingest.seen import APART, Seen

START = datetime(2026, 11, 24, tzinfo=UTC)
NOW = START + 2 * APART


def test_a_trace_that_was_never_seen_long_after_the_start_is_new() -> None:
    seen = Seen(until=START)
    assert seen.is_new(random_id(1), NOW)
    seen.add(random_id(1), NOW)
    assert not seen.is_new(random_id(1), NOW)
    assert seen.is_new(random_id(2), NOW)


def test_near_what_was_stored_before_the_start_nothing_is_new() -> None:
    assert not Seen(until=START).is_new(random_id(1), START + APART)


def test_what_is_forgotten_is_never_taken_for_new() -> None:
    seen = Seen(until=START, most=10)
    moments = [NOW + timedelta(hours=number) for number in range(100)]
    for number, moment in enumerate(moments):
        seen.add(random_id(number), moment)
        for earlier in range(number + 1):
            assert not seen.is_new(random_id(earlier), moments[earlier])


def test_few_are_taken_for_seen_that_were_not() -> None:
    seen = Seen(until=START)
    for number in range(20_000):
        seen.add(random_id(number), NOW)
    assert sum(not seen.is_new(random_id(number), NOW) for number in range(20_000, 30_000)) < 10


def random_id(number: int) -> int:
    return random.Random(number).getrandbits(128)  # noqa: S311 - ids in a test
