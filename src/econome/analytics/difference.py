"""How far two sides differ, and how sure that is: 95 % intervals for means, shares, quantiles.

Calls of one trace are not independent: an agent that fails once fails ten times. So the unit is the
trace: a mean per call is a ratio of two sums over traces, and its error is that of their linearised
residuals. Amounts have long tails, which makes the usual interval too short on their side: Hall's
cubic transformation takes the skewness out (Hall 1992, "On the removal of skewness by
transformation", eq. 2.3). Shares have Wilson's interval, a quantile that of its order statistics.
The interval of a difference, and that of a ratio, are made of those of its two sides by squaring and
adding (Newcombe 1998, method 10; Donner and Zou 2012, eq. 9), so that both say the same of "no
difference". Sides that share traces are treated as if they did not, which makes it wider if anything.

Nothing here is money: exact amounts come from sums, and these intervals stand beside them.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

FEWEST = 30
"""Traces on each side, below which nothing is said. With so few, an interval of amounts whose logarithm
scatters by 1 holds the truth 91 times of 100; with a hundred, 94 (tests/unit/test_difference.py)."""

NORMAL = 1.959963984540054
"""The 97.5 % quantile of the normal distribution."""

_NOISE = 1e-12
"""Of a squared value: what is left of a variance of equal values after they were summed up in floats."""


class Verdict(StrEnum):
    """What may be said of a difference."""

    MORE = "more"
    LESS = "less"
    UNCLEAR = "unclear"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class Moments:
    """Sums over traces: of two amounts, `x` and `y`, and of the products that their spread follows from.

    Only traces with some `y` are in it.
    """

    n: float
    x: float
    y: float
    xx: float
    xy: float
    yy: float
    xxx: float
    xxy: float
    xyy: float
    yyy: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95 % interval; without one where too little is known."""

    value: float
    low: float
    high: float
    n: int  # traces that it rests on


@dataclass(frozen=True, slots=True)
class Span:
    """Two ends; an end that has none is infinite."""

    low: float
    high: float


def mean(of: Moments, least: float = -math.inf, most: float = math.inf) -> Estimate | None:
    """The sum of `x` for one `y`, within what it can be. None without any `y`."""
    if not of.n or not of.y:
        return None
    ratio = of.x / of.y
    n = int(of.n)
    if n < FEWEST:
        return Estimate(ratio, math.nan, math.nan, n)
    error, skewness = _spread(of, ratio)
    if not error:
        return Estimate(ratio, ratio, ratio, n)
    reach = student(n - 1)
    return Estimate(
        ratio,
        max(least, ratio - error * _unskewed(reach, skewness)),
        min(most, ratio - error * _unskewed(-reach, skewness)),
        n,
    )


def share(of: Moments) -> Estimate | None:
    """The share of the `y` that are `x`, as failed calls are of calls: Wilson's interval.

    The calls of a trace weigh as many independent ones as would scatter as much (the design
    effect), and when all calls agree, as one.
    """
    if not of.n or not of.y:
        return None
    ratio = of.x / of.y
    n = int(of.n)
    if n < FEWEST:
        return Estimate(ratio, math.nan, math.nan, n)
    error, _ = _spread(of, ratio)
    independent = of.n if not error else min(of.y, ratio * (1 - ratio) / error**2)
    reach = student(n - 1) ** 2 / independent
    middle = (ratio + reach / 2) / (1 + reach)
    half = math.sqrt(reach * ratio * (1 - ratio) + reach**2 / 4) / (1 + reach)
    return Estimate(ratio, max(0.0, middle - half), min(1.0, middle + half), n)


def quantile(value: float, low: float, high: float, n: int) -> Estimate | None:
    """A quantile between two order statistics, which the store has picked; None for that of nothing."""
    if math.isnan(value):
        return None
    if n < FEWEST:
        low = high = math.nan
    return Estimate(value, low, high, n)


def difference(a: Estimate, b: Estimate) -> Span | None:
    """The interval of `b - a`; None when a side has none."""
    if not (_is_known(a) and _is_known(b)):
        return None
    value = b.value - a.value
    return Span(
        value - math.hypot(b.value - b.low, a.high - a.value),
        value + math.hypot(b.high - b.value, a.value - a.low),
    )


def ratio(a: Estimate, b: Estimate) -> Span | None:
    """The interval of `b / a`, of what cannot be negative; None when a side has none or `a` is nothing."""
    if not (_is_known(a) and _is_known(b)) or a.value <= 0 or min(a.low, b.low) < 0:
        return None
    product = a.value * b.value
    low = _product(b.value, b.low)
    root = math.sqrt(max(0.0, product**2 - low * _product(a.value, a.high)))
    least = low / (product + root) if product + root else 0.0
    bottom = _product(a.value, a.low)
    if bottom <= 0:
        return Span(least, math.inf)
    root = math.sqrt(max(0.0, product**2 - bottom * _product(b.value, b.high)))
    return Span(least, (product + root) / bottom)


def verdict(of: Span | None) -> Verdict:
    """What an interval of a difference allows one to say."""
    if of is None:
        return Verdict.TOO_FEW
    if of.low > 0:
        return Verdict.MORE
    return Verdict.LESS if of.high < 0 else Verdict.UNCLEAR


def student(freedom: int) -> float:
    """The 97.5 % quantile of Student's t with so many degrees of freedom, at least twenty.

    The expansion of Abramowitz and Stegun, 26.7.5, which is good to six digits there.
    """
    z = NORMAL
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + math.fsum(term / freedom**power for power, term in enumerate(terms, 1))


def moments(pairs: Sequence[tuple[float, float]]) -> Moments:
    """The moments of the two amounts of each trace, as the store sums them up."""
    x = [x for x, y in pairs if y]
    y = [y for _, y in pairs if y]
    xx, xy, yy = _times(x, x), _times(x, y), _times(y, y)
    cubes = (_times(xx, x), _times(xx, y), _times(x, yy), _times(yy, y))
    return Moments(float(len(x)), *map(math.fsum, (x, y, xx, xy, yy, *cubes)))


def _times(some: Sequence[float], others: Sequence[float]) -> list[float]:
    return list(map(operator.mul, some, others))


def _spread(of: Moments, ratio: float) -> tuple[float, float]:
    """The standard error of a ratio, and the skewness of what it is the mean of, over the root of n."""
    n, r = of.n, ratio
    squares = of.xx - 2 * r * of.xy + r * r * of.yy
    if squares <= _NOISE * of.xx:
        return 0.0, 0.0
    cubes = of.xxx - 3 * r * of.xxy + 3 * r * r * of.xyy - r**3 * of.yyy
    variance = squares / (n - 1)
    return math.sqrt(n * variance) / of.y, cubes / n / variance**1.5 / math.sqrt(n)


def _unskewed(reach: float, skewness: float) -> float:
    """How many standard errors away what is `reach` of them in a distribution without skewness."""
    if abs(skewness) < 1e-9:  # nothing, but for how floats are
        return reach
    return 3 / skewness * (math.cbrt(1 + skewness * (reach - skewness / 6)) - 1)


def _product(value: float, end: float) -> float:
    return end * (2 * value - end)


def _is_known(of: Estimate) -> bool:
    return math.isfinite(of.low) and math.isfinite(of.high)
