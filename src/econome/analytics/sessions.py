"""Conversations: what each used, and how the context that is sent with every turn grows.

A session is a conversation: the traces that bear its name, its turns. A page of them is found on few
columns first; what its rows hold is then asked by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from econome.analytics.paging import NameCursor
from econome.analytics.totals import Brief
from econome.domain.scope import EVERYTHING, Scope
from econome.store.client import Store
from econome.store.question import question

POINTS = 50
"""Of how many turns a row tells the context: enough for a small picture."""


class SessionSort(StrEnum):
    """What conversations can be sorted by."""

    COST = "cost"
    TOKENS = "tokens"
    TURNS = "turns"
    GROWTH = "growth"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Session(Brief):
    """A conversation, as far as it lies in a scope."""

    name: str
    turns: int
    errors: int  # turns whose root failed
    failed_calls: int
    first_at: datetime
    last_at: datetime  # when its last run started
    users: list[str]
    models: list[str]
    contexts: list[int | None]  # turn by turn, at most `POINTS`; None: nobody told
    known_turns: int  # whose context is known
    growth: float | None  # tokens per turn


@dataclass(frozen=True, slots=True)
class SessionTotal(Brief):
    """The sums over a scope."""

    turns: int  # traces that belong to a conversation
    traces_in_none: int
    cost_in_none: Decimal | None
    errors: int  # traces whose root failed
    failed_calls: int


@dataclass(frozen=True, slots=True)
class _Count:
    turns: int
    traces_in_none: int


@dataclass(frozen=True, slots=True)
class Ranked:
    """Something that has a name, and what a page of such is sorted by."""

    name: str
    rank: Decimal | None


@dataclass(frozen=True, slots=True)
class _Counted:
    name: str
    rank: Decimal | None
    sessions: int  # how many come next, those beyond the limit included


@dataclass(frozen=True, slots=True)
class _Summed:
    who: str
    by_last: int
    by_cost: Decimal | None
    by_tokens: int | None
    by_turns: int
    sessions: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some conversations, and where the next page starts."""

    rows: list[Session]
    next: str | None
    left: int  # how many there are, from the first of these on


def page_of_sessions(
    store: Store, scope: Scope, sort: SessionSort, cursor: str | None, limit: int, *, descending: bool = True
) -> Page:
    """Conversations in the order asked for."""
    order = order_of(sort, descending=descending)
    after = NameCursor.of(cursor, order) if cursor else None
    bound: dict[str, object] = {
        "direction": -1 if descending else 1,
        "after": after.name if after else None,
        "after_rank": after.rank if after else None,
        "limit": limit + 1,
        **scope.parameters(),
    }
    ranked, left = _ranked(store, scope, sort, bound)
    names = [one.name for one in ranked[:limit]]
    return Page(_sessions(store, scope, names), next_of(order, ranked, limit), left)


def total_of_sessions(store: Store, scope: Scope) -> SessionTotal:
    """What is in a scope, in conversations and in none."""
    total = store.recall(SessionTotal, question("total_of_sessions"), scope.filter, **scope.parameters())[0]
    if not _may_leave_out_roots(scope):
        return total
    count = store.ask(_Count, question("count_of_sessions"), scope.filter, **scope.parameters())[0]
    return replace(total, turns=count.turns, traces_in_none=count.traces_in_none)


def _ranked(
    store: Store, scope: Scope, sort: SessionSort, bound: dict[str, object]
) -> tuple[list[Ranked], int]:
    if sort is SessionSort.GROWTH or (sort is SessionSort.TURNS and _may_leave_out_roots(scope)):
        by_growth = sort is SessionSort.GROWTH
        name = "page_of_sessions_by_growth" if by_growth else "page_of_sessions_by_turns"
        counted = store.ask(_Counted, question(name), scope.filter, **bound)
        return [Ranked(one.name, one.rank) for one in counted], counted[0].sessions if counted else 0
    asked = question("page_of_sessions")
    rows = store.recall(_Summed, asked, scope.filter, sort=f"by_{sort}", **bound)
    ranked = []
    for one in rows:
        value = getattr(one, f"by_{sort}")
        sign = -1 if bound["direction"] == -1 else 1
        ranked.append(Ranked(one.who, None if value is None else Decimal(value) * sign))
    return ranked, rows[0].sessions if rows else 0


def _may_leave_out_roots(scope: Scope) -> bool:
    """Whether traces must be told apart by whatever runs a filter keeps."""
    return scope.filter.sql != EVERYTHING.sql


def order_of(sort: StrEnum, *, descending: bool) -> str:
    """How a page is sorted, as its cursor says it."""
    return f"{'-' if descending else ''}{sort}"


def next_of(order: str, ranked: Sequence[Ranked], limit: int) -> str | None:
    """The cursor after the first `limit` of some rows, of which one more was asked for; None: that is all."""
    if len(ranked) <= limit:
        return None
    last = ranked[limit - 1]
    return NameCursor(order, last.rank, last.name).text()


def _sessions(store: Store, scope: Scope, names: Sequence[str]) -> list[Session]:
    if not names:
        return []
    rows = store.ask(
        Session,
        question("sessions_named"),
        scope.filter,
        sessions=list(names),
        points=POINTS,
        **scope.parameters(),
    )
    by_name = {row.name: row for row in rows}
    return [by_name[name] for name in names if name in by_name]  # one may just have been removed
