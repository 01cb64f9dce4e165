"""A line through points: how much longer a call takes per token."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

LEAST_POINTS = 10
"""Of fewer points a slope says nothing."""

_NORMAL = 1.96  # 95 % of a normal distribution lie within so many standard errors


@dataclass(frozen=True, slots=True)
class Line:
    """The line of least squares, its slope with a 95 % interval."""

    slope: float
    low: float
    high: float
    intercept: float


def least_squares(xs: Sequence[float], ys: Sequence[float]) -> Line | None:
    """The line through points; None for fewer than `LEAST_POINTS`, or all at the same place.

    Long calls scatter more than short ones, so the interval does not suppose the same spread
    everywhere: White (1980), "A heteroskedasticity-consistent covariance matrix estimator", with the
    correction n / (n - 2).
    """
    count = len(xs)
    if count < LEAST_POINTS:
        return None
    middle, height = math.fsum(xs) / count, math.fsum(ys) / count
    spread = math.fsum((x - middle) ** 2 for x in xs)
    if spread == 0:
        return None
    slope = math.fsum((x - middle) * (y - height) for x, y in zip(xs, ys, strict=True)) / spread
    intercept = height - slope * middle
    noise = math.fsum(((x - middle) * (y - intercept - slope * x)) ** 2 for x, y in zip(xs, ys, strict=True))
    error = _NORMAL * math.sqrt(noise * count / (count - 2)) / spread
    return Line(slope, slope - error, slope + error, intercept)
