"""What LangSmith's clients read of runs and projects: one question per page, never one per run."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from econome.analytics.payloads import HasKey, Payload, PayloadPiece, fold
from econome.analytics.prices import prices_of
from econome.analytics.runs import LONG_AGO, RunRow
from econome.domain.price import Price
from econome.domain.run import NO_ID
from econome.domain.scope import Scope
from econome.domain.usage import Bucket, Usage
from econome.pricing.cost import cost_of
from econome.store.client import Store
from econome.store.question import question

Answer = TypeVar("Answer")

_SLACK = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run stands in its trace."""

    id: UUID
    dotted_order: str
    reference_example_id: UUID | None


@dataclass(frozen=True, slots=True)
class File:
    """An attachment, without its content."""

    run_id: UUID
    name: str
    mime: str


@dataclass(slots=True)
class Use:
    """What the counted runs from one run downwards used together. None is unknown."""

    calls: int = 0
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: Decimal | None = None
    input_cost: Decimal | None = None
    output_cost: Decimal | None = None
    tokens: dict[Bucket, int] = field(default_factory=dict)
    costs: dict[Bucket, Decimal] = field(default_factory=dict)  # where a price of ours made them


@dataclass(frozen=True, slots=True)
class Stats:
    """How some runs went, all in all. Tokens and money count each call at or below them once."""

    runs: int
    errors: int
    calls: int
    streams: int
    last: datetime | None
    latency: tuple[float | None, float | None]  # p50 and p99, seconds
    first_token: tuple[float | None, float | None]
    input_tokens: int | None
    output_tokens: int | None
    cost: Decimal | None
    input_cost: Decimal | None
    output_cost: Decimal | None
    tokens_spread: tuple[float | None, float | None] = (None, None)  # p50 and p99 of a run with all below it
    cost_spread: tuple[float | None, float | None] = (None, None)


@dataclass(frozen=True, slots=True)
class _PartOf:
    id: UUID
    part: str
    inputs: str
    outputs: str
    events: str
    extra: str
    serialized: str
    error: str


@dataclass(frozen=True, slots=True)
class _Rolled:
    node: UUID
    price: UUID
    calls: int
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
    input_tokens: int | None
    output_tokens: int | None
    cost: Decimal | None
    input_cost: Decimal | None
    output_cost: Decimal | None


@dataclass(frozen=True, slots=True)
class _FirstToken:
    trace_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class _Went:
    runs: int
    errors: int
    calls: int
    streams: int
    last: datetime
    latency: list[float]
    first_token: list[float]


@dataclass(frozen=True, slots=True)
class _Used:
    input_tokens: int | None
    output_tokens: int | None
    cost: Decimal | None
    input_cost: Decimal | None
    output_cost: Decimal | None


@dataclass(frozen=True, slots=True)
class _Spread:
    tokens: list[float]
    cost: list[float]


@dataclass(frozen=True, slots=True)
class _Project:
    project: UUID
    runs: int
    errors: int
    last: datetime
    input_tokens: int | None
    output_tokens: int | None
    cost: Decimal | None
    input_cost: Decimal | None
    output_cost: Decimal | None
    calls: int
    streams: int
    latency: list[float]
    first_token: list[float]


@dataclass(frozen=True, slots=True)
class Group:
    """A value that runs have, and how many."""

    value: str
    runs: int


def places_of(store: Store, workspace: UUID, rows: Sequence[RunRow]) -> dict[UUID, Place]:
    """Where the runs of a page stand in their traces."""
    return {place.id: place for place in _of(store, Place, "langsmith_places", workspace, rows)}


def payloads_of(store: Store, workspace: UUID, rows: Sequence[HasKey]) -> dict[UUID, Payload]:
    """What the runs of a page were given and gave."""
    pieces: dict[UUID, list[PayloadPiece]] = defaultdict(list)
    for row in _of(store, _PartOf, "langsmith_payloads", workspace, rows):
        piece = PayloadPiece(
            row.part, row.inputs, row.outputs, row.events, row.extra, row.serialized, row.error
        )
        pieces[row.id].append(piece)
    return {identity: fold(parts) for identity, parts in pieces.items()}


def files_of(store: Store, workspace: UUID, rows: Sequence[RunRow]) -> dict[UUID, list[File]]:
    """The attachments of the runs of a page, by name."""
    files: dict[UUID, list[File]] = defaultdict(list)
    for file in _of(store, File, "langsmith_files", workspace, rows):
        files[file.run_id].append(file)
    return files


