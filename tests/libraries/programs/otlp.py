"""The usual three providers of OpenTelemetry, sending where the environment says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from opentelemetry import metrics, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor


@contextmanager
def traces() -> Iterator[TracerProvider]:
    """A provider of traces, which is the process's; everything is sent at the end."""
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    yield provider
    provider.shutdown()


@contextmanager
def everything() -> Iterator[dict[str, Any]]:
    """Traces, metrics and logs, as the arguments that an instrumentor takes."""
    from opentelemetry._logs import set_logger_provider  # noqa: PLC0415 - moves between versions
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter  # noqa: PLC0415
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter  # noqa: PLC0415
    from opentelemetry.sdk._logs import LoggerProvider  # noqa: PLC0415
    from opentelemetry.sdk._logs.export import BatchLogRecordProcessor  # noqa: PLC0415
    from opentelemetry.sdk.metrics import MeterProvider  # noqa: PLC0415
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader  # noqa: PLC0415

    logs = LoggerProvider()
    logs.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
    set_logger_provider(logs)
    meters = MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter(), 3_600_000)])
    metrics.set_meter_provider(meters)
    with traces() as tracers:
        yield {"tracer_provider": tracers, "meter_provider": meters, "logger_provider": logs}
    logs.shutdown()
    meters.shutdown()
