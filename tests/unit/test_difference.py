"""Intervals against tables, against other ways to calculate them, and against what they promise."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest

from econome.analytics.difference import (
    FEWEST,
    NORMAL,
    Estimate,
    Moments,
    Span,
    Verdict,
    difference,
    mean,
    moments,
    quantile,
    ratio,
    share,
    student,
    verdict,
)

# Any table of Student's t, the column of 0.975.
STUDENT = {20: 2.085963, 29: 2.045230, 30: 2.042272, 60: 2.000298, 120: 1.979930, 100_000: 1.959988}


@pytest.mark.parametrize(("freedom", "expected"), STUDENT.items())
def test_student_s_quantile_is_that_of_the_tables(freedom: int, expected: float) -> None:
    assert student(freedom) == pytest.approx(expected, abs=2e-6)


def test_the_mean_of_symmetric_values_has_student_s_interval() -> None:
    values = [10.0 + step for step in range(-20, 21)]
    found = mean(moments([(value, 1.0) for value in values]))
    deviation = math.sqrt(sum((value - 10) ** 2 for value in values) / 40)
    half = student(40) * deviation / math.sqrt(41)
    assert found is not None
    assert (found.value, found.n) == (10.0, 41)
    assert found.low == pytest.approx(10 - half)
    assert found.high == pytest.approx(10 + half)


def test_a_long_tail_moves_the_interval_to_its_side() -> None:
    found = mean(moments([(math.exp(step / 10), 1.0) for step in range(-30, 31)]))
    assert found is not None
    assert found.high - found.value > found.value - found.low > 0


def test_a_mean_per_call_weighs_traces_by_their_calls() -> None:
    found = mean(moments([(1.0, 1.0)] * 30 + [(30.0, 10.0)] * 30))
    assert found is not None
    assert found.value == pytest.approx((30 * 1 + 30 * 30) / (30 * 1 + 30 * 10))


def test_equal_calls_leave_nothing_to_doubt() -> None:
    found = mean(moments([(0.1 * calls, float(calls)) for calls in range(1, 101)]))
    assert found is not None
    assert found.low == found.value == found.high == pytest.approx(0.1)


def test_traces_without_any_of_it_do_not_count() -> None:
    found = mean(moments([(2.0, 1.0), (4.0, 1.0)] * 20 + [(0.0, 0.0)] * 1_000))
    assert found is not None
    assert (found.value, found.n) == (3.0, 40)
    assert mean(moments([(0.0, 0.0)] * 40)) is None


def test_a_share_stays_between_nothing_and_all() -> None:
    for failed in (0, 1, 39, 40):
        found = share(moments([(1.0, 1.0)] * failed + [(0.0, 1.0)] * (40 - failed)))
        assert found is not None
        assert 0 <= found.low <= found.value <= found.high <= 1
        assert found.high - found.low > 0.05


def test_a_share_of_independent_calls_has_wilson_s_interval() -> None:
    """56 of 70, as in Newcombe 1998, but for Student's quantile in place of the normal one."""
    found = share(moments([(1.0, 1.0)] * 56 + [(0.0, 1.0)] * 14))
    assert found is not None
    z, p, n = student(69), 0.8, 69.0  # the residuals' variance has n - 1 below
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    assert found.low == pytest.approx((middle - half) / (1 + z * z / n), rel=1e-6)
    assert found.high == pytest.approx((middle + half) / (1 + z * z / n), rel=1e-6)


def test_the_difference_of_two_shares_is_newcombe_s() -> None:
    """Newcombe 1998, table II (a), method 10: 56 of 70 and 48 of 80 differ by 0.0524 to 0.3339."""

    def wilson(hits: int, n: int) -> Estimate:
        p, z = hits / n, NORMAL
        middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return Estimate(p, (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n), n)

    found = difference(wilson(48, 80), wilson(56, 70))
    assert found is not None
    assert found.low == pytest.approx(0.0524, abs=5e-5)
    assert found.high == pytest.approx(0.3339, abs=5e-5)


def test_calls_that_fail_together_say_less_than_calls_that_fail_alone() -> None:
    together = share(moments([(10.0, 10.0)] * 10 + [(0.0, 10.0)] * 40))
    alone = share(moments([(2.0, 10.0)] * 50))
    one_by_one = share(moments([(1.0, 1.0)] * 100 + [(0.0, 1.0)] * 400))
    assert together is not None
    assert alone is not None
    assert one_by_one is not None
    assert together.value == alone.value == one_by_one.value == pytest.approx(0.2)
    assert together.high - together.low > 2 * (one_by_one.high - one_by_one.low)


def test_the_interval_of_a_ratio_says_the_same_of_no_difference() -> None:
    """Both follow from the same squares: one excludes 1 when the other excludes 0."""
    drawn = seeded(20260318)
    told = set()
    for _ in range(2_000):
        a, b = (_around(drawn.uniform(1, 2), drawn) for _ in range(2))
        gap, share_of = difference(a, b), ratio(a, b)
        assert gap is not None
        assert share_of is not None
        assert (gap.low > 0, gap.high < 0) == (share_of.low > 1, share_of.high < 1)
        told.add(verdict(gap))
    assert told == {Verdict.MORE, Verdict.LESS, Verdict.UNCLEAR}


