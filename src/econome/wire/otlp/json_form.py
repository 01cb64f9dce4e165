"""OTLP as JSON, in the forms in which it is really sent.

Ids are hex of any case; whole numbers of 64 bits come as texts or as numbers; an enum as its
number or its name. What is unknown is passed over, as the specification asks.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from econome.wire.json_text import KEPT_AS_TEXT, parse
from econome.wire.otlp.protobuf import Undecodable
from econome.wire.otlp.span import Event, LogRecord, Source, Span, moment_of

_DEEPEST = 64
_INT64 = 2**63
_KINDS = {
    "SPAN_KIND_INTERNAL": 1,
    "SPAN_KIND_SERVER": 2,
    "SPAN_KIND_CLIENT": 3,
    "SPAN_KIND_PRODUCER": 4,
    "SPAN_KIND_CONSUMER": 5,
}
_CODES = {"STATUS_CODE_OK": 1, "STATUS_CODE_ERROR": 2}


def spans_in(body: bytes) -> Iterator[Span]:
    """The spans of an ExportTraceServiceRequest. Raises `Undecodable` before the first."""
    return _spans(request_in(body, "resourceSpans"))


def records_in(body: bytes) -> Iterator[LogRecord]:
    """The records of an ExportLogsServiceRequest. Raises `Undecodable` before the first."""
    return _records(request_in(body, "resourceLogs"))


def request_in(body: bytes, holder: str) -> Mapping[str, Any]:
    """The object of a request. Raises `Undecodable` for what is no JSON object, or holds no list there.

    Half a surrogate pair, where a text was cut within an emoji, or a NaN costs no batch: it is mended.
    """
    try:
        request = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        request, _, what = parse(body)
        if what == KEPT_AS_TEXT:
            message = f"The body is no JSON: {error}"
            raise Undecodable(message) from error
    if not isinstance(request, dict) or not isinstance(request.get(holder) or [], list):
        message = f'The body is no OTLP request: it must be an object whose "{holder}" is a list'
        raise Undecodable(message)
    return request


def attributes_of(pairs: object) -> dict[str, Any]:
    """A list of `{"key": …, "value": {"stringValue": …}}` to a dict."""
    return {str(pair.get("key", "")): value_of(pair.get("value")) for pair in objects(pairs)}


def value_of(value: object, depth: int = 0) -> Any:
    """What an AnyValue holds; None for what is none."""
    if not isinstance(value, dict):
        return None
    for name, held in value.items():
        match name:
            case "stringValue":
                return held if isinstance(held, str) else str(held)
            case "intValue":
                return _whole_or_text(held)
            case "boolValue":
                return bool(held)
            case "doubleValue":
                return _double(held)
            case "bytesValue":
                return held if isinstance(held, str) else ""  # base64 already
            case "arrayValue" if depth < _DEEPEST and isinstance(held, dict):
                return [value_of(one, depth + 1) for one in objects(held.get("values"))]
            case "kvlistValue" if depth < _DEEPEST and isinstance(held, dict):
                pairs = objects(held.get("values"))
                return {str(pair.get("key", "")): value_of(pair.get("value"), depth + 1) for pair in pairs}
            case _:
                continue
    return None


def objects(value: object) -> list[dict[str, Any]]:
    """The objects of a list; none where there is no list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def whole(value: object) -> int:
    """A whole number that may be sent as a text; 0 where it is none."""
    try:
        return int(value)  # type: ignore[call-overload, no-any-return]
    except (TypeError, ValueError, OverflowError):
        return 0


def source_of(resource: dict[str, Any], scope: object) -> Source:
    """Who sends, from a resource's attributes and a scope."""
    scope = scope if isinstance(scope, dict) else {}
    return Source(
        resource,
        str(scope.get("name") or ""),
        str(scope.get("version") or ""),
        attributes_of(scope.get("attributes")),
    )


def resource_of(group: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of a group's resource."""
    resource = group.get("resource")
    return attributes_of(resource.get("attributes")) if isinstance(resource, dict) else {}


def _spans(request: Mapping[str, Any]) -> Iterator[Span]:
    for group in objects(request.get("resourceSpans")):
        resource = resource_of(group)
        for within in objects(group.get("scopeSpans")) or objects(group.get("instrumentationLibrarySpans")):
            source = source_of(resource, within.get("scope") or within.get("instrumentationLibrary"))
            for span in objects(within.get("spans")):
                yield _span(span, source)


def _span(span: Mapping[str, Any], source: Source) -> Span:
    status = span.get("status")
    status = status if isinstance(status, dict) else {}
    return Span(
        trace_id=hex_of(span.get("traceId")),
        span_id=hex_of(span.get("spanId")),
        parent_id=hex_of(span.get("parentSpanId")),
        name=str(span.get("name") or ""),
        kind=_enum(span.get("kind"), _KINDS),
        started_at=moment_of(whole(span.get("startTimeUnixNano"))),
        ended_at=moment_of(whole(span.get("endTimeUnixNano"))),
        attributes=attributes_of(span.get("attributes")),
        source=source,
        status=_enum(status.get("code"), _CODES),
        message=str(status.get("message") or ""),
        events=[
            Event(
                str(event.get("name") or ""),
                moment_of(whole(event.get("timeUnixNano"))),
                attributes_of(event.get("attributes")),
            )
            for event in objects(span.get("events"))
        ],
        links=[
            {
                "trace_id": hex_of(link.get("traceId")).hex(),
                "span_id": hex_of(link.get("spanId")).hex(),
                "attributes": attributes_of(link.get("attributes")),
            }
            for link in objects(span.get("links"))
        ],
    )


def _records(request: Mapping[str, Any]) -> Iterator[LogRecord]:
    for group in objects(request.get("resourceLogs")):
        resource = resource_of(group)
        for within in objects(group.get("scopeLogs")) or objects(group.get("instrumentationLibraryLogs")):
            source = source_of(resource, within.get("scope") or within.get("instrumentationLibrary"))
            for record in objects(within.get("logRecords")):
                yield LogRecord(
                    trace_id=hex_of(record.get("traceId")),
                    span_id=hex_of(record.get("spanId")),
                    at=moment_of(whole(record.get("timeUnixNano"))),
                    observed_at=moment_of(whole(record.get("observedTimeUnixNano"))),
                    severity=whole(record.get("severityNumber")),
                    event=str(record.get("eventName") or ""),
                    body=value_of(record.get("body")),
                    attributes=attributes_of(record.get("attributes")),
                    source=source,
                )


def hex_of(value: object) -> bytes:
    """The bytes of an id; empty where it is none."""
    try:
        return bytes.fromhex(value) if isinstance(value, str) else b""
    except ValueError:
        return b""


def _enum(value: object, names: Mapping[str, int]) -> int:
    return names.get(value, 0) if isinstance(value, str) and not value.isdecimal() else whole(value)


def _whole_or_text(value: object) -> int | str | None:
    """The number; what is none is kept as it is written, for nobody said that it is 0."""
    try:
        number = int(value)  # type: ignore[call-overload]
    except (TypeError, ValueError, OverflowError):
        return None if value is None else str(value)
    return number if -_INT64 <= number < _INT64 else str(value)


def _double(value: object) -> float | None:
    try:
        number = float(value)  # type: ignore[arg-type]  # "NaN" and "Infinity" are texts
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
