"""Settings to objects to ASGI: the only place that assembles."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import groupby
from operator import attrgetter

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount

from econome.analytics.filters import compile_filter
from econome.counting.tokenizers import Tokenizers
from econome.ingest.budget import Budget
from econome.ingest.calibration import Calibration
from econome.ingest.commit import Change, Committer
from econome.ingest.compaction import Compaction
from econome.ingest.costing import Costing
from econome.ingest.datasets import Datasets
from econome.ingest.destinations import destinations_of
from econome.ingest.exchange import ExchangeRates
from econome.ingest.forwarding import Forwarder
from econome.ingest.looking import Looking
from econome.ingest.measuring import Measuring
from econome.ingest.own_prices import OwnPrices
from econome.ingest.projects import Projects
from econome.ingest.prompts import Prompts
from econome.ingest.repricing import Repricings
from econome.ingest.shares import Shares
from econome.ingest.views import Views
from econome.ingest.writer import Writer
from econome.pricing.book import PriceBook
from econome.pricing.sources import litellm
from econome.pricing.sources.genai_prices import GenaiPrices
from econome.pricing.sources.litellm import LiteLLM
from econome.pricing.sources.overrides import Overrides
from econome.settings import Settings
from econome.store.client import Store
from econome.store.migrate import migrate
from econome.store.text_index import set_text_index
from econome.web import api, errors, guard, health, ingest, langfuse, langsmith, login, otlp, ui
from econome.web.api import export
from econome.web.context import Econome
from econome.web.keys import Keys
from econome.web.live import Live

DECODERS = 4
"""Python decodes one body at a time; the others unpack meanwhile."""

LANGSMITH_ROOTS = ("", "/api", "/api/v1")
"""Where LangSmith's clients look for its API, by how their endpoint was given."""


def create_app(
    settings: Settings,
    admin_token: str,
    on_step: Callable[[str], None] = lambda _: None,
) -> Starlette:
    """The server. The store opens when it starts and closes when it stops.

    `on_step` is told each step of the write path: tests kill the process there.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        here = open_econome(settings, admin_token, on_step)
        app.state.econome = here
        compaction = Compaction(here.store)
        here.writer.start()
        compaction.start()
        here.forwarder.start()
        here.repricings.go_on()
        here.looking.start()
        try:
            yield
        finally:
            here.live.close()
            await here.repricings.stop()
            await here.looking.stop()
            here.writer.stop()
            await to_thread.run_sync(here.forwarder.stop)
            compaction.stop()
            here.store.close()

    return Starlette(
        routes=routes(),
        middleware=guard.middleware(settings),
        exception_handlers=errors.HANDLERS,
        lifespan=lifespan,
    )


def routes() -> list[BaseRoute]:
    """Every path that is served, and nothing twice (a test walks them)."""
    spoken = [*ingest.ROUTES, *otlp.LANGSMITH, *langsmith.ROUTES]
    return [
        *health.ROUTES,
        *login.ROUTES,
        *api.routes(),
        *otlp.ROUTES,
        *langfuse.ROUTES,
        *langsmith.AT_ROOT,
        *ui.ROUTES,
        *(Mount(root, routes=spoken) for root in sorted(LANGSMITH_ROOTS, reverse=True)),
    ]


def open_econome(
    settings: Settings, admin_token: str, on_step: Callable[[str], None] = lambda _: None
) -> Econome:
    """The objects of one running Econome, its store open and up to date."""
    destinations = destinations_of(settings.forward, settings.forward_headers)
    forwarder = Forwarder(destinations, settings.forward_queue_bytes)
    store = Store(settings.dsn, readers=settings.readers)
    migrate(store)
    set_text_index(store, wanted=settings.text_index)
    prices = PriceBook(
        [GenaiPrices(settings.data), LiteLLM.read(settings.data / litellm.FILE)],
        Overrides.read(settings.data / "prices.json"),
    )
    folders = (settings.tokenizers,) if settings.tokenizers else ()
    projects = Projects(store)
    ingesting = store.apart()  # whoever sends does not wait for whoever asks
    hub = Live(most=settings.live_clients)
    committer = Committer(
        ingesting,
        projects,
        Measuring(
            Tokenizers(folders, settings.hugging_face), Calibration(store) if settings.estimate else None
        ),
        Costing(ingesting, prices, projects.name_of),
        on_step,
    )
    writer = Writer(committer, on_change=lambda changes: _publish(hub, changes))
    beside = Costing(store, prices, projects.name_of)  # proposals are priced beside the writer
    return Econome(
        settings=settings,
        store=store,
        writer=writer,
        projects=projects,
        prices=prices,
        own_prices=OwnPrices(store, prices.overrides),
        exchange=ExchangeRates(store),
        repricings=Repricings(store, writer, committer, beside, compile_filter),
        looking=Looking(store, writer, committer),
        datasets=Datasets(store),
        shares=Shares(store),
        views=Views(store),
        prompts=Prompts(store),
        keys=Keys(store, admin_token),
        live=hub,
        budget=Budget(settings.max_inflight_bytes),
        spending=committer.spending,
        forwarder=forwarder,
        exporting=CapacityLimiter(export.AT_ONCE),
        decoding=CapacityLimiter(DECODERS),
    )


def _publish(hub: Live, changes: Sequence[Change]) -> None:
    by_workspace = attrgetter("workspace")
    for workspace, group in groupby(sorted(changes, key=lambda change: change.workspace.int), by_workspace):
        mine = list(group)
        hub.publish(workspace, {change.project for change in mine}, sum(change.runs for change in mine))
