"""What happened in this one trace?"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, TypedDict, cast
from uuid import UUID

from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.details import bills_of
from econome.analytics.errors import BadQuestion
from econome.analytics.searching import search_trace
from econome.analytics.traces import MOST_RUNS, TraceTotals, TreeRow, trace_totals, tree_of_trace
from econome.domain.bottleneck import Bottleneck, Unit, bottleneck
from econome.domain.run import Status
from econome.domain.trace import Node, tree
from econome.ingest.projects import Projects
from econome.store.client import Store
from econome.web.api import shapes
from econome.web.api.scope import identity, visible
from econome.web.api.told import Parameter, asks
from econome.web.auth import Role, require
from econome.web.context import context
from econome.web.errors import NotFound

_LONGEST = 400  # characters of a text that is looked for


class StandingOut(TypedDict):
    """What takes most of a trace: one run, or several of one name of which the largest is named."""

    name: str
    kind: str
    run: str
    runs: int
    amount: Annotated[str, Meta(description="seconds, US dollars or tokens, exact")]
    share: Annotated[float, Meta(description="of the whole trace")]
    why: Annotated[
        str,
        Meta(
            description="first_token, generation or itself; input or output; a bucket of tokens. "
            "Empty: no single reason stands out"
        ),
    ]
    why_amount: Annotated[str, Meta(description="how much of the amount that is")]


class Bottlenecks(TypedDict):
    """By unit what stands out; null where nothing does."""

    time: StandingOut | None
    cost: StandingOut | None
    tokens: StandingOut | None


class TraceHead(TypedDict):
    """A trace as its root tells it, or who stands for the root until that arrives."""

    id: str
    project: shapes.Named
    name: str
    status: Status
    started_at: shapes.Moment
    ended_at: shapes.Moment | None
    latency: Annotated[float | None, Meta(description="seconds")]
    totals: shapes.TraceSums | None
    rootless: Annotated[bool, Meta(description="no run of it is a root: the first stands for it")]
    truncated: Annotated[bool, Meta(description=f"only its first {MOST_RUNS} runs are told")]


class Trace(TypedDict):
    """The runs of a trace as a tree, in pre-order, siblings by start."""

    trace: TraceHead
    bottleneck: Bottlenecks
    runs: list[shapes.TreeRun]


class Spot(TypedDict):
    """One place where a run has the text, and what stands around it."""

    place: Annotated[
        str, Meta(description="name, model, user, session, tags, metadata, inputs, outputs or error")
    ]
    excerpt: str


class Match(TypedDict):
    """A run that has the text."""

    id: str
    places: list[Spot]


class Matches(TypedDict):
    """The runs of a trace that have a text, in no order: the tree has one."""

    q: str
    matches: list[Match]


@asks(Trace)
async def trace(request: Request) -> Response:
    """GET /econome/v1/traces/{id}: the runs of a trace as a tree, and what takes most of it."""
    caller = require(request, Role.READ)
    trace_id = identity(request.path_params["id"], "trace")
    econome = context(request)
    told = await run_in_threadpool(
        _told, econome.store, econome.projects, caller.workspace, visible(request, caller), trace_id
    )
    return await run_in_threadpool(shapes.answer, told)


@asks(Matches, Parameter("q", "What to look for, in any case.", needed=True), example="q=a")
async def search(request: Request) -> Response:
    """GET /econome/v1/traces/{id}/search: the runs of a trace in which a text stands, and where.

    Names, models, labels, errors, and all that the runs were given and gave.
    """
    caller = require(request, Role.READ)
    trace_id = identity(request.path_params["id"], "trace")
    text = request.query_params.get("q", "")
    if not 1 <= len(text.strip()) <= _LONGEST:
        raise BadQuestion(f'q: 1 to {_LONGEST} characters to look for, not "{text[:64]}"')
    found = await run_in_threadpool(
        search_trace, context(request).store, caller.workspace, visible(request, caller), trace_id, text
    )
    told: Matches = {
        "q": text,
        "matches": [
            {
                "id": str(run),
                "places": [{"place": spot.place, "excerpt": spot.excerpt} for spot in spots],
            }
            for run, spots in found.items()
        ],
    }
    return shapes.answer(told)


def _told(
    store: Store, registry: Projects, workspace: UUID, projects: tuple[UUID, ...], trace_id: UUID
) -> Trace:
    runs = tree_of_trace(store, workspace, projects, trace_id)
    if not runs:
        raise NotFound(f"There is no trace {trace_id}")
    totals = trace_totals(store, workspace, projects, runs)
    nodes = tree(runs)
    bills = bills_of(store, runs)
    head = _head(nodes, totals.get(trace_id), registry, workspace)
    return {
        "trace": head,
        "bottleneck": _bottlenecks([] if head["truncated"] else nodes),
        "runs": [shapes.node(node, bills.get(node.run.id)) for node in nodes],
    }


def _head(
    nodes: list[Node[TreeRow]], totals: TraceTotals | None, projects: Projects, workspace: UUID
) -> TraceHead:
    root = next((node.run for node in nodes if node.run.parent_id is None), None)
    top = root or nodes[0].run
    return {
        "id": str(top.trace_id),
        "project": shapes.project(projects, workspace, top.project),
        "name": top.name,
        "status": cast("Status", top.status),
        "started_at": shapes.iso(top.started_at),
        "ended_at": shapes.iso(top.ended_at),
        "latency": shapes.seconds(top.started_at, top.ended_at),
        "totals": None if totals is None else shapes.trace_totals(totals),
        "rootless": root is None,
        "truncated": len(nodes) >= MOST_RUNS,
    }


def _bottlenecks(nodes: list[Node[TreeRow]]) -> Bottlenecks:
    return {
        "time": _standing_out(bottleneck(nodes, Unit.TIME)),
        "cost": _standing_out(bottleneck(nodes, Unit.COST)),
        "tokens": _standing_out(bottleneck(nodes, Unit.TOKENS)),
    }


def _standing_out(found: Bottleneck | None) -> StandingOut | None:
    if found is None:
        return None
    return {
        "name": found.name,
        "kind": found.kind,
        "run": str(found.run),
        "runs": found.runs,
        "amount": _amount(found.amount),
        "share": found.share,
        "why": found.why,
        "why_amount": _amount(found.why_amount),
    }


def _amount(amount: Decimal) -> str:
    return shapes.money(amount) or "0"


ROUTES = [
    Route("/econome/v1/traces/{id}", trace, methods=["GET"]),
    Route("/econome/v1/traces/{id}/search", search, methods=["GET"]),
]
