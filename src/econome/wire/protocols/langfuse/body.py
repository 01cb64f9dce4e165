"""A body of Langfuse's ingestion, a trace's or an observation's, to the piece of a run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from econome.domain.piece import Payload, Piece
from econome.domain.run import CALLS, Kind, Op
from econome.wire.conventions import Contradiction, langfuse
from econome.wire.conventions.account import Account
from econome.wire.dialects import Told
from econome.wire.dialects.langfuse import (
    KINDS,
    answered_of,
    asked_of,
    first_token,
    read_frameworks,
    read_parameters,
    usage_of,
    with_costs,
)
from econome.wire.identity import time_in
from econome.wire.json_text import dump
from econome.wire.labels import NAME_CHARACTERS, metadata_of, tags_of
from econome.wire.otlp.pieces import describe_call
from econome.wire.protocols.langfuse.ids import observation_run_id, trace_run_id
from econome.wire.segments import preview_of_inputs, preview_of_outputs
from econome.wire.times import instant

_ERROR_CHARACTERS = 500
_BEGINS = ("startTime", "timestamp", "start_time")
_ENDS = ("endTime", "end_time")
_MOVED = frozenset(("input", "output", "metadata"))
"""What stands elsewhere; all else of a body is kept as it came."""

Span = tuple[datetime | None, datetime | None]


def times_in(body: Mapping[str, Any]) -> tuple[list[datetime | None], list[datetime | None]]:
    """When, by a body, something began or was spoken of, and when it ended."""
    return [instant(body.get(name)) for name in _BEGINS], [instant(body.get(name)) for name in _ENDS]


def trace_pieces(
    identity: UUID, trace_id: str, body: Mapping[str, Any], lasted: Span, project: str | None
) -> list[Piece]:
    """The root of a trace, as far as a batch tells it.

    Nobody tells when a trace ends: it has when the last thing in it has. Until something has, the
    moment that it was spoken of stands in, as a post, which all that is known better overrides.
    """
    notes: list[str] = []
    first, last = _first_sane(lasted[0]), lasted[1]
    piece = Piece(
        id=identity,
        op=Op.PATCH,
        key_time=time_in(identity),
        project=project,
        metadata=metadata_of(_metadata(body, "trace_id", trace_id, identity), notes),
        said_at=first,
    )
    given = piece.fields
    given["trace_id"], given["kind"] = identity, Kind.CHAIN
    if last is not None:
        given["ended_at"] = last
    if time_in(identity) is not None and first is not None:
        given["started_at"] = first
    _label(given, body, notes)
    piece.payload = Payload(extra=_extra(body, "trace") if body else b"")
    _texts(piece, body.get("input"), body.get("output"))
    piece.notes = tuple(notes)
    if not body or last is not None or first is None:
        return [piece]
    spoken = Piece(identity, Op.POST, time_in(identity), project, {"ended_at": first}, said_at=first)
    return [spoken, piece]


def observation_piece(
    identity: UUID, op: Op, kind: str, body: Mapping[str, Any], said_at: datetime | None, project: str | None
) -> Piece:
    """The run of an observation, as far as one event or several of one batch tell it."""
    told = Told(kind=KINDS.get(kind, kind))
    if kind == "generation" and "embedding" in str(body.get("name") or "").lower():
        told.kind = Kind.EMBEDDING  # as LiteLLM sends it
    started, ended = _started(body), instant(body.get("endTime"))
    if kind == "event":
        ended = ended or started
    told.metadata = _metadata(body, "observation_id", str(body["id"]), identity)
    _read_call(told, op, body, ended)
    piece = Piece(
        id=identity,
        op=op,
        key_time=time_in(identity),
        project=project,
        said_at=_first_sane(started, ended, said_at),
    )
    given = piece.fields
    _place(given, identity, body)
    given["kind"] = told.kind
    for column, moment in (
        ("started_at", started),
        ("ended_at", ended),
        ("first_token_at", told.first_token_at),
    ):
        if moment is not None:
            given[column] = moment
    _label(given, body, told.notes)
    piece.metadata = metadata_of(told.metadata, told.notes)
    piece.payload = Payload(extra=_extra(body, "observation"))
    told.inputs = asked_of(told.kind, body.get("input"))
    told.outputs = answered_of(told.kind, body.get("output"))
    _texts(piece, told.inputs, told.outputs)
    if told.raw_usage is not None:
        piece.payload.usage = dump(told.raw_usage)
    _fail(piece, body)
    if told.kind in CALLS or told.account is not None:
        describe_call(piece, told)
    piece.notes = tuple(dict.fromkeys(told.notes))
    return piece


def _first_sane(*moments: datetime | None) -> datetime | None:
    """The first that a run may be filed under: broken clocks, and times in other units, are none."""
    return next((moment for moment in moments if moment is not None and 2000 <= moment.year < 2100), None)


def _started(body: Mapping[str, Any]) -> datetime | None:
    return instant(body.get("startTime")) or instant(body.get("timestamp"))


def _place(given: dict[str, Any], identity: UUID, body: Mapping[str, Any]) -> None:
    trace_id, parent = str(body.get("traceId") or ""), str(body.get("parentObservationId") or "")
    if trace_id:
        given["trace_id"] = trace_run_id(trace_id)
    if parent and observation_run_id(parent, trace_id) != identity:
        given["parent_id"] = observation_run_id(parent, trace_id)
    elif trace_id:
        given["parent_id"] = trace_run_id(trace_id)


def _label(given: dict[str, Any], body: Mapping[str, Any], notes: list[str]) -> None:
    for column, name in (
        ("name", "name"),
        ("user", "userId"),
        ("session", "sessionId"),
        ("environment", "environment"),
    ):
        value = body.get(name)
        if isinstance(value, str) and value and not (name == "environment" and value == "default"):
            given[column] = value[:NAME_CHARACTERS]
    tags = body.get("tags")
    if isinstance(tags, list) and tags:
        given["tags"] = tags_of(tags, notes)


def _metadata(body: Mapping[str, Any], own: str, said_id: str, identity: UUID) -> dict[str, Any]:
    """What one may filter by; the id that the app knows is among it, where it is not the run's."""
    said = body.get("metadata")
    found: dict[str, Any] = dict(said) if isinstance(said, dict) else {}
    if said is not None and not isinstance(said, dict):
        found["metadata"] = said
    for key, name in (
        ("prompt_name", "promptName"),
        ("prompt_version", "promptVersion"),
        ("release", "release"),
        ("version", "version"),
    ):
        value = body.get(name)
        if value not in (None, ""):
            found[key] = value if isinstance(value, str) else str(value)
    level = str(body.get("level") or "").upper()
    if level not in ("", "DEFAULT", "ERROR"):
        found["level"] = level
    if level != "ERROR" and isinstance(body.get("statusMessage"), str) and body["statusMessage"]:
        found["status_message"] = body["statusMessage"]
    if said_id != str(identity):
        found[f"langfuse_{own}"] = said_id
    return found


