"""May I have it all? Files of runs, and of what they add up to, as they are read from the store.

A file goes out in parts as it is made. When something fails halfway the connection is broken off, so
that no half of a file passes for the whole.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from enum import StrEnum

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from econome.analytics.dimension import By, Dimension, dimension
from econome.analytics.export import export_runs, export_spend
from econome.analytics.forms import Form
from econome.analytics.series import Clock
from econome.domain.scope import Scope
from econome.web.api.scope import choice, scope_of
from econome.web.api.told import Parameter, asks
from econome.web.auth import Role, require
from econome.web.context import context

AT_ONCE = 2
"""How many slices are read at the same time, of all exports: the other readers are for those who look."""

WHOLE = "none"


class Answer(StrEnum):
    """Yes or no."""

    YES = "yes"
    NO = "no"


FORMAT = Parameter("format", "How the file is written.", choices=tuple(Form), default=Form.PARQUET)


@asks(
    None,
    FORMAT,
    Parameter("payloads", "Whether to add inputs and outputs.", choices=tuple(Answer), default=Answer.NO),
    scoped=True,
    media="application/octet-stream",
)
async def runs(request: Request) -> Response:
    """GET /econome/v1/export/runs: every run of the scope, one a row."""
    caller = require(request, Role.READ)
    form = choice(request, "format", Form, Form.PARQUET)
    payloads = choice(request, "payloads", Answer, Answer.NO) is Answer.YES
    scope = await scope_of(request, caller)
    parts = export_runs(context(request).store, scope, form, payloads=payloads)
    return await _sent(request, parts, form, scope, "runs")


@asks(
    None,
    FORMAT,
    Parameter("by", "One to three dimensions with commas, or none.", default=Dimension.MODEL),
    Parameter("step", "none, or buckets of time as in /series.", default=WHOLE),
    Parameter("tz", "Where days begin: a time zone such as Europe/Paris.", default="UTC"),
    scoped=True,
    media="application/octet-stream",
)
async def spend(request: Request) -> Response:
    """GET /econome/v1/export/spend: the totals of each value, or combination of values, over time or not."""
    caller = require(request, Role.READ)
    form = choice(request, "format", Form, Form.PARQUET)
    by = _dimensions(request.query_params.get("by", Dimension.MODEL))
    step, zone = request.query_params.get("step", WHOLE), request.query_params.get("tz", "UTC")
    scope = await scope_of(request, caller)
    clock = None if step == WHOLE else Clock(step, zone)
    parts = export_spend(context(request).store, scope, by, form, clock)
    return await _sent(request, parts, form, scope, "spend")


def _dimensions(text: str) -> list[By]:
    if text == WHOLE:
        return []
    return [dimension(part.strip(), WHOLE) for part in text.split(",")]


async def _sent(request: Request, parts: Iterator[bytes], form: Form, scope: Scope, what: str) -> Response:
    """The file as it is made. What is wrong with the question is told before it begins."""
    limiter = context(request).exporting
    first = b""
    while not first:
        part = await to_thread.run_sync(next, parts, None, limiter=limiter)
        if part is None:
            break
        first = part
    name = f"econome-{what}-{scope.since:%Y%m%d}-{scope.until:%Y%m%d}.{form}"
    headers = {
        "content-type": form.media_type,  # as a header: Starlette adds a charset to a media type
        "content-disposition": f'attachment; filename="{name}"',
        "cache-control": "no-store",
    }
    return StreamingResponse(_rest(first, parts, limiter), headers=headers)


async def _rest(first: bytes, parts: Iterator[bytes], limiter: CapacityLimiter) -> AsyncIterator[bytes]:
    if first:
        yield first
    while True:
        # The place is held for one slice: who reads slowly keeps nobody waiting.
        part = await to_thread.run_sync(next, parts, None, limiter=limiter)
        if part is None:
            return
        if part:
            yield part


ROUTES = [
    Route("/econome/v1/export/runs", runs, methods=["GET"]),
    Route("/econome/v1/export/spend", spend, methods=["GET"]),
]
