"""A span to the piece of a run, by way of the dialect that its library writes."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from econome.domain.piece import (
    INSTRUMENTATION,
    OF_COST_ALONE,
    OF_SERVER,
    OF_SPAN,
    OF_WRAPPER,
    SERVICE,
    Delivery,
    Payload,
    Piece,
    Reading,
    Reason,
    Refusal,
)
from econome.domain.run import CALLS, Kind, Op
from econome.domain.usage import Bucket, Usage, UsageSource
from econome.wire.answers import SHORTEST_ID, characters_of, response_id_of
from econome.wire.calls import digest_of, keep_to_count
from econome.wire.dialects import Told, dialect_of
from econome.wire.dialects.values import text
from econome.wire.heads import describe_head, tools_called_in
from econome.wire.json_text import dump
from econome.wire.labels import NAME_CHARACTERS, metadata_of, tags_of
from econome.wire.otlp.span import ERROR, SPAN_BYTES, TRACE_BYTES, Span, is_id, run_id_of, trace_of
from econome.wire.segments import preview_of_inputs, preview_of_outputs, segments_of
from econome.wire.usage import NOWHERE

log = logging.getLogger(__name__)

_ERROR_CHARACTERS = 500
OF_SUM = ":sum"
"""How the name of a convention ends where it is a step's own sum of the calls below it."""

_AS_SENT = "it could not be read as {}, and was kept as sent"
_ZERO = "no token was reported for an answer that has some"


def delivery_of(spans: Iterable[Span], project: str = "") -> Delivery:
    """What these spans bring. `project` is what the request names, "" for nothing."""
    delivery = Delivery()
    for span in spans:
        if not is_id(span.trace_id, TRACE_BYTES) or not is_id(span.span_id, SPAN_BYTES):
            ids = f"{span.trace_id.hex()!r} and {span.span_id.hex()!r}"
            detail = f"A span needs a trace id of 16 bytes and an id of 8, not all zero; these are {ids}"
            delivery.refusals.append(Refusal(Reason.NO_ID, f"span {span.name[:100]!r}", detail))
            continue
        piece = piece_of(span, project)
        if piece is not None:
            delivery.pieces.append(piece)
    return delivery


def piece_of(span: Span, project: str = "") -> Piece | None:
    """The run of a span, whole; None for one that only announces another."""
    told, dialect = _read(span)
    try:
        return _piece(span, project, told, dialect)
    except Exception:
        # What was read may be of a shape that nobody thought of: nor may that cost the neighbours.
        log.exception("What a span of %s told as %s makes no run", span.source.scope, dialect)
        return _piece(span, project, Told(notes=[_AS_SENT.format(dialect)]), dialect)


def _piece(span: Span, project: str, told: Told, dialect: str) -> Piece | None:
    if told.is_announcement:
        return None
    piece = Piece(
        id=told.run_id or span.run_id,
        op=Op.PATCH,  # a span is sent when it has ended, and says all
        key_time=span.key_time,
        project=told.project or project or project_of(span.source.resource) or None,
        metadata=metadata_of(_metadata(told, span), told.notes),
    )
    given = piece.fields
    _place(given, span, told)
    _label(given, told, span)
    piece.payload = _payload(span, told, dialect)
    if piece.payload.error:
        given["error"] = piece.payload.error.decode("utf-8", "replace")[:_ERROR_CHARACTERS]
    if given["kind"] in CALLS or told.account is not None:
        describe_call(piece, told)
    if told.inputs is not None:
        given["input_preview"] = preview_of_inputs(told.inputs)
    if told.outputs is not None:
        given["output_preview"] = preview_of_outputs(told.outputs)
    piece.notes = tuple(dict.fromkeys(told.notes))
    return piece


def project_of(resource: Mapping[str, Any]) -> str:
    """The project that a resource names: its own word for it, else its service; "" for none."""
    named = text(resource, "openinference.project.name", "econome.project", "langsmith.project")
    service = text(resource, "service.name")
    return (named or ("" if service.startswith("unknown_service") else service))[:NAME_CHARACTERS]


