"""Runs and traces, as LangSmith's second API asks for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.filter_syntax import Comparison, Expression, Not
from econome.analytics.langsmith import first_tokens_of
from econome.analytics.paging import Cursor, Sort, SortBy
from econome.analytics.runs import RunRow, page_of_runs
from econome.analytics.traces import runs_of_trace
from econome.domain.key import Role
from econome.domain.scope import Scope
from econome.web.auth import Caller, require
from econome.web.context import Econome, context
from econome.web.errors import Invalid, NotFound
from econome.web.langsmith.asked import ids, json_answer, json_object, path_id, texts, truth, visible
from econome.web.langsmith.found import found_of
from econome.web.langsmith.query import FOR_EVER, SINCE_EVER
from econome.web.langsmith.run_json import Found, money, total_of
from econome.web.langsmith.sharing import run_of, share_in, shared_rows
from econome.web.langsmith.v2_json import PUBLIC, SELECTS, needed, origin_of, run_v2
from econome.web.langsmith.v2_query import (
    asked,
    chosen,
    filters,
    given,
    moment,
    of_trace,
    page_size,
    project_in,
    scope_of,
    visible_project,
)

_QUERY: Final = (
    "project_ids", "reference_dataset_id", "filter", "trace_filter", "tree_filter", "run_type", "is_root",
    "has_error", "ids", "trace_id", "reference_examples", "min_start_time", "max_start_time", "page_size",
    "cursor", "selects", "include_subtree_usage",
)  # fmt: skip
_TRACES: Final = (
    "project_id", "trace_ids", "trace_filter", "tree_filter", "min_start_time", "max_start_time",
    "page_size", "cursor", "selects",
)  # fmt: skip
_AGGREGATES: Final = frozenset({"TOTAL_TOKENS", "TOTAL_COST", "FIRST_TOKEN_TIME"})
_NEWEST: Final = Sort(SortBy.STARTED_AT)


async def query(request: Request) -> Response:
    """POST /api/v2/runs/query: a page of runs, the newest first."""
    caller = require(request, Role.READ)
    said = given(await json_object(request), _QUERY)
    return json_answer(await run_in_threadpool(_query, request, caller, said))


async def read(request: Request) -> Response:
    """GET /api/v2/runs/{id}: one run of a project."""
    caller = require(request, Role.READ)
    said = asked(request, ("project_id", "selects", "start_time"), ("selects",))
    here, identity = context(request), path_id(request, "run_id")
    project = project_in(here, caller, said)
    selects = chosen(said, SELECTS)
    row = await run_in_threadpool(run_of, here, caller, identity)
    if row.project != project:
        raise NotFound(f"There is no run {identity} in the project {project}")
    found = await run_in_threadpool(
        found_of, here, caller.workspace, visible(here, caller), [row], needed(selects)
    )
    return json_answer(run_v2(here, origin_of(request), found[0], selects))


async def address(request: Request) -> Response:
    """GET /api/v2/runs/{id}/url: where the dashboard shows it."""
    caller = require(request, Role.READ)
    said = asked(request, ("project_id", "trace_id", "start_time"))
    identity = path_id(request, "run_id")
    project = project_in(context(request), caller, said)
    trace = next(iter(ids(said.get("trace_id"), "trace_id")), identity)
    path = f"/o/{caller.workspace}/projects/p/{project}/r/{identity}?trace_id={trace}"
    return json_answer({"url": origin_of(request) + path})


async def share(request: Request) -> Response:
    """POST /api/v2/runs/{id}/share: the whole trace, whichever of its runs is named."""
    caller = require(request, Role.ADMIN)
    said = given(await json_object(request), ("session_id", "trace_id"))
    here = context(request)
    wanted = next(iter(ids(said.get("trace_id"), "trace_id")), path_id(request, "run_id"))
    row = await run_in_threadpool(run_of, here, caller, wanted)
    if row.project != project_in(here, caller, said, "session_id"):
        raise NotFound(f"There is no trace {wanted} in that project")
    shared = await run_in_threadpool(here.shares.share, caller.workspace, row.id)
    return json_answer({"share_token": shared.token})


async def unshare(request: Request) -> Response:
    """DELETE /api/v2/runs/{id}/share."""
    caller = require(request, Role.ADMIN)
    here, identity = context(request), path_id(request, "run_id")
    if caller.projects is not None:
        await run_in_threadpool(run_of, here, caller, identity)
    await run_in_threadpool(here.shares.end, caller.workspace, identity)
    return Response(status_code=204)


async def read_public(request: Request) -> Response:
    """GET /api/v2/public/{token}/run/{id}."""
    here, shared = context(request), share_in(request)
    said = asked(request, ("selects", "start_time"), ("selects",))
    selects, wanted = chosen(said, PUBLIC), path_id(request, "run_id")
    rows = await run_in_threadpool(shared_rows, here, shared, [wanted])
    if not rows:
        raise NotFound(f"There is no run {wanted} in what is shared here")
    found = await run_in_threadpool(_found, here, shared.workspace, rows, selects)
    return json_answer(run_v2(here, origin_of(request), found[0], selects))


async def query_public(request: Request) -> Response:
    """POST /api/v2/public/{token}/runs/query: all that is shared, first started first."""
    here, shared = context(request), share_in(request)
    selects = chosen(given(await json_object(request), ("selects",)), PUBLIC)
    rows = await run_in_threadpool(shared_rows, here, shared)
    found = await run_in_threadpool(_found, here, shared.workspace, rows, selects)
    origin = origin_of(request)
    return json_answer({"items": [run_v2(here, origin, one, selects) for one in found]})


async def traces(request: Request) -> Response:
    """POST /api/v2/traces/query: root runs, each with what its whole trace used."""
    caller = require(request, Role.READ)
    said = given(await json_object(request), _TRACES)
    return json_answer(await run_in_threadpool(_traces, request, caller, said))


async def runs_of(request: Request) -> Response:
    """GET /api/v2/traces/{id}/runs: the runs of a trace, first started first."""
    caller = require(request, Role.READ)
    names = ("project_id", "filter", "min_start_time", "max_start_time", "selects")
    said = asked(request, names, ("selects",))
    return json_answer(await run_in_threadpool(_runs_of, request, caller, said))


def _query(request: Request, caller: Caller, said: Mapping[str, Any]) -> dict[str, object]:
    here = context(request)
    selects, size = chosen(said, SELECTS), page_size(said, 100, 1000)
    projects, since = _projects(here, caller, said)
    scope = scope_of(here, caller, said, projects, [*_conditions(said), *of_trace(said)], since=since)
    page = page_of_runs(here.store, scope, _NEWEST, _after(said), size)
    found = found_of(here, caller.workspace, visible(here, caller), page.rows, needed(selects))
    subtree = truth(said.get("include_subtree_usage"), "include_subtree_usage") is True
    origin = origin_of(request)
    return {
        "items": [run_v2(here, origin, one, selects, subtree=subtree) for one in found],
        "next_cursor": page.next.text() if page.next else None,
    }


def _projects(here: Econome, caller: Caller, said: Mapping[str, Any]) -> tuple[list[UUID], datetime | None]:
    """In which projects, and since when if nobody says."""
    wanted = ids(said.get("project_ids"), "project_ids")
    dataset = next(iter(ids(said.get("reference_dataset_id"), "reference_dataset_id")), None)
    if bool(wanted) == (dataset is not None):
        raise Invalid('Say in which projects: with either "project_ids" or "reference_dataset_id"')
    if dataset is None:
        return [visible_project(here, caller, one) for one in wanted], None
    found = [
        project.id
        for project in here.projects.all(caller.workspace)
        if project.reference_dataset_id == dataset and caller.may_see(project.name)
    ]
    if not found:
        raise NotFound(f"There is no experiment on the dataset {dataset}")
    return found, SINCE_EVER


def _conditions(said: Mapping[str, Any]) -> list[Expression]:
    found: list[Expression] = []
    fields = {"ids": "id", "trace_id": "trace_id", "reference_examples": "reference_example_id"}
    for name, field in fields.items():
        if name in said:
            wanted = ids(said[name], name)
            found.append(Comparison("in", field, tuple(str(one) for one in wanted)))
    if "run_type" in said:
        kinds = tuple(one.lower() for one in texts(said["run_type"]))
        found.append(Comparison("in", "run_type", kinds))
    if (is_root := truth(said.get("is_root"), "is_root")) is not None:
        found.append(Comparison("eq", "is_root", is_root))
    failed = Comparison("eq", "status", "error")
    if (has_error := truth(said.get("has_error"), "has_error")) is not None:
        found.append(failed if has_error else Not(failed))
    return [*found, *filters(said)]


def _after(said: Mapping[str, Any]) -> Cursor | None:
    return Cursor.of(str(said["cursor"]), _NEWEST) if said.get("cursor") else None


def _traces(request: Request, caller: Caller, said: Mapping[str, Any]) -> dict[str, object]:
    here = context(request)
    project, selects = project_in(here, caller, said), chosen(said, SELECTS)
    conditions: list[Expression] = [Comparison("eq", "is_root", value=True), *filters(said, "trace_filter")]
    if "trace_ids" in said:
        wanted = tuple(str(one) for one in ids(said["trace_ids"], "trace_ids"))
        conditions.append(Comparison("in", "trace_id", wanted))
    tree = of_trace({name: value for name, value in said.items() if name == "tree_filter"})
    scope = scope_of(here, caller, said, [project], [*conditions, *tree])
    page = page_of_runs(here.store, scope, _NEWEST, _after(said), page_size(said, 20, 100))
    found = found_of(here, caller.workspace, visible(here, caller), page.rows, needed(selects))
    firsts = first_tokens_of(here.store, caller.workspace, scope.projects, page.rows)
    origin = origin_of(request)
    return {
        "items": [
            {
                "root_run": run_v2(here, origin, one, (selects - _AGGREGATES) | {"ID"}),
                **_aggregates(one, firsts.get(one.row.trace_id), selects & _AGGREGATES),
            }
            for one in found
        ],
        "next_cursor": page.next.text() if page.next else None,
    }


def _aggregates(found: Found, first: datetime | None, selects: frozenset[str]) -> dict[str, object]:
    if not selects:
        return {}
    use = found.use
    whole = {
        "TOTAL_TOKENS": total_of(use.input_tokens, use.output_tokens) if use is not None else None,
        "TOTAL_COST": money(use.cost) if use is not None else None,
        "FIRST_TOKEN_TIME": first,
    }
    return {"trace_aggregates": {name.lower(): whole[name] for name in sorted(selects)}}


def _runs_of(request: Request, caller: Caller, said: Mapping[str, Any]) -> dict[str, object]:
    here, trace = context(request), path_id(request, "trace_id")
    project, selects = project_in(here, caller, said), chosen(said, SELECTS)
    rows = runs_of_trace(here.store, caller.workspace, [project], trace)
    if "filter" in said or "min_start_time" in said or "max_start_time" in said:
        rows = _kept(here, caller, said, project, trace, rows)
    found = _found(here, caller.workspace, rows, selects)
    origin = origin_of(request)
    return {"items": [run_v2(here, origin, one, selects) for one in found]}


def _kept(
    here: Econome,
    caller: Caller,
    said: Mapping[str, Any],
    project: UUID,
    trace: UUID,
    rows: Sequence[RunRow],
) -> list[RunRow]:
    since, until = moment(said, "min_start_time", SINCE_EVER), moment(said, "max_start_time", FOR_EVER)
    kept = [row for row in rows if since <= row.started_at <= until]
    conditions = filters(said)
    if not conditions or not kept:
        return kept
    scope: Scope = scope_of(
        here,
        caller,
        {},
        [project],
        [Comparison("eq", "trace_id", str(trace)), *conditions],
        since=min(row.started_at for row in kept),
    )
    page = page_of_runs(here.store, scope, _NEWEST, None, len(rows))
    passing = {row.id for row in page.rows}
    return [row for row in kept if row.id in passing]


def _found(here: Econome, workspace: UUID, rows: Sequence[RunRow], selects: frozenset[str]) -> list[Found]:
    return found_of(here, workspace, list({row.project for row in rows}), rows, needed(selects))


ROUTES = [
    Route("/api/v2/runs/query", query, methods=["POST"]),
    Route("/api/v2/runs/{run_id}", read, methods=["GET"]),
    Route("/api/v2/runs/{run_id}/url", address, methods=["GET"]),
    Route("/api/v2/runs/{run_id}/share", share, methods=["POST"]),
    Route("/api/v2/runs/{run_id}/share", unshare, methods=["DELETE"]),
    Route("/api/v2/public/{token}/run/{run_id}", read_public, methods=["GET"]),
    Route("/api/v2/public/{token}/runs/query", query_public, methods=["POST"]),
    Route("/api/v2/traces/query", traces, methods=["POST"]),
    Route("/api/v2/traces/{trace_id}/runs", runs_of, methods=["GET"]),
]
