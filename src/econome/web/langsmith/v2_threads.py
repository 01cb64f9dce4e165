"""Conversations, as LangSmith's second API asks for them: their turns, tokens and cost."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.filter_syntax import Comparison, Expression, OfRoot
from econome.analytics.langsmith import Stats, stats_of
from econome.analytics.langsmith_feedback import feedback_in
from econome.analytics.langsmith_threads import Thread, count_threads, threads_of
from econome.analytics.paging import Cursor, Sort, SortBy
from econome.analytics.runs import page_of_runs
from econome.domain.key import Role
from econome.domain.scope import Scope
from econome.web.auth import Caller, require
from econome.web.context import Econome, context
from econome.web.errors import Invalid, NotFound
from econome.web.langsmith.asked import json_answer, json_object, visible
from econome.web.langsmith.found import found_of
from econome.web.langsmith.query import SINCE_EVER
from econome.web.langsmith.run_json import money, total_of
from econome.web.langsmith.v2_json import origin_of, run_v2
from econome.web.langsmith.v2_query import (
    asked,
    chosen,
    filters,
    given,
    of_trace,
    page_size,
    project_in,
    scope_of,
)
from econome.wire.times import instant

_FILTERS: Final = ("filter", "trace_filter", "tree_filter", "min_start_time", "max_start_time")
_SUMS: Final = (
    "TOTAL_TOKENS", "PROMPT_TOKENS", "COMPLETION_TOKENS", "TOTAL_COST", "PROMPT_COST", "COMPLETION_COST",
)  # fmt: skip
_DETAILS: Final = (
    "PROMPT_TOKEN_DETAILS", "COMPLETION_TOKEN_DETAILS", "PROMPT_COST_DETAILS", "COMPLETION_COST_DETAILS",
)  # fmt: skip
_OF_ONE: Final = (
    "TURNS", "FIRST_START_TIME", "LAST_START_TIME", "LAST_END_TIME", "LATENCY_P50", "LATENCY_P99",
    *_SUMS, "FEEDBACK_STATS",
)  # fmt: skip
_OF_ALL: Final = (
    "THREAD_COUNT", "TRACE_COUNT", *_SUMS, "ERROR_RATE", "STREAMING_RATE", "LATENCY_P50", "LATENCY_P99",
    "MEDIAN_TOKENS", "FIRST_TOKEN_P50", "FIRST_TOKEN_P99",
)  # fmt: skip
_OF_TURN: Final = (
    "THREAD_ID", "TRACE_ID", "START_TIME", "END_TIME", "FIRST_TOKEN_TIME", "INPUTS_PREVIEW",
    "OUTPUTS_PREVIEW", "INPUTS", "OUTPUTS", "ERROR", "ERROR_PREVIEW", "NAME", *_SUMS, *_DETAILS,
)  # fmt: skip
_NEWEST: Final = Sort(SortBy.STARTED_AT)


async def query(request: Request) -> Response:
    """POST /api/v2/threads/query: the last to be spoken in first."""
    caller = require(request, Role.READ)
    said = given(await json_object(request), ("project_id", "page_size", "cursor", *_FILTERS))
    return json_answer(await run_in_threadpool(_query, context(request), caller, said))


async def stats(request: Request) -> Response:
    """POST /api/v2/threads/stats: all conversations of a project together."""
    caller = require(request, Role.READ)
    said = given(await json_object(request), ("project_id", "select", *_FILTERS))
    return json_answer(await run_in_threadpool(_stats, context(request), caller, said))


async def stats_of_one(request: Request) -> Response:
    """GET /api/v2/threads/{id}/stats: whenever it was spoken in."""
    caller = require(request, Role.READ)
    said = asked(request, ("session_id", "selects", "filter"), ("selects",))
    thread = str(request.path_params["thread_id"])
    return json_answer(await run_in_threadpool(_stats_of_one, context(request), caller, thread, said))


async def traces(request: Request) -> Response:
    """GET /api/v2/threads/{id}/traces: its turns, the newest first, each with what its trace used."""
    caller = require(request, Role.READ)
    names = ("project_id", "page_size", "cursor", "selects", "filter", "trace_filter", "tree_filter")
    said = asked(request, names, ("selects",))
    return json_answer(await run_in_threadpool(_traces, request, caller, said))


def _query(here: Econome, caller: Caller, said: Mapping[str, Any]) -> dict[str, object]:
    scope = _scope(here, caller, said)
    size = page_size(said, 20, 100)
    after = _after(str(said["cursor"])) if said.get("cursor") else None
    found = threads_of(here.store, scope, after=after, limit=size + 1)
    page = found[:size]
    return {
        "items": [_thread_json(one) for one in page],
        "next_cursor": _cursor(page[-1]) if len(found) > size else None,
    }


def _stats(here: Econome, caller: Caller, said: Mapping[str, Any]) -> dict[str, object]:
    selects = chosen(said, _OF_ALL, "select")
    if not selects:
        raise Invalid(f'"select" must name what to return: {", ".join(_OF_ALL)}')
    turns: list[Expression] = [
        Comparison("eq", "is_root", value=True),
        Comparison("neq", "thread_id", ""),
    ]
    scope = _scope(here, caller, said, turns)
    found = stats_of(here.store, scope)
    whole = {
        **_sums(found),
        "THREAD_COUNT": count_threads(here.store, scope) if "THREAD_COUNT" in selects else None,
        "TRACE_COUNT": found.runs,
        "ERROR_RATE": found.errors / found.runs if found.runs else None,
        "STREAMING_RATE": found.streams / found.calls if found.calls else None,
        "LATENCY_P50": found.latency[0],
        "LATENCY_P99": found.latency[1],
        "MEDIAN_TOKENS": found.tokens_spread[0],
        "FIRST_TOKEN_P50": found.first_token[0],
        "FIRST_TOKEN_P99": found.first_token[1],
    }
    return _selected(whole, selects)


def _stats_of_one(here: Econome, caller: Caller, thread: str, said: Mapping[str, Any]) -> dict[str, object]:
    selects = chosen(said, _OF_ONE)
    if not selects:
        raise Invalid(f'"selects" must name what to return: {", ".join(_OF_ONE)}')
    project = project_in(here, caller, said, "session_id")
    conditions: list[Expression] = [OfRoot(one) for one in filters(said)]
    scope = scope_of(here, caller, {}, [project], conditions, since=SINCE_EVER)
    found = threads_of(here.store, scope, thread=thread, limit=1)
    if not found:
        raise NotFound(f"There is no thread {thread[:60]!r} in the project {project}")
    one = found[0]
    feedback: dict[str, Any] = {}
    if "FEEDBACK_STATS" in selects:
        within = [Comparison("eq", "thread_id", thread), *conditions]
        feedback = feedback_in(here.store, scope_of(here, caller, {}, [project], within, since=SINCE_EVER))
    whole = {
        **_sums(one),
        "TURNS": one.turns,
        "FIRST_START_TIME": one.first_at,
        "LAST_START_TIME": one.last_at,
        "LAST_END_TIME": one.last_end,
        "LATENCY_P50": one.quantile(0),
        "LATENCY_P99": one.quantile(1),
        "FEEDBACK_STATS": feedback,
    }
    return _selected(whole, selects)


def _traces(request: Request, caller: Caller, said: Mapping[str, Any]) -> dict[str, object]:
    here, thread = context(request), str(request.path_params["thread_id"])
    project = project_in(here, caller, said)
    selects = chosen(said, _OF_TURN) or frozenset({"TRACE_ID"})
    turns = [Comparison("eq", "is_root", value=True), Comparison("eq", "thread_id", thread)]
    conditions: list[Expression] = [*turns, *filters(said), *of_trace(said)]
    scope = scope_of(here, caller, {}, [project], conditions, since=SINCE_EVER)
    after = Cursor.of(str(said["cursor"]), _NEWEST) if said.get("cursor") else None
    page = page_of_runs(here.store, scope, _NEWEST, after, page_size(said, 20, 100))
    found = found_of(here, caller.workspace, visible(here, caller), page.rows)
    origin = origin_of(request)
    return {
        "items": [run_v2(here, origin, one, selects | {"TRACE_ID"}, subtree=True) for one in found],
        "next_cursor": page.next.text() if page.next else None,
    }


def _scope(
    here: Econome, caller: Caller, said: Mapping[str, Any], more: list[Expression] | None = None
) -> Scope:
    """The runs of the traces that the filters keep, whatever is asked of them."""
    roots: list[Expression] = [OfRoot(one) for one in filters(said)]
    conditions = [*(more or []), *roots, *of_trace(said)]
    return scope_of(here, caller, said, [project_in(here, caller, said)], conditions)


def _thread_json(one: Thread) -> dict[str, object]:
    return {
        "thread_id": one.thread,
        "count": one.turns,
        "num_errored_turns": one.errored,
        "trace_id": one.last_trace,
        "first_trace_id": one.first_trace,
        "last_trace_id": one.last_trace,
        "first_inputs": one.first_inputs or None,
        "last_outputs": one.last_outputs or None,
        "last_error": one.last_error or None,
        "start_time": one.first_at,
        "min_start_time": one.first_at,
        "max_start_time": one.last_at,
        "latency_p50": one.quantile(0),
        "latency_p99": one.quantile(1),
        "total_tokens": total_of(one.input_tokens, one.output_tokens),
        "total_cost": money(one.cost),
    }


def _sums(of: Thread | Stats) -> dict[str, object]:
    return {
        "TOTAL_TOKENS": total_of(of.input_tokens, of.output_tokens),
        "PROMPT_TOKENS": of.input_tokens,
        "COMPLETION_TOKENS": of.output_tokens,
        "TOTAL_COST": money(of.cost),
        "PROMPT_COST": money(of.input_cost),
        "COMPLETION_COST": money(of.output_cost),
    }


_SECONDS: Final = frozenset({"LATENCY_P50", "LATENCY_P99", "FIRST_TOKEN_P50", "FIRST_TOKEN_P99"})


def _selected(whole: Mapping[str, object], selects: frozenset[str]) -> dict[str, object]:
    return {
        name.lower() + ("_seconds" if name in _SECONDS else ""): value
        for name, value in whole.items()
        if name in selects
    }


def _cursor(last: Thread) -> str:
    text = orjson.dumps([last.last_at.isoformat(), last.thread])
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def _after(cursor: str) -> tuple[datetime, str]:
    try:
        at, thread = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, binascii.Error):
        at, thread = None, ""
    moment = instant(at) if isinstance(at, str) else None
    if moment is None:
        raise Invalid("cursor: not one that an answer gave; leave it out to start anew")
    return moment, str(thread)


ROUTES = [
    Route("/api/v2/threads/query", query, methods=["POST"]),
    Route("/api/v2/threads/stats", stats, methods=["POST"]),
    Route("/api/v2/threads/{thread_id:path}/stats", stats_of_one, methods=["GET"]),
    Route("/api/v2/threads/{thread_id:path}/traces", traces, methods=["GET"]),
]
