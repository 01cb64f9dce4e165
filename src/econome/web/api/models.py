"""Models side by side: price per token, cache, speed; and how tokens and latency hang together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, TypedDict
from uuid import UUID

from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.fit import LEAST_POINTS, Line, least_squares
from econome.analytics.models import (
    PER_DOUBLING,
    Call,
    Model,
    Sampled,
    latency_of_calls,
    models_of,
    sample_of_calls,
)
from econome.domain.money import per_million
from econome.domain.usage import Bucket
from econome.pricing.book import PriceBook
from econome.pricing.cost import rate_of
from econome.web.api import shapes
from econome.web.api.scope import choice, scope_of, whole
from econome.web.api.told import Parameter, asks
from econome.web.auth import Role, require
from econome.web.context import context

MOST_POINTS = 2000


class Axis(StrEnum):
    """Which tokens of a call are held against its latency."""

    OUTPUT = "output"
    INPUT = "input"
    TOTAL = "total"

    def of(self, call: Call) -> int:
        """How many of them a call has."""
        if self is Axis.TOTAL:
            return call.input_tokens + call.output_tokens
        return call.output_tokens if self is Axis.OUTPUT else call.input_tokens


class EffectivePrice(TypedDict):
    """What a million tokens cost in fact: cost by tokens, over the calls of which both are known."""

    input: shapes.Money | None
    output: shapes.Money | None
    blended: Annotated[shapes.Money | None, Meta(description="all cost, fees included, by all tokens")]
    input_calls: int
    output_calls: int


class ListPrice(TypedDict):
    """What a million tokens cost by the price book now, at the standard tier, in US dollars."""

    source: str
    input: shapes.Money | None
    cache_read: shapes.Money | None
    output: shapes.Money | None


class ModelCache(TypedDict):
    """What of the input was read from a cache, over the calls that tell it, were it nothing."""

    ratio: float | None
    calls: int


class ModelReasoning(TypedDict):
    """What of the output was reasoning, over the calls that tell it."""

    share: float | None
    calls: int


class ModelCaps(TypedDict):
    """How far `max_tokens` is used: the output by it, over the calls that set it."""

    calls: Annotated[int, Meta(description="that set it")]
    measured: Annotated[int, Meta(description="of which the output is known")]
    full: Annotated[int, Meta(description="of which the output reached it")]
    p50: float | None
    p95: float | None


class ModelLatency(TypedDict):
    """Seconds, of calls that ended."""

    p50: float | None
    p90: float | None
    p95: float | None
    p99: float | None
    calls: int


class ModelFirstToken(shapes.Quantiles):
    """Seconds until the first token, of calls that streamed."""

    calls: int


class ModelSpeed(TypedDict):
    """Tokens of output in a second."""

    p50: float | None
    p5: Annotated[float | None, Meta(description="one call in twenty is slower")]
    calls: int


class ModelSpeeds(TypedDict):
    """How fast it writes, by what is known of a call."""

    streamed: Annotated[
        ModelSpeed, Meta(description="from the first token on: calls that streamed and did not reason")
    ]
    whole: Annotated[ModelSpeed, Meta(description="from the start on: the other calls")]


class ModelRow(shapes.Used):
    """A model of one provider; an empty name: nobody told it."""

    model: str
    provider: str
    calls: int
    failed_calls: int
    price: EffectivePrice
    list_price: ListPrice | None
    cache: ModelCache
    reasoning: ModelReasoning
    caps: ModelCaps
    latency: ModelLatency
    first_token: ModelFirstToken
    speed: ModelSpeeds
    first_at: shapes.Moment
    last_at: shapes.Moment
    coverage: shapes.Coverage


class Models(shapes.Terms):
    """The models that were called, the dearest first, then those with most tokens."""

    rows: list[ModelRow]
    others: Annotated[int, Meta(description="how many models have no row")]


class LatencyBin(TypedDict):
    """Calls that took from one latency to another."""

    start: Annotated[float, Meta(description="seconds; 0: and all below the end")]
    end: float
    calls: int
    failed_calls: int


class Latencies(TypedDict):
    """How many calls took how long."""

    bins: Annotated[list[LatencyBin], Meta(description=f"{PER_DOUBLING} for each doubling; none is missing")]
    calls: int


class ScatterPoint(TypedDict):
    """A call of the sample."""

    run: str
    trace_id: str
    model: Annotated[int, Meta(description="its place in `models`")]
    tokens: int
    latency: float
    status: str
    started_at: shapes.Moment
    cost: shapes.Money | None


class FittedLine(TypedDict):
    """Latency by tokens: the line of least squares, its slope with a 95 % interval."""

    seconds_per_token: float
    low: float
    high: float
    intercept: float


class ScatterModel(TypedDict):
    """A model in the sample."""

    model: str
    provider: str
    calls: Annotated[int, Meta(description="that tell both tokens and latency")]
    sampled: int
    fit: Annotated[
        FittedLine | None,
        Meta(description=f"of the sample; null for fewer than {LEAST_POINTS} calls, or all of equal tokens"),
    ]


class Scatter(shapes.Terms):
    """A sample of calls: those whose ids have the lowest hashes, as many of each model."""

    tokens: Annotated[str, Meta(description="which: input, output or total")]
    models: list[ScatterModel]
    others: Annotated[int, Meta(description="how many models are left out")]
    points: list[ScatterPoint]


@asks(
    Models,
    Parameter("limit", "How many rows, up to 500.", "integer", default=200),
    scoped=True,
)
async def models(request: Request) -> Response:
    """GET /econome/v1/models: what each model costs per token, how fast it is, what a cache saves it."""
    caller = require(request, Role.READ)
    limit = whole(request, "limit", 200, 500)
    scope = await scope_of(request, caller)
    here = context(request)
    rows = await run_in_threadpool(models_of, here.store, scope, limit=limit)
    listed = await run_in_threadpool(_list_prices, here.prices, caller.workspace, rows)
    told: Models = {
        **shapes.terms(scope),
        "rows": [_row(row, price) for row, price in zip(rows, listed, strict=True)],
        "others": rows[0].models - len(rows) if rows else 0,
    }
    return shapes.answer(told)


@asks(Latencies, scoped=True)
async def latencies(request: Request) -> Response:
    """GET /econome/v1/models/latencies: how many calls took how long; a filter chooses of which model."""
    caller = require(request, Role.READ)
    scope = await scope_of(request, caller)
    bins = await run_in_threadpool(latency_of_calls, context(request).store, scope)
    told: Latencies = {
        "bins": [
            {"start": one.start, "end": one.end, "calls": one.calls, "failed_calls": one.failed_calls}
            for one in bins
        ],
        "calls": sum(one.calls for one in bins),
    }
    return shapes.answer(told)


@asks(
    Scatter,
    Parameter("tokens", "Which tokens stand against latency.", choices=tuple(Axis), default=Axis.OUTPUT),
    Parameter("limit", f"How many calls in all, up to {MOST_POINTS}.", "integer", default=MOST_POINTS),
    Parameter("models", "Of how many models, those with most calls first; up to 20.", "integer", default=8),
    scoped=True,
)
async def scatter(request: Request) -> Response:
    """GET /econome/v1/models/scatter: tokens against latency, of a sample of calls.

    The same calls are chosen whenever the same ones are asked about.
    """
    caller = require(request, Role.READ)
    axis = choice(request, "tokens", Axis, Axis.OUTPUT)
    limit = whole(request, "limit", MOST_POINTS, MOST_POINTS)
    most = whole(request, "models", 8, 20)
    scope = await scope_of(request, caller)
    of, calls = await run_in_threadpool(
        sample_of_calls, context(request).store, scope, limit=limit, models=most
    )
    places = {(one.model, one.provider): at for at, one in enumerate(of)}
    told: Scatter = {
        **shapes.terms(scope),
        "tokens": axis.value,
        "models": [_sampled(one, [c for c in calls if _is_of(c, one)], axis) for one in of],
        "others": of[0].models - len(of) if of else 0,
        "points": [
            {
                "run": str(call.id),
                "trace_id": str(call.trace_id),
                "model": places[call.model, call.provider],
                "tokens": axis.of(call),
                "latency": call.latency,
                "status": call.status,
                "started_at": shapes.iso(call.started_at),
                "cost": shapes.money(call.cost),
            }
            for call in calls
        ],
    }
    return shapes.answer(told)


def _row(row: Model, listed: ListPrice | None) -> ModelRow:
    p50, p90, p95, p99 = (shapes.quantile(value) for value in row.latency)
    first50, first95 = (shapes.quantile(value) for value in row.first_token)
    cap50, cap95 = (shapes.quantile(value) for value in row.cap_use)
    return {
        "model": row.model,
        "provider": row.provider,
        "calls": row.calls,
        "failed_calls": row.failed_calls,
        "price": {
            "input": _price(row.priced_input_cost, row.priced_input_tokens),
            "output": _price(row.priced_output_cost, row.priced_output_tokens),
            "blended": _price(row.priced_cost, row.priced_tokens),
            "input_calls": row.calls_with_input_price,
            "output_calls": row.calls_with_output_price,
        },
        "list_price": listed,
        "cache": {"ratio": _ratio(row.cache_hits, row.cache_input), "calls": row.cache_calls},
        "reasoning": {
            "share": _ratio(row.reasoning_tokens, row.reasoning_output),
            "calls": row.reasoning_calls,
        },
        "caps": {
            "calls": row.capped_calls,
            "measured": row.measured_caps,
            "full": row.full_caps,
            "p50": cap50,
            "p95": cap95,
        },
        "latency": {"p50": p50, "p90": p90, "p95": p95, "p99": p99, "calls": row.ended_calls},
        "first_token": {"p50": first50, "p95": first95, "calls": row.streamed_calls},
        "speed": {
            "streamed": _speed(row.read_speed, row.read_calls),
            "whole": _speed(row.whole_speed, row.whole_calls),
        },
        "first_at": shapes.iso(row.first_at),
        "last_at": shapes.iso(row.last_at),
        **shapes.used(row),
        "coverage": shapes.coverage(row),
    }


def _list_prices(book: PriceBook, workspace: UUID, rows: Sequence[Model]) -> list[ListPrice | None]:
    now = datetime.now(UTC)
    found: list[ListPrice | None] = []
    for row in rows:
        price = book.price(row.provider, row.model, now, workspace=workspace)
        if price is None or not price.rates:
            found.append(None)
            continue
        found.append(
            {
                "source": price.source,
                "input": shapes.money(rate_of(Bucket.UNCACHED, price)),
                "cache_read": shapes.money(rate_of(Bucket.CACHE_READ, price)),
                "output": shapes.money(rate_of(Bucket.TEXT_OUT, price)),
            }
        )
    return found


def _sampled(of: Sampled, calls: Sequence[Call], axis: Axis) -> ScatterModel:
    line = least_squares([axis.of(call) for call in calls], [call.latency for call in calls])
    return {
        "model": of.model,
        "provider": of.provider,
        "calls": of.calls,
        "sampled": len(calls),
        "fit": None if line is None else _line(line),
    }


def _line(line: Line) -> FittedLine:
    return {
        "seconds_per_token": line.slope,
        "low": line.low,
        "high": line.high,
        "intercept": line.intercept,
    }


def _is_of(call: Call, one: Sampled) -> bool:
    return (call.model, call.provider) == (one.model, one.provider)


def _price(cost: Decimal | None, tokens: int | None) -> str | None:
    return shapes.money(per_million(cost, tokens)) if cost is not None and tokens else None


def _ratio(part: int | None, whole_of: int | None) -> float | None:
    return part / whole_of if part is not None and whole_of else None


def _speed(quantiles: Sequence[float], calls: int) -> ModelSpeed:
    half, slow = (shapes.quantile(value) for value in quantiles)
    return {"p50": half, "p5": slow, "calls": calls}


ROUTES = [
    Route("/econome/v1/models", models, methods=["GET"]),
    Route("/econome/v1/models/latencies", latencies, methods=["GET"]),
    Route("/econome/v1/models/scatter", scatter, methods=["GET"]),
]
