"""Feedback: what somebody, or some evaluator, thought of a run.

It arrives by POST /feedback or inside /runs/multipart; both make the row that `feedback_row` makes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.langsmith_feedback import Remark, feedback_of, remark
from econome.analytics.payloads import read_json
from econome.analytics.runs import run_by_id
from econome.domain.key import Role
from econome.domain.piece import Delivery
from econome.store.version import next_version
from econome.web.auth import Caller, require
from econome.web.context import Econome, context
from econome.web.errors import Forbidden, Invalid, NotFound
from econome.web.langsmith.asked import (
    flag,
    json_answer,
    json_object,
    numbers_of_page,
    path_id,
    query_ids,
    visible,
)
from econome.wire.identity import uuid_of
from econome.wire.json_text import dump
from econome.wire.times import instant

_LONGEST_KEY = 500
_BESIDE = (
    "extra",
    "start_time",
    "error",
    "feedback_config",
    "comparative_experiment_id",
    "feedback_group_id",
)
"""What a client may say besides; it is kept together and given back."""


def feedback_row(body: Mapping[str, Any], workspace: UUID) -> dict[str, Any]:
    """The row of `feedback` that a client's object makes. Raises `ValueError` saying what is wrong."""
    key = body.get("key")
    if not isinstance(key, str) or not key or len(key) > _LONGEST_KEY:
        raise ValueError(f'"key" must be a text of 1 to {_LONGEST_KEY} characters')
    now = datetime.now(UTC)
    run_id = _id(body, "run_id") or _id(body, "trace_id")
    project = _id(body, "session_id")
    if run_id is None and project is None:
        raise ValueError("feedback belongs to a run or to a project: give run_id or session_id")
    beside = {name: body[name] for name in _BESIDE if body.get(name) is not None}
    return {
        "workspace": workspace,
        "id": _id(body, "id") or uuid4(),
        "run_id": run_id,
        "trace_id": _id(body, "trace_id"),
        "project": project,
        "key": key,
        "score": _score(body.get("score")),
        "value": _json(body.get("value")),
        "comment": _comment(body.get("comment")),
        "correction": _json(body.get("correction")),
        "source": _json(body.get("feedback_source")),
        "extra": _json(beside or None),
        "created_at": _moment(body.get("created_at")) or now,
        "modified_at": _moment(body.get("modified_at")) or now,
        "version": next_version(0),
        "is_deleted": 0,
    }


def _id(body: Mapping[str, Any], name: str) -> UUID | None:
    said = body.get(name)
    if said is None:
        return None
    found = uuid_of(str(said))
    if found is None:
        raise ValueError(f'"{name}" must be a UUID, not {str(said)[:60]!r}')
    return found


def _score(said: object) -> float | None:
    if said is None:
        return None
    if not isinstance(said, bool | int | float):
        raise ValueError(  # noqa: TRY004 - one error for all that a sender may get wrong
            f'"score" must be a number or a truth value, not {str(said)[:60]!r}'
        )
    score = float(said)
    if not math.isfinite(score):
        raise ValueError('"score" must be a finite number')
    return score


def _comment(said: object) -> str:
    if said is not None and not isinstance(said, str):
        raise ValueError('"comment" must be a text')
    return said or ""


def _json(said: object) -> str:
    return "" if said is None else dump(said).decode()


def _moment(said: object) -> datetime | None:
    moment = instant(said)
    return moment if moment is not None and 1970 <= moment.year < 2200 else None


# --- endpoints --------------------------------------------------------------------------


async def create(request: Request) -> Response:
    """POST /feedback. Its run may still be on its way."""
    caller = require(request, Role.INGEST)
    here = context(request)
    try:
        row = feedback_row(await json_object(request), caller.workspace)
    except ValueError as error:
        raise Invalid(str(error)) from error
    if caller.projects is not None:
        await run_in_threadpool(_refuse_foreign, here, caller, row)
    await here.writer.write(caller.workspace, Delivery(feedback=[row]))
    return json_answer(feedback_json(_remark_of(row)))


