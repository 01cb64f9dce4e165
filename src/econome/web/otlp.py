"""The doors that OpenTelemetry's exporters knock at: /v1/traces, /v1/logs and /v1/metrics.

Their answers decide what exporters do: 200 once all is stored, with the number of what was
refused; 429 and 503 to come again; anything else to throw the batch away.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.domain.errors import EconomeError
from econome.domain.key import Role
from econome.domain.piece import Delivery
from econome.ingest import metered
from econome.web import errors
from econome.web.auth import Caller, require
from econome.web.body import Body, body_of
from econome.web.context import Econome, context
from econome.web.ingest import narrow, tell
from econome.web.langfuse import asked as langfuse
from econome.web.otlp_answers import JSON, PROTOBUF, media_type, refusal, success
from econome.wire.otlp import json_form, metric_points, pieces, protobuf, records
from econome.wire.otlp import metrics as metric_deliveries
from econome.wire.otlp.metrics import MetricsDelivery

_PROJECT_HEADERS = ("langsmith-project", "x-project-name")
"""By which a request may name the project of all that it brings; LangSmith's exporter does."""


@dataclass(frozen=True, slots=True)
class _Signal:
    """One kind of export: how its bodies are read, and how its answers count what was refused."""

    path: str  # below the base of any OTLP endpoint
    refused: str
    readers: dict[str, Callable[[bytes], Iterable[Any]]]
    delivery_of: Callable[[Iterable[Any], str], Any]
    keep: Callable[[Econome, Caller, Any], Awaitable[None]]


async def _keep_runs(here: Econome, caller: Caller, delivery: Delivery) -> None:
    if caller.projects is not None:
        narrow(delivery, caller.projects, here.projects, caller.workspace)
    await here.writer.write(caller.workspace, delivery, caller.projects)


async def _keep_points(here: Econome, caller: Caller, delivery: MetricsDelivery) -> None:
    if caller.projects is not None:
        metered.narrow(delivery, caller.projects)
    points = delivery.points
    if points:
        await here.writer.act(
            lambda: metered.store_points(here.store, here.projects, caller.workspace, points)
        )
    here.writer.counters.update(metered.counted(delivery))


_TRACES = _Signal(
    "/v1/traces",
    "rejectedSpans",
    {PROTOBUF: protobuf.spans_in, JSON: json_form.spans_in},
    pieces.delivery_of,
    _keep_runs,
)
_LOGS = _Signal(
    "/v1/logs",
    "rejectedLogRecords",
    {PROTOBUF: protobuf.records_in, JSON: json_form.records_in},
    records.delivery_of,
    _keep_runs,
)
_METRICS = _Signal(
    "/v1/metrics",
    "rejectedDataPoints",
    {PROTOBUF: metric_points.in_protobuf, JSON: metric_points.in_json},
    lambda points, project: metric_deliveries.delivery_of(points, datetime.now(UTC), project),
    _keep_points,
)


async def traces(request: Request) -> Response:
    """POST /v1/traces."""
    return await _receive(request, _TRACES)


async def logs(request: Request) -> Response:
    """POST /v1/logs."""
    return await _receive(request, _LOGS)


async def metrics(request: Request) -> Response:
    """POST /v1/metrics."""
    return await _receive(request, _METRICS)


ROUTES = [
    Route("/v1/traces", traces, methods=["POST"]),
    Route("/v1/logs", logs, methods=["POST"]),
    Route("/v1/metrics", metrics, methods=["POST"]),
    Route("/api/public/otel/v1/traces", traces, methods=["POST"]),
]
LANGSMITH = [Route("/otel/v1/traces", traces, methods=["POST"])]
"""Under each root that LangSmith's clients may be given."""


async def _receive(request: Request, signal: _Signal) -> Response:
    content_type = request.headers.get("content-type", "")
    try:
        reader = signal.readers.get(media_type(content_type))
        if reader is None:
            raise errors.WrongType(f"OTLP comes as {PROTOBUF} or {JSON}, not as {content_type[:100]!r}")
        delivery = await _stored(request, signal, reader)
    except EconomeError as error:
        status = errors.status_of(error)
        return refusal(content_type, status, errors.shown(error), errors.headers_of(status))
    told = "; ".join(tell(one) for one in delivery.refusals[:3])
    return success(content_type, signal.refused, len(delivery.refusals), told)


async def _stored(
    request: Request, signal: _Signal, reader: Callable[[bytes], Iterable[Any]]
) -> Delivery | MetricsDelivery:
    caller = require(request, Role.INGEST)
    here = context(request)
    project = next(filter(None, map(request.headers.get, _PROJECT_HEADERS)), "")
    if not project and request.url.path.startswith(langfuse.ROOT):
        project = langfuse.project_of(request, caller)
    async with body_of(request, here.budget, here.settings.max_body_bytes, here.decoding) as body:

        def decode() -> Any:
            return _decoded(body, signal, reader, project)

        delivery: Delivery | MetricsDelivery = await to_thread.run_sync(decode, limiter=here.decoding)
        await signal.keep(here, caller, delivery)
        here.forwarder.offer(signal.path, request.headers, body.packed)
    return delivery


def _decoded(body: Body, signal: _Signal, reader: Callable[[bytes], Iterable[Any]], project: str) -> Any:
    if body.broken:  # half of a protobuf or of a JSON text is neither
        raise errors.Invalid(body.broken)
    try:
        return signal.delivery_of(reader(body.content), project)
    except protobuf.Undecodable as error:
        raise errors.Invalid(str(error)) from error
