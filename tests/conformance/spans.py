"""The golden cases of dialects: spans as a library sends them, and what must be read from each.

One file each, tests/conformance/otlp/<dialect>/<situation>.json; README.md says what stands in it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "otlp"
CAPTURES = FOLDER / "captures"
JSON = dict[str, Any]

_KEYS = {"source", "why", "spans", "capture", "expected", "counted"}
_STARTED = 1_790_000_000_000_000_000  # 2026-09-21


@dataclass(frozen=True, slots=True)
class SpansCase:
    """What one library sends in one situation."""

    id: str  # of its file: "openinference/streamed"
    source: str
    expected: tuple[JSON, ...]
    counted: JSON | None
    content_type: str
    body: bytes


@cache
def spans_cases() -> tuple[SpansCase, ...]:
    """All of them, by dialect."""
    paths = [path for path in sorted(FOLDER.glob("*/*.json")) if path.parent != CAPTURES]
    return tuple(_case(path, json.loads(path.read_text("utf-8"))) for path in paths)


def _case(path: Path, entry: JSON) -> SpansCase:
    name = f"{path.parent.name}/{path.stem}"
    unknown = entry.keys() - _KEYS
    if unknown or ("spans" in entry) == ("capture" in entry) or not entry.get("source"):
        message = f"{name} needs a source, and either spans or a capture; unknown: {sorted(unknown)}"
        raise ValueError(message)
    if "capture" in entry:
        captured = CAPTURES / entry["capture"]
        body = captured.read_bytes()
        body = gzip.decompress(body) if captured.suffix == ".gz" else body
        media = "application/json" if captured.suffix == ".json" else "application/x-protobuf"
    else:
        body, media = json.dumps(request_of(entry["spans"], name)).encode(), "application/json"
    expected = tuple(entry["expected"])
    return SpansCase(name, entry["source"], expected, entry.get("counted"), media, body)


def request_of(spans: list[JSON], case: str) -> JSON:
    """The export request of these spans, each with its scope and resource beside its own fields.

    What all spans must have and a case rarely is about may be left out. Trace ids are of the case
    alone, whatever it writes, so that no two cases share a trace.
    """
    groups = [
        {
            "resource": {"attributes": pairs(span.get("resource", {}))},
            "scopeSpans": [{"scope": span.get("scope", {}), "spans": [_span(span, index, case)]}],
        }
        for index, span in enumerate(spans)
    ]
    return {"resourceSpans": groups}


def pairs(attributes: JSON | list[JSON]) -> list[JSON]:
    """Attributes as OTLP writes them, of a plain object; of what is written so already, itself."""
    if isinstance(attributes, list):
        return attributes
    return [{"key": name, "value": _value(value)} for name, value in attributes.items()]


def _span(span: JSON, index: int, case: str) -> JSON:
    started = _STARTED + index * 1_000_000
    trace = hashlib.blake2b(f"{case} {span.get('traceId', '')}".encode(), digest_size=16)
    return {
        "spanId": f"{index + 1:016x}",
        "kind": 1,
        "startTimeUnixNano": str(started),
        "endTimeUnixNano": str(started + 1_000_000_000),
        **{name: value for name, value in span.items() if name not in {"scope", "resource"}},
        "traceId": trace.hexdigest(),
        "attributes": pairs(span.get("attributes", {})),
        "events": [
            {**event, "attributes": pairs(event.get("attributes", {}))} for event in span.get("events", [])
        ],
    }


def _value(value: object) -> JSON:
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case list():
            return {"arrayValue": {"values": [_value(one) for one in value]}}
        case dict():
            return {"kvlistValue": {"values": pairs(value)}}
        case _:
            return {"stringValue": str(value)}