def _around(value: float, drawn: random.Random) -> Estimate:
    return Estimate(value, value - drawn.uniform(0, value), value + drawn.uniform(0, 2 * value), 100)


def test_a_ratio_to_what_may_be_nothing_has_no_upper_end() -> None:
    found = ratio(Estimate(1.0, 0.0, 3.0, 50), Estimate(2.0, 1.0, 3.0, 50))
    assert found is not None
    assert 0 < found.low < 2
    assert found.high == math.inf


def test_too_few_traces_have_a_value_and_no_interval() -> None:
    few = mean(moments([(1.0, 1.0), (3.0, 1.0)] * (FEWEST // 2 - 1)))
    many = mean(moments([(1.0, 1.0), (3.0, 1.0)] * 100))
    assert few is not None
    assert many is not None
    assert few.value == 2
    assert difference(few, many) is None
    assert ratio(many, few) is None
    assert verdict(None) is Verdict.TOO_FEW


def test_a_quantile_of_nothing_is_unknown() -> None:
    assert quantile(math.nan, math.nan, math.nan, 0) is None
    few = quantile(2.0, 1.0, 3.0, FEWEST - 1)
    assert few is not None
    assert math.isnan(few.low)


def test_a_verdict_needs_the_whole_interval_on_one_side() -> None:
    assert verdict(Span(0.1, 2)) is Verdict.MORE
    assert verdict(Span(-2, -0.1)) is Verdict.LESS
    assert verdict(Span(-1, 2)) is Verdict.UNCLEAR


def seeded(number: int) -> random.Random:
    """Chance that is the same each time."""
    return random.Random(number)  # noqa: S311 - nothing here is secret


# --- what 95 % promises -----------------------------------------------------------------------

Law = Callable[[random.Random], tuple[float, float]]


def lognormal(drawn: random.Random) -> tuple[float, float]:
    """One call; the logarithm of its amount scatters by 1: the dearest hundredth is a tenth of the cost."""
    return drawn.lognormvariate(0, 1), 1.0


def exponential(drawn: random.Random) -> tuple[float, float]:
    """One call, its amount as answers are long."""
    return drawn.expovariate(1), 1.0


def agent(drawn: random.Random) -> tuple[float, float]:
    """A trace of some three calls that are dear together, as the context of an agent grows."""
    calls = 1 + int(drawn.expovariate(0.5))
    size = drawn.lognormvariate(0, 0.6)
    return sum(size * drawn.lognormvariate(0, 0.6) for _ in range(calls)), float(calls)


TRIALS = 1_000
LAWS: dict[Law, float] = {lognormal: math.exp(0.5), exponential: 1.0, agent: math.exp(0.6**2)}


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_an_interval_of_a_heavy_tailed_mean_holds_the_truth_19_times_of_20(law: Law) -> None:
    drawn = seeded(5)
    hits = 0
    for _ in range(TRIALS):
        found = mean(_drawn(law, drawn, 250), 0)
        assert found is not None
        hits += found.low <= LAWS[law] <= found.high
    assert 0.93 <= hits / TRIALS <= 0.97


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_an_interval_of_a_difference_of_such_means_does_so_too(law: Law) -> None:
    """Of two sides of different size, the dearer of which costs a quarter more."""
    drawn = seeded(8)
    gap = LAWS[law] * 0.25
    hits = ratios = 0
    for _ in range(TRIALS):
        a, b = mean(_drawn(law, drawn, 160), 0), mean(_drawn(law, drawn, 240, 1.25), 0)
        assert a is not None
        assert b is not None
        between, share_of = difference(a, b), ratio(a, b)
        assert between is not None
        assert share_of is not None
        hits += between.low <= gap <= between.high
        ratios += share_of.low <= 1.25 <= share_of.high
    assert 0.93 <= hits / TRIALS <= 0.97
    assert 0.93 <= ratios / TRIALS <= 0.97


def test_the_plain_interval_would_not_have_held() -> None:
    """Why skewness is taken out: without, the truth lies above more often than both ends may miss it."""
    drawn = seeded(5)
    above = corrected = 0
    for _ in range(TRIALS):
        of = _drawn(lognormal, drawn, 60)
        found = mean(of, 0)
        assert found is not None
        middle = of.x / of.n
        error = math.sqrt((of.xx / of.n - middle**2) / (of.n - 1))
        above += middle + student(59) * error < LAWS[lognormal]
        corrected += found.high < LAWS[lognormal]
    assert above / TRIALS > 0.06
    assert corrected < above * 0.75


def test_a_share_of_clustered_failures_holds_the_truth() -> None:
    """Traces of one to nine calls, a tenth of which fail half of the time and the others never."""
    drawn = seeded(13)
    hits = 0
    for _ in range(TRIALS):
        pairs = []
        for _ in range(200):
            calls = drawn.randint(1, 9)
            is_bad = drawn.random() < 0.1
            pairs.append(
                (float(sum(drawn.random() < 0.5 for _ in range(calls)) if is_bad else 0), float(calls))
            )
        found = share(moments(pairs))
        assert found is not None
        hits += found.low <= 0.05 <= found.high
    assert 0.93 <= hits / TRIALS <= 0.97


def _drawn(law: Law, drawn: random.Random, n: int, scale: float = 1.0) -> Moments:
    return moments([(x * scale, y) for x, y in (law(drawn) for _ in range(n))])
