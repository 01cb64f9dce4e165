"""Feedback by a link: whoever has it may judge one run under one key, until it is over.

The link is made for pages of other origins and for mail: it needs no key and takes GET as well as POST.
One link is one judgement: what is said later replaces what was said before.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4, uuid5

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.domain.key import Role
from econome.domain.piece import Delivery
from econome.ingest.shares import FeedbackToken, feedback_token, put_tokens, tokens_of_run
from econome.web.auth import Caller, require
from econome.web.context import context
from econome.web.errors import Forbidden, Invalid, NotFound
from econome.web.langsmith.asked import (
    ids,
    json_answer,
    json_body,
    json_object,
    numbers_of_page,
    path_id,
    query_ids,
)
from econome.web.langsmith.feedback import feedback_row
from econome.web.langsmith.sharing import run_of
from econome.wire.json_text import dump
from econome.wire.times import instant

_LIFE = timedelta(hours=3)
_LONGEST = timedelta(days=366)
_UNITS = ("days", "hours", "minutes")
_MOST = 100
_LONGEST_KEY = 500
_ANYWHERE = {"access-control-allow-origin": "*", "cache-control": "no-store"}


async def create(request: Request) -> Response:
    """POST /feedback/tokens: one, or a list of them."""
    caller = require(request, Role.INGEST)
    here = context(request)
    said = await json_body(request)
    wanted = said if isinstance(said, list) else [said]
    if not 1 <= len(wanted) <= _MOST:
        raise Invalid(f"A request may ask for 1 to {_MOST} links, not {len(wanted)}")
    tokens = [_token(caller, one) for one in wanted]
    if caller.projects is not None:
        for token in tokens:
            await run_in_threadpool(run_of, here, caller, token.run_id)
    await run_in_threadpool(put_tokens, here.store, tokens)
    answers = [_token_json(request, token) for token in tokens]
    return json_answer(answers if isinstance(said, list) else answers[0])


async def list_all(request: Request) -> Response:
    """GET /feedback/tokens?run_id=…: the links that were given for a run."""
    caller = require(request, Role.INGEST)  # which could make others like them
    here = context(request)
    wanted = next(iter(query_ids(request, "run_id")), None)
    if wanted is None:
        raise Invalid('"run_id" must say of which run')
    if caller.projects is not None:
        await run_in_threadpool(run_of, here, caller, wanted)
    limit, offset = numbers_of_page(request)
    found = await run_in_threadpool(
        tokens_of_run, here.store, caller.workspace, wanted, limit=limit, offset=offset
    )
    return json_answer([_token_json(request, token) for token in found])


async def use(request: Request) -> Response:
    """GET and POST /feedback/tokens/{id}: somebody's judgement, in the query string or the body."""
    here = context(request)
    token = await run_in_threadpool(feedback_token, here.store, path_id(request, "token"))
    if token is None:
        raise NotFound("There is no such link for feedback")
    if token.expires_at <= datetime.now(UTC):
        raise Forbidden(f"This link for feedback was good until {token.expires_at.isoformat()}")
    said = _in_query(request) if request.method == "GET" else await json_object(request)
    try:
        row = feedback_row(_feedback(token, said), token.workspace)
    except ValueError as error:
        raise Invalid(str(error)) from error
    await here.writer.write(token.workspace, Delivery(feedback=[row]))
    return _anywhere(json_answer({"message": "Thank you"}))


async def ask_first(_request: Request) -> Response:
    """OPTIONS /feedback/tokens/{id}: a browser asks whether another origin's page may post here."""
    return _anywhere(
        Response(
            status_code=204,
            headers={
                "access-control-allow-methods": "GET, POST",
                "access-control-allow-headers": "content-type, x-api-key",
            },
        )
    )


def _anywhere(answer: Response) -> Response:
    answer.headers.update(_ANYWHERE)
    return answer


def _token(caller: Caller, said: object) -> FeedbackToken:
    if not isinstance(said, dict):
        raise Invalid("A link is asked for with a JSON object")
    run = next(iter(ids(said.get("run_id"), "run_id")), None)
    key = said.get("feedback_key")
    if run is None:
        raise Invalid('"run_id" must say of which run')
    if not isinstance(key, str) or not key or len(key) > _LONGEST_KEY:
        raise Invalid(f'"feedback_key" must be a text of 1 to {_LONGEST_KEY} characters')
    config, now = said.get("feedback_config"), datetime.now(UTC)
    # The name of the feedback may be proposed, that of the link not: who has it may write.
    proposed = next(iter(ids(said.get("id"), "id")), None) if caller.projects is None else None
    return FeedbackToken(
        id=uuid4(),
        workspace=caller.workspace,
        run_id=run,
        key=key,
        feedback_id=proposed,
        config=dump(config).decode() if isinstance(config, dict) else "",
        created_at=now,
        expires_at=_end(said, now),
    )


def _end(said: Mapping[str, Any], now: datetime) -> datetime:
    at, after = said.get("expires_at"), said.get("expires_in")
    if at is not None:
        end = instant(at)
    elif after is None:
        end = now + _LIFE
    else:
        try:
            end = now + timedelta(**{unit: float(after.get(unit) or 0) for unit in _UNITS})
        except (AttributeError, TypeError, ValueError, OverflowError):
            end = None
    if end is None:
        raise Invalid(
            f'Say until when: "expires_at", a time, or "expires_in", an object of {", ".join(_UNITS)}'
        )
    if not now < end <= now + _LONGEST:
        raise Invalid(f"A link may be good for {_LONGEST.days} days from now, not until {end.isoformat()}")
    return end


def _in_query(request: Request) -> dict[str, Any]:
    asked = request.query_params
    said: dict[str, Any] = {name: asked[name] for name in ("comment", "value") if name in asked}
    if "score" in asked:
        try:
            said["score"] = orjson.loads(asked["score"].lower())
        except orjson.JSONDecodeError as error:
            score = asked["score"][:60]
            raise Invalid(f'"score" must be a number or a truth value, not {score!r}') from error
    if "correction" in asked:
        said["correction"] = asked["correction"]
    return said


def _feedback(token: FeedbackToken, said: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: said[name] for name in ("score", "value", "comment", "correction") if name in said}
    if all(value is None for value in given.values()):
        raise Invalid('Say what you think: with "score", "value", "comment" or "correction"')
    metadata = said.get("metadata")
    return {
        **given,
        "id": str(token.feedback_id or uuid5(token.id, "feedback")),
        "run_id": str(token.run_id),
        "key": token.key,
        "feedback_source": {"type": "api", "metadata": metadata if isinstance(metadata, dict) else {}},
        "feedback_config": orjson.loads(token.config) if token.config else None,
    }


def _token_json(request: Request, token: FeedbackToken) -> dict[str, object]:
    root = request.url.path.partition("/feedback/tokens")[0]
    address = request.url.replace(path=f"{root}/feedback/tokens/{token.id}", query="")
    return {"id": token.id, "url": str(address), "expires_at": token.expires_at}


ROUTES = [
    Route("/feedback/tokens", create, methods=["POST"]),
    Route("/feedback/tokens", list_all, methods=["GET"]),
    Route("/feedback/tokens/{token}", use, methods=["GET"]),
    Route("/feedback/tokens/{token}", use, methods=["POST"]),
    Route("/feedback/tokens/{token}", ask_first, methods=["OPTIONS"]),
]
