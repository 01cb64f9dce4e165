"""From a run to its place in a trace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, TypedDict, cast

from msgspec import Meta

from econome.analytics.traces import TreeRow
from econome.domain.money import text_of
from econome.domain.price import Cost
from econome.domain.run import Status, Uncounted
from econome.domain.trace import COLUMNS, Node, Used
from econome.domain.usage import UsageSource
from econome.web.api.shapes.plain import Moment, Money, iso, money, seconds
from econome.web.api.shapes.totals import COVERAGE, Coverage

_TOLD_AS = {"input_tokens": "input", "output_tokens": "output"}

Sparse = Annotated[
    dict[str, int],
    Meta(description="Tokens by bucket, with input, output and total; what is unknown is not there"),
]


class EstimatedCalls(TypedDict):
    """Calls whose tokens nobody reported; their cost is in no sum."""

    calls: int
    cost: Money | None


class Subtree(TypedDict):
    """What a run and all below it used, each call once."""

    tokens: Sparse
    cost: Money | None
    calls: int
    estimated: EstimatedCalls
    coverage: Coverage


class TreeRun(TypedDict):
    """A run in its place in a trace. What it was labelled with, given and gave: /runs/{id}."""

    id: str
    parent_id: str | None
    name: str
    kind: str
    status: Status
    error: Annotated[str, Meta(description="how it begins")]
    started_at: Moment
    ended_at: Moment | None
    latency: Annotated[float | None, Meta(description="seconds")]
    first_token: Annotated[float | None, Meta(description="seconds until the first token came")]
    model: str
    tokens: Sparse
    cost: Money | None
    cost_of: Annotated[
        dict[str, Money],
        Meta(description="The cost by bucket and for fees; empty for one that no price of ours made"),
    ]
    usage_source: UsageSource
    usage_convention: str
    counted: Annotated[bool, Meta(description="whether it enters sums")]
    uncounted: Annotated[Uncounted, Meta(description="why a call does not")]
    notes: list[str]
    depth: int
    children: int
    orphan: Annotated[bool, Meta(description="its parent never came, or is below it")]
    self_seconds: Annotated[float | None, Meta(description="not covered by its children")]
    critical: Annotated[bool, Meta(description="on the chain of runs that decides when the trace ends")]
    subtree: Annotated[Subtree | None, Meta(description="null for a run that nothing is below")]


def node(of: Node[TreeRow], bill: Cost | None) -> TreeRun:
    """A run in its place in a trace."""
    run = of.run
    return {
        "id": str(run.id),
        "parent_id": None if run.parent_id is None else str(run.parent_id),
        "name": run.name,
        "kind": run.kind,
        "status": cast("Status", run.status),
        "error": run.error,
        "started_at": iso(run.started_at),
        "ended_at": iso(run.ended_at),
        "latency": seconds(run.started_at, run.ended_at),
        "first_token": seconds(run.started_at, run.first_token_at),
        "model": run.model,
        "tokens": _sparse({column: getattr(run, column) for column in COLUMNS}) if run.usage_source else {},
        "cost": money(run.cost),
        "cost_of": {} if bill is None else _parts(bill),
        "usage_source": cast("UsageSource", run.usage_source),
        "usage_convention": run.usage_convention,
        "counted": run.counted,
        "uncounted": cast("Uncounted", run.uncounted),
        "notes": run.notes,
        "depth": of.depth,
        "children": of.children,
        "orphan": of.is_orphan,
        "self_seconds": None if of.self_time is None else of.self_time.total_seconds(),
        "critical": of.is_critical,
        "subtree": None if not of.children else _subtree(of.used),
    }


def _subtree(used: Used) -> Subtree:
    return {
        "tokens": _sparse(used.tokens),
        "cost": money(used.cost),
        "calls": used.calls,
        "estimated": {"calls": used.estimated_calls, "cost": money(used.estimated_cost)},
        "coverage": cast("Coverage", {name: used.coverage[name] for name in COVERAGE}),
    }


def _parts(bill: Cost) -> dict[str, str]:
    parts = {line.bucket.value: text_of(line.cost) for line in bill.lines}
    return {**parts, "fees": text_of(bill.fee)} if bill.fee_lines else parts


def _sparse(known: Mapping[str, int | None]) -> dict[str, int]:
    told = {_TOLD_AS.get(column, column): tokens for column, tokens in known.items() if tokens is not None}
    if "input" in told or "output" in told:
        told["total"] = told.get("input", 0) + told.get("output", 0)
    return told
