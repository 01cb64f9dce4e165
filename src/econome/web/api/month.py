"""How much will it be by the end of the month?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Literal, TypedDict

from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics import month as analytics
from econome.analytics.forecast import LEAST_DAYS, LEVEL
from econome.analytics.movers import Unit
from econome.analytics.totals import ever
from econome.web.api import shapes
from econome.web.api.scope import choice, in_terms, recorded, visible
from econome.web.api.told import SCOPE, Parameter, asks
from econome.web.auth import Role, require
from econome.web.context import context

Amount = Annotated[str, Meta(description='Exact, in the unit: "1.25" of money, or "1200" tokens')]


class Day(TypedDict):
    """What one day came to."""

    start: shapes.Moment
    calls: int
    known: Annotated[int, Meta(description="calls that the amount is the sum of")]
    amount: Annotated[Amount | None, Meta(description="null: there were calls, and nothing is known of them")]


class MonthPoint(TypedDict):
    """How much it will be by then, from the start of the month."""

    at: shapes.Moment
    low: Amount
    middle: Amount
    high: Amount


class MonthForecast(TypedDict):
    """What is spent if days go on as the last ones went, each for itself; it knows no trend."""

    level: Annotated[float, Meta(description="how often the amount should lie between low and high")]
    days: Annotated[int, Meta(description="whole days, in whole weeks, that it was learnt from")]
    path: list[MonthPoint]


class Month(shapes.Terms):
    """The month so far, the one before, and a forecast where enough days are known."""

    unit: str
    zone: str
    since: shapes.Moment
    until: Annotated[shapes.Moment, Meta(description="when the next month starts")]
    at: shapes.Moment
    spent: Amount | None
    days: Annotated[list[Day], Meta(description="the last is still running")]
    before: Annotated[list[Day], Meta(description="those of the month before")]
    recorded_since: Annotated[
        shapes.Moment | None,
        Meta(description="when the first run ever started; days before it are no measure"),
    ]
    forecast: MonthForecast | None
    why: Annotated[Literal["few_days", "unknown"] | None, Meta(description="why there is no forecast")]
    whole_days: Annotated[int, Meta(description="how many whole days could be learnt from, at most 28")]
    needed_days: int


@asks(
    Month,
    Parameter("unit", "What is added up.", choices=tuple(Unit), default="cost"),
    Parameter("tz", "Where the month is: Europe/Paris.", default="UTC"),
    Parameter("until", "The moment to look from. Default: now.", "moment"),
    *(one for one in SCOPE if one.name not in {"since", "until"}),
    example="tz=Europe/Paris",
)
async def month(request: Request) -> Response:
    """GET /econome/v1/month: the month so far, the one before it, and what this one will come to."""
    caller = require(request, Role.READ)
    unit = choice(request, "unit", Unit, Unit.COST)
    zone = request.query_params.get("tz", "UTC")
    now = recorded(request, caller)
    scope = await in_terms(request, caller, replace(now, since=now.until - analytics.REACH))
    store = context(request).store
    kept = await run_in_threadpool(ever, store, caller.workspace, visible(request, caller))
    first = kept.first if kept else None
    found = await run_in_threadpool(analytics.month, store, scope, unit, zone, first)
    told: Month = {
        "unit": unit.value,
        "zone": zone,
        **shapes.terms(scope),
        "since": shapes.iso(found.since),
        "until": shapes.iso(found.until),
        "at": shapes.iso(now.until),
        "spent": shapes.money(found.spent),
        "days": _days(found.days),
        "before": _days(found.before),
        "recorded_since": shapes.iso(first),
        "forecast": _forecast(found),
        "why": found.why.value if found.why else None,
        "whole_days": found.whole_days,
        "needed_days": LEAST_DAYS,
    }
    return shapes.answer(told)


def _forecast(found: analytics.Month) -> MonthForecast | None:
    if found.forecast is None:
        return None
    return {
        "level": float(LEVEL),
        "days": found.forecast.days,
        "path": [
            {
                "at": shapes.iso(at),
                "low": _text(one.low),
                "middle": _text(one.middle),
                "high": _text(one.high),
            }
            for at, one in zip(found.ends, found.forecast.path, strict=True)
        ],
    }


def _days(days: Sequence[analytics.Day]) -> list[Day]:
    return [
        {
            "start": shapes.iso(day.start),
            "calls": day.calls,
            "known": day.known,
            "amount": shapes.money(day.amount),
        }
        for day in days
    ]


def _text(amount: Decimal) -> str:
    return shapes.money(amount) or "0"


ROUTES = [Route("/econome/v1/month", month, methods=["GET"])]
