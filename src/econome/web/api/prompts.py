"""Prompts: the calls made from each, of which segments they were made, and how their versions differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, TypedDict

from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.dimension import Dimension
from econome.analytics.errors import BadQuestion
from econome.analytics.paging import Sort, SortBy
from econome.analytics.prompts import (
    Grouping,
    Prompt,
    PromptSort,
    PromptTotal,
    narrowed,
    page_of_prompts,
    prompts_named,
    tools_of,
    total_of_prompts,
    wordings,
)
from econome.analytics.runs import page_of_runs
from econome.analytics.segments import Shares, shares_of
from econome.analytics.totals import Totals, totals
from econome.domain.money import rounded
from econome.domain.scope import Scope
from econome.store.client import Store
from econome.web.api import shapes
from econome.web.api.path_names import name_in
from econome.web.api.runs import Order
from econome.web.api.scope import choice, scope_of, whole
from econome.web.api.shapes.prompts import (
    PromptRow,
    PromptWording,
    SegmentName,
    ToolRow,
    prompt_row,
    prompt_wordings,
    tool_row,
)
from econome.web.api.told import Parameter, asks
from econome.web.auth import Role, require
from econome.web.context import Econome, context
from econome.web.errors import NotFound

MOST_VERSIONS = 64
MOST_PARTS = 50
SAMPLES = 5


class PromptsTotal(shapes.Used):
    """All calls of the scope, with a prompt and without."""

    prompts: int
    call_sites: int
    calls: int
    without: Annotated[int, Meta(description="calls that came without a text")]
    unseen: Annotated[int, Meta(description="calls stored before anybody looked: not looked at yet")]
    coverage: shapes.Coverage


class PromptPage(shapes.Terms):
    """A page of prompts or call sites."""

    rows: list[PromptRow]
    next: Annotated[str | None, Meta(description="the cursor of the next page")]
    total: Annotated[PromptsTotal | None, Meta(description="of the first page; null on the others")]


class PromptSamples(TypedDict):
    """Some of its calls."""

    latest: list[shapes.RunRow]
    longest: Annotated[list[shapes.RunRow], Meta(description="those with most input")]


class PromptWhole(shapes.Terms):
    """A prompt, or a call site, with all that is known of it in the scope."""

    by: Grouping
    prompt: PromptRow
    wordings: Annotated[list[PromptWording], Meta(description="of a prompt; those of most calls first")]
    versions: Annotated[list[PromptRow], Meta(description="of a prompt, the latest used first")]
    prompts: Annotated[list[PromptRow], Meta(description="of a call site, the dearest first")]
    call_sites: Annotated[list[PromptRow], Meta(description="of a prompt, the dearest first")]
    tools: Annotated[list[ToolRow], Meta(description="those whose schemas cost most first")]
    samples: PromptSamples


class SegmentPair(TypedDict):
    """A segment in two versions, as means over the calls whose input is known."""

    segment: SegmentName
    tokens: Annotated[list[float | None], Meta(description="a call's, of a and of b")]
    cached: Annotated[list[float | None], Meta(description="of which read from the cache")]
    cost: Annotated[list[shapes.Money | None], Meta(description="a call's, of a and of b")]
    difference: Annotated[float | None, Meta(description="tokens of b less those of a")]
    cost_difference: shapes.Money | None


class PromptComparison(shapes.Terms):
    """Two versions of a prompt, segment by segment."""

    prompt: str
    a: PromptRow
    b: PromptRow
    wordings: Annotated[list[PromptWording | None], Meta(description="of a and of b, where known")]
    segments: list[SegmentPair]
    output: Annotated[list[float | None], Meta(description="tokens generated a call, of a and of b")]
    cost: Annotated[list[shapes.Money | None], Meta(description="a priced call's, of a and of b")]


@asks(
    PromptPage,
    Parameter("by", "What a row is of.", choices=tuple(Grouping), default="prompt"),
    Parameter("sort", "What comes first; unknowns come last.", choices=tuple(PromptSort), default="cost"),
    Parameter("order", "Which end comes first.", choices=tuple(Order), default="desc"),
    Parameter("limit", "How many rows, up to 200.", "integer", default=50),
    Parameter("cursor", "Where the page starts, as the one before told."),
    scoped=True,
)
async def prompts(request: Request) -> Response:
    """GET /econome/v1/prompts: calls by prompt or call site, the dearest first.

    The tokens of a segment are a share of what the provider tells of the whole, by characters.
    """
    caller = require(request, Role.READ)
    by = _grouping(request)
    sort = choice(request, "sort", PromptSort, PromptSort.COST)
    descending = choice(request, "order", Order, Order.DESCENDING) is Order.DESCENDING
    limit = whole(request, "limit", 50, 200)
    cursor = request.query_params.get("cursor")
    scope = await scope_of(request, caller)
    here = context(request)
    rows, following = await run_in_threadpool(
        page_of_prompts, here.store, scope, by, sort, cursor, limit, descending=descending
    )
    told: PromptPage = {
        **shapes.terms(scope),
        "rows": await run_in_threadpool(_rows, here, scope, by, rows),
        "next": following,
        "total": None if cursor else await run_in_threadpool(_total, here.store, scope),
    }
    return shapes.answer(told)


@asks(PromptWhole, scoped=True, example="id=nothing")
async def prompt(request: Request) -> Response:
    """GET /econome/v1/prompts/{id}: the wording of a prompt, its versions, segments, tools and calls."""
    return await _one(request, Dimension.PROMPT)


@asks(PromptWhole, scoped=True, example="id=nothing")
async def call_site(request: Request) -> Response:
    """GET /econome/v1/call-sites/{id}: the prompts of a call site, their segments, tools and calls."""
    return await _one(request, Dimension.CALL_SITE)


@asks(
    PromptComparison,
    Parameter("a", "A version of the prompt."),
    Parameter("b", "Another."),
    scoped=True,
    example="id=nothing&a=1&b=1",
)
async def compare(request: Request) -> Response:
    """GET /econome/v1/prompts/{id}/compare: two versions of a prompt, segment by segment.

    Of both only what lies in the scope. Means are over the calls whose input is known.
    """
    caller = require(request, Role.READ)
    name = name_in(request.path_params["id"])
    versions = [request.query_params.get(side, "") for side in ("a", "b")]
    for side, version in zip(("a", "b"), versions, strict=True):
        if not version:
            raise BadQuestion(f"{side}: name a version of the prompt, as /prompts/{{id}} lists them")
    scope = await scope_of(request, caller)
    told = await run_in_threadpool(_compared, context(request), scope, name, versions)
    return shapes.answer(told)


async def _one(request: Request, by: Dimension) -> Response:
    caller = require(request, Role.READ)
    name = name_in(request.path_params["id"])
    scope = await scope_of(request, caller)
    told = await run_in_threadpool(_whole, context(request), scope, by, name)
    return shapes.answer(told)


def _grouping(request: Request) -> Dimension:
    return Dimension(choice(request, "by", Grouping, Grouping.PROMPT).value)


def _rows(here: Econome, scope: Scope, by: Dimension, rows: Sequence[Prompt]) -> list[PromptRow]:
    shares = shares_of(here.store, scope, by.column, [row.name for row in rows])
    return [prompt_row(row, shares.get(row.name) or Shares(), here.projects, scope.workspace) for row in rows]


def _total(store: Store, scope: Scope) -> PromptsTotal:
    found: PromptTotal = total_of_prompts(store, scope)
    of: Totals = totals(store, scope)
    return {
        "prompts": found.prompts,
        "call_sites": found.call_sites,
        "calls": found.calls,
        "without": found.calls_without,
        "unseen": found.unseen_calls,
        **shapes.used(of),
        "coverage": shapes.coverage(of),
    }


def _whole(here: Econome, scope: Scope, by: Dimension, name: str) -> PromptWhole:
    found = prompts_named(here.store, scope, by, [name] if name else [])
    if not found:
        what = "prompt" if by is Dimension.PROMPT else "call site"
        raise NotFound(f'There is no {what} "{name[:64]}" in this time')
    of = narrowed(scope, by, name)
    is_prompt = by is Dimension.PROMPT
    texts = wordings(here.store, scope, name) if is_prompt else []
    return {
        **shapes.terms(scope),
        "by": Grouping(by.value),
        "prompt": _rows(here, scope, by, found)[0],
        "wordings": prompt_wordings(name, texts, here.projects, scope.workspace),
        "versions": _parts(here, of, Dimension.PROMPT_VERSION, PromptSort.LAST) if is_prompt else [],
        "prompts": [] if is_prompt else _parts(here, of, Dimension.PROMPT, PromptSort.COST),
        "call_sites": _parts(here, of, Dimension.CALL_SITE, PromptSort.COST) if is_prompt else [],
        "tools": [tool_row(tool) for tool in tools_of(here.store, of)],
        "samples": {
            "latest": _sample(here, of, SortBy.STARTED_AT),
            "longest": _sample(here, of, SortBy.INPUT),
        },
    }


def _parts(here: Econome, scope: Scope, by: Dimension, sort: PromptSort) -> list[PromptRow]:
    limit = MOST_VERSIONS if by is Dimension.PROMPT_VERSION else MOST_PARTS
    rows, _ = page_of_prompts(here.store, scope, by, sort, None, limit)
    return _rows(here, scope, by, rows)


def _sample(here: Econome, scope: Scope, by: SortBy) -> list[shapes.RunRow]:
    counted = replace(scope.filter, sql=f"({scope.filter.sql}) and counted")
    page = page_of_runs(here.store, replace(scope, filter=counted), Sort(by), None, SAMPLES)
    return [shapes.run(row, here.projects, scope.workspace) for row in page.rows]


def _compared(here: Econome, scope: Scope, name: str, versions: Sequence[str]) -> PromptComparison:
    names = [f"{name} @ {version}" for version in versions]
    rows = {row.name: row for row in prompts_named(here.store, scope, Dimension.PROMPT_VERSION, names)}
    for version, full in zip(versions, names, strict=True):
        if full not in rows:
            raise NotFound(f'There is no version "{version[:64]}" of the prompt "{name[:64]}" in this time')
    shares = shares_of(here.store, scope, Dimension.PROMPT_VERSION.column, names)
    pair = [rows[full] for full in names]
    a, b = (prompt_row(row, shares.get(row.name) or Shares(), here.projects, scope.workspace) for row in pair)
    texts = prompt_wordings(name, wordings(here.store, scope, name), here.projects, scope.workspace)
    by_version: dict[str, PromptWording] = {}
    for text in texts:
        by_version.setdefault(text["version"], text)
    return {
        **shapes.terms(scope),
        "prompt": name,
        "a": a,
        "b": b,
        "wordings": [by_version.get(version) for version in versions],
        "segments": _pairs(a, b),
        "output": [_mean(row.output_tokens, row.calls - row.unknown_calls) for row in pair],
        "cost": [shapes.money(_mean_cost(row.cost, row.priced_calls)) for row in pair],
    }


def _pairs(a: PromptRow, b: PromptRow) -> list[SegmentPair]:
    pairs: list[SegmentPair] = []
    calls = [side["calls_with_input"] for side in (a, b)]
    for both in zip(a["segments"], b["segments"], strict=True):
        tokens = [_mean(one["tokens"], of) for one, of in zip(both, calls, strict=True)]
        costs = [
            _mean_cost(None if one["cost"] is None else Decimal(one["cost"]), of)
            for one, of in zip(both, calls, strict=True)
        ]
        pairs.append(
            {
                "segment": both[0]["segment"],
                "tokens": tokens,
                "cached": [_mean(one["cache_read"], of) for one, of in zip(both, calls, strict=True)],
                "cost": [shapes.money(cost) for cost in costs],
                "difference": None if None in tokens else (tokens[1] or 0) - (tokens[0] or 0),
                "cost_difference": shapes.money(_difference(costs)),
            }
        )
    return pairs


def _difference(costs: Sequence[Decimal | None]) -> Decimal | None:
    a, b = costs
    return None if a is None or b is None else b - a


def _mean(amount: int | None, calls: int) -> float | None:
    return None if amount is None or not calls else amount / calls


def _mean_cost(amount: Decimal | None, calls: int) -> Decimal | None:
    return None if amount is None or not calls else rounded(amount / calls)


ROUTES = [
    Route("/econome/v1/prompts", prompts, methods=["GET"]),
    Route("/econome/v1/prompts/{id}", prompt, methods=["GET"]),
    Route("/econome/v1/prompts/{id}/compare", compare, methods=["GET"]),
    Route("/econome/v1/call-sites/{id}", call_site, methods=["GET"]),
]
