"""/econome/v1/reconcile: a provider's export against what is stored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, NotRequired, TypedDict
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from econome.analytics.ledger import LedgerLine, ledger
from econome.analytics.steps import zone as zone_of
from econome.domain.money import text_of, total_of
from econome.domain.scope import Scope
from econome.domain.usage import Bucket
from econome.pricing.providers import provider_of
from econome.reconcile.compare import compare
from econome.reconcile.reading import read
from econome.reconcile.rows import Ours, Row
from econome.reconcile.statement import MONEY, Line
from econome.web.api import shapes
from econome.web.api.scope import visible
from econome.web.api.told import asks, names_of
from econome.web.auth import Caller, Role, require
from econome.web.context import Econome, context
from econome.web.errors import Invalid
from econome.web.json import long_object

LARGEST = 64 << 20
_LONGEST = timedelta(days=400)


class Statement(TypedDict):
    """A provider's export."""

    text: Annotated[str, Meta(description="its content")]
    format: NotRequired[str]
    project: NotRequired[list[str]]
    zone: NotRequired[Annotated[str, Meta(description="where its days begin")]]


class DiscrepancyReason(TypedDict):
    """What explains a difference, or some of it."""

    kind: str
    detail: str
    amount: Annotated[shapes.Money | None, Meta(description="of tokens or of money; null: unknown")]


class Discrepancy(TypedDict):
    """Ours less theirs, of tokens or of money."""

    bucket: str
    is_money: bool
    theirs: shapes.Money | None
    ours: shapes.Money | None
    difference: shapes.Money


class ReconciledRow(Discrepancy):
    """The same of one model on one day, with its reasons."""

    day: str
    provider: str
    model: str
    reasons: list[DiscrepancyReason]


class RefusedLine(TypedDict):
    """A line that could not be read."""

    line: str
    why: str


class Reconciled(TypedDict):
    """An export beside what is stored."""

    format: str
    zone: str
    since: str | None
    until: str | None
    rows: list[ReconciledRow]
    totals: list[Discrepancy]
    refused: list[RefusedLine]
    remarks: list[str]


@asks(Reconciled, body=Statement)
async def reconcile(request: Request) -> Response:
    """POST /econome/v1/reconcile: each day, model and kind of token of an export, ours beside theirs."""
    caller = require(request, Role.READ)
    said = await long_object(request, names_of(Statement), LARGEST)
    text, how, zone = said.get("text"), said.get("format") or "auto", said.get("zone") or "UTC"
    if not isinstance(text, str) or not isinstance(how, str) or not isinstance(zone, str):
        raise Invalid('"text" must be the content of the export, "format" and "zone" texts.')
    where = zone_of(zone)
    form, statement = await run_in_threadpool(read, text, how)
    here = context(request)
    names = said.get("project") or []
    projects = _projects(here, caller, names) or visible(request, caller)
    lines = [_ours_named(line) for line in statement.lines]
    days = sorted({line.day for line in lines})
    rows: list[Row] = []
    if days:
        scope = Scope(
            caller.workspace,
            _midnight(days[0], where),
            _midnight(days[-1] + timedelta(days=1), where),
            projects,
            slack=here.writer.slack,
        )
        if scope.until - scope.since > _LONGEST:
            raise Invalid(f"The export spans {days[0]} to {days[-1]}: reconcile at most 400 days at once.")
        found = await run_in_threadpool(ledger, here.store, scope, zone)
        spoken_of = {line.provider for line in lines}
        mine = [one for one in _merged(found) if one.provider in spoken_of]  # of others it says nothing

        def named(provider: str, model: str) -> str:
            price = here.prices.price(provider, model, scope.until)
            return price.model if price and "*" not in price.model else model  # a pattern names many

        rows = await run_in_threadpool(compare, lines, mine, named)
    told: Reconciled = {
        "format": form,
        "zone": zone,
        "since": days[0].isoformat() if days else None,
        "until": days[-1].isoformat() if days else None,
        "rows": [_shown(row) for row in rows],
        "totals": _totals(rows),
        "refused": [{"line": one.place, "why": one.why} for one in statement.refused],
        "remarks": statement.remarks,
    }
    return shapes.answer(told)


def _projects(here: Econome, caller: Caller, names: object) -> tuple[UUID, ...]:
    if not isinstance(names, list):
        raise Invalid('"project" must be a list of names.')
    found = []
    for name in names:
        project = here.projects.find(caller.workspace, name) if isinstance(name, str) else None
        if project is None or not caller.may_see(project.name):
            raise Invalid(f"project: there is none of the name {name!r}")
        found.append(project.id)
    return tuple(found)


def _midnight(day: date, where: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), where).astimezone(UTC)


def _ours_named(line: Line) -> Line:
    provider = provider_of(line.provider, line.model)[0] or line.provider
    return Line(line.day, provider, line.model.lower(), line.tier, line.what, line.amount, line.covers)


def _merged(lines: Iterable[LedgerLine]) -> list[Ours]:
    """One line for what a provider is called by several names."""
    held: dict[tuple[date, str, str], Ours] = {}
    for line in lines:
        provider = provider_of(line.provider, line.model)[0] or line.provider
        tokens = {bucket: known for bucket in Bucket if (known := getattr(line, bucket.value)) is not None}
        one = Ours(
            day=line.day,
            provider=provider,
            model=line.model.lower(),
            calls=line.calls,
            tokens=tokens,
            fees=dict(line.fees),
            counted=line.counted_calls,
            estimated=line.estimated_calls,
            unknown=line.unknown_calls,
            unpriced=line.unpriced_calls,
            uncounted=line.uncounted_calls,
            stated=line.stated_calls,
            cost=line.cost,
            fee_cost=line.fee_cost,
        )
        key = (one.day, one.provider, one.model)
        held[key] = held[key].plus(one) if key in held else one
    return list(held.values())


def _shown(row: Row) -> ReconciledRow:
    return {
        "day": row.day.isoformat(),
        "provider": row.provider,
        "model": row.model,
        "bucket": row.what,
        "is_money": row.what in MONEY,
        "theirs": shapes.money(row.theirs),
        "ours": shapes.money(row.ours),
        "difference": text_of(row.difference),
        "reasons": [
            {"kind": reason.kind, "detail": reason.detail, "amount": shapes.money(reason.amount)}
            for reason in row.reasons
        ],
    }


def _totals(rows: list[Row]) -> list[Discrepancy]:
    kinds = list(dict.fromkeys(row.what for row in rows))
    return [
        {
            "bucket": what,
            "is_money": what in MONEY,
            "theirs": shapes.money(_sum(row.theirs for row in rows if row.what == what)),
            "ours": shapes.money(_sum(row.ours for row in rows if row.what == what)),
            "difference": text_of(total_of(row.difference for row in rows if row.what == what)),
        }
        for what in kinds
    ]


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return total_of(known) if known else None


ROUTES: list[BaseRoute] = [Route("/econome/v1/reconcile", reconcile, methods=["POST"])]
