"""What do metrics tell that no run tells?"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from econome.analytics.errors import BadQuestion
from econome.analytics.metered import MeteredModel, Traced
from econome.analytics.metered import metered as ask_metered
from econome.analytics.metered_bill import Bill
from econome.domain.money import total_of
from econome.domain.usage import Bucket
from econome.ingest.projects import Projects
from econome.web.api import shapes
from econome.web.api.scope import allow, scope_of
from econome.web.auth import Caller, Role, require
from econome.web.context import context

_MOST_NAMES = 100


async def metered(request: Request) -> Response:
    """GET /econome/v1/metered: tokens and cost that metrics told, apart from those of runs."""
    caller = require(request, Role.READ)
    allow(request, "since", "until", "project", "service", "model", scoped=False)
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
    return shapes.answer(
        {
            "since": shapes.iso(scope.since),
            "until": shapes.iso(scope.until),
            "currency": "USD",
            "zone": "UTC",
            "totals": _bill(found.total),
            "also_traced": _comparison(found.checked, found.traced) if found.traced else None,
            "rows": [_row(one, econome.projects, caller) for one in found.models],
        }
    )


def _names(request: Request, name: str) -> list[str]:
    found = request.query_params.getlist(name)
    if len(found) > _MOST_NAMES:
        raise BadQuestion(f"{name}: given {len(found)} times, and {_MOST_NAMES} is the most")
    return found


def _row(one: MeteredModel, projects: Projects, caller: Caller) -> shapes.Json:
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


def _bill(bill: Bill) -> shapes.Json:
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


def _comparison(bill: Bill, runs: Sequence[Traced]) -> shapes.Json:
    """What metrics told beside what runs tell, and what the metrics have more."""
    ours = {
        "input": _sum([run.input for run in runs]),
        "output": _sum([run.output for run in runs]),
        "calls": sum(run.calls for run in runs),
    }
    theirs = {"input": bill.usage.input, "output": bill.usage.output, "calls": bill.calls}
    costs = [run.cost for run in runs if run.cost is not None]
    cost = total_of(costs) if costs else None
    return {
        "metered": {**theirs, "cost": shapes.money(bill.cost)},
        "traced": {**ours, "cost": shapes.money(cost)},
        "difference": {
            **{name: _less(theirs[name], ours[name]) for name in ours},
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
