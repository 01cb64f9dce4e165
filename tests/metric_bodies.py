"""Exports of metrics as tests need them: JSON bodies that show only what matters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def nanoseconds(seconds: float) -> int:
    """An instant so many seconds past noon."""
    return (NOON + timedelta(seconds=seconds) - _EPOCH) // timedelta(microseconds=1) * 1000


def attributes(values: dict[str, Any]) -> list[dict[str, Any]]:
    """A dict as OTLP has it."""
    return [{"key": key, "value": {"stringValue": str(value)}} for key, value in values.items()]


def a_point(
    value: object, *, at: float = 60, since: float | None = 0, how: str = "asInt", **told: Any
) -> dict[str, Any]:
    """A number of a counter, told `at` seconds past noon; `told` are its attributes, dots as `__`."""
    point = {
        how: value,
        "timeUnixNano": str(nanoseconds(at)),
        "attributes": attributes({key.replace("__", "."): one for key, one in told.items()}),
    }
    return point if since is None else {**point, "startTimeUnixNano": str(nanoseconds(since))}


def a_sum(
    name: str, *points: dict[str, Any], temporality: object = 2, monotonic: bool = True
) -> dict[str, Any]:
    """A counter."""
    data = {"aggregationTemporality": temporality, "isMonotonic": monotonic, "dataPoints": list(points)}
    return {"name": name, "unit": "{token}", "sum": data}


def a_histogram(
    name: str,
    *points: dict[str, Any],
    temporality: object = 2,
    kind: str = "histogram",
    unit: str = "{token}",
) -> dict[str, Any]:
    """A histogram of any kind; its points have `how="sum"` and a count."""
    return {
        "name": name,
        "unit": unit,
        kind: {"aggregationTemporality": temporality, "dataPoints": list(points)},
    }


def an_export(
    *metrics: dict[str, Any], service: str = "shop", scope: str = "ours", **resource: Any
) -> dict[str, Any]:
    """A request of one process and one instrumentation."""
    told = {"service.name": service, **{key.replace("__", "."): one for key, one in resource.items()}}
    return {
        "resourceMetrics": [
            {
                "resource": {"attributes": attributes(told)},
                "scopeMetrics": [{"scope": {"name": scope, "version": "1"}, "metrics": list(metrics)}],
            }
        ]
    }


def body(export: dict[str, Any]) -> bytes:
    """Its bytes."""
    return orjson.dumps(export)
