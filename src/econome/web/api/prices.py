"""/econome/v1/prices: what models cost, by the lists and by prices of one's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import islice
from typing import Annotated, Literal, NotRequired, TypedDict, cast
from uuid import UUID

from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from econome.domain.key import matches
from econome.domain.money import text_of
from econome.domain.usage import Bucket, Fee
from econome.ingest.own_prices import OwnPrices
from econome.pricing.importing import Read, from_csv, from_litellm
from econome.pricing.override import BadPrice, Override, read_override, written_rate
from econome.pricing.source import Listing, Period, Rate
from econome.pricing.sources.overrides import SOURCE
from econome.web.api import shapes
from econome.web.api.scope import whole
from econome.web.api.told import Parameter, asks, names_of
from econome.web.auth import Caller, Role, require
from econome.web.context import Econome, context
from econome.web.errors import Conflict, Forbidden, Invalid, NotFound
from econome.web.json import long_object, short_object

LARGEST_IMPORT = 16 << 20

PriceRate = Annotated[
    str | list[str | tuple[int, str]],
    Meta(
        description="US dollars per million tokens; or that and, from so many tokens of input on, others: "
        '["2.50", [200000, "5"]]'
    ),
]


class NewPrice(TypedDict):
    """A price of yours."""

    model: str
    provider: NotRequired[str]
    project: NotRequired[str]
    valid_from: NotRequired[str]
    tier: NotRequired[str]
    rates: NotRequired[dict[Bucket, PriceRate]]
    fees: NotRequired[dict[Fee, shapes.Money]]
    discount: NotRequired[str]
    note: NotRequired[str]


class Price(TypedDict):
    """What a model costs, says who."""

    id: Annotated[str | None, Meta(description="null: of a list, or of the file")]
    source: str
    source_version: str
    provider: str
    model: str
    project: Annotated[str, Meta(description="a pattern of names; empty: all")]
    valid_from: str | None
    hours: Annotated[list[str] | None, Meta(description="of a day, from and to, in UTC; null: all")]
    tier: str
    rates: dict[Bucket, PriceRate]
    fees: Annotated[dict[Fee, shapes.Money], Meta(description="US dollars for one")]
    discount: Annotated[shapes.Money, Meta(description="a share of the list price, already off")]
    note: str
    author: str
    created_at: shapes.Moment | None
    editable: bool


class PriceList(TypedDict):
    """Your own prices, then those of the lists, by model."""

    rows: list[Price]
    next: Annotated[str | None, Meta(description="the cursor of the next page; null: this is the last")]


class PriceFile(TypedDict):
    """Many prices at once."""

    format: Literal["csv", "litellm"]
    text: str
    dry_run: NotRequired[bool]


class RefusedPrice(TypedDict):
    """A price that could not be read."""

    line: Annotated[int | str, Meta(description="where it stands in the text")]
    why: str


class ImportedPrices(TypedDict):
    """What was done, or would be."""

    added: int
    changed: int
    unchanged: int
    refused: list[RefusedPrice]
    dry_run: bool


@asks(
    PriceList,
    Parameter("provider", "Its whole name. Default: all."),
    Parameter("model", "A part of its name. Default: all."),
    Parameter("source", "Whose prices. Default: all."),
    Parameter("limit", "How many prices, up to 1000.", "integer", default=100),
    Parameter("cursor", "The `next` of the page before. Default: the first page."),
)
async def prices(request: Request) -> Response:
    """GET /econome/v1/prices: your own prices, then those of the lists, by model."""
    caller = require(request, Role.READ)
    asked = request.query_params
    provider, model = asked.get("provider", "").strip().lower(), asked.get("model", "").strip().lower()
    source = asked.get("source", "")
    here = context(request)
    names = [SOURCE, *(one.name for one in here.prices.sources)]
    if source and source not in names:
        raise Invalid(f'source: "{source[:64]}" is none of {", ".join(names)}')
    limit, skip = whole(request, "limit", 100, 1000), _offset(request)

    def found() -> list[Price]:
        return list(islice(_all(here, caller, provider, model, source), skip, skip + limit + 1))

    rows = await run_in_threadpool(found)
    more = len(rows) > limit
    told: PriceList = {"rows": rows[:limit], "next": str(skip + limit) if more else None}
    return shapes.answer(told)


@asks(Price, body=NewPrice, status=201)
async def set_price(request: Request) -> Response:
    """POST /econome/v1/prices: a price of yours, for calls from now on."""
    caller = manager(request)
    said = await short_object(request, names_of(NewPrice))
    here = context(request)
    entry = read_override(said, "This price")
    stored, is_new = await run_in_threadpool(
        here.own_prices.set, caller.workspace, author(here, caller), entry
    )
    return shapes.answer(_own(stored), 201 if is_new else 200)


@asks(None, status=204)
async def remove_price(request: Request) -> Response:
    """DELETE /econome/v1/prices/{id}: ends a price of yours; recorded costs stay as they are."""
    caller = manager(request)
    here = context(request)
    price_id: UUID = request.path_params["id"]
    gone = await run_in_threadpool(here.own_prices.remove, caller.workspace, author(here, caller), price_id)
    if gone is None:
        raise NotFound(f"You have no price {price_id} of your own.")
    return Response(status_code=204)


@asks(ImportedPrices, body=PriceFile)
async def import_prices(request: Request) -> Response:
    """POST /econome/v1/prices/import: many prices of yours, from a CSV or from LiteLLM's JSON."""
    caller = manager(request)
    said = await long_object(request, names_of(PriceFile), LARGEST_IMPORT)
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


