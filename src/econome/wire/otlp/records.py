"""Log records to pieces of runs: what a library says in events rather than on its spans.

An event names the span of its call, whose run it joins: it repeats the span's usage, and may hold the
messages that the span has not. Which of the two comes first does not matter, and where the other
never comes, either is a run of its own.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import ModuleType
from typing import Any

from econome.domain.piece import Delivery, Piece
from econome.domain.run import Kind, Op
from econome.wire import agents
from econome.wire.dialects import messages
from econome.wire.dialects.values import text
from econome.wire.json_text import dump
from econome.wire.otlp.pieces import piece_of
from econome.wire.otlp.span import ERROR, SPAN_BYTES, TRACE_BYTES, LogRecord, Span, is_id, run_id_of

log = logging.getLogger(__name__)

READERS: tuple[ModuleType, ...] = (agents,)
"""Who is asked first, in this order. Each has `claims(record)`, and `read_record(record, project)`, which
gives the piece of a record that it claims, or None where that tells of no call."""

_DETAILS = "gen_ai.client.inference.operation.details"
_ROLES = {**messages.EVENT_ROLES, "gen_ai.content.prompt": "user"}
_CHOICES = ("gen_ai.choice", "gen_ai.content.completion")


def delivery_of(records: Iterable[LogRecord], project: str = "") -> Delivery:
    """What these records bring; `project` is what the request names.

    Of records that tell nothing of a call nothing is kept, and nothing is refused: an app that
    sends its logs here as well has done nothing wrong.
    """
    delivery = Delivery()
    said: dict[tuple[bytes, bytes], _Said] = {}
    answers: dict[tuple[bytes, bytes], str] = {}
    for record in records:
        try:
            piece = _read(record, project, said, answers)
        except Exception:
            # One strange record must not cost its neighbours.
            log.exception("A log record of %s could not be read", record.source.scope)
            continue
        if piece is not None:
            delivery.pieces.append(piece)
    delivery.pieces.extend(filter(None, (one.piece(project) for one in said.values())))
    return delivery


def event_of(record: LogRecord) -> str:
    """The name of the event, wherever the sender's version of the protocol has it; "" for a plain line."""
    return record.event or text(record.attributes, "event.name", "event_name")


@dataclass(slots=True)
class _Said:
    """The messages that events of one request tell of one span."""

    first: LogRecord
    asked: list[messages.Message] = field(default_factory=list)
    answered: list[messages.Message] = field(default_factory=list)
    ended_at: datetime | None = None

    def take(self, record: LogRecord, event: str) -> None:
        """Adds what this event says."""
        body = record.body if isinstance(record.body, dict) else {"content": record.body}
        is_answer = event in _CHOICES
        message = _answer(body) if is_answer else _message(body, _ROLES[event])
        if is_answer:
            self.ended_at = _moment(record) or self.ended_at
        if message.get("content") or message.get("tool_calls"):
            (self.answered if is_answer else self.asked).append(message)

    def piece(self, project: str) -> Piece | None:
        """The part of the call's run that they tell; None where their texts were not to be recorded."""
        if not self.asked and not self.answered:
            return None
        span = _span(self.first)
        span.started_at = _moment(self.first) if self.asked else None
        span.ended_at = self.ended_at or _moment(self.first)
        span.attributes.setdefault("gen_ai.operation.name", "chat")
        span.attributes["gen_ai.input.messages"] = self.asked
        span.attributes["gen_ai.output.messages"] = self.answered
        return _part(span, project)


def _read(
    record: LogRecord,
    project: str,
    said: dict[tuple[bytes, bytes], _Said],
    answers: dict[tuple[bytes, bytes], str],
) -> Piece | None:
    for reader in READERS:
        if reader.claims(record):
            piece: Piece | None = reader.read_record(record, project)
            return piece
    event = event_of(record)
    place = record.trace_id, record.span_id
    if event == _DETAILS:
        return None if _repeats_a_span(record) else _details(record, project, answers)
    if (event in _ROLES or event in _CHOICES) and _has_place(record):
        said.setdefault(place, _Said(record)).take(record, event)
    return None


def _details(record: LogRecord, project: str, answers: dict[tuple[bytes, bytes], str]) -> Piece | None:
    """The piece of an event that tells all of a call."""
    span = _span(record)
    span.attributes.update(record.body if isinstance(record.body, dict) else {})
    span.ended_at = _moment(record)
    answer = text(record.attributes, "gen_ai.response.id")
    first = answers.setdefault((record.trace_id, record.span_id), answer)
    if _has_place(record) and first == answer:
        return _part(span, project)
    # Written outside of any span, or in one that is no call's own, for it holds several.
    known = dump([str(record.at), answer, record.attributes, dict(record.source.resource)])
    digest = hashlib.blake2b(known, digest_size=TRACE_BYTES + SPAN_BYTES).digest()
    trace_id = record.trace_id if is_id(record.trace_id, TRACE_BYTES) else digest[:TRACE_BYTES]
    return piece_of(replace(span, trace_id=trace_id, span_id=digest[TRACE_BYTES:]), project)


def _span(record: LogRecord) -> Span:
    """What a span of the same call would say."""
    given = dict(record.attributes)
    words = (text(given, "gen_ai.operation.name") or "chat", text(given, "gen_ai.request.model"))
    return Span(
        trace_id=record.trace_id,
        span_id=record.span_id,
        parent_id=b"",
        name=" ".join(filter(None, words)),
        kind=0,
        started_at=None,
        ended_at=None,
        attributes=given,
        source=record.source,
        status=ERROR if "error.type" in given else 0,
        message=text(given, "error.message"),
    )


def _part(span: Span, project: str) -> Piece | None:
    """A part of the span's run that yields to the span: of when it began only that one is sure."""
    piece = piece_of(span, project)
    if piece is None:
        return None
    piece.id = run_id_of(span.trace_id, span.span_id)
    piece.op, piece.key_time = Op.POST, None
    piece.fields.setdefault("kind", Kind.LLM)
    return piece


def _message(body: Mapping[str, Any], role: str) -> messages.Message:
    message: messages.Message = {"role": str(body.get("role") or role), "content": body.get("content")}
    calls = body.get("tool_calls")
    if isinstance(calls, list):
        message["tool_calls"] = [dict(one) for one in calls if isinstance(one, dict)]
    if body.get("id"):
        message["tool_call_id"] = body["id"]
    if body.get("name"):
        message["name"] = body["name"]
    return message


def _answer(body: Mapping[str, Any]) -> messages.Message:
    inner = body.get("message")
    said = inner if isinstance(inner, dict) else {**body, "content": body.get("content", inner)}
    message = _message({**said, "tool_calls": said.get("tool_calls", body.get("tool_calls"))}, "assistant")
    if body.get("finish_reason"):
        message["finish_reason"] = body["finish_reason"]
    return message


def _repeats_a_span(record: LogRecord) -> bool:
    """Whether a span that it does not name says the same: OpenLIT writes a stream's event after its span.

    That span also shows which counts are OpenLIT's own; the event does not.
    """
    return record.source.scope.startswith("openlit.") and not _has_place(record)


def _has_place(record: LogRecord) -> bool:
    return is_id(record.trace_id, TRACE_BYTES) and is_id(record.span_id, SPAN_BYTES)


def _moment(record: LogRecord) -> datetime | None:
    return record.at or record.observed_at
