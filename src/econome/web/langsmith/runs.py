"""Runs, as LangSmith's clients query them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.filter_syntax import And, Comparison, Expression
from econome.analytics.langsmith import Stats, groups_of, stats_of
from econome.analytics.langsmith_feedback import feedback_in
from econome.analytics.paging import Cursor, Sort, SortBy
from econome.analytics.runs import page_of_runs, run_by_id
from econome.domain.key import Role
from econome.domain.scope import Scope
from econome.web.auth import Caller, require
from econome.web.context import Econome, context
from econome.web.errors import Invalid, NotFound
from econome.web.langsmith.asked import MOST, json_answer, json_object, path_id, texts, visible, whole
from econome.web.langsmith.found import found_of
from econome.web.langsmith.query import narrowed, scope_of
from econome.web.langsmith.run_json import money, run_json, total_of

_ATTRIBUTES = ("name", "run_type", "tag", "metadata")
_MOST_GROUPS = 20


async def query(request: Request) -> Response:
    """POST /runs/query: a page of runs and the cursor of the next."""
    caller = require(request, Role.READ)
    said = await json_object(request)
    return json_answer(await run_in_threadpool(_query, context(request), caller, said))


async def read(request: Request) -> Response:
    """GET /runs/{id}: one run, whole."""
    caller = require(request, Role.READ)
    run_id = path_id(request, "run_id")
    found = await run_in_threadpool(_read, context(request), caller, run_id)
    if found is None:
        raise NotFound(f"There is no run {run_id}")
    return json_answer(found)


async def stats(request: Request) -> Response:
    """POST /runs/stats: how the runs of a query went, together or by group."""
    caller = require(request, Role.READ)
    said = await json_object(request)
    return json_answer(await run_in_threadpool(_stats, context(request), caller, said))


def _query(here: Econome, caller: Caller, said: Mapping[str, Any]) -> dict[str, object]:
    scope = scope_of(here, caller, said)
    limit = whole(said.get("limit"), "limit", MOST, 1, MOST)
    sort = Sort(SortBy.STARTED_AT, descending=_is_descending(said))
    after = Cursor.of(str(said["cursor"]), sort) if said.get("cursor") else None
    select = frozenset(texts(said.get("select"))) or None
    page = page_of_runs(here.store, scope, sort, after, limit)
    found = found_of(here, caller.workspace, visible(here, caller), page.rows, select)
    return {
        "runs": [run_json(one, select) for one in found],
        "cursors": {"next": page.next.text() if page.next else None},
    }


def _is_descending(said: Mapping[str, Any]) -> bool:
    order = str(said.get("order") or "desc").lower()
    if order not in {"asc", "desc"}:
        raise Invalid(f'"order" must be asc or desc, not {order[:60]!r}')
    return order == "desc"


def _read(here: Econome, caller: Caller, run_id: UUID) -> dict[str, object] | None:
    projects = visible(here, caller)
    row = run_by_id(here.store, caller.workspace, projects, run_id)
    return run_json(found_of(here, caller.workspace, projects, [row])[0]) if row is not None else None


def _stats(here: Econome, caller: Caller, said: Mapping[str, Any]) -> object:
    scope = scope_of(here, caller, said)
    group_by = said.get("group_by") or said.get("groupBy")
    if not group_by:
        return _stats_json(here, scope)
    if not isinstance(group_by, dict) or group_by.get("attribute") not in _ATTRIBUTES:
        raise Invalid(f'"group_by" must be an object with "attribute": {", ".join(_ATTRIBUTES)}')
    attribute, path = str(group_by["attribute"]), str(group_by.get("path") or "")
    most = whole(group_by.get("max_groups"), "max_groups", 5, 1, _MOST_GROUPS)
    groups = groups_of(here.store, scope, attribute, path, most)
    return {
        group.value: _stats_json(here, narrowed(scope, said, _has(attribute, path, group.value)))
        for group in groups
    }


def _has(attribute: str, path: str, value: str) -> Expression:
    if attribute == "metadata":
        return And((Comparison("eq", "metadata_key", path), Comparison("eq", "metadata_value", value)))
    return Comparison("eq", attribute, value)


def _stats_json(here: Econome, scope: Scope) -> dict[str, object]:
    found = stats_of(here.store, scope)
    return {
        **stats_json(found),
        "median_tokens": found.tokens_spread[0],
        "tokens_p99": found.tokens_spread[1],
        "cost_p50": found.cost_spread[0],
        "cost_p99": found.cost_spread[1],
        "feedback_stats": feedback_in(here.store, scope),
    }


def stats_json(found: Stats) -> dict[str, object]:
    """What is said of runs all in all, of a query's and of a project's alike. Latencies in seconds."""
    return {
        "run_count": found.runs,
        "latency_p50": found.latency[0],
        "latency_p99": found.latency[1],
        "first_token_p50": found.first_token[0],
        "first_token_p99": found.first_token[1],
        "total_tokens": total_of(found.input_tokens, found.output_tokens),
        "prompt_tokens": found.input_tokens,
        "completion_tokens": found.output_tokens,
        "total_cost": money(found.cost),
        "prompt_cost": money(found.input_cost),
        "completion_cost": money(found.output_cost),
        "error_rate": found.errors / found.runs if found.runs else None,
        "streaming_rate": found.streams / found.calls if found.calls else None,
        "last_run_start_time": found.last,
        "run_facets": [],
    }


ROUTES = [
    Route("/runs/query", query, methods=["POST"]),
    Route("/runs/stats", stats, methods=["POST"]),
    Route("/runs/{run_id}", read, methods=["GET"]),
]