def uses_of(
    store: Store, workspace: UUID, projects: Sequence[UUID], rows: Sequence[RunRow]
) -> dict[UUID, Use]:
    """What each run of a page used with all below it; a run without counted calls is missing."""
    if not rows:
        return {}
    rolled = store.ask(
        _Rolled,
        question("langsmith_rollups"),
        workspace=workspace,
        projects=list(projects),
        nodes=[row.id for row in rows],
        traces=list({row.trace_id for row in rows}),
        earliest=max(min(row.key_time for row in rows) - _SLACK, LONG_AGO),
    )
    prices = prices_of(store, {row.price for row in rolled} - {NO_ID})
    uses: dict[UUID, Use] = defaultdict(Use)
    for row in rolled:
        _add(uses[row.node], row, prices.get(row.price))
    return uses


def first_tokens_of(
    store: Store, workspace: UUID, projects: Sequence[UUID], rows: Sequence[RunRow]
) -> dict[UUID, datetime]:
    """When the traces of a page said their first words; one that does not say is missing."""
    if not rows:
        return {}
    answer = store.ask(
        _FirstToken,
        question("langsmith_first_tokens"),
        workspace=workspace,
        projects=list(projects),
        traces=list({row.trace_id for row in rows}),
        earliest=max(min(row.key_time for row in rows) - _SLACK, LONG_AGO),
    )
    return {row.trace_id: row.at for row in answer}


def stats_of(store: Store, scope: Scope) -> Stats:
    """How the runs of a scope went."""
    asked = scope.parameters()
    went = store.ask(_Went, question("langsmith_stats"), scope.filter, **asked)[0]
    used = store.ask(_Used, question("langsmith_stats_use"), scope.filter, **asked)[0]
    spread = store.ask(_Spread, question("langsmith_stats_spread"), scope.filter, **asked)[0]
    return Stats(
        runs=went.runs,
        errors=went.errors,
        calls=went.calls,
        streams=went.streams,
        last=went.last if went.runs else None,
        latency=_known(went.latency),
        first_token=_known(went.first_token),
        input_tokens=used.input_tokens,
        output_tokens=used.output_tokens,
        cost=used.cost,
        input_cost=used.input_cost,
        output_cost=used.output_cost,
        tokens_spread=_known(spread.tokens),
        cost_spread=_known(spread.cost),
    )


def stats_of_projects(store: Store, workspace: UUID, projects: Sequence[UUID]) -> dict[UUID, Stats]:
    """How all the runs of each project went; a project without runs is missing."""
    answer = store.ask(_Project, question("langsmith_projects"), workspace=workspace, projects=list(projects))
    return {
        row.project: Stats(
            runs=row.runs,
            errors=row.errors,
            calls=row.calls,
            streams=row.streams,
            last=row.last,
            latency=_known(row.latency),
            first_token=_known(row.first_token),
            input_tokens=row.input_tokens,
            output_tokens=row.output_tokens,
            cost=row.cost,
            input_cost=row.input_cost,
            output_cost=row.output_cost,
        )
        for row in answer
    }


def groups_of(store: Store, scope: Scope, attribute: str, path: str, limit: int) -> list[Group]:
    """The values that most runs of a scope have; `attribute` is name, run_type, tag or metadata."""
    return store.ask(
        Group,
        question("langsmith_groups"),
        scope.filter,
        attribute=attribute,
        path=path,
        limit=limit,
        **scope.parameters(),
    )


def _of(store: Store, kind: type[Answer], name: str, workspace: UUID, rows: Sequence[HasKey]) -> list[Answer]:
    if not rows:
        return []
    return store.ask(
        kind,
        question(name),
        workspace=workspace,
        times=list({row.key_time for row in rows}),
        ids=[row.id for row in rows],
    )


def _add(use: Use, row: _Rolled, price: Price | None) -> None:
    """Adds what the calls below a run used at one price. Its rates are one tier's, so sums can be priced."""
    use.calls += row.calls
    use.input_tokens = _sum(use.input_tokens, row.input_tokens)
    use.output_tokens = _sum(use.output_tokens, row.output_tokens)
    use.cost = _money(use.cost, row.cost)
    use.input_cost = _money(use.input_cost, row.input_cost)
    use.output_cost = _money(use.output_cost, row.output_cost)
    usage = Usage(**{bucket.value: getattr(row, bucket.value) for bucket in Bucket})
    for bucket, tokens in usage.known():
        use.tokens[bucket] = use.tokens.get(bucket, 0) + tokens
    bill = cost_of(usage, price) if price is not None else None
    for line in bill.lines if bill is not None else ():
        use.costs[line.bucket] = use.costs.get(line.bucket, Decimal(0)) + line.cost


def _sum(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else one + other


def _money(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return other if one is None else one if other is None else one + other


def _known(pair: Sequence[float]) -> tuple[float | None, float | None]:
    low, high = (None if math.isnan(value) else value for value in pair)
    return low, high
