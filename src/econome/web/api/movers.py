"""What moved, and why?"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal, TypedDict
from uuid import UUID

from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics import movers as analytics
from econome.analytics.dimension import By, Dimension, dimension
from econome.analytics.errors import BadQuestion
from econome.analytics.totals import ever
from econome.domain.scope import Scope
from econome.ingest.projects import Projects
from econome.web.api import shapes
from econome.web.api.labels import label
from econome.web.api.scope import choice, in_terms, moment_of, recorded, visible, whole
from econome.web.api.told import Parameter, asks
from econome.web.auth import Role, require
from econome.web.context import context

UNSPLIT = "none"

Amount = Annotated[str, Meta(description='Exact, in the unit: "1.25" of money, or "1200" tokens')]


class MoverPart(TypedDict):
    """What one cause did; the parts of a mover add up to its change exactly."""

    cause: Literal[
        "new", "gone", "volume", "coverage", "models", "prompts", "answers", "cache", "fees", "price"
    ]
    change: Amount


class MoverSide(TypedDict):
    """What calls used in one span."""

    calls: int
    known: Annotated[int, Meta(description="calls that the amount is the sum of")]
    unpriced: int
    estimated: int
    unknown: int
    amount: Annotated[Amount | None, Meta(description="null: there were calls, and nothing is known of them")]
    input_per_call: Annotated[float | None, Meta(description="mean, of the known calls that tell it")]
    output_per_call: float | None
    cached: Annotated[float | None, Meta(description="share of the input tokens read from a cache")]


class Moved(TypedDict):
    """What was used before and now, and why the change."""

    before: MoverSide
    now: MoverSide
    change: Annotated[Amount | None, Meta(description="null: it cannot be told")]
    parts: Annotated[list[MoverPart], Meta(description="in the order of the division")]
    cause: Annotated[str | None, Meta(description="the part that did most for the change as it went")]


class Mover(Moved):
    """One value of the dimension."""

    value: str
    label: str
    within: Annotated[str | None, Meta(description="the value of the second dimension")]
    within_label: str | None


class MoversBefore(TypedDict):
    """The earlier span."""

    since: shapes.Moment
    until: shapes.Moment
    recorded: Annotated[bool, Meta(description="there were runs from its start on: it is a fair measure")]


class Movers(shapes.Terms):
    """What changed most between two spans."""

    unit: str
    by: str
    within: str | None
    since: shapes.Moment
    until: shapes.Moment
    before: MoversBefore
    total: Moved
    rows: Annotated[list[Mover], Meta(description="the greatest change first")]
    others: Annotated[int, Meta(description="how many values that can be compared have no row")]
    not_compared: Annotated[
        list[Mover], Meta(description="with calls in a span of which nothing is known, as if unpriced")
    ]
    others_not_compared: int
    overlapping: bool


@asks(
    Movers,
    Parameter("by", "A dimension, or metadata.KEY.", default="model"),
    Parameter("within", "A second one that tells values apart, such as project.", default=UNSPLIT),
    Parameter("unit", "What is to have changed.", choices=tuple(analytics.Unit), default="cost"),
    Parameter(
        "against",
        "The earlier span: its start, or START/END. Default: the one of equal length just before.",
    ),
    Parameter("limit", "How many rows, up to 100.", "integer", default=10),
    scoped=True,
)
async def movers(request: Request) -> Response:
    """GET /econome/v1/movers: which values changed most since the span before, and why.

    A change is divided into causes one after the other: volume, coverage, models, prompts, answers, cache,
    fees, price. Each part is what the amount would have become with that, too, as it is now.
    """
    caller = require(request, Role.READ)
    by = dimension(request.query_params.get("by", Dimension.MODEL))
    within = _within(request, by)
    unit = choice(request, "unit", analytics.Unit, analytics.Unit.COST)
    limit = whole(request, "limit", 10, 100)
    now = recorded(request, caller)
    before = earlier(request, now)
    wide = await in_terms(request, caller, replace(now, since=before.since))
    here = context(request)
    asked = analytics.Asked(before.since, before.until, unit, by, within)
    found = await run_in_threadpool(
        analytics.movers, here.store, replace(wide, since=now.since), asked, limit=limit
    )
    kept = await run_in_threadpool(ever, here.store, caller.workspace, visible(request, caller))
    told: Movers = {
        "unit": unit.value,
        "by": by.value,
        "within": within.value if within else None,
        **shapes.terms(wide),
        "since": shapes.iso(now.since),
        "until": shapes.iso(now.until),
        "before": {
            "since": shapes.iso(before.since),
            "until": shapes.iso(before.until),
            "recorded": kept is not None and kept.tells_of(before.since, before.until),
        },
        "total": _moved(found.total),
        "rows": [_mover(one, by, within, here.projects, caller.workspace) for one in found.movers],
        "others": found.others,
        "not_compared": [
            _mover(one, by, within, here.projects, caller.workspace) for one in found.not_compared
        ],
        "others_not_compared": found.others_not_compared,
        "overlapping": asked.is_overlapping,
    }
    return shapes.answer(told)


def earlier(request: Request, now: Scope) -> Scope:
    """The span that `against` names: START, or START/END; without it the one of equal length just before."""
    text = request.query_params.get("against")
    length = now.until - now.since
    if text is None:
        return replace(now, since=now.since - length, until=now.since)
    start, _, end = text.partition("/")
    since = moment_of("against", start)
    until = moment_of("against", end) if end else since + length
    if not since < until <= now.since:
        raise BadQuestion(
            f'against: "{text[:80]}" is no span before {now.since.isoformat()}. '
            "Allowed: START, or START/END, earlier than since"
        )
    return replace(now, since=since, until=until)


def _within(request: Request, by: By) -> By | None:
    text = request.query_params.get("within", UNSPLIT)
    if text == UNSPLIT:
        return None
    within = dimension(text, UNSPLIT, parameter="within")
    if within == by:
        raise BadQuestion(f'within: "{text[:64]}" is what the answer is split by already')
    return within


def _mover(of: analytics.Mover, by: By, within: By | None, projects: Projects, workspace: UUID) -> Mover:
    return {
        "value": of.value,
        "label": label(projects, workspace, by, of.value),
        "within": of.within if within else None,
        "within_label": label(projects, workspace, within, of.within) if within else None,
        **_moved(of),
    }


def _moved(of: analytics.Mover) -> Moved:
    return {
        "before": _side(of.before),
        "now": _side(of.now),
        "change": shapes.money(of.change),
        "parts": [
            {"cause": cause.value, "change": shapes.money(part) or "0"} for cause, part in of.causes.items()
        ],
        "cause": of.leading.value if of.leading else None,
    }


def _side(used: analytics.Used) -> MoverSide:
    return {
        "calls": used.calls,
        "known": used.known,
        "unpriced": used.unpriced,
        "estimated": used.estimated,
        "unknown": used.unknown,
        "amount": shapes.money(used.amount),
        "input_per_call": used.input_per_call,
        "output_per_call": used.output_per_call,
        "cached": used.cached,
    }


ROUTES = [Route("/econome/v1/movers", movers, methods=["GET"])]
