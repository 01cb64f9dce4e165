"""/health, /ready and /metrics: for whoever keeps the server running."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from econome.store.client import Store
from econome.web.auth import Role, require
from econome.web.context import Econome, context

PATIENCE_SECONDS = 5.0  # a store that takes longer than this to say 1 does not answer


async def health(request: Request) -> Response:
    """200 while the process is up and its store answers."""
    state = request.app.state
    # One question at a time, whoever asks and how often: a slow store must not collect threads.
    asking: asyncio.Task[bool] | None = getattr(state, "asking_for_health", None)
    if asking is None or asking.done():
        asking = asyncio.create_task(_is_alive(context(request).store))
        state.asking_for_health = asking
    done, _ = await asyncio.wait({asking}, timeout=PATIENCE_SECONDS)
    if done and asking.result():
        return JSONResponse({"status": "ok"})
    return JSONResponse({"status": "the store does not answer"}, 503)


async def ready(request: Request) -> Response:
    """200 while new requests are welcome: not while the server stops."""
    if context(request).live.is_closed:
        return JSONResponse({"status": "stopping"}, 503)
    return await health(request)


async def metrics(request: Request) -> Response:
    """The server's own counters, for Prometheus. Spend is another matter: /econome/v1/metrics."""
    require(request, Role.READ)
    here = context(request)
    counters: Mapping[str, int] = getattr(here.writer, "counters", {})
    answers: Mapping[int, int] = request.state.answers
    lines = [
        *_metric("econome_http_answers_total", "counter", "HTTP answers by status", "status", answers),
        *_metric(
            "econome_live_listeners",
            "gauge",
            "Open dashboards that wait for news",
            "",
            here.live.listeners,
        ),
        *_metric("econome_ingest", "untyped", "What became of what was sent", "what", counters),
        *_metric(
            "econome_forwarding", "untyped", "What became of what was to go on", "what", _forwarded(here)
        ),
    ]
    return Response("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")


def _forwarded(here: Econome) -> Mapping[str, int]:
    """Of all destinations together: their names are the owner's business."""
    counts = Counter[str]()
    for one in here.forwarder.standing():
        counts += Counter({"sent": one.sent, "waiting": one.waiting})
        counts += Counter({f"dropped_{why}": count for why, count in one.dropped.items()})
    return counts


async def _is_alive(store: Store) -> bool:
    # In a thread of its own: the shared ones may all wait for heavy questions.
    return await to_thread.run_sync(store.is_alive, limiter=CapacityLimiter(1))


def _metric(
    name: str, kind: str, says: str, label: str, value: int | Mapping[int, int] | Mapping[str, int]
) -> Iterable[str]:
    yield f"# HELP {name} {says}"
    yield f"# TYPE {name} {kind}"
    if isinstance(value, int):
        yield f"{name} {value}"
        return
    for case, count in sorted(value.items(), key=str):
        quoted = str(case).replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
        yield f'{name}{{{label}="{quoted}"}} {count}'


ROUTES: list[BaseRoute] = [
    Route("/health", health),
    Route("/ready", ready),
    Route("/metrics", metrics),
]
