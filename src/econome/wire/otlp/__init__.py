"""OpenTelemetry's protocol: bytes to spans, log records and metric points. No I/O."""
