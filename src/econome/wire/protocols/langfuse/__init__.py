"""Langfuse's ingestion protocol, as its SDKs spoke it before OpenTelemetry: batches of events, to pieces.

Read from the clients (langfuse 2.60 for Python, langfuse 3 for JavaScript, LiteLLM's callback). A
trace is an object of its own there: here it is the root, and what it holds are its children. The
same object comes again and again, each time with what is new: events of one batch are united before
they become pieces. What an update says beats what a create says, in whatever order they come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from econome.domain.piece import Delivery, Piece, Reason, Refusal
from econome.domain.run import Op
from econome.wire.dialects.langfuse import KINDS
from econome.wire.json_text import KEPT_AS_TEXT, parse
from econome.wire.protocols.langfuse.body import observation_piece, times_in, trace_pieces
from econome.wire.protocols.langfuse.ids import observation_run_id, score_id, trace_run_id
from econome.wire.times import instant

_TYPES = frozenset((*KINDS, "event", "evaluator", "guardrail"))
_IGNORED = frozenset(("sdk-log",))
"""What clients say of themselves; answered, and not kept."""

OK, BAD = 201, 400


@dataclass(slots=True)
class Told:
    """How one event is answered."""

    id: str
    status: int = OK
    message: str = ""
    about: tuple[str, ...] = ()  # what it became: as `Refusal.what` names it


@dataclass(slots=True)
class Ingested:
    """What a batch brings, and the answer to each of its events."""

    delivery: Delivery = field(default_factory=Delivery)
    told: list[Told] = field(default_factory=list)


@dataclass(slots=True)
class _Trace:
    """All that a batch says of one trace, itself or by what is in it."""

    id: str
    body: dict[str, Any] = field(default_factory=dict)
    first: datetime | None = None
    last: datetime | None = None

    def saw(self, body: Mapping[str, Any], said_at: datetime | None) -> None:
        """Takes note of the times of something that belongs to it, or of its own."""
        begins, ends = times_in(body)
        firsts = [moment for moment in (self.first, *begins, said_at) if moment is not None]
        lasts = [moment for moment in (self.last, *ends) if moment is not None]
        self.first, self.last = min(firsts, default=None), max(lasts, default=None)


@dataclass(slots=True)
class _Observation:
    """All that a batch says of one observation under one operation."""

    kind: str
    op: Op
    id: UUID
    body: dict[str, Any] = field(default_factory=dict)
    said_at: datetime | None = None


def decode_ingestion(content: bytes, project: str = "") -> Ingested:
    """What a body of POST /api/public/ingestion brings: `{"batch": [event …], "metadata": {…}}`.

    `project` is where its runs go, "" for the default.
    """
    found = Ingested()
    said, _, mended = parse(content)
    batch = said.get("batch") if isinstance(said, dict) else None
    if mended == KEPT_AS_TEXT or not isinstance(batch, list):
        detail = "An ingestion is a JSON object with a batch, a list of events"
        found.delivery.refusals.append(Refusal(Reason.NOT_JSON, "the body", detail))
        return found
    reader = _Reader(found)
    for place, event in enumerate(batch):
        reader.take(event, place)
    found.delivery.pieces.extend(reader.pieces(project or None))
    return found


class _Reader:
    """Sorts the events of a batch by what they are about."""

    def __init__(self, found: Ingested) -> None:
        self._found = found
        self._traces: dict[UUID, _Trace] = {}
        self._observations: dict[tuple[UUID, Op], _Observation] = {}

    def take(self, event: object, place: int) -> None:
        """Takes one event, or says why not."""
        if not isinstance(event, dict):
            self._refuse(Told(f"batch[{place}]"), "An event is a JSON object")
            return
        told = Told(str(event.get("id") or f"batch[{place}]")[:200])
        kind, body = event.get("type"), event.get("body")
        if isinstance(kind, str) and kind in _IGNORED:
            self._found.told.append(told)
            return
        if not isinstance(kind, str) or not isinstance(body, dict):
            self._refuse(told, "An event needs a type, which is a text, and a body, which is an object")
            return
        said_at = instant(event.get("timestamp"))
        noun, _, verb = kind.rpartition("-")
        if kind == "trace-create":
            self._take_trace(told, body, said_at)
        elif kind == "score-create":
            self._take_score(told, body, said_at)
        elif verb in ("create", "update") and (noun in _TYPES or noun == "observation"):
            if noun == "observation":
                noun = str(body.get("type") or "span").lower()
            self._take_observation(told, noun, Op.POST if verb == "create" else Op.PATCH, body, said_at)
        else:
            self._refuse(told, f"{kind[:60]!r} is no type of event that is read here")

    def pieces(self, project: str | None) -> Iterable[Piece]:
        """The pieces of all that was taken, traces first."""
        for identity, trace in self._traces.items():
            yield from trace_pieces(identity, trace.id, trace.body, (trace.first, trace.last), project)
        for one in self._observations.values():
            yield observation_piece(one.id, one.op, one.kind, one.body, one.said_at, project)

    def _take_trace(self, told: Told, body: dict[str, Any], said_at: datetime | None) -> None:
        if not body.get("id"):
            self._refuse(told, "A trace needs an id")
            return
        trace = self._trace(str(body["id"]))
        trace.body = united(trace.body, body)
        trace.saw(body, said_at)
        self._accept(told, f"{Op.PATCH}.{trace_run_id(trace.id)}")

    def _take_observation(
        self, told: Told, kind: str, op: Op, body: dict[str, Any], said_at: datetime | None
    ) -> None:
        if not body.get("id"):
            self._refuse(told, "An observation needs an id")
            return
        trace_id = str(body.get("traceId") or "")
        identity = observation_run_id(str(body["id"]), trace_id)
        one = self._observations.get((identity, op))
        if one is None:
            one = self._observations[identity, op] = _Observation(kind, op, identity)
        one.body = united(one.body, body)
        one.said_at = one.said_at or said_at
        if trace_id:
            self._trace(trace_id).saw(body, said_at)
        self._accept(told, f"{op}.{identity}")

    def _take_score(self, told: Told, body: dict[str, Any], said_at: datetime | None) -> None:
        score = {**body, "id": body.get("id") or told.id}
        if said_at is not None:
            score.setdefault("timestamp", said_at.isoformat())
        self._found.delivery.feedback.append(score)
        self._accept(told, f"feedback.{score['id']}", f"feedback.{score_id(str(score['id']))}")

    def _trace(self, trace_id: str) -> _Trace:
        return self._traces.setdefault(trace_run_id(trace_id), _Trace(trace_id))

    def _accept(self, told: Told, *about: str) -> None:
        told.about = about
        self._found.told.append(told)

    def _refuse(self, told: Told, why: str) -> None:
        told.status, told.message = BAD, why
        self._found.told.append(told)
        self._found.delivery.refusals.append(Refusal(Reason.NOT_AN_OBJECT, f"event {told.id}", why))


def united(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Two bodies of one object: what the later says, metadata by its keys, and the tags of both."""
    whole = dict(under)
    for name, value in over.items():
        if value is None:
            continue
        below = whole.get(name)
        if name == "metadata" and isinstance(below, dict) and isinstance(value, dict):
            whole[name] = {**below, **value}
        elif name == "tags" and isinstance(below, list) and isinstance(value, list):
            whole[name] = [*below, *(tag for tag in value if tag not in below)]
        else:
            whole[name] = value
    return whole