def _read(span: Span) -> tuple[Told, str]:
    dialect = dialect_of(span)
    if dialect is None:
        return Told(), ""
    try:
        return dialect.read(span), dialect.name
    except Exception:
        # One strange value must not cost the span, nor its neighbours: all of it is kept as sent.
        log.exception("A span of %s could not be read as %s", span.source.scope, dialect.name)
        return Told(notes=[_AS_SENT.format(dialect.name)]), dialect.name


def _place(given: dict[str, Any], span: Span, told: Told) -> None:
    given["trace_id"] = trace_of(span.trace_id)
    parent = told.parent_id or (
        run_id_of(span.trace_id, span.parent_id) if is_id(span.parent_id, SPAN_BYTES) else None
    )
    if parent is not None and not told.is_root:
        given["parent_id"] = parent
    given["name"] = (told.name or span.name)[:NAME_CHARACTERS]
    given["kind"] = told.kind or Kind.CHAIN
    moments = {
        "started_at": told.started_at or span.started_at or span.ended_at,
        "ended_at": span.ended_at or span.started_at,
        "first_token_at": told.first_token_at,
    }
    given.update({column: moment for column, moment in moments.items() if moment is not None})


def _label(given: dict[str, Any], told: Told, span: Span) -> None:
    own, resource = span.attributes, span.source.resource
    for column, value in (
        ("user", told.user or text(own, "user.id", "enduser.id")),
        ("session", told.session or text(own, "session.id", "gen_ai.conversation.id")),
        (
            "environment",
            told.environment or text(resource, "deployment.environment.name", "deployment.environment"),
        ),
    ):
        if value:
            given[column] = value[:NAME_CHARACTERS]
    if told.tags:
        given["tags"] = tags_of(told.tags, told.notes)


def _metadata(told: Told, span: Span) -> dict[str, Any]:
    """What one may filter by: the dialect's, the prompt, and who sends."""
    found = dict(told.metadata)
    for name, value in (
        ("prompt_name", told.prompt_name),
        ("prompt_version", told.prompt_version),
        (INSTRUMENTATION, span.source.scope),
        (SERVICE, text(span.source.resource, "service.name")),
    ):
        if value:
            found.setdefault(name, value)
    return found


def _payload(span: Span, told: Told, dialect: str) -> Payload:
    kept = {name: value for name, value in span.attributes.items() if name not in told.moved}
    extra = {
        "metadata": told.metadata,
        "otel": {
            "trace_id": span.trace_id.hex(),
            "span_id": span.span_id.hex(),
            **({"parent_span_id": span.parent_id.hex()} if told.is_root and span.parent_id else {}),
            "name": span.name,
            "kind": span.kind,
            "dialect": dialect,
            "attributes": kept,
            "links": span.links,
            "scope": {"name": span.source.scope, "version": span.source.scope_version},
            "resource": span.source.resource,
        },
    }
    events = [
        {"name": event.name, "time": event.at.isoformat() if event.at else None, **_kwargs(event.attributes)}
        for event in span.events
    ]
    return Payload(
        inputs=b"" if told.inputs is None else dump(told.inputs),
        outputs=b"" if told.outputs is None else dump(told.outputs),
        events=dump(events) if events else b"",
        extra=dump(extra),
        error=_error(span, told).encode("utf-8", "replace"),
        usage=b"" if told.raw_usage is None else dump(told.raw_usage),
    )


def _kwargs(attributes: dict[str, Any]) -> dict[str, Any]:
    return {"kwargs": attributes} if attributes else {}