def _read_call(told: Told, op: Op, body: Mapping[str, Any], ended: datetime | None) -> None:
    model = body.get("model")
    if isinstance(model, str):
        # Clients create with the model that was asked, and update with the one that answered.
        if op is Op.POST:
            told.model_asked = model
        else:
            told.model_answered = model
    read_parameters(told, body.get("modelParameters"))
    told.first_token_at = first_token(instant(body.get("completionStartTime")), ended)
    details, usage = body.get("usageDetails"), body.get("usage")
    told.account = usage_of(details, told.notes)
    told.raw_usage = details if told.account is not None else None
    costs = body.get("costDetails")
    if isinstance(usage, dict):
        if told.account is None:
            told.account, told.raw_usage = _of_usage(usage, told.notes), usage
        costs = costs or _costs_in(usage)
    told.account = with_costs(told.account, costs)
    if told.account is None:
        told.raw_usage = None
    read_frameworks(told)


def _of_usage(usage: Mapping[str, Any], notes: list[str]) -> Account | None:
    try:
        return langfuse.read_units(usage)
    except Contradiction as contradiction:
        notes.append(str(contradiction))
        return None


def _costs_in(usage: Mapping[str, Any]) -> dict[str, Any]:
    names = {
        "input": ("inputCost", "input_cost"),
        "output": ("outputCost", "output_cost"),
        "total": ("totalCost", "total_cost"),
    }
    found = {
        part: next((usage[name] for name in given if usage.get(name) is not None), None)
        for part, given in names.items()
    }
    return {part: value for part, value in found.items() if value is not None}


def _texts(piece: Piece, inputs: Any, outputs: Any) -> None:
    if inputs is not None:
        piece.payload.inputs = dump(inputs)
        piece.fields["input_preview"] = preview_of_inputs(inputs)
    if outputs is not None:
        piece.payload.outputs = dump(outputs)
        piece.fields["output_preview"] = preview_of_outputs(outputs)


def _fail(piece: Piece, body: Mapping[str, Any]) -> None:
    if str(body.get("level") or "").upper() != "ERROR":
        return
    said = body.get("statusMessage")
    error = said if isinstance(said, str) and said else "It failed, and does not say why."
    piece.payload.error = error.encode("utf-8", "replace")
    piece.fields["error"] = error[:_ERROR_CHARACTERS]


def _extra(body: Mapping[str, Any], what: str) -> bytes:
    """The rest of a body as it came, and its metadata whole."""
    kept = {name: value for name, value in body.items() if name not in _MOVED and value is not None}
    extra: dict[str, Any] = {"langfuse": {what: kept}}
    if body.get("metadata") is not None:
        extra["metadata"] = body["metadata"]
    return dump(extra)
