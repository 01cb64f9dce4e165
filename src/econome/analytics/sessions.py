"""Conversations: what each used, and how the context that is sent with every turn grows.

A session is a conversation: the traces that bear its name, its turns. A page of them is found on few
columns first; what its rows hold is then asked by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
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
class _Total(Brief):
    turns: int  # traces that belong to one
    traces_in_none: int
    cost_in_none: Decimal | None
    errors: int  # traces whose root failed
    failed_calls: int


@dataclass(frozen=True, slots=True)
class SessionTotal(_Total):
    """The sums over a scope, and how many conversations are in it."""

    sessions: int


@dataclass(frozen=True, slots=True)
class _Count:
    sessions: int
    turns: int
    traces_in_none: int


@dataclass(frozen=True, slots=True)
class Ranked:
    """Something that has a name, and what a page of such is sorted by."""

    name: str
    rank: Decimal | None


def page_of_sessions(
    store: Store, scope: Scope, sort: SessionSort, cursor: str | None, limit: int, *, descending: bool = True
) -> tuple[list[Session], str | None]:
    """Conversations in the order asked for, and the cursor of the next page."""
    order = order_of(sort, descending=descending)
    after = NameCursor.of(cursor, order) if cursor else None
    asked = question("page_of_sessions_by_growth" if sort is SessionSort.GROWTH else "page_of_sessions")
    column = {} if sort is SessionSort.GROWTH else {"sort": f"by_{sort}"}
    ranked = store.ask(
        Ranked,
        asked,
        scope.filter,
        direction=-1 if descending else 1,
        after=after.name if after else None,
        after_rank=after.rank if after else None,
        limit=limit + 1,
        **column,
        **scope.parameters(),
    )
    names = [one.name for one in ranked[:limit]]
    return _sessions(store, scope, names), next_of(order, ranked, limit)


def total_of_sessions(store: Store, scope: Scope) -> SessionTotal:
    """What is in a scope, in conversations and in none."""
    total = store.recall(_Total, question("total_of_sessions"), scope.filter, **scope.parameters())[0]
    # A filter may leave out roots: then traces are told apart by whatever runs it keeps.
    by_trace = scope.filter.sql != EVERYTHING.sql
    counted = question("count_of_sessions")
    count = store.ask(_Count, counted, scope.filter, by_trace=by_trace, **scope.parameters())[0]
    told = {field.name: getattr(total, field.name) for field in fields(_Total)}
    if by_trace:
        told |= {"turns": count.turns, "traces_in_none": count.traces_in_none}
    return SessionTotal(**told, sessions=count.sessions)


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
