"""What do metrics tell that no run tells?"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, TypedDict

from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from econome.analytics.errors import BadQuestion
from econome.analytics.metered import MeteredModel, Traced
from econome.analytics.metered import metered as ask_metered
from econome.analytics.metered_bill import Bill, Supposition
from econome.domain.money import total_of
from econome.domain.usage import Bucket
from econome.ingest.projects import Projects
from econome.web.api import shapes
from econome.web.api.scope import scope_of
from econome.web.api.told import SCOPE, Parameter, asks
from econome.web.auth import Caller, Role, require
from econome.web.context import context

_MOST_NAMES = 100


class MeteredCoverage(TypedDict):
    """How many of the tokens are what: nobody knows the calls."""

    priced: int
    supposed: Annotated[int, Meta(description="priced, though nobody told how many were cached")]
    unpriced: int


class MeteredBill(TypedDict):
    """What was used, and what it costs."""

    tokens: shapes.Tokens
    calls: int | None
    seconds: Annotated[float | None, Meta(description="that the calls took together")]
    cost: shapes.Money | None
    cost_reported: Annotated[shapes.Money | None, Meta(description="as the sender reckons it")]
    coverage: MeteredCoverage
    supposed: Annotated[list[Supposition], Meta(description="what the cost takes for granted")]
    notes: list[str]


class MeteredDay(MeteredBill):
    """The same of one day."""

    day: str


class Ledger(TypedDict):
    """One side of a comparison."""

    input: int | None
    output: int | None
    calls: int | None
    cost: shapes.Money | None


class Comparison(TypedDict):
    """What metrics told beside what runs tell."""

    metered: Ledger
    traced: Ledger
    difference: Annotated[Ledger, Meta(description="what the metrics have more")]


class MeteredRow(MeteredBill):
    """One model of one service."""

    project: shapes.Named
    service: str
    model: str
    models_asked: list[str]
    providers: list[str]
    also_traced: Annotated[bool, Meta(description="runs tell it as well: it is in no total")]
    comparison: Comparison | None
    told_by: list[str]
    not_added: list[str]
    unknown_starts: int
    days: list[MeteredDay]


class Metered(TypedDict):
    """What metrics told."""

    since: shapes.Moment
    until: shapes.Moment
    currency: str
    zone: str
    totals: Annotated[MeteredBill, Meta(description="of what no run tells")]
    also_traced: Comparison | None
    rows: list[MeteredRow]


@asks(
    Metered,
    *SCOPE[:3],
    Parameter("service", "By name. Default: all.", repeated=True),
    Parameter("model", "By name. Default: all.", repeated=True),
)
async def metered(request: Request) -> Response:
    """GET /econome/v1/metered: tokens and cost that metrics told, apart from those of runs."""
    caller = require(request, Role.READ)
    services, models = _names(request, "service"), _names(request, "model")
    scope = await scope_of(request, caller)
    econome = context(request)
    found = await run_in_threadpool(
        ask_metered,
        econome.store,
        econome.prices,
        scope,
        econome.projects.name_of,
        services=services,
        models=models,
    )
    told: Metered = {
        "since": shapes.iso(scope.since),
        "until": shapes.iso(scope.until),
        "currency": "USD",
        "zone": "UTC",
        "totals": _bill(found.total),
        "also_traced": _comparison(found.checked, found.traced) if found.traced else None,
        "rows": [_row(one, econome.projects, caller) for one in found.models],
    }
    return shapes.answer(told)


def _names(request: Request, name: str) -> list[str]:
    found = request.query_params.getlist(name)
    if len(found) > _MOST_NAMES:
        raise BadQuestion(f"{name}: given {len(found)} times, and {_MOST_NAMES} is the most")
    return found


def _row(one: MeteredModel, projects: Projects, caller: Caller) -> MeteredRow:
    return {
        "project": shapes.project(projects, caller.workspace, one.project),
        "service": one.service,
        "model": one.model,
        "models_asked": one.asked,
        "providers": one.providers,
        "also_traced": bool(one.traced),
        **_bill(one.bill),
        "comparison": _comparison(one.bill, one.traced) if one.traced else None,
        "told_by": one.told_by,
        "not_added": one.not_added,
        "unknown_starts": one.unknown_starts,
        "days": [{"day": day.isoformat(), **_bill(bill)} for day, bill in one.days.items()],
    }


def _bill(bill: Bill) -> MeteredBill:
    usage = bill.usage
    return {
        "tokens": shapes.tokens(
            {
                **{bucket.value: getattr(usage, bucket) for bucket in Bucket},
                "input_tokens": usage.input,
                "output_tokens": usage.output,
            }
        ),
        "calls": bill.calls,
        "seconds": None if bill.seconds is None else float(bill.seconds),
        "cost": shapes.money(bill.cost),
        "cost_reported": shapes.money(bill.reported),
        "coverage": {
            "priced": bill.priced_tokens,
            "supposed": bill.supposed_tokens,
            "unpriced": bill.unpriced_tokens,
        },
        "supposed": sorted(bill.supposed),
        "notes": list(bill.notes),
    }


def _comparison(bill: Bill, runs: Sequence[Traced]) -> Comparison:
    """What metrics told beside what runs tell, and what the metrics have more."""
    costs = [run.cost for run in runs if run.cost is not None]
    cost = total_of(costs) if costs else None
    sent, generated = _sum([run.input for run in runs]), _sum([run.output for run in runs])
    calls = sum(run.calls for run in runs)
    return {
        "metered": {
            "input": bill.usage.input,
            "output": bill.usage.output,
            "calls": bill.calls,
            "cost": shapes.money(bill.cost),
        },
        "traced": {"input": sent, "output": generated, "calls": calls, "cost": shapes.money(cost)},
        "difference": {
            "input": _less(bill.usage.input, sent),
            "output": _less(bill.usage.output, generated),
            "calls": _less(bill.calls, calls),
            "cost": shapes.money(_less_money(bill.cost, cost)),
        },
    }


def _sum(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _less(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one - other


def _less_money(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one - other


ROUTES: list[BaseRoute] = [Route("/econome/v1/metered", metered, methods=["GET"])]
