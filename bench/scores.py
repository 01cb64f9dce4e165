"""The score that Lighthouse would give, from the same figures.

Its scores are points on a log-normal curve for each figure, by which a tenth and the median of real
pages are known; the weights are those of its version 10, for desktops. The speed index needs a film of
the page and is left out, its weight shared by the others.
"""

from __future__ import annotations

from math import erf, log, sqrt

# https://github.com/GoogleChrome/lighthouse/blob/main/core/config/constants: p10, median, weight
_CURVES = {
    "first_paint": (934, 1_600, 10),
    "largest_paint": (1_200, 2_400, 25),
    "blocked": (150, 350, 30),
    "shift": (0.1, 0.25, 25),
}
_TENTH = 1.2815515594665543  # how many deviations 90 % of a normal distribution lie below


def performance(*, first_paint: float, largest_paint: float, blocked: float, shift: float) -> int:
    """From 0 to 100. Times in milliseconds."""
    figures = {"first_paint": first_paint, "largest_paint": largest_paint, "blocked": blocked, "shift": shift}
    weights = sum(weight for _, _, weight in _CURVES.values())
    points = sum(_score(figures[name], *curve[:2]) * curve[2] for name, curve in _CURVES.items())
    return round(100 * points / weights)


def _score(figure: float, tenth: float, median: float) -> float:
    """0.9 at `tenth`, 0.5 at `median`: the share of pages that are slower."""
    if figure <= 0:
        return 1.0
    deviation = log(median / tenth) / _TENTH
    return (1 - erf(log(figure / median) / deviation / sqrt(2))) / 2
