"""Users: who used what, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from econome.analytics import steps
from econome.analytics.paging import NameCursor
from econome.analytics.sessions import Ranked, next_of, order_of
from econome.analytics.totals import Brief
from econome.domain.scope import EVERYTHING, Scope
from econome.store.client import Store
from econome.store.question import question


class UserSort(StrEnum):
    """What users can be sorted by."""

    COST = "cost"
    TOKENS = "tokens"
    CALLS = "calls"
    TRACES = "traces"
    SESSIONS = "sessions"
    LAST = "last"

    @property
    def is_of_numbers(self) -> bool:
        """Whether it counts what differs, which no two days can add up."""
        return self in {UserSort.TRACES, UserSort.SESSIONS}


@dataclass(frozen=True, slots=True)
class _Named(Brief):
    who: str
    traces: int
    errors: int  # traces whose root failed
    failed_calls: int
    first_at: datetime
    last_at: datetime  # when their last run started


@dataclass(frozen=True, slots=True)
class User(_Named):
    """What a user did in a scope."""

    sessions: int
    costs: list[Decimal | None]  # in each bucket of time; None: nothing, or nothing known


@dataclass(frozen=True, slots=True)
class Page:
    """Some users, and where the next page starts."""

    rows: list[User]
    next: str | None
    times: list[datetime]  # when each bucket of time starts


@dataclass(frozen=True, slots=True)
class _Total(Brief):
    traces: int
    traces_of_nobody: int
    cost_of_nobody: Decimal | None
    errors: int
    failed_calls: int


@dataclass(frozen=True, slots=True)
class UserTotal(_Total):
    """The sums over a scope, and how many users are in it."""

    users: int


@dataclass(frozen=True, slots=True)
class _Rank:
    who: str
    by_last: int
    by_cost: Decimal | None
    by_tokens: int | None
    by_calls: int


@dataclass(frozen=True, slots=True)
class _Numbered:
    name: str
    rank: Decimal
    by_traces: int
    by_sessions: int


@dataclass(frozen=True, slots=True)
class _Counted:
    who: str
    sessions: int
    traces: int


@dataclass(frozen=True, slots=True)
class _Spent:
    who: str
    start: int
    spent: Decimal | None


@dataclass(frozen=True, slots=True)
class _CountOfAll:
    users: int
    traces: int
    traces_of_nobody: int


def page_of_users(
    store: Store, scope: Scope, sort: UserSort, cursor: str | None, limit: int, *, descending: bool = True
) -> Page:
    """Users in the order asked for, and what each spent over time."""
    order = order_of(sort, descending=descending)
    ranked = _ranked(store, scope, sort, NameCursor.of(cursor, order) if cursor else None, limit, descending)
    step = steps.step_of("auto", scope.until - scope.since)
    times = steps.starts(scope.since, scope.until, step, steps.zone("UTC"))
    rows = _users(store, scope, [one.name for one in ranked[:limit]], times)
    return Page(rows, next_of(order, ranked, limit), times)


def total_of_users(store: Store, scope: Scope) -> UserTotal:
    """What is in a scope, of users and of nobody."""
    total = store.recall(_Total, question("total_of_users"), scope.filter, **scope.parameters())[0]
    counted, by_trace = question("count_of_users"), _by_trace(scope)
    count = store.ask(_CountOfAll, counted, scope.filter, by_trace=by_trace, **scope.parameters())[0]
    told = {field.name: getattr(total, field.name) for field in fields(_Total)}
    if by_trace:
        told |= {"traces": count.traces, "traces_of_nobody": count.traces_of_nobody}
    return UserTotal(**told, users=count.users)


def _ranked(
    store: Store, scope: Scope, sort: UserSort, after: NameCursor | None, limit: int, descending: bool
) -> list[Ranked]:
    bound: dict[str, object] = {
        "direction": -1 if descending else 1,
        "after": after.name if after else None,
        "after_rank": after.rank if after else None,
        "limit": limit + 1,
        **scope.parameters(),
    }
    if sort.is_of_numbers:
        of_traces = sort is UserSort.TRACES
        asked = question("page_of_users_by_number")
        numbered = store.ask(_Numbered, asked, scope.filter, of_traces=of_traces, **bound)
        return [Ranked(one.name, one.rank) for one in numbered]
    sign = -1 if descending else 1
    ranked = []
    for one in store.recall(_Rank, question("page_of_users"), scope.filter, sort=f"by_{sort}", **bound):
        value = getattr(one, f"by_{sort}")
        ranked.append(Ranked(one.who, None if value is None else Decimal(value) * sign))
    return ranked


def _users(store: Store, scope: Scope, names: Sequence[str], times: Sequence[datetime]) -> list[User]:
    if not names:
        return []
    bound = {"users": sorted(names), **scope.parameters()}
    by_trace = _by_trace(scope)
    rows = store.recall(_Named, question("users_named"), scope.filter, **bound)
    counted = store.ask(_Counted, question("users_counted"), scope.filter, by_trace=by_trace, **bound)
    starts = [(moment - _EPOCH) // timedelta(seconds=1) for moment in times]
    spent = store.recall(_Spent, question("users_over_time"), scope.filter, starts=starts, **bound)
    named = {row.who: row for row in rows}
    counts = {row.who: row for row in counted}
    costs = {(row.who, row.start): row.spent for row in spent}
    users = []
    for name in names:
        if name not in named or name not in counts:  # one may just have been removed
            continue
        told = {field.name: getattr(named[name], field.name) for field in fields(_Named)}
        if by_trace:
            told["traces"] = counts[name].traces
        over_time = [costs.get((name, start)) for start in starts]
        users.append(User(**told, sessions=counts[name].sessions, costs=over_time))
    return users


def _by_trace(scope: Scope) -> bool:
    """A filter may leave out roots: then traces are told apart by whatever runs it keeps."""
    return scope.filter.sql != EVERYTHING.sql


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
