"""What an endpoint may use: the objects that `app` assembled, found through its request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from anyio import CapacityLimiter
from starlette.requests import HTTPConnection

from econome.ingest.budget import Budget
from econome.ingest.datasets import Datasets
from econome.ingest.exchange import ExchangeRates
from econome.ingest.forwarding import Forwarder
from econome.ingest.looking import Looking
from econome.ingest.own_prices import OwnPrices
from econome.ingest.projects import Projects
from econome.ingest.prompts import Prompts
from econome.ingest.repricing import Repricings
from econome.ingest.shares import Shares
from econome.ingest.spending import Spending
from econome.ingest.views import Views
from econome.ingest.writer import Writer
from econome.pricing.book import PriceBook
from econome.settings import Settings
from econome.store.client import Store
from econome.web.keys import Keys
from econome.web.live import Live


@dataclass(frozen=True, slots=True)
class Econome:
    """One running Econome."""

    settings: Settings
    store: Store
    writer: Writer
    projects: Projects
    prices: PriceBook
    own_prices: OwnPrices
    exchange: ExchangeRates
    repricings: Repricings
    looking: Looking
    datasets: Datasets
    prompts: Prompts
    shares: Shares
    views: Views
    keys: Keys
    live: Live
    budget: Budget
    spending: Spending
    forwarder: Forwarder
    exporting: CapacityLimiter  # slices of exports that are read at the same time
    decoding: CapacityLimiter  # threads that unpack and decode: slow questions must not take them all


def context(request: HTTPConnection) -> Econome:
    """The Econome that serves this request."""
    return cast("Econome", request.app.state.econome)
