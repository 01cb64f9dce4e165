"""OTLP metrics to plain points, from protobuf or JSON, before anybody asks what they mean.

Of a histogram only its sum and its count are read, whatever its buckets: how many tokens there
were, and in how many calls. An exponential histogram has both beside its scale and its zeros.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from econome.domain.metered import Temporality
from econome.wire.otlp import json_form, protobuf
from econome.wire.otlp.span import Source

_NO_RECORDED_VALUE = 1  # the flag of a point that only says that there is nothing to say
_TEMPORALITIES = {
    1: Temporality.DELTA,
    2: Temporality.CUMULATIVE,
    "1": Temporality.DELTA,
    "2": Temporality.CUMULATIVE,
    "AGGREGATION_TEMPORALITY_DELTA": Temporality.DELTA,
    "AGGREGATION_TEMPORALITY_CUMULATIVE": Temporality.CUMULATIVE,
}


@dataclass(frozen=True, slots=True)
class Metric:
    """What the points of one metric have in common."""

    name: str
    unit: str
    kind: str  # "sum", "gauge", "histogram", "exponential_histogram", "summary"
    temporality: Temporality | None  # None where nobody tells; of a gauge there is none
    is_monotonic: bool
    source: Source


@dataclass(frozen=True, slots=True)
class Point:
    """One data point. Times are nanoseconds since 1970, 0 for "not told"."""

    metric: Metric
    attributes: Mapping[str, Any]
    started_at: int
    told_at: int
    value: Any  # a number as it was sent, a histogram's sum; None where there is none
    count: int | None  # of a histogram or summary
    is_empty: bool  # it says that there is no value


def in_protobuf(body: bytes) -> Iterator[Point]:
    """The points of an ExportMetricsServiceRequest. Raises `Undecodable` before the first."""
    request: Any = ExportMetricsServiceRequest()
    protobuf.parse(request, body, "metrics")
    return _of_protobuf(request)


def in_json(body: bytes) -> Iterator[Point]:
    """The points of the same request as JSON. Raises `Undecodable` before the first."""
    return _of_json(json_form.request_in(body, "resourceMetrics"))


def _of_protobuf(request: Any) -> Iterator[Point]:
    for group in request.resource_metrics:
        resource = protobuf.attributes_of(group.resource.attributes)
        for within in group.scope_metrics:
            scope = within.scope
            source = Source(resource, scope.name, scope.version, protobuf.attributes_of(scope.attributes))
            for metric in within.metrics:
                kind = metric.WhichOneof("data")
                if kind is None:
                    continue
                data = getattr(metric, kind)
                told = Metric(
                    metric.name,
                    metric.unit,
                    kind,
                    _temporality(kind, getattr(data, "aggregation_temporality", 0)),
                    getattr(data, "is_monotonic", kind != "gauge"),
                    source,
                )
                for point in data.data_points:
                    yield _protobuf_point(told, point)


def _protobuf_point(metric: Metric, point: Any) -> Point:
    if metric.kind in ("sum", "gauge"):
        which = point.WhichOneof("value")
        value, count = (None if which is None else getattr(point, which)), None
    else:
        # A summary's sum has no presence: it is always told.
        is_told = metric.kind == "summary" or point.HasField("sum")
        value, count = (point.sum if is_told else None), point.count
    return Point(
        metric,
        protobuf.attributes_of(point.attributes),
        point.start_time_unix_nano,
        point.time_unix_nano,
        value,
        count,
        bool(point.flags & _NO_RECORDED_VALUE),
    )


_JSON_KINDS = {
    "sum": "sum",
    "gauge": "gauge",
    "histogram": "histogram",
    "exponentialHistogram": "exponential_histogram",
    "summary": "summary",
}


def _of_json(request: Mapping[str, Any]) -> Iterator[Point]:
    for group in json_form.objects(request.get("resourceMetrics")):
        resource = json_form.resource_of(group)
        for within in json_form.objects(group.get("scopeMetrics")):
            source = json_form.source_of(resource, within.get("scope"))
            for metric in json_form.objects(within.get("metrics")):
                yield from _json_points(metric, source)


def _json_points(metric: Mapping[str, Any], source: Source) -> Iterator[Point]:
    for key, kind in _JSON_KINDS.items():
        data = metric.get(key)
        if not isinstance(data, dict):
            continue
        told = Metric(
            str(metric.get("name") or ""),
            str(metric.get("unit") or ""),
            kind,
            _temporality(kind, data.get("aggregationTemporality")),
            kind != "gauge" and (kind != "sum" or data.get("isMonotonic") is True),
            source,
        )
        for point in json_form.objects(data.get("dataPoints")):
            if kind in ("sum", "gauge"):
                whole = point.get("asInt")
                value, count = (point.get("asDouble") if whole is None else whole), None
            else:
                # Zero values are left out of JSON, but for a histogram's sum, which has presence.
                value = point.get("sum", 0 if kind == "summary" else None)
                count = json_form.whole(point.get("count"))
            yield Point(
                told,
                json_form.attributes_of(point.get("attributes")),
                json_form.whole(point.get("startTimeUnixNano")),
                json_form.whole(point.get("timeUnixNano")),
                value,
                count,
                bool(json_form.whole(point.get("flags")) & _NO_RECORDED_VALUE),
            )


def _temporality(kind: str, told: object) -> Temporality | None:
    if kind == "summary":  # it has no word for it: it counts since its start
        return Temporality.CUMULATIVE
    return _TEMPORALITIES.get(told) if isinstance(told, int | str) else None
