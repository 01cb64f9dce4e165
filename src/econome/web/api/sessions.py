"""Conversations: which there are, and what was said in one."""

from __future__ import annotations

from asyncio import gather
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, TypedDict

from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.conversation import MOST_TURNS, Split, Texts, Turn, splits_of, texts_of, turns_of
from econome.analytics.sessions import (
    POINTS,
    Session,
    SessionSort,
    SessionTotal,
    page_of_sessions,
    total_of_sessions,
)
from econome.domain.money import total_of
from econome.domain.scope import Scope
from econome.store.client import Store
from econome.web.api import shapes
from econome.web.api.path_names import in_path, name_in
from econome.web.api.runs import Order
from econome.web.api.scope import choice, scope_of, visible, whole
from econome.web.api.told import Parameter, asks
from econome.web.auth import Role, require
from econome.web.context import context
from econome.web.errors import NotFound

_TURNS_AT_ONCE = 100


class SessionRow(shapes.UsedInAll):
    """A conversation, as far as it lies in the scope."""

    session: str
    path: Annotated[str, Meta(description="the name as it stands in the path of /sessions/{id}")]
    turns: Annotated[int, Meta(description="its traces")]
    runs: int
    calls: int
    errors: Annotated[int, Meta(description="turns whose root failed")]
    failed_calls: int
    first_at: shapes.Moment
    last_at: shapes.Moment
    users: list[str]
    models: list[str]
    contexts: Annotated[
        list[int | None],
        Meta(description=f"input of the largest call, turn by turn; at most {POINTS}, at even distances"),
    ]
    known_turns: Annotated[int, Meta(description="whose context is known")]
    growth: Annotated[
        float | None,
        Meta(description="tokens of context per turn: slope of least squares, of three known turns or more"),
    ]
    coverage: shapes.Coverage


class SessionsTotal(shapes.UsedInAll):
    """All that is in the scope, in conversations and in none."""

    sessions: int
    turns: Annotated[int, Meta(description="traces that belong to a conversation")]
    traces_in_none: int
    cost_in_none: shapes.Money | None
    errors: int
    failed_calls: int
    coverage: shapes.Coverage


class Sessions(shapes.Terms):
    """A page of conversations."""

    rows: list[SessionRow]
    next: Annotated[str | None, Meta(description="the cursor of the next page")]
    total: Annotated[SessionsTotal | None, Meta(description="of the first page; null on the others")]


class TurnSplit(TypedDict):
    """A context in two."""

    repeated: Annotated[int, Meta(description="at most so much was sent with a turn before already")]
    new: int


class ConversationTurn(shapes.Used):
    """A turn: a trace of the conversation."""

    number: int
    trace_id: str
    name: str
    status: str
    error: str
    started_at: shapes.Moment
    latency: float | None
    runs: int
    calls: int
    errors: int
    failed_calls: int
    models: list[str]
    asked: Annotated[str, Meta(description="the beginning of what was said, on one line")]
    answered: Annotated[str, Meta(description="the beginning of what was answered")]
    context: Annotated[int | None, Meta(description="input of the largest call")]
    context_cached: Annotated[int | None, Meta(description="of which read from a cache")]
    split: TurnSplit | None
    cumulated_cost: Annotated[
        shapes.Money | None, Meta(description="what this turn and those before cost, as far as known")
    ]
    coverage: shapes.Coverage


class Conversation(TypedDict):
    """A conversation, whenever it was, in dollars as recorded."""

    session: str
    path: str
    users: list[str]
    models: list[str]
    turns: Annotated[list[ConversationTurn], Meta(description=f"in order, at most {MOST_TURNS}")]
    turns_in_all: int
    cost: Annotated[shapes.Money | None, Meta(description="of the turns listed")]
    repeated: Annotated[int | None, Meta(description="tokens sent again, at most, in all turns listed")]
    context: Annotated[int | None, Meta(description="tokens of which these are")]


class TurnTexts(TypedDict):
    """What a turn added to the conversation, as it was sent."""

    number: int
    trace_id: str
    run: Annotated[str, Meta(description="whose payload it is: the root's, else the last call's")]
    said: Any
    answered: Any
    error: str


class ConversationTexts(TypedDict):
    """What was said and answered in some turns."""

    turns: list[TurnTexts]
    next: Annotated[int | None, Meta(description="the number to ask on from")]


@asks(
    Sessions,
    Parameter("sort", "What comes first; unknowns come last.", choices=tuple(SessionSort), default="cost"),
    Parameter("order", "Which end comes first.", choices=tuple(Order), default="desc"),
    Parameter("limit", "How many rows, up to 200.", "integer", default=50),
    Parameter("cursor", "Where the page starts, as the one before told."),
    scoped=True,
)
async def sessions(request: Request) -> Response:
    """GET /econome/v1/sessions: conversations, the dearest first.

    What the scope holds of each. Traces that bear no session's name are no row: the total counts them.
    """
    caller = require(request, Role.READ)
    sort = choice(request, "sort", SessionSort, SessionSort.COST)
    descending = choice(request, "order", Order, Order.DESCENDING) is Order.DESCENDING
    limit = whole(request, "limit", 50, 200)
    cursor = request.query_params.get("cursor")
    scope = await scope_of(request, caller)
    store = context(request).store
    page, total = await gather(
        run_in_threadpool(page_of_sessions, store, scope, sort, cursor, limit, descending=descending),
        run_in_threadpool(_total_of, store, scope, cursor),
    )
    told: Sessions = {
        **shapes.terms(scope),
        "rows": [_row(row) for row in page.rows],
        "next": page.next,
        "total": None if total is None else _total(total, page.left),
    }
    return shapes.answer(told)