def _error(span: Span, told: Told) -> str:
    if told.error:
        return told.error
    if span.status != ERROR:
        return ""
    for event in span.events:
        if event.name == "exception":
            said = event.attributes
            kind, message = text(said, "exception.type"), text(said, "exception.message")
            trace = text(said, "exception.stacktrace")
            first = f"{kind}: {message}" if kind and message else kind or message
            return f"{first}\n{trace}" if trace else first or span.message
    return span.message or text(span.attributes, "error.type") or "It failed, and does not say why."


def describe_call(piece: Piece, told: Told) -> None:
    """Adds to `piece`, which has its kind and texts, the columns of a call.

    Or of a step that tells the sum of the calls below it.
    """
    given = piece.fields
    for column, value in (
        ("model_asked", told.model_asked),
        ("model_answered", told.model_answered),
        ("provider", told.provider),
        ("service_tier", told.service_tier.lower()),
    ):
        if value:
            given[column] = value[:200]
    for column, parameter in (
        ("temperature", told.temperature),
        ("top_p", told.top_p),
        ("max_tokens", told.max_tokens),
        ("streamed", told.streamed),
    ):
        if parameter is not None:
            given[column] = parameter
    if told.first_token_at is not None:
        given.setdefault("streamed", True)
    kind = given["kind"]
    answer = told.outputs if isinstance(told.outputs, dict) else None
    if kind in CALLS:
        _describe_texts(piece, told, answer)
    piece.reading = _reading(told, kind)
    keep_to_count(piece, kind, told.inputs, told.outputs)


def _describe_texts(piece: Piece, told: Told, answer: dict[str, Any] | None) -> None:
    given = piece.fields
    if told.inputs is not None:
        asked = told.inputs if isinstance(told.inputs, dict) else {"input": told.inputs}
        tools = describe_head(piece, asked, None)
        for segment, characters in segments_of(asked, None, tools).items():
            given[f"chars_{segment}"] = characters
        given["prompt_hash"] = digest_of(piece.payload.inputs)
    if told.outputs is not None:
        given["answer_hash"] = digest_of(piece.payload.outputs)
        given["tools_called"] = tools_called_in(told.outputs, piece.payload.outputs)
        given["chars_answer"] = characters_of(answer if answer is not None else {"output": told.outputs})
    response_id = told.response_id if len(told.response_id) >= SHORTEST_ID else ""
    if not response_id and answer is not None:
        response_id = response_id_of(answer, str(piece.id))
    if response_id:
        given["response_id"] = response_id[:200]


def _reading(told: Told, kind: str) -> Reading | None:
    account = told.account
    place = OF_SPAN
    if told.is_wrapper or kind not in CALLS:
        place = OF_WRAPPER
    elif told.is_server:
        place = OF_SERVER
    if account is not None and not (account.buckets or account.fees) and account.cost is not None:
        return Reading(
            Usage(),
            account.convention,
            OF_COST_ALONE,
            UsageSource.UNKNOWN,
            cost_reported=account.cost,
            input_cost_reported=account.input_cost,
            output_cost_reported=account.output_cost,
            notes=tuple(told.notes),
        )
    is_zero = account is not None and account.is_zero and not account.fees
    if is_zero and (told.outputs or place == OF_WRAPPER):
        if place != OF_WRAPPER:
            told.notes.append(_ZERO)
        account = None
    if account is None:
        if told.notes and kind in CALLS:
            return Reading(Usage(), "", NOWHERE, UsageSource.UNKNOWN, notes=tuple(told.notes))
        return None
    if kind == Kind.EMBEDDING:
        account.buckets.setdefault(Bucket.TEXT_OUT, 0)  # nothing is generated, and no library says so
    return Reading(
        usage=Usage.of(account.buckets),
        convention=account.convention + (OF_SUM if place == OF_WRAPPER else ""),
        place=place,
        source=UsageSource.REPORTED,
        service_tier=(account.service_tier or told.service_tier).lower(),
        fees={fee.value: times for fee, times in account.fees.items()},
        cost_reported=account.cost,
        input_cost_reported=account.input_cost,
        output_cost_reported=account.output_cost,
        notes=tuple(account.notes),
    )
