"""/econome/v1/prices: what models cost, why a call costs what it does, and prices of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import islice
from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from econome.analytics.details import bill_at, bill_of
from econome.analytics.prices import Unpriced, unpriced
from econome.analytics.runs import RunRow, run_by_id
from econome.domain.key import matches
from econome.domain.money import text_of
from econome.domain.price import Cost, Price
from econome.domain.usage import Bucket, Fee
from econome.ingest.own_prices import OwnPrices
from econome.pricing.book import Explanation, PriceBook, standard
from econome.pricing.cost import rate_of
from econome.pricing.importing import Read, from_csv, from_litellm
from econome.pricing.override import BadPrice, Override, read_override, written, written_rate
from econome.pricing.source import Listing, Period
from econome.pricing.sources.overrides import SOURCE
from econome.web.api import shapes
from econome.web.api.scope import allow, identity, moment, scope_of, visible, whole
from econome.web.auth import Caller, Role, require
from econome.web.context import Econome, context
from econome.web.errors import Conflict, Forbidden, Invalid, NotFound
from econome.web.json import long_object, short_object

GIVEN = frozenset({"model", "provider", "project", "valid_from", "tier", "rates", "fees", "discount", "note"})
LARGEST_IMPORT = 16 << 20


async def prices(request: Request) -> Response:
    """GET /econome/v1/prices: your own prices, then those of the lists, by model."""
    caller = require(request, Role.READ)
    allow(request, "provider", "model", "source", "limit", "cursor", scoped=False)
    asked = request.query_params
    provider, model = asked.get("provider", "").strip().lower(), asked.get("model", "").strip().lower()
    source = asked.get("source", "")
    here = context(request)
    names = [SOURCE, *(one.name for one in here.prices.sources)]
    if source and source not in names:
        raise Invalid(f'source: "{source[:64]}" is none of {", ".join(names)}')
    limit, skip = whole(request, "limit", 100, 1000), _offset(request)

    def found() -> list[shapes.Json]:
        return list(islice(_all(here, caller, provider, model, source), skip, skip + limit + 1))

    rows = await run_in_threadpool(found)
    more = len(rows) > limit
    return shapes.answer({"prices": rows[:limit], "next": str(skip + limit) if more else None})


async def unpriced_models(request: Request) -> Response:
    """GET /econome/v1/prices/unpriced: the models of a scope some of whose calls have no price, and why."""
    caller = require(request, Role.READ)
    allow(request, "limit")
    scope = await scope_of(request, caller)
    limit = whole(request, "limit", 200, 1000)
    here = context(request)
    rows = await run_in_threadpool(unpriced, here.store, scope, limit=limit)
    return shapes.answer(
        {
            "models": [
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
    )


async def explain(request: Request) -> Response:
    """GET /econome/v1/prices/explain: why this price, for a run or for a call that was not made."""
    caller = require(request, Role.READ)
    allow(request, "run", "provider", "model", "at", "tier", "input_tokens", "project", scoped=False)
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
    return shapes.answer({"run": None, **_explained(explanation), **_billed(None)})


async def set_price(request: Request) -> Response:
    """POST /econome/v1/prices: a price of yours, for calls from now on."""
    caller = manager(request)
    said = await short_object(request, GIVEN)
    here = context(request)
    entry = read_override(said, "This price")
    stored, is_new = await run_in_threadpool(
        here.own_prices.set, caller.workspace, author(here, caller), entry
    )
    return shapes.answer(_own(stored), 201 if is_new else 200)


async def remove_price(request: Request) -> Response:
    """DELETE /econome/v1/prices/{id}: ends a price of yours; recorded costs stay as they are."""
    caller = manager(request)
    here = context(request)
    price_id: UUID = request.path_params["id"]
    gone = await run_in_threadpool(here.own_prices.remove, caller.workspace, author(here, caller), price_id)
    if gone is None:
        raise NotFound(f"You have no price {price_id} of your own.")
    return Response(status_code=204)


async def import_prices(request: Request) -> Response:
    """POST /econome/v1/prices/import: many prices of yours, from a CSV or from LiteLLM's JSON."""
    caller = manager(request)
    said = await long_object(request, frozenset({"format", "text", "dry_run"}), LARGEST_IMPORT)
    how, text = said.get("format"), said.get("text")
    if how not in ("csv", "litellm") or not isinstance(text, str):
        raise Invalid('"format" must be csv or litellm, and "text" the content of the file.')
    if not isinstance(said.get("dry_run", False), bool):
        raise Invalid('"dry_run" must be true or false.')
    here = context(request)
    read = from_csv(text) if how == "csv" else from_litellm(text)
    entries = await run_in_threadpool(list, read)
    answer = await run_in_threadpool(
        _take, here.own_prices, caller.workspace, author(here, caller), entries, bool(said.get("dry_run"))
    )
    return shapes.answer(answer)


def author(here: Econome, caller: Caller) -> str:
    """Who changes something, by the name of their key."""
    key = here.keys.get(caller.key_id) if caller.key_id else None
    return key.name if key else "admin"


def manager(request: Request) -> Caller:
    """Whoever asks, if they may change prices: they hold in the whole workspace."""
    caller = require(request, Role.ADMIN)
    if caller.projects is not None:
        raise Forbidden(f'Prices hold in the whole workspace; this key is for "{caller.projects}" only.')
    return caller


# --- listing


