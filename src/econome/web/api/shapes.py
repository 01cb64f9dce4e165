"""From the answers of `analytics` to the JSON of our own API.

Money is a text, exact and without an exponent; times are ISO 8601 in UTC; durations are
seconds. Null is unknown, which is not zero.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, TypedDict, cast, overload
from uuid import UUID

from msgspec import Meta
from starlette.responses import Response

from econome.analytics.runs import RunRow
from econome.analytics.series import Point
from econome.analytics.totals import Sums
from econome.analytics.totals import Totals as Sum
from econome.analytics.traces import TraceTotals
from econome.domain.money import text_of
from econome.domain.scope import Scope
from econome.domain.trace import COLUMNS, Node
from econome.domain.usage import Bucket
from econome.ingest.projects import Projects
from econome.wire.json_text import dump

Json = dict[str, Any]
"""An object on its way out: its values are whatever JSON can hold."""

Money = Annotated[str, Meta(description='An exact decimal amount, such as "0.0125"')]
Moment = Annotated[str, Meta(description="ISO 8601, in UTC")]


class Tokens(TypedDict):
    """Tokens by disjoint bucket; those sent and generated, and both."""

    uncached: int | None
    cache_read: int | None
    cache_read_audio: int | None
    cache_write_5m: int | None
    cache_write_1h: int | None
    audio_in: int | None
    image_in: int | None
    video_in: int | None
    text_out: int | None
    reasoning: int | None
    audio_out: int | None
    image_out: int | None
    input: int | None
    output: int | None
    total: int | None


class Coverage(TypedDict):
    """How many calls a total is of, and how many of them are what.

    Priced, unpriced, estimated and unknown ones add up to the calls.
    """

    calls: int
    priced: int
    unpriced: int
    reported: int
    counted: int
    estimated: int
    unknown: int
    settling: Annotated[int, Meta(description="still under way")]
    marked: Annotated[int, Meta(description="with a note: something contradictory, mended or left out")]


class Quantiles(TypedDict):
    """Seconds; null for none."""

    p50: float | None
    p95: float | None


class Estimated(TypedDict):
    """What was estimated: beside the totals, in none of them."""

    cost: Money | None
    input: int | None
    output: int | None


class Compared(TypedDict):
    """Our cost beside the one that the app stated, over the calls that have both."""

    calls: int
    ours: Money | None
    cost: Money | None
    difference: Money | None


class Used(TypedDict):
    """What some runs used."""

    tokens: Tokens
    cost: Money | None
    input_cost: Money | None
    output_cost: Money | None
    fee_cost: Money | None
    estimated: Estimated
    reported: Compared


class PerCall(TypedDict):
    """Means over the calls of which it is known."""

    input: float | None
    output: float | None


class Totals(Used):
    """The sums over a scope, and its speed."""

    runs: int
    traces: int
    calls: int
    errors: Annotated[int, Meta(description="traces whose root failed")]
    failed_calls: int
    tokens_per_call: PerCall
    latency: Annotated[Quantiles, Meta(description="of roots that ended")]
    first_token: Annotated[Quantiles, Meta(description="of calls that streamed")]
    call_latency: Annotated[Quantiles, Meta(description="of calls that ended")]
    coverage: Coverage


class TraceSums(Used):
    """The sums over one trace."""

    runs: int
    calls: int
    errors: int
    coverage: Coverage


class Named(TypedDict):
    """Something by its id and its name."""

    id: str
    name: str


class Terms(TypedDict):
    """In which money amounts are."""

    prices: Annotated[str, Meta(description='"recorded", or the day at whose prices they are')]
    currency: str


def answer(content: Mapping[str, object], status: int = 200) -> Response:
    """The response that holds `content`."""
    return Response(dump(content), status, {"cache-control": "no-store"}, "application/json")


def terms(scope: Scope) -> Terms:
    """In which money a scope's amounts are: at whose prices, in which currency."""
    day = scope.prices_at
    return {"prices": "recorded" if day is None else day.isoformat(), "currency": scope.currency}


@overload
def iso(moment: datetime) -> str: ...
@overload
def iso(moment: datetime | None) -> str | None: ...
def iso(moment: datetime | None) -> str | None:
    """A time, as "2026-01-02T03:04:05.678901Z"."""
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def money(amount: Decimal | None) -> str | None:
    """An amount of money, of US dollars unless the question named another currency."""
    return None if amount is None else text_of(amount)


def seconds(start: datetime, end: datetime | None) -> float | None:
    """How long it took."""
    return None if end is None else (end - start) / timedelta(seconds=1)


def project(projects: Projects, workspace: UUID, identity: UUID) -> Named:
    """A project, by id and name."""
    known = projects.get(workspace, identity)
    return {"id": str(identity), "name": known.name if known else str(identity)}


def tokens(known: Mapping[str, int | None]) -> Tokens:
    """Tokens by bucket, and those sent, generated and both; `known` has them by column."""
    sent, generated = known.get("input_tokens"), known.get("output_tokens")
    total = None if sent is None and generated is None else (sent or 0) + (generated or 0)
    buckets = {bucket.value: known.get(bucket.value) for bucket in Bucket}
    return cast("Tokens", {**buckets, "input": sent, "output": generated, "total": total})


def tokens_of(row: Sums | RunRow) -> Tokens:
    """Tokens of a row that has a column for each bucket."""
    return tokens({column: getattr(row, column) for column in COLUMNS})


COVERAGE = tuple(Coverage.__annotations__)
"""What is told of every total."""


