"""What a month will have come to, if its days go on as the last ones went.

The days to come are taken as drawn from the same distribution as the last whole ones, each for itself:
their sum then has the mean and the interval of a new sum of as many days (Student's t, for mean and
spread are learnt from few). Of these last days whole weeks are taken, so that weekends weigh as they
come. There is no trend in it: it says what is spent if nothing changes, not what will.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal

from econome.domain.money import total_of

LEVEL = Decimal("0.8")
"""How often the sum should lie within the interval."""

LEAST_DAYS = 14

# Two-sided 80 % points of Student's t with so many days less one degrees of freedom: any table of it.
_T = {14: Decimal("1.350"), 21: Decimal("1.325"), 28: Decimal("1.314")}

_CONTEXT = Context(prec=40, rounding=ROUND_HALF_EVEN)
_CENTS = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Point:
    """How much it is by then: the middle, and the ends of the interval."""

    low: Decimal
    middle: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Forecast:
    """The way to the end of the month, and of how many days it was learnt."""

    days: int
    path: list[Point]  # at the end of today, of tomorrow, …


def forecast(past: Sequence[Decimal], spent: Decimal, today_left: Decimal, days_left: int) -> Forecast | None:
    """The amount at the end of today and of each of `days_left` days after; None if `past` is too short.

    `past` are whole days, the latest last; `today_left` is the share of today that is still to come,
    `spent` the amount of the month until now, below which nothing falls.
    """
    days = min(len(past), max(_T)) // 7 * 7
    if days < LEAST_DAYS:
        return None
    learnt = past[-days:]
    mean = _CONTEXT.divide(total_of(learnt), Decimal(days))
    squares = total_of(_CONTEXT.power(_CONTEXT.subtract(day, mean), 2) for day in learnt)
    variance = _CONTEXT.divide(squares, Decimal(days - 1))
    path = []
    for ahead in range(days_left + 1):
        length = today_left + ahead
        middle = spent + length * mean
        # Of the days to come, and of the mean that was learnt from few.
        spread = _CONTEXT.sqrt(variance * (length + length * length / days)) * _T[days]
        path.append(
            Point(
                max(spent, middle - spread).quantize(_CENTS),
                middle.quantize(_CENTS),
                (middle + spread).quantize(_CENTS),
            )
        )
    return Forecast(days, path)
