"""Which runs are there, and what is in one of them?"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Any, NotRequired, TypedDict, cast
from urllib.parse import quote
from uuid import UUID

from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics import details
from econome.analytics.paging import Cursor, Sort, SortBy
from econome.analytics.payloads import payload_of_run, read_json
from econome.analytics.runs import (
    Page,
    RunRow,
    count_runs,
    count_traces,
    page_of_runs,
    page_of_traces,
    run_by_id,
)
from econome.analytics.traces import TraceTotals, trace_totals
from econome.domain.money import text_of
from econome.domain.price import Cost
from econome.domain.scope import Scope
from econome.domain.usage import Bucket
from econome.store.client import Store
from econome.web.api import shapes
from econome.web.api.scope import YesNo, choice, flag, identity, scope_of, visible, whole
from econome.web.api.told import Parameter, asks
from econome.web.auth import Caller, Role, require
from econome.web.context import context
from econome.web.errors import NotFound

_INLINE = re.compile(r"(image/(?!svg)|audio/)[a-z0-9.+-]{1,64}", re.ASCII)
"""What a browser may show; an SVG is a document that may hold a script."""


MOST_SKIPPED = 1 << 40
"""Rows before a page: more than any store has."""


class View(StrEnum):
    """What a row of the table is."""

    RUNS = "runs"
    TRACES = "traces"


class Order(StrEnum):
    """Which end comes first."""

    DESCENDING = "desc"
    ASCENDING = "asc"


VIEW = Parameter("view", "What a row is.", choices=tuple(View), default=View.RUNS)


class ListedRun(shapes.RunRow):
    """A run, or a trace by its root."""

    totals: NotRequired[
        Annotated[shapes.TraceSums | None, Meta(description="of the whole trace, where rows are traces")]
    ]
    scores: NotRequired[
        Annotated[
            dict[str, float], Meta(description="the mean by key of the feedback, where it is asked for")
        ]
    ]


class RunPage(shapes.Terms):
    """Some of the runs, or of the traces."""

    rows: list[ListedRun]
    next: Annotated[str | None, Meta(description="the cursor of the next page; null: this is the last")]


class Count(TypedDict):
    """How many there are."""

    count: int


class AttachedFile(TypedDict):
    """A file that came with a run."""

    name: str
    mime: str
    size: Annotated[int, Meta(description="bytes")]
    url: str


class PriceLine(TypedDict):
    """One line of the bill of a run."""

    bucket: Bucket
    tokens: int
    rate: Annotated[shapes.Money, Meta(description="US dollars per million tokens")]
    cost: shapes.Money


class RunPrice(TypedDict):
    """The price that made the cost of a run, and the lines of its bill."""

    source: str
    source_version: str
    provider: str
    model: str
    valid_from: shapes.Moment | None
    tier: str
    lines: list[PriceLine]


class Remark(TypedDict):
    """Feedback on a run."""

    key: str
    score: float | None
    value: Any
    comment: str
    created_at: shapes.Moment


class RunWhole(TypedDict):
    """One run with all that it was given and gave."""

    run: shapes.RunRow
    inputs: Any
    outputs: Any
    events: list[Any]
    extra: dict[str, Any]
    serialized: Any
    error: str
    attachments: list[AttachedFile]
    price: RunPrice | None
    segments: shapes.Segments
    feedback: list[Remark]


@asks(
    RunPage,
    VIEW,
    Parameter(
        "sort",
        "Runs without a value come last in either order.",
        choices=tuple(SortBy),
        default=SortBy.STARTED_AT,
    ),
    Parameter("order", "Which end comes first.", choices=tuple(Order), default=Order.DESCENDING),
    Parameter("limit", "How many rows, up to 1000.", "integer", default=100),
    Parameter("cursor", "The `next` of the page before. Default: the first page."),
    Parameter("skip", "How many rows to leave out, from the cursor or from the first.", "integer", default=0),
    Parameter("scores", "Whether rows tell their feedback's scores.", choices=tuple(YesNo), default=YesNo.NO),
    scoped=True,
)
async def runs(request: Request) -> Response:
    """GET /econome/v1/runs: a page of runs, or of traces with what each used in all."""
    caller = require(request, Role.READ)
    view = choice(request, "view", View, View.RUNS)
    order = choice(request, "order", Order, Order.DESCENDING)
    sort = Sort(choice(request, "sort", SortBy, SortBy.STARTED_AT), order is Order.DESCENDING)
    cursor = request.query_params.get("cursor")
    after = Cursor.of(cursor, sort) if cursor else None
    limit, skip = whole(request, "limit", 100, 1000), whole(request, "skip", 0, MOST_SKIPPED, least=0)
    scored = flag(request, "scores")
    scope = await scope_of(request, caller)
    econome = context(request)
    ask = _traces if view is View.TRACES else _runs
    page, sums = await run_in_threadpool(ask, econome.store, scope, sort, after, limit, skip)
    rows = cast("list[ListedRun]", [shapes.run(row, econome.projects, caller.workspace) for row in page.rows])
    if scored:
        scores = await run_in_threadpool(details.scores_of, econome.store, caller.workspace, page.rows)
        for row, of in zip(rows, page.rows, strict=True):
            row["scores"] = scores.get(of.id, {})
    if view is View.TRACES:
        for row, of in zip(rows, page.rows, strict=True):
            total = sums.get(of.trace_id)
            row["totals"] = None if total is None else shapes.trace_totals(total)
    told: RunPage = {
        "rows": rows,
        "next": page.next.text() if page.next else None,
        **shapes.terms(scope),
    }
    return shapes.answer(told)


@asks(Count, VIEW, scoped=True)
async def count(request: Request) -> Response:
    """GET /econome/v1/count: how many rows `runs` has for the same scope."""
    caller = require(request, Role.READ)
    view = choice(request, "view", View, View.RUNS)
    scope = await scope_of(request, caller)
    ask = count_traces if view is View.TRACES else count_runs
    told: Count = {"count": await run_in_threadpool(ask, context(request).store, scope)}
    return shapes.answer(told)


@asks(RunWhole, Parameter("trace_id", "Its trace, which the page of a run says as well."))
async def run(request: Request) -> Response:
    """GET /econome/v1/runs/{id}: one run with all that it was given and gave."""
    caller = require(request, Role.READ)
    row = await _row(request, caller)
    store = context(request).store
    payload = await run_in_threadpool(payload_of_run, store, caller.workspace, row.key_time, row.id)
    files = await run_in_threadpool(details.attachments_of_run, store, row, caller.workspace)
    bill = await run_in_threadpool(details.bill_of, store, row)
    remarks = await run_in_threadpool(details.feedback_of_run, store, caller.workspace, row)
    told: RunWhole = {
        "run": shapes.run(row, context(request).projects, caller.workspace),
        "inputs": payload.inputs,
        "outputs": payload.outputs,
        "events": payload.events,
        "extra": payload.extra,
        "serialized": payload.serialized,
        "error": payload.error or row.error,
        "attachments": [
            {
                "name": file.name,
                "mime": file.mime,
                "size": file.size,
                "url": f"/econome/v1/runs/{row.id}/attachments/{details.digest_of(file.name)}",
            }
            for file in files
        ],
        "price": None if bill is None else _price(bill),
        "segments": shapes.segments(row),
        "feedback": [
            {
                "key": remark.key,
                "score": remark.score,
                "value": read_json(remark.value),
                "comment": remark.comment,
                "created_at": shapes.iso(remark.created_at),
            }
            for remark in remarks
        ],
    }
    return shapes.answer(told)


@asks(None, media="application/octet-stream")
async def attachment(request: Request) -> Response:
    """GET /econome/v1/runs/{id}/attachments/{digest}: a file; the browser shows what is harmless."""
    caller = require(request, Role.READ)
    row = await _row(request, caller)
    digest = request.path_params["digest"]
    found = await run_in_threadpool(details.attachment, context(request).store, row, caller.workspace, digest)
    if found is None:
        raise NotFound("The run has no such attachment. Ask for the run: it says where its files are.")
    mime = found.mime.partition(";")[0].strip().lower()
    disposition = "inline"
    if mime == "text/plain":
        mime = "text/plain; charset=utf-8"
    elif not _INLINE.fullmatch(mime):
        mime, disposition = "application/octet-stream", "attachment"
    headers = {
        "content-disposition": f"{disposition}; filename*=UTF-8''{quote(found.name, safe='')}",
        "content-type": mime,  # as a header: Starlette adds a charset to a media type
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
        "cache-control": "private, no-store",
    }
    return Response(found.content, headers=headers)


def _runs(store: Store, scope: Scope, sort: Sort, after: Cursor | None, limit: int, skip: int) -> _Answer:
    return page_of_runs(store, scope, sort, after, limit, skip=skip), {}


def _traces(store: Store, scope: Scope, sort: Sort, after: Cursor | None, limit: int, skip: int) -> _Answer:
    page = page_of_traces(store, scope, sort, after, limit, skip=skip)
    sums = trace_totals(store, scope.workspace, scope.projects, page.rows, scope.money)
    return page, sums


_Answer = tuple[Page, dict[UUID, TraceTotals]]


async def _row(request: Request, caller: Caller) -> RunRow:
    run_id = identity(request.path_params["id"], "run")
    row = await run_in_threadpool(
        run_by_id, context(request).store, caller.workspace, visible(request, caller), run_id
    )
    if row is None:
        raise NotFound(f"There is no run {run_id}")
    return row


def _price(bill: Cost) -> RunPrice:
    price = bill.price
    return {
        "source": price.source,
        "source_version": price.source_version,
        "provider": price.provider,
        "model": price.model,
        "valid_from": shapes.iso(price.valid_from),
        "tier": price.tier,
        "lines": [
            {
                "bucket": line.bucket,
                "tokens": line.tokens,
                "rate": text_of(line.rate),
                "cost": text_of(line.cost),
            }
            for line in bill.lines
        ],
    }


ROUTES = [
    Route("/econome/v1/runs", runs, methods=["GET"]),
    Route("/econome/v1/count", count, methods=["GET"]),
    Route("/econome/v1/runs/{id}", run, methods=["GET"]),
    Route("/econome/v1/runs/{id}/attachments/{digest}", attachment, methods=["GET"]),
]
