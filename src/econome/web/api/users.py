"""Users: who used what, and when."""

from __future__ import annotations

from asyncio import gather
from decimal import Decimal
from typing import Annotated

from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.users import User, UserSort, UserTotal, page_of_users, total_of_users
from econome.web.api import shapes
from econome.web.api.path_names import in_path
from econome.web.api.runs import Order
from econome.web.api.scope import choice, scope_of, whole
from econome.web.api.told import Parameter, asks
from econome.web.auth import Role, require
from econome.web.context import context


class UserRow(shapes.UsedInAll):
    """What a user did in the scope."""

    user: str
    path: Annotated[str, Meta(description="the name as it stands in the path of a page")]
    sessions: int
    traces: int
    runs: int
    calls: int
    errors: Annotated[int, Meta(description="traces whose root failed")]
    failed_calls: int
    share: Annotated[float | None, Meta(description="of what all calls of the scope cost")]
    first_at: shapes.Moment
    last_at: shapes.Moment
    costs: Annotated[
        list[shapes.Money | None],
        Meta(description="in each bucket of `times`; null: nothing, or nothing known"),
    ]
    coverage: shapes.Coverage


class UsersTotal(shapes.UsedInAll):
    """All that is in the scope, of users and of nobody."""

    users: int
    traces: int
    traces_of_nobody: int
    cost_of_nobody: shapes.Money | None
    errors: int
    failed_calls: int
    coverage: shapes.Coverage


class Users(shapes.Terms):
    """A page of users."""

    since: shapes.Moment
    until: shapes.Moment
    rows: list[UserRow]
    next: Annotated[str | None, Meta(description="the cursor of the next page")]
    times: Annotated[list[shapes.Moment], Meta(description="when each bucket of time starts")]
    total: UsersTotal


@asks(
    Users,
    Parameter("sort", "What comes first; unknowns come last.", choices=tuple(UserSort), default="cost"),
    Parameter("order", "Which end comes first.", choices=tuple(Order), default="desc"),
    Parameter("limit", "How many rows, up to 200.", "integer", default=50),
    Parameter("cursor", "Where the page starts, as the one before told."),
    scoped=True,
)
async def users(request: Request) -> Response:
    """GET /econome/v1/users: users, the dearest first.

    What the scope holds of each. Runs that name no user are no row: the total counts them.
    """
    caller = require(request, Role.READ)
    sort = choice(request, "sort", UserSort, UserSort.COST)
    descending = choice(request, "order", Order, Order.DESCENDING) is Order.DESCENDING
    limit = whole(request, "limit", 50, 200)
    cursor = request.query_params.get("cursor")
    scope = await scope_of(request, caller)
    store = context(request).store
    page, total = await gather(
        run_in_threadpool(page_of_users, store, scope, sort, cursor, limit, descending=descending),
        run_in_threadpool(total_of_users, store, scope),
    )
    told: Users = {
        **shapes.terms(scope),
        "since": shapes.iso(scope.since),
        "until": shapes.iso(scope.until),
        "rows": [_row(row, total.cost) for row in page.rows],
        "next": page.next,
        "times": [shapes.iso(moment) for moment in page.times],
        "total": _total(total),
    }
    return shapes.answer(told)


def _row(row: User, whole_cost: Decimal | None) -> UserRow:
    return {
        "user": row.who,
        "path": in_path(row.who),
        "sessions": row.sessions,
        "traces": row.traces,
        "runs": row.runs,
        "calls": row.calls,
        "errors": row.errors,
        "failed_calls": row.failed_calls,
        "share": float(row.cost / whole_cost) if row.cost is not None and whole_cost else None,
        "first_at": shapes.iso(row.first_at),
        "last_at": shapes.iso(row.last_at),
        "costs": [shapes.money(cost) for cost in row.costs],
        **shapes.used_in_all(row),
        "coverage": shapes.coverage(row),
    }


def _total(of: UserTotal) -> UsersTotal:
    return {
        "users": of.users,
        "traces": of.traces,
        "traces_of_nobody": of.traces_of_nobody,
        "cost_of_nobody": shapes.money(of.cost_of_nobody),
        "errors": of.errors,
        "failed_calls": of.failed_calls,
        **shapes.used_in_all(of),
        "coverage": shapes.coverage(of),
    }


ROUTES = [Route("/econome/v1/users", users, methods=["GET"])]
