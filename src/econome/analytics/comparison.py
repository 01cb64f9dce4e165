"""Two sides held together: each measure of both, how far they differ, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from enum import StrEnum

from econome.analytics import difference as of
from econome.analytics.difference import Estimate, Span, Verdict
from econome.analytics.movement import Cause, NotComparable, parts
from econome.analytics.sides import SPEEDS, Scores, Side
from econome.domain.money import PLACES, rounded, total_of

MILLION = 1_000_000
_EXACT = Context(prec=100)


class MeasureUnit(StrEnum):
    """What a measure counts."""

    MONEY = "money"
    TOKENS = "tokens"
    SHARE = "share"
    SECONDS = "seconds"
    SCORE = "score"


class Method(StrEnum):
    """How the interval of a side was found; those of differences follow from both sides'."""

    MEAN = "ratio of sums over traces, Hall's correction for skewness"
    SHARE = "Wilson's interval, calls of a trace weighed by the design effect"
    QUANTILE = "order statistics, the calls of a trace as one"


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure of one side."""

    estimate: Estimate | None  # None: there is none
    exact: Decimal | None = None  # an amount of money, as it is


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of both sides."""

    name: str
    unit: MeasureUnit
    method: Method
    is_better_low: bool
    a: Measured
    b: Measured
    difference: Span | None  # of b - a
    ratio: Span | None  # of b / a
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Judged:
    """What was thought of both sides under one key of feedback."""

    key: str
    score: Measure
    good: Measure
    cost_per_good: Measure


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sides held together."""

    a: Side
    b: Side
    measures: list[Measure]
    judged: list[Judged]
    causes: Mapping[Cause, Decimal] | None


def compare(a: Side, b: Side) -> Comparison:
    """What differs between `a` and `b`."""
    return Comparison(a, b, [*_ratios(a, b), *_speeds(a, b)], list(_judged(a, b)), _causes(a, b))


def _causes(a: Side, b: Side) -> Mapping[Cause, Decimal] | None:
    """Why the cost changed; None when of the calls of a side no cost is known."""
    try:
        return parts(a.moving, b.moving, Decimal(1).scaleb(-PLACES))
    except NotComparable:
        return None


def held(
    name: str, unit: MeasureUnit, method: Method, a: Measured, b: Measured, *, is_better_low: bool = True
) -> Measure:
    """A measure of both sides, with what its intervals allow one to say."""
    gap = share = None
    if a.estimate is not None and b.estimate is not None:
        gap = of.difference(a.estimate, b.estimate)
        share = None if unit in {MeasureUnit.SCORE, MeasureUnit.SHARE} else of.ratio(a.estimate, b.estimate)
    return Measure(name, unit, method, is_better_low, a, b, gap, share, of.verdict(gap))


def mean_cost(estimate: Estimate | None, whole: Decimal | None, count: float) -> Measured:
    """An amount for one of so many things, exact beside its estimate."""
    if estimate is None or whole is None or not count:
        return Measured(None)
    return Measured(estimate, rounded(_EXACT.divide(whole, Decimal(int(count)))))


def _ratios(a: Side, b: Side) -> Iterator[Measure]:
    for name, unit in (
        ("cost_per_call", MeasureUnit.MONEY),
        ("cost_per_trace", MeasureUnit.MONEY),
        ("cost_per_million_tokens", MeasureUnit.MONEY),
        ("input_per_call", MeasureUnit.TOKENS),
        ("output_per_call", MeasureUnit.TOKENS),
    ):
        yield held(name, unit, Method.MEAN, _ratio(a, name), _ratio(b, name))
    hits = [
        Measured(None if one.means is None else of.mean(one.means.of("cache_hits"), 0, 1)) for one in (a, b)
    ]
    yield held("cache_hits", MeasureUnit.SHARE, Method.MEAN, *hits, is_better_low=False)
    failed = [
        Measured(None if one.means is None else of.share(one.means.of("failed_calls"))) for one in (a, b)
    ]
    yield held("failed_calls", MeasureUnit.SHARE, Method.SHARE, *failed)


def _ratio(side: Side, name: str) -> Measured:
    if side.means is None:
        return Measured(None)
    if name == "cost_per_million_tokens":
        found = of.mean(side.means.of("cost_per_token"), 0)
        whole = [use for use in side.models if use.whole]
        count = sum(use.input + use.output for use in whole)
        scaled = found and Estimate(found.value * MILLION, found.low * MILLION, found.high * MILLION, found.n)
        known = total_of(use.whole_cost for use in whole if use.whole_cost is not None)
        return mean_cost(scaled, known.scaleb(6), count)
    moments = side.means.of(name)
    found = of.mean(moments, 0)
    if name.startswith("cost"):
        return mean_cost(found, side.totals.cost, moments.y)
    return Measured(found)


def _speeds(a: Side, b: Side) -> Iterator[Measure]:
    for place, name in enumerate(SPEEDS):
        for at, level in enumerate(("p50", "p95")):
            yield held(
                f"{name}_{level}",
                MeasureUnit.SECONDS,
                Method.QUANTILE,
                _speed(a, name, place, at),
                _speed(b, name, place, at),
            )


def _speed(side: Side, name: str, place: int, at: int) -> Measured:
    value: float = getattr(side.totals, name)[at]
    low, high = side.ends.ends[place][2 * at : 2 * at + 2]
    return Measured(of.quantile(value, low, high, side.ends.traces[place]))


def _judged(a: Side, b: Side) -> Iterator[Judged]:
    """The keys under which either side was judged, those first by which both were judged most."""
    of_a, of_b = ({one.key: one for one in side.scores} for side in (a, b))
    keys = sorted(
        {*of_a, *of_b}, key=lambda key: (-min(_count(of_a, key), _count(of_b, key)), -_count(of_a, key), key)
    )
    for key in keys:
        yield judged(key, of_a.get(key), of_b.get(key))


def judged(key: str, a: Scores | None, b: Scores | None) -> Judged:
    """What was thought under one key of two sides, or of two values."""
    return Judged(
        key,
        held("score", MeasureUnit.SCORE, Method.MEAN, score(a), score(b), is_better_low=False),
        held("good", MeasureUnit.SHARE, Method.SHARE, _good(a), _good(b), is_better_low=False),
        held("cost_per_good", MeasureUnit.MONEY, Method.MEAN, _cost_per_good(a), _cost_per_good(b)),
    )


def score(one: Scores | None) -> Measured:
    """The mean score."""
    return Measured(None if one is None else of.mean(one.score))


def _good(one: Scores | None) -> Measured:
    return Measured(None if one is None else of.share(one.good_share))


def _cost_per_good(one: Scores | None) -> Measured:
    if one is None:
        return Measured(None)
    found = of.mean(one.cost_per_good, 0)
    if found is not None and one.good_paid < of.FEWEST:
        found = Estimate(found.value, math.nan, math.nan, found.n)  # a few good ones carry it all
    return mean_cost(found, one.cost, one.good_paid)


def _count(of_key: Mapping[str, Scores], key: str) -> int:
    return of_key[key].judged if key in of_key else 0
