"""Which models have no price, and why?"""

from __future__ import annotations

from typing import Annotated, TypedDict
from uuid import UUID

from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.prices import Unpriced as Counted
from econome.analytics.prices import unpriced
from econome.domain.usage import Bucket, Fee
from econome.pricing.book import PriceBook, standard
from econome.pricing.cost import rate_of
from econome.web.api import shapes
from econome.web.api.scope import scope_of, whole
from econome.web.api.told import Parameter, asks
from econome.web.auth import Role, require
from econome.web.context import context


class Unpriced(TypedDict):
    """A model some of whose calls have no price."""

    provider: str
    model: str
    tier: str
    calls: int
    input: int | None
    output: int | None
    first: shapes.Moment
    last: shapes.Moment
    reasons: list[str]


class UnpricedModels(TypedDict):
    """Those with most such calls."""

    rows: list[Unpriced]
    others: Annotated[int, Meta(description="how many models have no row")]


@asks(
    UnpricedModels,
    Parameter("limit", "How many models, up to 1000.", "integer", default=200),
    scoped=True,
)
async def unpriced_models(request: Request) -> Response:
    """GET /econome/v1/prices/unpriced: the models of a scope some of whose calls have no price, and why."""
    caller = require(request, Role.READ)
    scope = await scope_of(request, caller)
    limit = whole(request, "limit", 200, 1000)
    here = context(request)
    rows = await run_in_threadpool(unpriced, here.store, scope, limit=limit)
    told: UnpricedModels = {
        "rows": [
            {
                "provider": row.provider,
                "model": row.model,
                "tier": row.tier,
                "calls": row.calls,
                "input": row.input,
                "output": row.output,
                "first": shapes.iso(row.first),
                "last": shapes.iso(row.last),
                "reasons": _reasons(here.prices, row, caller.workspace),
            }
            for row in rows
        ],
        "others": rows[0].models - len(rows) if rows else 0,
    }
    return shapes.answer(told)


def _reasons(book: PriceBook, row: Counted, workspace: UUID) -> list[str]:
    price = book.price(row.provider, row.model, row.last, row.tier, 0, workspace)
    if price is None:
        tier = standard(row.tier)
        if not row.model:
            return ["nobody told the model"]
        if tier and book.price(row.provider, row.model, row.last, "", 0, workspace) is not None:
            return [f"no price at the tier {tier}"]
        return ["no price for this model"]
    lacking = [name for name in row.buckets if rate_of(Bucket(name), price) is None and price.rates]
    reasons = [f"{name} has no rate" for name in lacking]
    reasons += [
        f"{name} has no price" for name in row.fees if name in set(Fee) and Fee(name) not in price.fees
    ]
    if not reasons and (row.input is None or row.output is None):
        reasons.append("a part of the usage is unknown")
    return reasons or ["it has a price now: price the period again"]


ROUTES = [Route("/econome/v1/prices/unpriced", unpriced_models, methods=["GET"])]
