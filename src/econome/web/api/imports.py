"""/econome/v1/import/{agent}: the calls of a coding agent's session files, stored or only told.

`econome import` reads the files and sends what it finds in bounded batches. The ids are made of
what is in the files: whatever comes twice is stored once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, TypedDict
from uuid import UUID

from anyio import to_thread
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from econome.domain.piece import Delivery, Piece, Reason, Refusal
from econome.domain.run import NO_ID, Run
from econome.domain.usage import UsageSource
from econome.ingest.costing import Costing
from econome.ingest.fold import fold
from econome.web.api import shapes
from econome.web.api.told import Parameter, asks
from econome.web.auth import Caller, Role, require
from econome.web.body import Body, body_of
from econome.web.context import Econome, context
from econome.web.errors import Invalid
from econome.web.ingest import narrow, tell
from econome.wire.agents.call import Agent, piece_of
from econome.wire.agents.transfer import BadCall, call_in

_TOLD = 20  # refusals in one answer; all of them are counted
_PROJECT_CHARACTERS = 500


@dataclass(slots=True)
class _Sum:
    """What the calls of one session, folder and model come to."""

    calls: int = 0
    input_tokens: int = 0
    cache_read: int = 0
    output_tokens: int = 0
    cost: Decimal = field(default_factory=Decimal)
    unpriced: int = 0
    unknown: int = 0  # calls of which nobody knows the tokens


class ImportSum(TypedDict):
    """What the calls of one session, folder and model come to."""

    session: str
    folder: str
    model: str
    calls: int
    input_tokens: int
    cache_read: int
    output_tokens: int
    cost: shapes.Money | None
    unpriced: int
    unknown: Annotated[int, Meta(description="calls of which nobody knows the tokens")]


class Imported(TypedDict):
    """What was stored, or would be."""

    agent: Agent
    project: str
    stored: int
    refusals: int
    refused: Annotated[list[str], Meta(description="the first of the refusals, in words")]
    totals: list[ImportSum]


@asks(
    Imported,
    Parameter("project", "Where they are stored. Default: a project of the agent's name."),
    Parameter("dry_run", "Whether only to tell what they come to.", "boolean", default=False),
)
async def imports(request: Request) -> Response:
    """POST /econome/v1/import/{agent}: a call a line, of a coding agent."""
    caller = require(request, Role.INGEST)
    here = context(request)
    agent = _agent(request.path_params["agent"])
    project = request.query_params.get("project", "")[:_PROJECT_CHARACTERS]
    is_dry = _flag(request, "dry_run")
    async with body_of(request, here.budget, here.settings.max_body_bytes, here.decoding) as body:
        delivery = await to_thread.run_sync(_decode, body, agent, project, limiter=here.decoding)
        if caller.projects is not None:
            narrow(delivery, caller.projects, here.projects, caller.workspace)
        # Before they are written, for of a copy nothing is left then; but what is refused only then is out.
        runs = await to_thread.run_sync(_runs, here, caller, delivery.pieces, limiter=here.decoding)
        if not is_dry:
            await here.writer.write(caller.workspace, delivery, caller.projects)
        sums = _sums(runs[run_id] for run_id in {piece.id: None for piece in delivery.pieces})
    told: Imported = {
        "agent": agent,
        "project": project or agent.value,
        "stored": 0 if is_dry else len(delivery.pieces),
        "refusals": len(delivery.refusals),
        "refused": [tell(refusal) for refusal in delivery.refusals[:_TOLD]],
        "totals": [
            {
                "session": session,
                "folder": folder,
                "model": model,
                "calls": one.calls,
                "input_tokens": one.input_tokens,
                "cache_read": one.cache_read,
                "output_tokens": one.output_tokens,
                "cost": shapes.money(one.cost),
                "unpriced": one.unpriced,
                "unknown": one.unknown,
            }
            for (session, folder, model), one in sums.items()
        ],
    }
    return shapes.answer(told)


def _agent(name: str) -> Agent:
    try:
        return Agent(name)
    except ValueError:
        known = ", ".join(Agent)
        raise Invalid(f"There is no importing of {name[:50]!r}. Known agents: {known}.") from None


def _flag(request: Request, name: str) -> bool:
    said = request.query_params.get(name, "false").lower()
    if said not in ("true", "false", "1", "0"):
        raise Invalid(f'"{name}" must be true or false, not {said[:50]!r}.')
    return said in ("true", "1")


def _decode(body: Body, agent: Agent, project: str) -> Delivery:
    delivery = Delivery()
    if body.broken:
        delivery.refusals.append(Refusal(Reason.TRUNCATED, "the rest of the body", body.broken))
    for number, line in enumerate(body.content.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            delivery.pieces.append(piece_of(call_in(line, agent), project))
        except BadCall as error:
            delivery.refusals.append(Refusal(Reason.NOT_AN_OBJECT, f"line {number}", str(error)))
    return delivery


def _runs(here: Econome, caller: Caller, pieces: Iterable[Piece]) -> dict[UUID, Run]:
    """The runs of the calls, each once, at today's prices."""
    costing = Costing(here.store, here.prices, here.projects.name_of)
    runs: dict[UUID, Run] = {}
    for piece in pieces:
        named = (
            here.projects.find(caller.workspace, piece.project) if isinstance(piece.project, str) else None
        )
        run = runs.setdefault(
            piece.id, Run(workspace=caller.workspace, id=piece.id, project=named.id if named else NO_ID)
        )
        fold(run, piece, datetime.now(UTC))
    for run in runs.values():
        costing.price(run)
    return runs


def _sums(runs: Iterable[Run]) -> dict[tuple[str, str, str], _Sum]:
    """What they come to by session, folder and model."""
    sums: dict[tuple[str, str, str], _Sum] = {}
    for run in runs:
        _add(sums.setdefault((run.session, run.metadata.get("folder", ""), run.model), _Sum()), run)
    return sums


def _add(one: _Sum, run: Run) -> None:
    one.calls += 1
    one.input_tokens += run.input_tokens or 0
    one.cache_read += run.cache_read or 0
    one.output_tokens += run.output_tokens or 0
    one.unknown += run.usage_source == UsageSource.UNKNOWN
    if run.cost is None:
        one.unpriced += 1
    else:
        one.cost += run.cost


ROUTES: list[BaseRoute] = [Route("/econome/v1/import/{agent}", imports, methods=["POST"])]
