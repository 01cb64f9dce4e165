"""From a run to the row of a table."""

from __future__ import annotations

from typing import Annotated, TypedDict, cast
from uuid import UUID

from msgspec import Meta

from econome.analytics.runs import RunRow as Row
from econome.domain.run import Status, Uncounted
from econome.domain.usage import UsageSource
from econome.ingest.projects import Projects
from econome.web.api.shapes.plain import Moment, Money, Named, iso, money, project, seconds
from econome.web.api.shapes.totals import Tokens, tokens_of


class _Labels(TypedDict):
    tags: list[str]
    metadata: dict[str, str]
    user: str
    session: str
    environment: str
    inherited: Annotated[list[str], Meta(description="which of the labels come from above")]


class RunRow(_Labels):
    """A run as a row of a table."""

    id: str
    trace_id: str
    parent_id: str | None
    project: Named
    name: str
    kind: str
    status: Status
    error: str
    started_at: Moment
    ended_at: Moment | None
    latency: Annotated[float | None, Meta(description="seconds")]
    first_token: Annotated[float | None, Meta(description="seconds until the first token came")]
    model: str
    model_asked: str
    model_answered: str
    provider: str
    service_tier: str
    tokens: Tokens
    usage_source: UsageSource
    usage_convention: Annotated[str, Meta(description="whose way of telling usage was read")]
    counted: Annotated[bool, Meta(description="whether it enters sums")]
    uncounted: Annotated[Uncounted, Meta(description="why a call does not")]
    response_id: str
    fees: Annotated[dict[str, int], Meta(description="how many of what is billed by the piece")]
    fee_cost: Money | None
    our_cost: Annotated[Money | None, Meta(description="by the price list, whatever the app stated")]
    cost: Money | None
    input_cost: Money | None
    output_cost: Money | None
    cost_reported: Annotated[Money | None, Meta(description="as the app stated it")]
    temperature: float | None
    top_p: float | None
    max_tokens: int | None
    streamed: bool | None
    input_preview: str
    output_preview: str
    notes: Annotated[list[str], Meta(description="what is contradictory, mended or left out")]


class Segments(TypedDict):
    """How many characters of a prompt are what."""

    system: int
    tools: int
    history: int
    retrieved: int
    tool_results: int
    user: int


def run(row: Row, projects: Projects, workspace: UUID) -> RunRow:
    """A run as a row of a table."""
    return {
        "id": str(row.id),
        "trace_id": str(row.trace_id),
        "parent_id": None if row.parent_id is None else str(row.parent_id),
        "project": project(projects, workspace, row.project),
        "name": row.name,
        "kind": row.kind,
        "status": cast("Status", row.status),
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
        "usage_source": cast("UsageSource", row.usage_source),
        "usage_convention": row.usage_convention,
        "counted": row.counted,
        "uncounted": cast("Uncounted", row.uncounted),
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


def segments(row: Row) -> Segments:
    """How many characters of a prompt are what."""
    return {
        "system": row.chars_system,
        "tools": row.chars_tools,
        "history": row.chars_history,
        "retrieved": row.chars_retrieved,
        "tool_results": row.chars_tool_results,
        "user": row.chars_user,
    }


def _labels(row: Row) -> _Labels:
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
