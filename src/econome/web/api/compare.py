"""What differs, and is it sure? Two sides of the same questions, held together."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from typing import Annotated, Literal, TypedDict

from anyio import create_task_group, to_thread
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.compared_by import ComparedBy, compared_by, has_value
from econome.analytics.comparison import Comparison, Judged, Measured, MeasureUnit, compare
from econome.analytics.comparison import Measure as Held
from econome.analytics.difference import Estimate as Estimated
from econome.analytics.difference import Span as Between
from econome.analytics.difference import Verdict
from econome.analytics.dimension import Dimension
from econome.analytics.errors import BadQuestion
from econome.analytics.filter_syntax import And, Expression, parse, print_filter
from econome.analytics.filters import compile_expression
from econome.analytics.movement import Cause
from econome.analytics.sides import GOOD_FROM, Side, side_of
from econome.domain.money import text_of
from econome.domain.scope import EVERYTHING, Scope
from econome.web.api import shapes
from econome.web.api.labels import label
from econome.web.api.scope import in_terms, moment, projects_of, recorded
from econome.web.api.told import Parameter, asks
from econome.web.auth import Caller, Role, require
from econome.web.context import context
from econome.wire.identity import uuid_of

SIDES = ("a", "b")
GOOD_FROM_PARAMETER = Parameter(
    "good_from", "A trace is good when its mean score is at least this.", "number", default=GOOD_FROM
)
_LESS = Context(prec=100).subtract


class ComparedScope(TypedDict):
    """What a side is about: what to give other questions to see the runs behind it."""

    since: shapes.Moment
    until: shapes.Moment
    project: list[shapes.Named]
    filter: str


class ComparedSide(TypedDict):
    """One side."""

    value: Annotated[str | None, Meta(description="that of the dimension asked about; null without one")]
    label: str | None
    scope: ComparedScope
    traces: Annotated[int, Meta(description="that have a call of this side")]
    totals: shapes.Totals


class ComparedEstimate(TypedDict):
    """A value, with the ends of its 95 % interval; without them when too little is known."""

    value: float | None
    exact: Annotated[shapes.Money | None, Meta(description="the same, of an amount of money")]
    low: float | None
    high: float | None
    traces: Annotated[int, Meta(description="that it rests on")]


class ComparedDifference(TypedDict):
    """b less a, with its 95 % interval."""

    value: float | None
    exact: Annotated[shapes.Money | None, Meta(description="the same, of an amount of money")]
    low: float | None
    high: float | None


class ComparedRatio(TypedDict):
    """b over a, with its 95 % interval; an end that has no bound is null."""

    value: float | None
    low: float | None
    high: float | None


class ComparedMeasure(TypedDict):
    """One measure of both sides."""

    name: str
    unit: MeasureUnit
    a: ComparedEstimate
    b: ComparedEstimate
    difference: ComparedDifference
    ratio: ComparedRatio
    verdict: Annotated[Verdict, Meta(description="of b beside a")]
    better: Annotated[Literal["low", "high"], Meta(description="what one would rather have")]
    method: Annotated[str, Meta(description="how the intervals of both sides were found")]


class ComparedFeedback(TypedDict):
    """What was thought of both sides under one key."""

    key: str
    score: ComparedMeasure
    good: Annotated[ComparedMeasure, Meta(description="good among judged traces")]
    cost_per_good: Annotated[ComparedMeasure, Meta(description="cost of judged traces, for each good one")]


class CostCause(TypedDict):
    """A part of the change of the whole cost."""

    cause: Cause
    amount: shapes.Money


class Compare(shapes.Terms):
    """Two sides, what differs between them, and how sure that is."""

    by: str | None
    a: ComparedSide
    b: ComparedSide
    measures: list[ComparedMeasure]
    feedback: list[ComparedFeedback]
    good_from: float
    change: Annotated[
        list[CostCause] | None,
        Meta(description="why the cost changed, in this order; adds up to it exactly; null: not known"),
    ]


@dataclass(frozen=True, slots=True)
class Asked:
    """A side as it was asked for, before its amounts are in other money."""

    scope: Scope
    filter: str
    value: str | None


def _of_sides() -> tuple[Parameter, ...]:
    return tuple(
        parameter
        for side in SIDES
        for parameter in (
            Parameter(side, "With `by`: the value of this side; the empty one stands for none."),
            Parameter(f"{side}.since", "Instead of `since`, for this side.", "moment"),
            Parameter(f"{side}.until", "Instead of `until`, for this side.", "moment"),
            Parameter(f"{side}.project", "Instead of `project`, for this side.", repeated=True),
            Parameter(f"{side}.filter", "Beside `filter`, for this side."),
        )
    )


@asks(
    Compare,
    Parameter(
        "by", "A dimension, metadata.KEY, temperature, top_p or max_tokens, of which `a` and `b` are values."
    ),
    *_of_sides(),
    GOOD_FROM_PARAMETER,
    scoped=True,
    example="by=model&a=gpt-4o&b=gpt-4o-mini",
)
async def compare_sides(request: Request) -> Response:
    """GET /econome/v1/compare: two periods, models, prompts or projects, and how sure the difference is."""
    caller = require(request, Role.READ)
    by = _by(request)
    good_from = good_from_of(request)
    asked = [_side(request, caller, by, side) for side in SIDES]
    store = context(request).store
    found: dict[str, Side] = {}

    async def ask(name: str, scope: Scope) -> None:
        found[name] = await to_thread.run_sync(side_of, store, scope, good_from)

    scopes = [await in_terms(request, caller, one.scope) for one in asked]
    async with create_task_group() as both:
        for name, scope in zip(SIDES, scopes, strict=True):
            both.start_soon(ask, name, scope)
    held = compare(found["a"], found["b"])
    told: Compare = {
        "by": None if by is None else by.value,
        **shapes.terms(scopes[0]),
        "a": _told_side(request, caller, by, asked[0], held.a),
        "b": _told_side(request, caller, by, asked[1], held.b),
        "measures": [measure(one) for one in held.measures],
        "feedback": [_feedback(one) for one in held.judged],
        "good_from": good_from,
        "change": _change(held),
    }
    return shapes.answer(told)


def good_from_of(request: Request) -> float:
    """From which mean score on a trace is good."""
    text = request.query_params.get("good_from")
    if text is None:
        return GOOD_FROM
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise BadQuestion(f'good_from: a number, not "{text[:64]}"')
    return found


def _by(request: Request) -> ComparedBy | None:
    text = request.query_params.get("by")
    for side in SIDES:
        if (side in request.query_params) != (text is not None):
            raise BadQuestion(f"{side}: goes with by, as in by=model&a=gpt-4o&b=gpt-4o-mini")
    return None if text is None else compared_by(text)


def _side(request: Request, caller: Caller, by: ComparedBy | None, side: str) -> Asked:
    common = recorded(request, caller)
    until = moment(request, f"{side}.until") or common.until
    since = moment(request, f"{side}.since") or common.since
    if not since < until:
        raise BadQuestion(
            f"{side}.since: {since.isoformat()} is not before {side}.until, {until.isoformat()}"
        )
    value = request.query_params.get(side)
    conditions: list[Expression] = [
        parse(text)
        for name in ("filter", f"{side}.filter")
        if (text := request.query_params.get(name, "").strip())
    ]
    if by is not None:
        conditions.append(has_value(by, value or ""))
    is_plain = len(conditions) == 1
    whole = None if not conditions else conditions[0] if is_plain else And(tuple(conditions))
    own = f"{side}.project"
    scope = replace(
        common,
        since=since,
        until=until,
        projects=projects_of(request, caller, own) if own in request.query_params else common.projects,
        filter=EVERYTHING if whole is None else compile_expression(whole),
    )
    return Asked(scope, "" if whole is None else print_filter(whole), value)


def _told_side(
    request: Request, caller: Caller, by: ComparedBy | None, asked: Asked, side: Side
) -> ComparedSide:
    projects = context(request).projects
    return {
        "value": asked.value,
        "label": asked.value and named(request, caller, by, asked.value),
        "scope": {
            "since": shapes.iso(asked.scope.since),
            "until": shapes.iso(asked.scope.until),
            "project": [shapes.project(projects, caller.workspace, one) for one in asked.scope.projects],
            "filter": asked.filter,
        },
        "traces": 0 if side.means is None else side.means.traces,
        "totals": shapes.totals(side.totals),
    }


def named(request: Request, caller: Caller, by: ComparedBy | None, value: str) -> str:
    """What a value is called; a project may be asked for by its name."""
    if by is not Dimension.PROJECT or uuid_of(value) is None:
        return value
    return label(context(request).projects, caller.workspace, by, value)


def measure(of: Held) -> ComparedMeasure:
    """A measure of both sides, as JSON."""
    return {
        "name": of.name,
        "unit": of.unit,
        "a": estimate(of.a),
        "b": estimate(of.b),
        "difference": _difference(of),
        "ratio": _ratio(of),
        "verdict": of.verdict,
        "better": "low" if of.is_better_low else "high",
        "method": of.method,
    }


def estimate(of: Measured) -> ComparedEstimate:
    """A value with its interval, as JSON."""
    known: Estimated | None = of.estimate
    return {
        "value": None if known is None else finite(known.value),
        "exact": shapes.money(of.exact),
        "low": None if known is None else finite(known.low),
        "high": None if known is None else finite(known.high),
        "traces": 0 if known is None else known.n,
    }


def finite(value: float) -> float | None:
    """The number; null for one that is none, or has no bound."""
    return value if math.isfinite(value) else None


def _difference(of: Held) -> ComparedDifference:
    a, b = of.a, of.b
    exact: Decimal | None = None if a.exact is None or b.exact is None else _LESS(b.exact, a.exact)
    value = None if a.estimate is None or b.estimate is None else b.estimate.value - a.estimate.value
    low, high = _pair(of.difference)
    return {"value": value, "exact": shapes.money(exact), "low": low, "high": high}


def _ratio(of: Held) -> ComparedRatio:
    a, b = of.a.estimate, of.b.estimate
    value = None if a is None or b is None or a.value <= 0 or of.unit == "score" else b.value / a.value
    low, high = _pair(of.ratio)
    return {"value": value, "low": low, "high": high}


def _pair(of: Between | None) -> tuple[float | None, float | None]:
    return (None, None) if of is None else (finite(of.low), finite(of.high))


def _feedback(of: Judged) -> ComparedFeedback:
    return {
        "key": of.key,
        "score": measure(of.score),
        "good": measure(of.good),
        "cost_per_good": measure(of.cost_per_good),
    }


def _change(of: Comparison) -> list[CostCause] | None:
    if of.causes is None:
        return None
    return [{"cause": cause, "amount": text_of(amount)} for cause, amount in of.causes.items()]


ROUTES = [Route("/econome/v1/compare", compare_sides, methods=["GET"])]