def _all(here: Econome, caller: Caller, provider: str, model: str, source: str) -> Iterator[shapes.Json]:
    if source in ("", SOURCE):
        from_file = (entry for entry in here.prices.overrides.entries if entry.workspace is None)
        for entry in (*here.own_prices.all(caller.workspace), *from_file):
            is_asked_for = model in entry.model and provider in ("", entry.provider)
            if is_asked_for and _may_see(here, caller, entry):
                yield _own(entry)
    for one in here.prices.sources:
        if source in ("", one.name):
            for listing in one.search(provider, model):
                for period in (*listing.periods, *listing.variants):
                    yield _listed(listing, period)


def _may_see(here: Econome, caller: Caller, entry: Override) -> bool:
    """Whether a price is of a project that the key is for, or of all."""
    if caller.projects is None or not entry.project:
        return True
    names = (project.name for project in here.projects.all(caller.workspace))
    return any(caller.may_see(name) and matches(entry.project, name) for name in names)


def _own(entry: Override) -> shapes.Json:
    said = written(entry)
    return {
        "id": str(entry.id) if entry.id else None,
        "source": SOURCE,
        "source_version": "" if entry.id else "prices.json",
        **said,
        "valid_from": said["valid_from"] or None,
        "hours": None,
        "author": entry.author,
        "created_at": shapes.iso(entry.created_at),
        "editable": entry.id is not None,
    }


def _listed(listing: Listing, period: Period) -> shapes.Json:
    return {
        "id": None,
        "source": listing.source,
        "source_version": listing.source_version,
        "provider": listing.provider,
        "model": listing.model,
        "project": "",
        "valid_from": period.valid_from.isoformat() if period.valid_from else None,
        "hours": [f"{hour:%H:%M}" for hour in period.hours] if period.hours else None,
        "tier": period.tier,
        "rates": {bucket.value: written_rate(rate) for bucket, rate in period.rates.items()},
        "fees": {fee.value: text_of(rate) for fee, rate in period.fees.items()},
        "discount": "0",
        "note": "",
        "author": "",
        "created_at": None,
        "editable": False,
    }


# --- explaining


def _reasons(book: PriceBook, row: Unpriced, workspace: UUID) -> list[str]:
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


def _of_run(here: Econome, caller: Caller, row: RunRow) -> shapes.Json:
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
    answer = {"run": str(row.id), **_explained(explanation), **_billed(bill)}
    answer["recorded"] = _price(recorded) if recorded else None
    answer["is_recorded"] = recorded is not None and explanation.price == recorded
    if bill is None and explanation.price is not None:  # its cost is stated, or it has none
        answer["lines"] = _billed(bill_at(explanation.price, row))["lines"]
    answer["cost"] = shapes.money(row.cost)
    answer["our_cost"] = shapes.money(row.our_cost)
    answer["cost_reported"] = shapes.money(row.cost_reported)
    if row.our_cost is not None and row.cost_reported is not None:
        answer["difference"] = shapes.money(row.our_cost - row.cost_reported)
    return answer


def _explained(explanation: Explanation) -> shapes.Json:
    return {
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
    }


def _price(price: Price) -> shapes.Json:
    return {
        "id": str(price.id),
        "source": price.source,
        "source_version": price.source_version,
        "provider": price.provider,
        "model": price.model,
        "project": price.project,
        "valid_from": shapes.iso(price.valid_from),
        "tier": price.tier,
        "rates": {bucket.value: text_of(rate) for bucket, rate in price.rates.items()},
        "fees": {fee.value: text_of(rate) for fee, rate in price.fees.items()},
        "discount": text_of(price.discount),
    }


def _billed(bill: Cost | None) -> shapes.Json:
    if bill is None:
        return {"lines": [], "cost": None, "cost_reported": None, "difference": None}
    lines: list[shapes.Json] = [
        {
            "bucket": line.bucket.value,
            "count": line.tokens,
            "rate": text_of(line.rate),
            "cost": text_of(line.cost),
        }
        for line in bill.lines
    ]
    lines += [
        {
            "fee": line.fee.value,
            "count": text_of(line.count),
            "rate": text_of(line.rate),
            "cost": text_of(line.cost),
        }
        for line in bill.fee_lines
    ]
    return {"lines": lines, "cost": text_of(bill.total), "cost_reported": None, "difference": None}


# --- importing


def _take(own: OwnPrices, workspace: UUID, name: str, read: list[Read], dry_run: bool) -> shapes.Json:
    refused = [{"line": where, "why": str(bad)} for where, bad in read if isinstance(bad, BadPrice)]
    entries = [entry for _, entry in read if not isinstance(entry, BadPrice)]
    taken = own.take(workspace, name, entries, dry_run=dry_run)
    return {**asdict(taken), "refused": refused, "dry_run": dry_run}


def _offset(request: Request) -> int:
    text = request.query_params.get("cursor", "0")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Conflict(f'cursor: "{text[:64]}" is none that we gave')
    return int(text)


ROUTES: list[BaseRoute] = [
    Route("/econome/v1/prices", prices, methods=["GET"]),
    Route("/econome/v1/prices", set_price, methods=["POST"]),
    Route("/econome/v1/prices/unpriced", unpriced_models, methods=["GET"]),
    Route("/econome/v1/prices/explain", explain, methods=["GET"]),
    Route("/econome/v1/prices/import", import_prices, methods=["POST"]),
    Route("/econome/v1/prices/{id:uuid}", remove_price, methods=["DELETE"]),
]
