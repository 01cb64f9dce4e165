"""/econome/v1/currency: in which other currencies amounts can be shown, and at which rates."""

from __future__ import annotations

from typing import Annotated, TypedDict

from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from econome.domain.money import text_of
from econome.ingest.exchange import HOME
from econome.web.api import shapes
from econome.web.api.prices import author, manager
from econome.web.api.told import asks, names_of
from econome.web.auth import Role, require
from econome.web.context import context
from econome.web.json import short_object


class DayRate(TypedDict):
    """How much of a currency one US dollar buys, from a day on."""

    day: str
    rate: shapes.Money


class Currency(TypedDict):
    """A currency and its rates."""

    currency: str
    rates: list[DayRate]


class Currencies(TypedDict):
    """The currencies that amounts can be shown in."""

    default: str
    currencies: list[Currency]
    home: Annotated[str, Meta(description="the one that needs no rate")]


class NewRate(TypedDict):
    """How much of a currency one US dollar buys, from a day on."""

    currency: str
    day: str
    rate: str


class Changed(TypedDict):
    """Whether something is other than it was."""

    changed: bool


@asks(Currencies)
async def currencies(request: Request) -> Response:
    """GET /econome/v1/currency: the currencies that have rates, and these."""
    caller = require(request, Role.READ)
    here = context(request)
    told: Currencies = {
        "default": here.settings.currency,
        "currencies": [
            {
                "currency": code,
                "rates": [
                    {"day": day.isoformat(), "rate": text_of(rate)}
                    for day, rate in here.exchange.rates(caller.workspace, code)
                ],
            }
            for code in here.exchange.currencies(caller.workspace)
        ],
        "home": HOME,
    }
    return shapes.answer(told)


@asks(Changed, body=NewRate, status=201)
async def set_rate(request: Request) -> Response:
    """POST /econome/v1/currency: how much of a currency one US dollar buys, from a day on."""
    caller = manager(request)
    said = await short_object(request, names_of(NewRate))
    here = context(request)
    is_new = await run_in_threadpool(
        here.exchange.set,
        caller.workspace,
        author(here, caller),
        said.get("currency"),
        said.get("day"),
        said.get("rate"),
    )
    told: Changed = {"changed": is_new}
    return shapes.answer(told, 201 if is_new else 200)


ROUTES: list[BaseRoute] = [
    Route("/econome/v1/currency", currencies, methods=["GET"]),
    Route("/econome/v1/currency", set_rate, methods=["POST"]),
]
