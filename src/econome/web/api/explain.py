"""Why does a call cost what it does?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, NotRequired, TypedDict, cast
from uuid import UUID

from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.details import bill_at, bill_of
from econome.analytics.runs import RunRow, run_by_id
from econome.domain.money import text_of
from econome.domain.price import Cost
from econome.domain.price import Price as Known
from econome.domain.usage import Bucket, Fee
from econome.pricing.book import Explanation
from econome.web.api import shapes
from econome.web.api.scope import identity, moment, visible
from econome.web.api.told import Parameter, asks
from econome.web.auth import Caller, Role, require
from econome.web.context import Econome, context
from econome.web.errors import Forbidden, Invalid, NotFound


class AskedPrice(TypedDict):
    """For what a price was looked up."""

    provider: str
    model: str
    tier: str


class UsedPrice(TypedDict):
    """A price as one call pays it: of steps and hours only what holds for it."""

    id: str
    source: str
    source_version: str
    provider: str
    model: str
    project: str
    valid_from: shapes.Moment | None
    tier: str
    rates: Annotated[dict[Bucket, shapes.Money], Meta(description="US dollars per million tokens")]
    fees: Annotated[dict[Fee, shapes.Money], Meta(description="US dollars for one")]
    discount: shapes.Money


class PriceStep(TypedDict):
    """Where a price was looked for."""

    source: str
    version: str
    model: str
    found: bool
    why: str


class BillLine(TypedDict):
    """What one kind of token, or of fee, costs."""

    bucket: NotRequired[Bucket]
    fee: NotRequired[Fee]
    count: Annotated[int | str, Meta(description="tokens; of fees a decimal text")]
    rate: shapes.Money
    cost: shapes.Money


class Explained(TypedDict):
    """The price of a call, how it was found, and the bill of a run."""

    run: str | None
    asked: AskedPrice
    price: UsedPrice | None
    steps: list[PriceStep]
    lines: list[BillLine]
    cost: shapes.Money | None
    cost_reported: shapes.Money | None
    difference: Annotated[shapes.Money | None, Meta(description="ours less the reported one")]
    recorded: NotRequired[
        Annotated[UsedPrice | None, Meta(description="of a run: the price that made its cost")]
    ]
    is_recorded: NotRequired[Annotated[bool, Meta(description="it would have the same price today")]]
    our_cost: NotRequired[shapes.Money | None]


@asks(
    Explained,
    Parameter("run", "The id of a run: why it costs what it does. Else the properties of a call."),
    Parameter("provider", "Of a call that nobody made."),
    Parameter("model", "The same."),
    Parameter("at", "When. Default: now.", "moment"),
    Parameter("tier", "Such as batch."),
    Parameter("input_tokens", "How long its prompt is: long ones may cost more.", "integer", default=0),
    Parameter("project", "Its name, where prices of yours depend on it."),
    example="model=gpt-4o&provider=openai",
)
async def explain(request: Request) -> Response:
    """GET /econome/v1/prices/explain: why this price, for a run or for a call that was not made."""
    caller = require(request, Role.READ)
    here = context(request)
    asked = request.query_params
    if "run" in asked:
        if len(asked) > 1:
            raise Invalid("Give a run, or the properties of a call: not both.")
        run_id = identity(asked["run"], "run")
        row = await run_in_threadpool(
            run_by_id, here.store, caller.workspace, visible(request, caller), run_id
        )
        if row is None:
            raise NotFound(f"There is no run {run_id}.")
        return shapes.answer(await run_in_threadpool(_of_run, here, caller, row))
    if asked.get("project") and not caller.may_see(asked["project"]):
        raise Forbidden(f'This key is for "{caller.projects}" only.')
    if not asked.get("model"):
        raise Invalid('Give a "run", or the "model" of a call, with provider, at, tier, input_tokens.')
    text = asked.get("input_tokens", "0")
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise Invalid(f'input_tokens: a whole number, not "{text[:64]}"')
    explanation = here.prices.explain(
        asked.get("provider", ""),
        asked["model"],
        moment(request, "at") or datetime.now(UTC),
        asked.get("tier", ""),
        int(text),
        caller.workspace,
        asked.get("project", ""),
    )
    return shapes.answer(_explained(None, explanation, None))


def _of_run(here: Econome, caller: Caller, row: RunRow) -> Explained:
    project = here.projects.get(caller.workspace, row.project)
    explanation = here.prices.explain(
        row.provider,
        row.model,
        row.started_at,
        row.service_tier,
        row.input_tokens or 0,
        caller.workspace,
        project.name if project else "",
    )
    bill = bill_of(here.store, row)
    recorded = bill.price if bill else None
    answer = _explained(row.id, explanation, bill)
    answer["recorded"] = _price(recorded) if recorded else None
    answer["is_recorded"] = recorded is not None and explanation.price == recorded
    if bill is None and explanation.price is not None:  # its cost is stated, or it has none
        answer["lines"] = _lines(bill_at(explanation.price, row))
    answer["cost"] = shapes.money(row.cost)
    answer["our_cost"] = shapes.money(row.our_cost)
    answer["cost_reported"] = shapes.money(row.cost_reported)
    if row.our_cost is not None and row.cost_reported is not None:
        answer["difference"] = shapes.money(row.our_cost - row.cost_reported)
    return answer


def _explained(run: UUID | None, explanation: Explanation, bill: Cost | None) -> Explained:
    return {
        "run": str(run) if run else None,
        "asked": {
            "provider": explanation.provider,
            "model": explanation.model,
            "tier": explanation.tier,
        },
        "price": _price(explanation.price) if explanation.price else None,
        "steps": [
            {
                "source": step.source,
                "version": step.version,
                "model": step.model,
                "found": step.found,
                "why": step.why,
            }
            for step in explanation.steps
        ],
        "lines": _lines(bill),
        "cost": text_of(bill.total) if bill else None,
        "cost_reported": None,
        "difference": None,
    }


def _price(price: Known) -> UsedPrice:
    return {
        "id": str(price.id),
        "source": price.source,
        "source_version": price.source_version,
        "provider": price.provider,
        "model": price.model,
        "project": price.project,
        "valid_from": shapes.iso(price.valid_from),
        "tier": price.tier,
        "rates": cast(
            "dict[Bucket, shapes.Money]", {kind.value: text_of(rate) for kind, rate in price.rates.items()}
        ),
        "fees": cast(
            "dict[Fee, shapes.Money]", {fee.value: text_of(rate) for fee, rate in price.fees.items()}
        ),
        "discount": text_of(price.discount),
    }


def _lines(bill: Cost | None) -> list[BillLine]:
    if bill is None:
        return []
    lines: list[BillLine] = [
        {
            "bucket": line.bucket,
            "count": line.tokens,
            "rate": text_of(line.rate),
            "cost": text_of(line.cost),
        }
        for line in bill.lines
    ]
    lines += [
        {
            "fee": line.fee,
            "count": text_of(line.count),
            "rate": text_of(line.rate),
            "cost": text_of(line.cost),
        }
        for line in bill.fee_lines
    ]
    return lines


ROUTES = [Route("/econome/v1/prices/explain", explain, methods=["GET"])]