def _all(here: Econome, caller: Caller, provider: str, model: str, source: str) -> Iterator[Price]:
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


def _own(entry: Override) -> Price:
    return {
        "id": str(entry.id) if entry.id else None,
        "source": SOURCE,
        "source_version": "" if entry.id else "prices.json",
        "provider": entry.provider,
        "model": entry.model,
        "project": entry.project,
        "valid_from": entry.valid_from.isoformat() if entry.valid_from else None,
        "hours": None,
        "tier": entry.tier,
        "rates": _rates(entry.rates),
        "fees": _fees(entry.fees),
        "discount": text_of(entry.discount),
        "note": entry.note,
        "author": entry.author,
        "created_at": shapes.iso(entry.created_at),
        "editable": entry.id is not None,
    }


def _listed(listing: Listing, period: Period) -> Price:
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
        "rates": _rates(period.rates),
        "fees": _fees(period.fees),
        "discount": "0",
        "note": "",
        "author": "",
        "created_at": None,
        "editable": False,
    }


def _rates(rates: Mapping[Bucket, Rate]) -> dict[Bucket, PriceRate]:
    return cast("dict[Bucket, PriceRate]", {kind.value: written_rate(rate) for kind, rate in rates.items()})


def _fees(fees: Mapping[Fee, Decimal]) -> dict[Fee, shapes.Money]:
    return cast("dict[Fee, shapes.Money]", {fee.value: text_of(rate) for fee, rate in fees.items()})


# --- importing


def _take(own: OwnPrices, workspace: UUID, name: str, read: list[Read], dry_run: bool) -> ImportedPrices:
    refused: list[RefusedPrice] = [
        {"line": where, "why": str(bad)} for where, bad in read if isinstance(bad, BadPrice)
    ]
    entries = [entry for _, entry in read if not isinstance(entry, BadPrice)]
    taken = own.take(workspace, name, entries, dry_run=dry_run)
    return {
        "added": taken.added,
        "changed": taken.changed,
        "unchanged": taken.unchanged,
        "refused": refused,
        "dry_run": dry_run,
    }


def _offset(request: Request) -> int:
    text = request.query_params.get("cursor", "0")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Conflict(f'cursor: "{text[:64]}" is none that we gave')
    return int(text)


ROUTES: list[BaseRoute] = [
    Route("/econome/v1/prices", prices, methods=["GET"]),
    Route("/econome/v1/prices", set_price, methods=["POST"]),
    Route("/econome/v1/prices/import", import_prices, methods=["POST"]),
    Route("/econome/v1/prices/{id:uuid}", remove_price, methods=["DELETE"]),
]
