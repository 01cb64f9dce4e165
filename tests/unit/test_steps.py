"""Buckets of time, as whoever looks at the clock would draw them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from econome.analytics.errors import BadQuestion
from econome.analytics.steps import DAY, MOST, starts, step_of, zone

PARIS = zone("Europe/Paris")
ZONES = ("UTC", "Europe/Paris", "Asia/Kolkata", "America/St_Johns", "America/Sao_Paulo", "Pacific/Apia")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]  # its parts are its arguments


def texts(moments: list[datetime]) -> list[str]:
    return [moment.strftime("%d %H:%M") for moment in moments]


@pytest.mark.parametrize(
    ("span", "step"),
    [
        (timedelta(seconds=10), 1),
        (timedelta(minutes=1), 2),
        (timedelta(hours=1), 120),
        (timedelta(days=1), 1800),
        (timedelta(days=7), 10_800),
        (timedelta(days=30), DAY),
        (timedelta(days=120), DAY),
        (timedelta(days=365), 7 * DAY),
        (timedelta(days=3650), 91 * DAY),
    ],
)
def test_a_step_of_its_own_choosing_suits_the_span(span: timedelta, step: int) -> None:
    assert step_of("auto", span) == step


@given(st.integers(30, 20 * 365 * DAY))
def test_a_chosen_step_gives_thirty_to_a_hundred_and_twenty_buckets(seconds: int) -> None:
    step = step_of("auto", timedelta(seconds=seconds))
    assert 30 <= seconds / step <= 120 or (step >= DAY and seconds / step <= 120)


@pytest.mark.parametrize(("text", "step"), [("minute", 60), ("hour", 3600), ("day", DAY), ("90", 90)])
def test_a_step_is_a_name_or_a_number_of_seconds(text: str, step: int) -> None:
    assert step_of(text, timedelta(hours=1)) == step


@pytest.mark.parametrize("text", ["", "0", "-1", "1.5", "week", "9999999999999", "٣"])
def test_other_steps_are_refused(text: str) -> None:
    with pytest.raises(BadQuestion, match="minute"):
        step_of(text, timedelta(hours=1))


def test_too_many_buckets_are_refused() -> None:
    assert step_of("1", timedelta(seconds=MOST)) == 1
    with pytest.raises(BadQuestion, match=str(MOST)):
        step_of("1", timedelta(seconds=MOST + 1))


def test_a_day_that_loses_an_hour_has_23() -> None:
    found = starts(utc(2026, 3, 28, 12), utc(2026, 3, 31), DAY, PARIS)
    assert texts(found) == ["27 23:00", "28 23:00", "29 22:00", "30 22:00"]


def test_quarters_of_a_day_start_anew_at_each_midnight() -> None:
    found = starts(utc(2026, 3, 28, 23), utc(2026, 3, 30, 4), 6 * 3600, PARIS)
    assert texts(found) == ["28 23:00", "29 05:00", "29 11:00", "29 17:00", "29 22:00"]


def test_weeks_start_on_monday() -> None:
    found = starts(utc(2026, 3, 18, 12), utc(2026, 4, 1), 7 * DAY, PARIS)
    assert [moment.astimezone(PARIS).strftime("%a %d") for moment in found] == ["Mon 16", "Mon 23", "Mon 30"]


def test_an_odd_step_runs_on_evenly() -> None:
    found = starts(utc(2026, 3, 18, 0, 0, 1), utc(2026, 3, 18, 0, 1), 7, PARIS)
    assert all(after - before == timedelta(seconds=7) for before, after in pairwise(found))


@given(
    since=st.datetimes(datetime(2011, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
    step=st.sampled_from([900, 3600, 6 * 3600, 7000, DAY, 7 * DAY]),
    count=st.integers(1, 40),
    name=st.sampled_from(ZONES),
)
def test_buckets_ascend_and_hold_the_whole_span(since: datetime, step: int, count: int, name: str) -> None:
    until = since + timedelta(seconds=step * count)
    found = starts(since, until, step, zone(name))
    assert found[0] <= since
    assert found[-1] < until
    assert all(before < after for before, after in pairwise(found))
    # A day may have 25 hours, and a week the one day that Samoa skipped.
    assert all(after - before <= timedelta(seconds=step, hours=1) for before, after in pairwise(found))
    assert until - found[-1] <= timedelta(seconds=step, hours=1)
