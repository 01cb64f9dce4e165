"""What a month will come to: by arithmetic, and by how often the interval holds."""

from __future__ import annotations

import random
from decimal import Decimal

from econome.analytics.forecast import LEAST_DAYS, LEVEL, forecast


def days(*amounts: int) -> list[Decimal]:
    return [Decimal(amount) for amount in amounts]


def test_days_that_are_all_alike_leave_nothing_open() -> None:
    found = forecast(days(*[3] * 28), Decimal(10), Decimal("0.5"), 2)
    assert found is not None
    assert [(p.low, p.middle, p.high) for p in found.path] == [
        (10 + 3 * share, 10 + 3 * share, 10 + 3 * share)
        for share in (Decimal("0.5"), Decimal("1.5"), Decimal("2.5"))
    ]


def test_too_few_days_make_no_forecast() -> None:
    assert forecast(days(*range(LEAST_DAYS - 1)), Decimal(0), Decimal(1), 5) is None
    assert forecast(days(*range(LEAST_DAYS)), Decimal(0), Decimal(1), 5) is not None


def test_whole_weeks_are_learnt_from_the_last_ones() -> None:
    """Twenty days are two weeks: what was before them is not looked at."""
    found = forecast(days(*[1000] * 6, *[2] * 14), Decimal(0), Decimal(0), 1)
    assert found is not None
    assert found.days == 14
    assert found.path[-1].middle == 2


def test_the_interval_grows_with_the_days_ahead_and_never_falls_below_what_is_spent() -> None:
    found = forecast(days(*[0, 30] * 14), Decimal(5), Decimal("0.1"), 20)
    assert found is not None
    widths = [point.high - point.low for point in found.path]
    assert widths == sorted(widths)
    assert all(point.low >= 5 for point in found.path)


def test_a_sum_of_independent_days_lies_in_the_interval_as_often_as_it_says() -> None:
    """Skewed days, as spend is; 2,000 months. Their sum is within the interval 80 times in a hundred."""
    chance = random.Random(5)  # noqa: S311 - the same days each time
    months = 2_000
    within = 0
    for _ in range(months):
        drawn = [Decimal(repr(chance.gammavariate(2, 10))) for _ in range(28 + 10)]
        found = forecast(drawn[:28], Decimal(0), Decimal(0), 10)
        assert found is not None
        end = found.path[-1]
        within += end.low <= sum(drawn[28:]) <= end.high
    assert abs(within / months - float(LEVEL)) < 0.03