def coverage(sums: Sums | Point) -> Coverage:
    """How much of a total is known, and from whom."""
    of = {name: getattr(sums, f"{name}_calls") for name in COVERAGE[1:]}
    return cast("Coverage", {COVERAGE[0]: sums.calls, **of})


def totals(of: Sum) -> Totals:
    """The sums over a scope, and its speed."""
    return {
        "runs": of.runs,
        "traces": of.traces,
        "calls": of.calls,
        "errors": of.errors,
        "failed_calls": of.failed_calls,
        **_used(of),
        "tokens_per_call": {
            "input": _per(of.input_tokens, of.calls_with_input),
            "output": _per(of.output_tokens, of.calls_with_output),
        },
        "latency": _quantiles(of.latency),
        "first_token": _quantiles(of.first_token),
        "call_latency": _quantiles(of.call_latency),
        "coverage": coverage(of),
    }


def trace_totals(of: TraceTotals) -> TraceSums:
    """The sums over one trace."""
    return {
        "runs": of.runs,
        "calls": of.calls,
        "errors": of.errors,
        **_used(of),
        "coverage": coverage(of),
    }


def quantile(value: float) -> float | None:
    """A percentile; that of nothing is NaN in the store and null outside."""
    return None if math.isnan(value) else value


def run(row: RunRow, projects: Projects, workspace: UUID) -> Json:
    """A run as a row of a table."""
    return {
        "id": str(row.id),
        "trace_id": str(row.trace_id),
        "parent_id": None if row.parent_id is None else str(row.parent_id),
        "project": project(projects, workspace, row.project),
        "name": row.name,
        "kind": row.kind,
        "status": row.status,
        "error": row.error,
        "started_at": iso(row.started_at),
        "ended_at": iso(row.ended_at),
        "latency": seconds(row.started_at, row.ended_at),
        "first_token": seconds(row.started_at, row.first_token_at),
        "model": row.model,
        "model_asked": row.model_asked,
        "model_answered": row.model_answered,
        "provider": row.provider,
        "service_tier": row.service_tier,
        "tokens": tokens_of(row),
        "usage_source": row.usage_source,
        "usage_convention": row.usage_convention,
        "counted": row.counted,
        "uncounted": row.uncounted,
        "response_id": row.response_id,
        "fees": dict(row.fees),
        "fee_cost": money(row.fee_cost),
        "our_cost": money(row.our_cost),
        "cost": money(row.cost),
        "input_cost": money(row.input_cost),
        "output_cost": money(row.output_cost),
        "cost_reported": money(row.cost_reported),
        "temperature": row.temperature,
        "top_p": row.top_p,
        "max_tokens": row.max_tokens,
        "streamed": row.streamed,
        **_labels(row),
        "input_preview": row.input_preview,
        "output_preview": row.output_preview,
        "notes": list(row.notes),
    }


def _labels(row: RunRow) -> Json:
    """What a run says of itself or has from above, and which of it comes from above."""
    from_above = {
        "user": not row.user and row.inherited_user,
        "session": not row.session and row.inherited_session,
        "environment": not row.environment and row.inherited_environment,
        "tags": row.inherited_tags,
        "metadata": row.inherited_metadata,
    }
    return {
        "tags": list(dict.fromkeys([*row.tags, *row.inherited_tags])),
        "metadata": {**row.inherited_metadata, **row.metadata},
        "user": row.user or row.inherited_user,
        "session": row.session or row.inherited_session,
        "environment": row.environment or row.inherited_environment,
        "inherited": [name for name, given in from_above.items() if given],
    }


def node(of: Node[RunRow], projects: Projects, workspace: UUID) -> Json:
    """A run in its place in a trace."""
    return {
        **run(of.run, projects, workspace),
        "depth": of.depth,
        "children": of.children,
        "orphan": of.is_orphan,
        "self_seconds": None if of.self_time is None else of.self_time.total_seconds(),
        "critical": of.is_critical,
        "subtree": {
            "tokens": tokens(of.used.tokens),
            "cost": money(of.used.cost),
            "calls": of.used.calls,
            "estimated": {"calls": of.used.estimated_calls, "cost": money(of.used.estimated_cost)},
            "coverage": {name: of.used.coverage[name] for name in COVERAGE},
        },
    }


def segments(row: RunRow) -> Json:
    """How many characters of a prompt are what."""
    return {
        "system": row.chars_system,
        "tools": row.chars_tools,
        "history": row.chars_history,
        "retrieved": row.chars_retrieved,
        "tool_results": row.chars_tool_results,
        "user": row.chars_user,
    }


def _used(sums: Sums) -> Used:
    return {
        "tokens": tokens_of(sums),
        "cost": money(sums.cost),
        "input_cost": money(sums.input_cost),
        "output_cost": money(sums.output_cost),
        "fee_cost": money(sums.fee_cost),
        "estimated": {
            "cost": money(sums.estimated_cost),
            "input": sums.estimated_input_tokens,
            "output": sums.estimated_output_tokens,
        },
        "reported": _compared(sums),
    }


def _compared(sums: Sums) -> Compared:
    """Ours beside what the apps stated, over the calls that have both."""
    ours, theirs = sums.compared_ours, sums.compared_reported
    difference = None if ours is None or theirs is None else ours - theirs
    return {
        "calls": sums.compared_calls,
        "ours": money(ours),
        "cost": money(theirs),
        "difference": money(difference),
    }


def _per(count: int | None, calls: int) -> float | None:
    return None if count is None or not calls else count / calls


def _quantiles(values: Sequence[float]) -> Quantiles:
    half, most = values
    return {"p50": quantile(half), "p95": quantile(most)}
