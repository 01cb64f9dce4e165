"""Users: who used what, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from econome.analytics.paging import NameCursor
from econome.analytics.sessions import Ranked, next_of, order_of
from econome.analytics.totals import Brief
from econome.domain.scope import Scope
from econome.store.client import Store
from econome.store.question import question

PARTS = 24
"""Into how many parts of equal length the span is cut, for a small picture."""


class UserSort(StrEnum):
    """What users can be sorted by."""

    COST = "cost"
    TOKENS = "tokens"
    CALLS = "calls"
    TRACES = "traces"
    SESSIONS = "sessions"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class User(Brief):
    """What a user did in a scope."""

    name: str
    traces: int
    sessions: int
    errors: int  # traces whose root failed
    failed_calls: int
    first_at: datetime
    last_at: datetime  # when their last run started
    models: list[str]
    parts: list[tuple[int, Decimal | None]]  # in which part of the span something was, and its cost

    @property
    def costs(self) -> list[Decimal | None]:
        """The cost of each part of the span; None for nothing, or nothing known."""
        known = dict(self.parts)
        return [known.get(part) for part in range(PARTS)]


@dataclass(frozen=True, slots=True)
class UserTotal(Brief):
    """The sums over a scope, and how many users are in it."""

    users: int
    traces: int
    traces_of_nobody: int
    cost_of_nobody: Decimal | None
    errors: int  # traces whose root failed
    failed_calls: int


def page_of_users(
    store: Store, scope: Scope, sort: UserSort, cursor: str | None, limit: int, *, descending: bool = True
) -> tuple[list[User], str | None]:
    """Users in the order asked for, and the cursor of the next page."""
    order = order_of(sort, descending=descending)
    after = NameCursor.of(cursor, order) if cursor else None
    ranked = store.ask(
        Ranked,
        question("page_of_users"),
        scope.filter,
        sort=f"by_{sort}",
        direction=-1 if descending else 1,
        after=after.name if after else None,
        after_rank=after.rank if after else None,
        limit=limit + 1,
        **scope.parameters(),
    )
    names = [one.name for one in ranked[:limit]]
    if not names:
        return [], None
    rows = store.ask(
        User, question("users_named"), scope.filter, users=names, parts=PARTS, **scope.parameters()
    )
    by_name = {row.name: row for row in rows}
    return [by_name[name] for name in names if name in by_name], next_of(order, ranked, limit)


def total_of_users(store: Store, scope: Scope) -> UserTotal:
    """What is in a scope, of users and of nobody."""
    return store.ask(UserTotal, question("total_of_users"), scope.filter, **scope.parameters())[0]