@asks(Conversation, example="id=nobody")
async def session(request: Request) -> Response:
    """GET /econome/v1/sessions/{id}: the turns of a conversation, whenever they were.

    Money is as recorded, in dollars. Of two bounds on what was sent again the lower one is told:
    what the context before held, and the share of the prompt that is no new message.
    """
    name, turns = await _turns(request)
    splits = splits_of(turns)
    known = [split for split in splits if split is not None]
    told: Conversation = {
        "session": name,
        "path": in_path(name),
        "users": sorted({user for turn in turns for user in turn.users}),
        "models": sorted({model for turn in turns for model in turn.models}),
        "turns": _told(turns, splits),
        "turns_in_all": turns[0].turns,
        "cost": shapes.money(_sum(turns)),
        "repeated": sum(split.repeated for split in known) if known else None,
        "context": sum(turn.context or 0 for turn in turns) if known else None,
    }
    return shapes.answer(told)


@asks(
    ConversationTexts,
    Parameter("from", "The number of the first turn; the conversation begins with 1.", "integer", default=1),
    Parameter("limit", f"How many turns, up to {_TURNS_AT_ONCE}.", "integer", default=20),
    example="id=nobody",
)
async def texts(request: Request) -> Response:
    """GET /econome/v1/sessions/{id}/texts: what was said and answered in some turns.

    Only what the turn added: of the messages of a prompt, the last one of the user and what follows.
    """
    first = whole(request, "from", 1, MOST_TURNS)
    limit = whole(request, "limit", 20, _TURNS_AT_ONCE)
    _, turns = await _turns(request)
    chosen = turns[first - 1 : first - 1 + limit]
    caller = require(request, Role.READ)
    found = await run_in_threadpool(texts_of, context(request).store, caller.workspace, chosen)
    told: ConversationTexts = {
        "turns": [_text(number, turn, found[turn.trace_id]) for number, turn in enumerate(chosen, first)],
        "next": first + limit if len(turns) >= first + limit else None,
    }
    return shapes.answer(told)


async def _turns(request: Request) -> tuple[str, list[Turn]]:
    caller = require(request, Role.READ)
    name = name_in(request.path_params["id"])
    turns = (
        await run_in_threadpool(
            turns_of, context(request).store, caller.workspace, visible(request, caller), name
        )
        if name
        else []
    )
    if not turns:
        raise NotFound(f'There is no session "{name[:64]}"')
    return name, turns


def _total_of(store: Store, scope: Scope, cursor: str | None) -> SessionTotal | None:
    return None if cursor else total_of_sessions(store, scope)


def _row(row: Session) -> SessionRow:
    return {
        "session": row.name,
        "path": in_path(row.name),
        "turns": row.turns,
        "runs": row.runs,
        "calls": row.calls,
        "errors": row.errors,
        "failed_calls": row.failed_calls,
        "first_at": shapes.iso(row.first_at),
        "last_at": shapes.iso(row.last_at),
        "users": row.users,
        "models": row.models,
        "contexts": row.contexts,
        "known_turns": row.known_turns,
        "growth": row.growth,
        **shapes.used_in_all(row),
        "coverage": shapes.coverage(row),
    }


def _total(of: SessionTotal, sessions: int) -> SessionsTotal:
    return {
        "sessions": sessions,
        "turns": of.turns,
        "traces_in_none": of.traces_in_none,
        "cost_in_none": shapes.money(of.cost_in_none),
        "errors": of.errors,
        "failed_calls": of.failed_calls,
        **shapes.used_in_all(of),
        "coverage": shapes.coverage(of),
    }


def _told(turns: Sequence[Turn], splits: Sequence[Split | None]) -> list[ConversationTurn]:
    told: list[ConversationTurn] = []
    for number, (turn, split) in enumerate(zip(turns, splits, strict=True), 1):
        told.append(
            {
                "number": number,
                "trace_id": str(turn.trace_id),
                "name": turn.name,
                "status": turn.status,
                "error": turn.error,
                "started_at": shapes.iso(turn.started),
                "latency": shapes.seconds(turn.started, turn.ended),
                "runs": turn.runs,
                "calls": turn.calls,
                "errors": turn.errors,
                "failed_calls": turn.failed_calls,
                "models": turn.models,
                "asked": turn.root_input or turn.call_input,
                "answered": turn.root_output or turn.call_output,
                "context": turn.context,
                "context_cached": turn.context_cached,
                "split": None if split is None else {"repeated": split.repeated, "new": split.new},
                "cumulated_cost": shapes.money(_sum(turns[:number])),
                **shapes.used(turn),
                "coverage": shapes.coverage(turn),
            }
        )
    return told


def _sum(turns: Sequence[Turn]) -> Decimal | None:
    known = [turn.cost for turn in turns if turn.cost is not None]
    return total_of(known) if known else None


def _text(number: int, turn: Turn, found: Texts) -> TurnTexts:
    return {
        "number": number,
        "trace_id": str(turn.trace_id),
        "run": str(found.run),
        "said": found.said,
        "answered": found.answered,
        "error": found.error,
    }


ROUTES = [
    Route("/econome/v1/sessions", sessions, methods=["GET"]),
    Route("/econome/v1/sessions/{id}", session, methods=["GET"]),
    Route("/econome/v1/sessions/{id}/texts", texts, methods=["GET"]),
]
