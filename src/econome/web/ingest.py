"""The doors that traces come in by: LangSmith's four ingest endpoints.

The answers are chosen for their clients: 202 once stored, whatever single items were
refused; 429 and 503, which they repeat, when it could not be; 400 only for a body of which
nothing can be kept. Never 404 or 409, which make them drop data in silence.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from econome.domain.key import Role, matches
from econome.domain.piece import Delivery, Reason, Refusal
from econome.domain.run import Op
from econome.ingest.projects import Projects
from econome.web.auth import require
from econome.web.body import Body, body_of
from econome.web.context import context
from econome.web.errors import Invalid
from econome.web.langsmith.feedback import feedback_row
from econome.wire.multipart import BrokenMultipart, boundary_of
from econome.wire.protocols import langsmith

_TOLD = 20  # refusals in one answer: enough to understand, too few to flood


async def multipart(request: Request) -> Response:
    """POST /runs/multipart."""
    try:
        boundary = boundary_of(request.headers.get("content-type", ""))
    except BrokenMultipart as broken:
        raise Invalid(str(broken)) from broken
    return await _receive(request, lambda body: langsmith.decode_multipart(body, boundary))


async def batch(request: Request) -> Response:
    """POST /runs/batch."""
    return await _receive(request, langsmith.decode_batch)


async def create(request: Request) -> Response:
    """POST /runs."""
    return await _receive(request, lambda body: langsmith.decode_run(body, Op.POST))


async def update(request: Request) -> Response:
    """PATCH /runs/{id}."""
    run_id = request.path_params["run_id"]
    return await _receive(request, lambda body: langsmith.decode_run(body, Op.PATCH, run_id))


ROUTES = [
    Route("/runs/multipart", multipart, methods=["POST"]),
    Route("/runs/batch", batch, methods=["POST"]),
    Route("/runs", create, methods=["POST"]),
    Route("/runs/{run_id}", update, methods=["PATCH"]),
]


async def _receive(request: Request, decode: Callable[[bytes], Delivery]) -> Response:
    caller = require(request, Role.INGEST)
    here = context(request)
    async with body_of(request, here.budget, here.settings.max_body_bytes, here.decoding) as body:
        delivery = await to_thread.run_sync(_decode, body, decode, caller.workspace, limiter=here.decoding)
        if caller.projects is not None:
            narrow(delivery, caller.projects, here.projects, caller.workspace)
        await here.writer.write(caller.workspace, delivery, caller.projects)
        nothing_kept = not (delivery.pieces or delivery.attachments or delivery.feedback)
        if nothing_kept and delivery.refusals:
            raise Invalid("Nothing of this could be stored. " + tell(delivery.refusals[0]))
    return _answer(delivery)


def _decode(body: Body, decode: Callable[[bytes], Delivery], workspace: UUID) -> Delivery:
    delivery = decode(body.content)
    if body.broken:
        delivery.refusals.insert(0, Refusal(Reason.TRUNCATED, "the rest of the body", body.broken))
    rows = []
    for feedback in delivery.feedback:
        try:
            rows.append(feedback_row(feedback, workspace))
        except ValueError as error:
            delivery.refusals.append(
                Refusal(Reason.NOT_AN_OBJECT, f"feedback {feedback.get('id')}", str(error))
            )
    delivery.feedback = rows
    return delivery


def narrow(delivery: Delivery, patterns: str, projects: Projects, workspace: UUID) -> None:
    """Refuses the pieces that name projects that the key is not for.

    One that names none belongs to the project of its run, which only the committer knows.
    """
    kept = []
    for piece in delivery.pieces:
        name = piece.project
        if name is None:
            kept.append(piece)
            continue
        if isinstance(name, UUID):
            known = projects.get(workspace, name)
            name = known.name if known else str(name)
        if matches(patterns, name):
            kept.append(piece)
        else:
            detail = f"This key writes to {patterns}, not to {name}"
            delivery.refusals.append(Refusal(Reason.FORBIDDEN_PROJECT, f"{piece.op}.{piece.id}", detail))
    delivery.pieces = kept


def _answer(delivery: Delivery) -> Response:
    refused = [tell(refusal) for refusal in delivery.refusals]
    content: dict[str, object] = {"message": "stored"}
    headers = {}
    if refused:
        content = {"message": f"stored, but for {len(refused)}", "refused": refused[:_TOLD]}
        headers["x-econome-refused"] = str(len(refused))
    return JSONResponse(content, 202, headers)


def tell(refusal: Refusal) -> str:
    """One refusal in words, cut to what an answer can hold."""
    return f"{refusal.what[:200]}: {refusal.detail[:500]} ({refusal.reason})"
