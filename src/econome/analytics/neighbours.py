"""The calls right before and right after one, at the same place of an app, and what changed between them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from econome.analytics.payloads import payload_of_run
from econome.analytics.runs import Place, RunRow, rows_at
from econome.domain.scope import EVERYTHING, Scope
from econome.store.client import Store
from econome.store.question import question

REACHES = (timedelta(hours=1), timedelta(days=1), timedelta(days=7))
"""How far from a call its neighbours are looked for: near ones are found in little, and most are near."""

_INSTANT = timedelta(microseconds=1)

_NOT_SAID = frozenset(
    (
        *("id", "response_id", "responseId", "request_id", "lc_run_id", "run", "created", "created_at"),
        *("usage", "usage_metadata", "usageMetadata", "token_usage", "llm_output", "response_metadata"),
        *("system_fingerprint", "service_tier", "timings", "createTime"),
    )
)
"""What an answer holds beside what was answered: two that say the same differ in these."""


Amount = TypeVar("Amount", int, Decimal, timedelta)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another call of the same place. Differences are the later call less the earlier; None is unknown."""

    row: RunRow
    latency: timedelta | None
    input_tokens: int | None
    output_tokens: int | None
    cost: Decimal | None
    is_same_answer: bool | None


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Those of one call. A side on which there is none within the last of `REACHES` is None."""

    by: tuple[str, ...]  # what they have in common with it
    previous: Neighbour | None
    next: Neighbour | None


@dataclass(frozen=True, slots=True)
class _Site:
    call_site: str


def neighbours_of(store: Store, workspace: UUID, run: RunRow, slack: timedelta) -> Neighbours:
    """What came before and after `run`: calls of its call site; of a run that has none, its likes by name."""
    key = {"workspace": workspace, "key_time": run.key_time, "run": run.id}
    found = store.ask(_Site, question("call_site"), EVERYTHING, **key)
    site = found[0].call_site if found else ""
    week = Scope(
        workspace, run.started_at - REACHES[-1], run.started_at + REACHES[-1], (run.project,), slack=slack
    )
    places = [_nearest(store, week, run, site, later=later) for later in (False, True)]
    rows = {row.id: row for row in rows_at(store, week, [place for place in places if place])}
    before, after = (rows.get(place.id) if place else None for place in places)
    answers = {
        row.id: _said(payload_of_run(store, workspace, row.key_time, row.id).outputs)
        for row in (before, run, after)
        if row is not None
    }

    def compared(earlier: RunRow, later: RunRow, neighbour: RunRow) -> Neighbour:
        return Neighbour(
            row=neighbour,
            latency=_less(_latency(later), _latency(earlier)),
            input_tokens=_less(later.input_tokens, earlier.input_tokens),
            output_tokens=_less(later.output_tokens, earlier.output_tokens),
            cost=_less(later.cost, earlier.cost),
            is_same_answer=_same(answers[earlier.id], answers[later.id]),
        )

    return Neighbours(
        by=("project", "call_site") if site else ("project", "name", "kind", "model"),
        previous=None if before is None else compared(before, run, before),
        next=None if after is None else compared(run, after, after),
    )


def _nearest(store: Store, week: Scope, run: RunRow, site: str, *, later: bool) -> Place | None:
    now = datetime.now(UTC) + _INSTANT
    for reach in REACHES:
        since = run.started_at if later else run.started_at - reach
        until = run.started_at + (reach if later else _INSTANT)
        found = store.ask(
            Place,
            question("neighbour"),
            EVERYTHING,
            site=site,
            name=run.name,
            kind=run.kind,
            model=run.model,
            run=run.id,
            started=run.started_at,
            later=later,
            **replace(week, since=since, until=until).parameters(),
        )
        if found:
            return found[0]
        if later and until > now:
            return None
    return None


def _latency(run: RunRow) -> timedelta | None:
    return None if run.ended_at is None else run.ended_at - run.started_at


def _less(later: Amount | None, earlier: Amount | None) -> Amount | None:
    return None if later is None or earlier is None else later - earlier


def _same(one: object, other: object) -> bool | None:
    return None if one is None or other is None else one == other


def _said(outputs: object) -> object:
    # Recursion is safe: orjson reads no more than 1024 levels.
    if isinstance(outputs, dict):
        return {name: _said(value) for name, value in outputs.items() if name not in _NOT_SAID}
    if isinstance(outputs, list):
        return [_said(value) for value in outputs]
    return outputs
