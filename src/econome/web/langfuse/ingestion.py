"""POST /api/public/ingestion: the batches of Langfuse's SDKs before they spoke OpenTelemetry.

Answered 207 once all is stored that can be, with each event's own success or error: a bad one
never takes its neighbours down. Errors are 4xx, which the clients do not send again.
"""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.domain.key import Role
from econome.domain.piece import Delivery, Reason, Refusal
from econome.domain.project import DEFAULT_PROJECT
from econome.web.auth import require
from econome.web.body import Body, body_of
from econome.web.context import Econome, context
from econome.web.errors import Invalid
from econome.web.ingest import narrow
from econome.web.langfuse.asked import project_of
from econome.web.langfuse.filing import file_scores, identity_of
from econome.web.langfuse.scores import score_row
from econome.web.langsmith.asked import json_answer
from econome.wire.protocols.langfuse import BAD, OK, Ingested, decode_ingestion

_FORBIDDEN = frozenset({Reason.FORBIDDEN_PROJECT, Reason.NO_RUN})


async def ingest(request: Request) -> Response:
    """Takes a batch."""
    caller = require(request, Role.INGEST)
    here = context(request)
    project = project_of(request, caller)
    async with body_of(request, here.budget, here.settings.max_body_bytes, here.decoding) as body:
        found = await to_thread.run_sync(
            _decoded, here, body, caller.workspace, project, limiter=here.decoding
        )
        delivery = found.delivery
        if caller.projects is not None:
            narrow(delivery, caller.projects, here.projects, caller.workspace)
        scores, delivery.feedback = delivery.feedback, []
        await here.writer.write(caller.workspace, delivery, caller.projects)
    if scores:  # after their traces, which may stand in the same batch
        kept, refusals = await to_thread.run_sync(
            file_scores, here, caller, scores, project or DEFAULT_PROJECT
        )
        delivery.refusals += refusals
        await here.writer.write(caller.workspace, Delivery(feedback=kept))
    _refuse(found)
    successes = [{"id": one.id, "status": one.status} for one in found.told if one.status == OK]
    errors = [
        {"id": one.id, "status": one.status, "message": one.message, "error": one.message}
        for one in found.told
        if one.status != OK
    ]
    return json_answer({"successes": successes, "errors": errors}, HTTPStatus.MULTI_STATUS)


def _decoded(here: Econome, body: Body, workspace: UUID, project: str) -> Ingested:
    if body.broken:  # half of a JSON text is none
        raise Invalid(body.broken)
    found = decode_ingestion(body.content, project)
    delivery = found.delivery
    if delivery.refusals and not found.told:
        raise Invalid(delivery.refusals[0].detail)
    rows, filed = [], identity_of(here, workspace, project or DEFAULT_PROJECT)
    for score in delivery.feedback:
        try:
            rows.append(score_row(score, workspace, filed))
        except ValueError as error:
            what = f"feedback.{score['id']}"
            delivery.refusals.append(Refusal(Reason.NOT_AN_OBJECT, what, str(error)))
            _tell(found, what, BAD, str(error))
    delivery.feedback = rows
    return found


def _refuse(found: Ingested) -> None:
    """Tells of the events whose pieces were refused on their way into the store."""
    for refusal in found.delivery.refusals:
        status = HTTPStatus.FORBIDDEN if refusal.reason in _FORBIDDEN else BAD
        _tell(found, refusal.what, status, refusal.detail)


def _tell(found: Ingested, what: str, status: int, message: str) -> None:
    for one in found.told:
        if what in one.about and one.status == OK:
            one.status, one.message = status, message


ROUTES = [Route("/api/public/ingestion", ingest, methods=["POST"])]
