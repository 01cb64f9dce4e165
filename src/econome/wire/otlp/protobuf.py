"""OTLP as protobuf. The parse is free, the walk to Python's types is not: nothing is walked twice."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from econome.wire.otlp.mending import mended
from econome.wire.otlp.span import Event, LogRecord, Source, Span, moment_of

_DEEPEST = 64


class Undecodable(ValueError):
    """A body that is not what its path and its type say; the text says why."""


def spans_in(body: bytes) -> Iterator[Span]:
    """The spans of an ExportTraceServiceRequest. Raises `Undecodable` before the first."""
    request = ExportTraceServiceRequest()
    parse(request, body, "traces")
    return _spans(request)


def records_in(body: bytes) -> Iterator[LogRecord]:
    """The records of an ExportLogsServiceRequest. Raises `Undecodable` before the first."""
    request = ExportLogsServiceRequest()
    parse(request, body, "logs")
    return _records(request)


def attributes_of(pairs: Any) -> dict[str, Any]:
    """Repeated KeyValue to a dict; of a key that is there twice, the last value."""
    return {pair.key: _value(pair.value) for pair in pairs}


def parse(request: Any, body: bytes, what: str) -> None:
    """Fills an empty request from a body. Raises `Undecodable`."""
    try:
        try:
            request.ParseFromString(body)
        except DecodeError as error:
            if "UTF-8" not in str(error):
                raise
            request.Clear()
            request.ParseFromString(mended(body, request.DESCRIPTOR))
    except (DecodeError, ValueError, RecursionError) as error:
        message = f"The body is no protobuf request for {what}: {error}"
        raise Undecodable(message) from error


def _spans(request: Any) -> Iterator[Span]:
    for group in request.resource_spans:
        resource = attributes_of(group.resource.attributes)
        for within in group.scope_spans:
            source = _source(resource, within.scope)
            for span in within.spans:
                yield _span(span, source)


def _span(span: Any, source: Source) -> Span:
    status = span.status
    return Span(
        trace_id=span.trace_id,
        span_id=span.span_id,
        parent_id=span.parent_span_id,
        name=span.name,
        kind=span.kind,
        started_at=moment_of(span.start_time_unix_nano),
        ended_at=moment_of(span.end_time_unix_nano),
        attributes=attributes_of(span.attributes),
        source=source,
        status=status.code,
        message=status.message,
        events=[
            Event(event.name, moment_of(event.time_unix_nano), attributes_of(event.attributes))
            for event in span.events
        ],
        links=[
            {
                "trace_id": link.trace_id.hex(),
                "span_id": link.span_id.hex(),
                "attributes": attributes_of(link.attributes),
            }
            for link in span.links
        ],
    )


def _records(request: Any) -> Iterator[LogRecord]:
    for group in request.resource_logs:
        resource = attributes_of(group.resource.attributes)
        for within in group.scope_logs:
            source = _source(resource, within.scope)
            for record in within.log_records:
                yield LogRecord(
                    trace_id=record.trace_id,
                    span_id=record.span_id,
                    at=moment_of(record.time_unix_nano),
                    observed_at=moment_of(record.observed_time_unix_nano),
                    severity=record.severity_number,
                    event=record.event_name,
                    body=_value(record.body),
                    attributes=attributes_of(record.attributes),
                    source=source,
                )


def _source(resource: dict[str, Any], scope: Any) -> Source:
    return Source(resource, scope.name, scope.version, attributes_of(scope.attributes))


def _value(value: Any, depth: int = 0) -> Any:
    kind = value.WhichOneof("value")
    match kind:
        case "string_value" | "int_value" | "bool_value" | "double_value":
            return getattr(value, kind)
        case "bytes_value":
            return base64.b64encode(value.bytes_value).decode()
        case "array_value" if depth < _DEEPEST:
            return [_value(one, depth + 1) for one in value.array_value.values]
        case "kvlist_value" if depth < _DEEPEST:
            return {pair.key: _value(pair.value, depth + 1) for pair in value.kvlist_value.values}
        case _:
            return None
