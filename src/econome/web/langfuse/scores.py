"""Langfuse's scores: feedback here, beside what a run cost.

A score is of something in a trace, of the trace, or of a session. What has no place among feedback
(ids as they were, its type, its metadata) is kept with it and given back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.langfuse import Scores, scores_of
from econome.analytics.langsmith_feedback import Remark
from econome.analytics.payloads import read_json
from econome.domain.key import Role
from econome.domain.piece import Delivery, Refusal
from econome.store.version import next_version
from econome.web.auth import Caller, require
from econome.web.context import context
from econome.web.errors import Forbidden, Invalid, NotFound
from econome.web.ingest import tell
from econome.web.langfuse.asked import moment_in, name_in, page_answer, page_of, project_shown
from econome.web.langfuse.filing import file_scores, identity_of
from econome.web.langsmith.asked import json_answer, json_body, visible, whole
from econome.web.langsmith.feedback import feedback_row
from econome.wire.protocols.langfuse.ids import observation_run_id, score_id, trace_run_id

_IDS = ("id", "traceId", "observationId", "sessionId", "datasetRunId")
_BESIDE = (*_IDS, "dataType", "configId", "queueId", "environment", "metadata", "authorUserId")
_SOURCES = {"API": "api", "EVAL": "model", "ANNOTATION": "app"}
_SOURCE_NAMES = {ours: theirs for theirs, ours in _SOURCES.items()}
_MOST_AT_ONCE = 10_000
_FILTERS = frozenset(
    (
        *(
            "page",
            "limit",
            "cursor",
            "fields",
            "traceId",
            "traceIds",
            "observationId",
            "scoreIds",
            "id",
            "ids",
        ),
        *("name", "source", "sessionId", "dataType", "environment", "fromTimestamp", "toTimestamp"),
    )
)
"""What a list may be asked with. Another filter is refused: without it more would be shown than was asked."""


def score_row(body: Mapping[str, Any], workspace: UUID, project: UUID) -> dict[str, Any]:
    """The row of `feedback` that a score makes. Raises `ValueError` saying what is wrong.

    `project` is where it is filed when it is of no trace.
    """
    name, value = body.get("name"), body.get("value")
    if not isinstance(name, str) or not name:
        raise ValueError('a score needs a "name"')
    kind = _kind_of(value, body.get("dataType"))
    trace_id, observation = _text(body, "traceId"), _text(body, "observationId")
    said: dict[str, Any] = {
        "key": name,
        "id": str(score_id(_text(body, "id")) if body.get("id") else uuid4()),
        "score": value if kind in ("NUMERIC", "BOOLEAN") else None,
        "value": value if kind in ("CATEGORICAL", "TEXT") else None,
        "correction": value if kind == "CORRECTION" else None,
        "comment": body.get("comment"),
        "created_at": body.get("timestamp"),
        "feedback_source": {"type": _SOURCES.get(str(body.get("source") or "API").upper(), "api")},
        "extra": {
            "langfuse": {key: body[key] for key in _BESIDE if body.get(key) is not None} | {"dataType": kind}
        },
    }
    if observation:
        said["run_id"] = str(observation_run_id(observation, trace_id))
    if trace_id:
        said["trace_id"] = str(trace_run_id(trace_id))
    if not observation and not trace_id:
        if not (body.get("sessionId") or body.get("datasetRunId")):
            raise ValueError("a score is of something: give traceId, observationId or sessionId")
        said["session_id"] = str(project)
    return feedback_row(said, workspace)


def rows_of(bodies: list[Any], workspace: UUID, project: UUID) -> tuple[list[dict[str, Any]], list[str]]:
    """The rows of these scores, and what is wrong with the others."""
    rows, wrong = [], []
    for place, body in enumerate(bodies):
        if not isinstance(body, dict):
            wrong.append(f"Score {place}: a score is a JSON object")
            continue
        try:
            rows.append(score_row(body, workspace, project))
        except ValueError as error:
            wrong.append(f"Score {str(body.get('id') or place)[:60]}: {error}")
    return rows, wrong


async def create(request: Request) -> Response:
    """POST /api/public/scores: one, or a list of them."""
    caller = require(request, Role.INGEST)
    here = context(request)
    said = await json_body(request)
    many = said if isinstance(said, list) else [said]
    if len(many) > _MOST_AT_ONCE:
        raise Invalid(f"At most {_MOST_AT_ONCE:,} scores at once, not {len(many):,}")
    project = project_shown(request, caller)
    rows, wrong = rows_of(many, caller.workspace, identity_of(here, caller.workspace, project))
    kept, refusals = await run_in_threadpool(file_scores, here, caller, rows, project)
    await here.writer.write(caller.workspace, Delivery(feedback=kept))
    wrong += [tell(refusal) for refusal in refusals]
    if not isinstance(said, list):
        return _answer_one(said, kept, wrong, refusals)
    if not wrong:
        return json_answer({"message": "Accepted"}, 202)
    errors = [{"message": one} for one in wrong]
    return json_answer({"accepted": len(many) - len(wrong), "rejected": len(wrong), "errors": errors}, 207)


async def list_pages(request: Request) -> Response:
    """GET /api/public/v2/scores and /api/public/scores: by pages."""
    page, limit = page_of(request)
    found = await _found(request, limit, (page - 1) * limit)
    return page_answer([score_json(one) for one in found.rows], found.total, page, limit)


async def list_on(request: Request) -> Response:
    """GET /api/public/v3/scores: on from a cursor, which is how many were shown already."""
    _, limit = page_of(request)
    offset = whole(request.query_params.get("cursor") or None, "cursor", 0, 0, 1 << 31)
    found = await _found(request, limit, offset)
    caller = require(request, Role.READ)
    project = str(identity_of(context(request), caller.workspace, project_shown(request, caller)))
    meta: dict[str, Any] = {"limit": limit}
    if offset + len(found.rows) < found.total:
        meta["cursor"] = str(offset + len(found.rows))
    return json_answer({"data": [score_json_3(one, project) for one in found.rows], "meta": meta})


async def read(request: Request) -> Response:
    """GET /api/public/scores/{id} and /api/public/v2/scores/{id}."""
    found = await _one(request, require(request, Role.READ))
    return json_answer(score_json(found))


async def delete(request: Request) -> Response:
    """DELETE /api/public/scores/{id}."""
    caller = require(request, Role.INGEST)
    found = await _one(request, caller)
    row = {name: getattr(found, name) for name in Remark.__slots__}
    row |= {"workspace": caller.workspace, "version": next_version(found.version), "is_deleted": 1}
    await context(request).writer.write(caller.workspace, Delivery(feedback=[row]))
    return json_answer({"message": "Score deletion request received"}, 202)


def score_json(one: Remark) -> dict[str, Any]:
    """A score as versions 2 and 3 of the SDK read it."""
    own = _own(one)
    kind = own.get("dataType", "NUMERIC")
    value: object = one.score
    more: dict[str, Any] = {}
    if kind in ("CATEGORICAL", "TEXT"):
        value, more = 0, {"stringValue": read_json(one.value)}
    elif kind == "BOOLEAN":
        more = {"stringValue": "True" if one.score else "False"}
    elif kind == "CORRECTION":
        value, more = 0, {"stringValue": read_json(one.correction)}
    return {
        "traceId": str(one.trace_id) if one.trace_id else None,
        "metadata": {},
        "environment": "default",
        **own,
        "id": own.get("id", str(one.id)),
        "name": one.key,
        "value": value,
        **more,
        "dataType": kind,
        "source": _source(one),
        "comment": one.comment or None,
        "trace": {"userId": None, "tags": None, "environment": None},  # the SDK of version 2 must see it
        "timestamp": one.created_at,
        "createdAt": one.created_at,
        "updatedAt": one.modified_at,
    }


def score_json_3(one: Remark, project: str) -> dict[str, Any]:
    """A score as its third API gives it: with the value in its own type, and what it is of."""
    plain = score_json(one)
    kind = plain["dataType"]
    value = bool(one.score) if kind == "BOOLEAN" else plain.get("stringValue", plain["value"])
    subject: dict[str, Any] | None = None
    for field, name in (
        ("observationId", "observation"),
        ("traceId", "trace"),
        ("sessionId", "session"),
        ("datasetRunId", "experiment"),
    ):
        if plain.get(field):
            subject = {"kind": name, "id": plain[field]}
            if name == "observation":
                subject["traceId"] = plain.get("traceId")
            break
    kept = {key: said for key, said in plain.items() if key not in (*_IDS, "stringValue", "trace")}
    return {**kept, "id": plain["id"], "value": value, "projectId": project, "subject": subject}


async def _found(request: Request, limit: int, offset: int) -> Scores:
    caller = require(request, Role.READ)
    here = context(request)
    asked = request.query_params
    unread = sorted(asked.keys() - _FILTERS)
    if unread:
        raise Invalid(
            f'Scores are not filtered by "{unread[0][:60]}" here, but by {", ".join(sorted(_FILTERS))}'
        )

    def several(*names: str) -> list[str]:
        said = [one for name in names for text in asked.getlist(name) for one in text.split(",")]
        return [one.strip() for one in said if one.strip()]

    sources = several("source")
    if strange := next((one for one in sources if one.upper() not in _SOURCES), None):
        raise Invalid(f'"source" must be one of {", ".join(_SOURCES)}, not {strange[:60]!r}')
    traces = [trace_run_id(one) for one in several("traceId", "traceIds")]
    observed = [
        observation_run_id(one, several("traceId")[0] if several("traceId") else "")
        for one in several("observationId")
    ]
    return await run_in_threadpool(
        scores_of,
        here.store,
        caller.workspace,
        visible(here, caller),
        ids=[score_id(one) for one in several("scoreIds", "id", "ids")],
        traces=traces,
        runs=observed,
        names=several("name"),
        sources=[_SOURCES[one.upper()] for one in sources],
        sessions=several("sessionId"),
        kinds=[one.upper() for one in several("dataType")],
        environments=several("environment"),
        since=moment_in(request, "fromTimestamp"),
        until=moment_in(request, "toTimestamp"),
        limit=limit,
        offset=offset,
    )


async def _one(request: Request, caller: Caller) -> Remark:
    here = context(request)
    name = name_in(request, "score")
    found = await run_in_threadpool(
        scores_of, here.store, caller.workspace, visible(here, caller), ids=[score_id(name)]
    )
    if not found.rows:
        raise NotFound(f"There is no score {name[:60]!r}")
    return found.rows[0]


def _answer_one(said: Any, rows: list[dict[str, Any]], wrong: list[str], refusals: list[Refusal]) -> Response:
    if refusals:
        raise Forbidden(wrong[0])
    if wrong:
        raise Invalid(wrong[0])
    return json_answer({"id": str(said.get("id") or rows[0]["id"])})


def _kind_of(value: object, said: object) -> str:
    kind = said.upper() if isinstance(said, str) and said else ""
    is_number = isinstance(value, bool | int | float)
    if value is None or not (is_number or isinstance(value, str)):
        raise ValueError(f'"value" must be a number or a text, not {str(value)[:60]!r}')
    if not kind:
        return "BOOLEAN" if isinstance(value, bool) else "NUMERIC" if is_number else "CATEGORICAL"
    if kind in ("NUMERIC", "BOOLEAN") and not is_number:
        raise ValueError(f'a score of type {kind} has a number as "value", not {str(value)[:60]!r}')
    if kind in ("CATEGORICAL", "TEXT", "CORRECTION") and is_number:
        raise ValueError(f'a score of type {kind} has a text as "value", not {str(value)[:60]!r}')
    if kind not in ("NUMERIC", "BOOLEAN", "CATEGORICAL", "TEXT", "CORRECTION"):
        raise ValueError(
            f'"dataType" {kind[:40]!r} is not one of NUMERIC, BOOLEAN, CATEGORICAL, TEXT, CORRECTION'
        )
    return kind


def _own(one: Remark) -> dict[str, Any]:
    """What Langfuse's client said that feedback has no field for."""
    beside = read_json(one.extra)
    extra = beside.get("extra") if isinstance(beside, dict) else None
    own = extra.get("langfuse") if isinstance(extra, dict) else None
    return own if isinstance(own, dict) else {}


def _source(one: Remark) -> str:
    source = read_json(one.source)
    return _SOURCE_NAMES.get(str(source.get("type")), "API") if isinstance(source, dict) else "API"


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    return "" if value is None else str(value)


ROUTES = [
    Route("/api/public/scores", create, methods=["POST"]),
    Route("/api/public/scores", list_pages, methods=["GET"]),
    Route("/api/public/v2/scores", list_pages, methods=["GET"]),
    Route("/api/public/v3/scores", list_on, methods=["GET"]),
    Route("/api/public/scores/{score:path}", read, methods=["GET"]),
    Route("/api/public/v2/scores/{score:path}", read, methods=["GET"]),
    Route("/api/public/scores/{score:path}", delete, methods=["DELETE"]),
]
