"""What one trace spends most of its time, its money or its tokens on, if any one thing stands out.

An agent that asks one model three hundred times has no slow call, yet a slow step: runs of one
name and kind are taken together, and the largest of them stands for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import chain
from typing import Protocol, TypeVar
from uuid import UUID

from econome.domain.money import ZERO, total_of
from econome.domain.trace import Node, Timed
from econome.domain.usage import Bucket, UsageSource

STANDS_OUT = Decimal(1) / 3
"""Of the whole: what takes less is one of many, and naming it would send somebody to the wrong place."""

MOSTLY = Decimal("0.5")
"""Of what the named runs take: what takes as much of it is why."""


class Unit(StrEnum):
    """By what the parts of a trace are compared."""

    TIME = "time"
    COST = "cost"
    TOKENS = "tokens"


class Spending(Timed, Protocol):
    """What a run must tell besides its place; `domain.run.Run` does."""

    @property
    def name(self) -> str:
        """What its app calls it."""

    @property
    def kind(self) -> str:
        """What it does: a `Kind`."""

    @property
    def first_token_at(self) -> datetime | None:
        """When its answer began."""

    @property
    def input_tokens(self) -> int | None:
        """All that were sent."""

    @property
    def output_tokens(self) -> int | None:
        """All that were generated."""

    @property
    def input_cost(self) -> Decimal | None:
        """US dollars for what was sent."""

    @property
    def output_cost(self) -> Decimal | None:
        """US dollars for what was generated."""


R = TypeVar("R", bound=Spending)


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """What stands out. `why` is empty when no single reason does."""

    name: str
    kind: str
    run: UUID  # the largest of them
    runs: int
    amount: Decimal  # seconds, US dollars or tokens of them all
    share: float  # of the whole trace
    why: str  # "first_token", "generation" or "itself"; "input" or "output"; a bucket of tokens
    why_amount: Decimal  # how much of `amount` that is


def bottleneck(nodes: Sequence[Node[R]], unit: Unit) -> Bottleneck | None:
    """What takes most of the trace by `unit`; None when nothing stands out, or nothing is known.

    Time is that of the critical path: what else ran meanwhile could take none at all, and the trace
    would end no earlier. Money and tokens are those in the trace's sums: each call once, no estimates.
    """
    match unit:
        case Unit.TIME:
            if any(node.is_critical and node.self_time is None for node in nodes):
                return None  # it runs still: what it will wait for longest is not known
            path = [node for node in nodes if node.is_critical]
            return _largest(path, _seconds, _length(nodes), _reason_of_time)
        case Unit.COST:
            billed = [node for node in nodes if _is_billed(node.run) and node.run.cost is not None]
            return _largest(billed, _cost, total_of(map(_cost, billed)), _reason_of_cost)
        case Unit.TOKENS:
            billed = [node for node in nodes if _is_billed(node.run)]
            return _largest(billed, _tokens, total_of(map(_tokens, billed)), _reason_of_tokens)


def _largest(
    nodes: Sequence[Node[R]],
    amount: Callable[[Node[R]], Decimal],
    whole: Decimal,
    reasons: Callable[[Node[R]], dict[str, Decimal]],
) -> Bottleneck | None:
    if whole <= 0:
        return None
    groups: dict[tuple[str, str], list[Node[R]]] = {}
    for node in nodes:
        groups.setdefault((node.run.name, node.run.kind), []).append(node)
    name, kind = max(groups, key=lambda key: total_of(map(amount, groups[key])))
    found = groups[name, kind]
    total = total_of(map(amount, found))
    why, because = _reason(chain.from_iterable(reasons(node).items() for node in found), total)
    says_nothing = len(nodes) == 1 and not why
    if total < STANDS_OUT * whole or says_nothing:
        return None
    largest = max(found, key=amount)
    return Bottleneck(name, kind, largest.run.id, len(found), total, float(total / whole), why, because)


def _reason(parts: Iterable[tuple[str, Decimal]], total: Decimal) -> tuple[str, Decimal]:
    known: dict[str, Decimal] = {}
    for why, part in parts:
        known[why] = known.get(why, ZERO) + part
    why = max(known, key=known.__getitem__, default="")
    return (why, known[why]) if why and known[why] >= MOSTLY * total else ("", ZERO)


def _length(nodes: Sequence[Node[R]]) -> Decimal:
    ends = [node.run.ended_at or node.run.started_at for node in nodes]
    if not ends:
        return ZERO
    return _exact(max(ends) - min(node.run.started_at for node in nodes))


def _exact(span: timedelta) -> Decimal:
    return Decimal(span // timedelta(microseconds=1)).scaleb(-6)


def _is_billed(run: Spending) -> bool:
    return run.counted and run.usage_source != UsageSource.ESTIMATED


def _seconds(node: Node[R]) -> Decimal:
    return _exact(node.self_time or timedelta(0))


def _cost(node: Node[R]) -> Decimal:
    return node.run.cost or ZERO


def _tokens(node: Node[R]) -> Decimal:
    return Decimal((node.run.input_tokens or 0) + (node.run.output_tokens or 0))


def _reason_of_time(node: Node[R]) -> dict[str, Decimal]:
    run = node.run
    if node.children:
        return {"itself": _seconds(node)}
    if run.first_token_at is None or run.ended_at is None:
        return {}
    if not run.started_at <= run.first_token_at <= run.ended_at:
        return {}  # clocks that differ
    return {
        "first_token": _exact(run.first_token_at - run.started_at),
        "generation": _exact(run.ended_at - run.first_token_at),
    }


def _reason_of_cost(node: Node[R]) -> dict[str, Decimal]:
    return {"input": node.run.input_cost or ZERO, "output": node.run.output_cost or ZERO}


def _reason_of_tokens(node: Node[R]) -> dict[str, Decimal]:
    known = ((bucket.value, getattr(node.run, bucket.value, None)) for bucket in Bucket)
    return {bucket: Decimal(tokens) for bucket, tokens in known if tokens}