def _refuse_foreign(here: Econome, caller: Caller, row: Mapping[str, Any]) -> None:
    old = remark(here.store, caller.workspace, (), row["id"])  # which this one would replace
    subjects = [(row["run_id"], row["project"]), *([(old.run_id, old.project)] if old is not None else [])]
    for run_id, filed in subjects:
        run = run_by_id(here.store, caller.workspace, (), run_id) if run_id else None
        about = run.project if run is not None else filed
        project = here.projects.get(caller.workspace, about) if about else None
        if project is not None and not caller.may_see(project.name):
            raise Forbidden(f"This key is for {caller.projects}, and what this is about is not among those")


async def list_all(request: Request) -> Response:
    """GET /feedback: a bare array, newest first."""
    caller = require(request, Role.READ)
    here = context(request)
    limit, offset = numbers_of_page(request)
    asked = request.query_params
    found = await run_in_threadpool(
        feedback_of,
        here.store,
        caller.workspace,
        visible(here, caller, query_ids(request, "session")),
        runs=query_ids(request, "run"),
        keys=asked.getlist("key"),
        sources=[source.lower().rpartition(".")[2] for source in asked.getlist("source")],
        has_score=flag(request, "has_score"),
        has_comment=flag(request, "has_comment"),
        limit=limit,
        offset=offset,
    )
    return json_answer([feedback_json(one) for one in found])


async def read(request: Request) -> Response:
    """GET /feedback/{id}."""
    caller = require(request, Role.READ)
    return json_answer(feedback_json(await _find(request, caller)))


async def update(request: Request) -> Response:
    """PATCH /feedback/{id}: changes what is given; null clears."""
    caller = require(request, Role.INGEST)
    said = await json_object(request)
    old = await _find(request, caller)
    row = _row_of(old, caller.workspace)
    readers = {"score": _score, "value": _json, "comment": _comment, "correction": _json}
    try:
        row.update({name: reader(said[name]) for name, reader in readers.items() if name in said})
    except ValueError as error:
        raise Invalid(str(error)) from error
    row["modified_at"] = datetime.now(UTC)
    await context(request).writer.write(caller.workspace, Delivery(feedback=[row]))
    if not caller.role.includes(Role.READ):  # what others said in it is not for a key that may only send
        return json_answer({"id": old.id, "message": "updated"})
    return json_answer(feedback_json(_remark_of(row)))


async def delete(request: Request) -> Response:
    """DELETE /feedback/{id}."""
    caller = require(request, Role.INGEST)
    row = _row_of(await _find(request, caller), caller.workspace)
    row["is_deleted"] = 1
    await context(request).writer.write(caller.workspace, Delivery(feedback=[row]))
    return json_answer({"message": "deleted"})


async def _find(request: Request, caller: Caller) -> Remark:
    here = context(request)
    found = await run_in_threadpool(
        remark, here.store, caller.workspace, visible(here, caller), path_id(request, "feedback_id")
    )
    if found is None:
        raise NotFound(f"There is no feedback {request.path_params['feedback_id']}")
    return found


def _row_of(old: Remark, workspace: UUID) -> dict[str, Any]:
    row = {name: getattr(old, name) for name in Remark.__slots__}
    return {**row, "workspace": workspace, "version": next_version(old.version), "is_deleted": 0}


def _remark_of(row: Mapping[str, Any]) -> Remark:
    return Remark(**{name: row[name] for name in Remark.__slots__})


def feedback_json(one: Remark) -> dict[str, object]:
    """Feedback as LangSmith's clients read it."""
    beside = read_json(one.extra)
    source = read_json(one.source)
    return {
        "start_time": None,
        "extra": None,
        "comparative_experiment_id": None,
        "feedback_group_id": None,
        **(beside if isinstance(beside, dict) else {}),
        "id": one.id,
        "run_id": one.run_id,
        "trace_id": one.trace_id,
        "session_id": one.project,
        "key": one.key,
        "score": one.score,
        "value": read_json(one.value),
        "comment": one.comment or None,
        "correction": read_json(one.correction),
        "feedback_source": source if isinstance(source, dict) else None,
        "created_at": one.created_at,
        "modified_at": one.modified_at,
    }


ROUTES = [
    Route("/feedback", list_all, methods=["GET"]),
    Route("/feedback", create, methods=["POST"]),
    Route("/feedback/{feedback_id}", read, methods=["GET"]),
    Route("/feedback/{feedback_id}", update, methods=["PATCH"]),
    Route("/feedback/{feedback_id}", delete, methods=["DELETE"]),
]
