"""From sums to tokens, money, speed, and how much of them is known."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, TypedDict, cast

from msgspec import Meta

from econome.analytics.pivot import Cell
from econome.analytics.runs import RunRow as Row
from econome.analytics.series import Point
from econome.analytics.totals import Brief, Sums
from econome.analytics.totals import Totals as Sum
from econome.analytics.traces import TraceTotals
from econome.domain.trace import COLUMNS
from econome.domain.usage import Bucket
from econome.web.api.shapes.plain import Money, money


class Tokens(TypedDict):
    """Tokens by disjoint bucket; those sent and generated, and both."""

    uncached: int | None
    cache_read: int | None
    cache_read_audio: int | None
    cache_write_5m: int | None
    cache_write_1h: int | None
    audio_in: int | None
    image_in: int | None
    video_in: int | None
    text_out: int | None
    reasoning: int | None
    audio_out: int | None
    image_out: int | None
    input: int | None
    output: int | None
    total: int | None


class Coverage(TypedDict):
    """How many calls a total is of, and how many of them are what.

    Priced, unpriced, estimated and unknown ones add up to the calls.
    """

    calls: int
    priced: int
    unpriced: int
    reported: int
    counted: int
    estimated: int
    unknown: int
    settling: Annotated[int, Meta(description="still under way")]
    marked: Annotated[int, Meta(description="with a note: something contradictory, mended or left out")]


class Quantiles(TypedDict):
    """Seconds; null for none."""

    p50: float | None
    p95: float | None


class Estimated(TypedDict):
    """What was estimated: beside the totals, in none of them."""

    cost: Money | None
    input: int | None
    output: int | None


class Compared(TypedDict):
    """Our cost beside the one that the app stated, over the calls that have both."""

    calls: int
    ours: Money | None
    cost: Money | None
    difference: Money | None


class Used(TypedDict):
    """What some runs used."""

    tokens: Tokens
    cost: Money | None
    input_cost: Money | None
    output_cost: Money | None
    fee_cost: Money | None
    estimated: Estimated
    reported: Compared


class TokensInAll(TypedDict):
    """Tokens sent, generated, and both."""

    input: int | None
    output: int | None
    total: int | None


class UsedInAll(TypedDict):
    """What some runs used, without the buckets."""

    tokens: TokensInAll
    cost: Money | None
    estimated: Estimated


class PerCall(TypedDict):
    """Means over the calls of which it is known."""

    input: float | None
    output: float | None


class Totals(Used):
    """The sums over a scope, and its speed."""

    runs: int
    traces: int
    calls: int
    errors: Annotated[int, Meta(description="traces whose root failed")]
    failed_calls: int
    tokens_per_call: PerCall
    latency: Annotated[Quantiles, Meta(description="of roots that ended")]
    first_token: Annotated[Quantiles, Meta(description="of calls that streamed")]
    call_latency: Annotated[Quantiles, Meta(description="of calls that ended")]
    coverage: Coverage


class TraceSums(Used):
    """The sums over one trace."""

    runs: int
    calls: int
    errors: int
    coverage: Coverage


def tokens(known: Mapping[str, int | None]) -> Tokens:
    """Tokens by bucket, and those sent, generated and both; `known` has them by column."""
    sent, generated = known.get("input_tokens"), known.get("output_tokens")
    total = None if sent is None and generated is None else (sent or 0) + (generated or 0)
    buckets = {bucket.value: known.get(bucket.value) for bucket in Bucket}
    return cast("Tokens", {**buckets, "input": sent, "output": generated, "total": total})


def tokens_of(row: Sums | Row) -> Tokens:
    """Tokens of a row that has a column for each bucket."""
    return tokens({column: getattr(row, column) for column in COLUMNS})


COVERAGE = tuple(Coverage.__annotations__)
"""What is told of every total."""


def coverage(sums: Sums | Brief | Point | Cell) -> Coverage:
    """How much of a total is known, and from whom."""
    of = {name: getattr(sums, f"{name}_calls") for name in COVERAGE[1:]}
    return cast("Coverage", {COVERAGE[0]: sums.calls, **of})


def totals(of: Sum) -> Totals:
    """The sums over a scope, and its speed."""
    return {
        "runs": of.runs,
        "traces": of.traces,
        "calls": of.calls,
        "errors": of.errors,
        "failed_calls": of.failed_calls,
        **used(of),
        "tokens_per_call": {
            "input": _per(of.input_tokens, of.calls_with_input),
            "output": _per(of.output_tokens, of.calls_with_output),
        },
        "latency": quantiles(of.latency),
        "first_token": quantiles(of.first_token),
        "call_latency": quantiles(of.call_latency),
        "coverage": coverage(of),
    }


def trace_totals(of: TraceTotals) -> TraceSums:
    """The sums over one trace."""
    return {
        "runs": of.runs,
        "calls": of.calls,
        "errors": of.errors,
        **used(of),
        "coverage": coverage(of),
    }


def quantile(value: float) -> float | None:
    """A percentile; that of nothing is NaN in the store and null outside."""
    return None if math.isnan(value) else value


def used(sums: Sums) -> Used:
    """What some runs used."""
    return {
        "tokens": tokens_of(sums),
        "cost": money(sums.cost),
        "input_cost": money(sums.input_cost),
        "output_cost": money(sums.output_cost),
        "fee_cost": money(sums.fee_cost),
        "estimated": {
            "cost": money(sums.estimated_cost),
            "input": sums.estimated_input_tokens,
            "output": sums.estimated_output_tokens,
        },
        "reported": _compared(sums),
    }


def used_in_all(sums: Brief) -> UsedInAll:
    """What some runs used, without the buckets."""
    sent, generated = sums.input_tokens, sums.output_tokens
    total = None if sent is None and generated is None else (sent or 0) + (generated or 0)
    return {
        "tokens": {"input": sent, "output": generated, "total": total},
        "cost": money(sums.cost),
        "estimated": {
            "cost": money(sums.estimated_cost),
            "input": sums.estimated_input_tokens,
            "output": sums.estimated_output_tokens,
        },
    }


def _compared(sums: Sums) -> Compared:
    """Ours beside what the apps stated, over the calls that have both."""
    ours, theirs = sums.compared_ours, sums.compared_reported
    difference = None if ours is None or theirs is None else ours - theirs
    return {
        "calls": sums.compared_calls,
        "ours": money(ours),
        "cost": money(theirs),
        "difference": money(difference),
    }


def _per(count: int | None, calls: int) -> float | None:
    return None if count is None or not calls else count / calls


def quantiles(values: Sequence[float]) -> Quantiles:
    """A median and a 95th percentile."""
    half, most = values
    return {"p50": quantile(half), "p95": quantile(most)}
