"""A run as LangSmith's clients read it.

Tokens and cost of a run are those of the calls at and below it, each once. Unknown is null:
it is never 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

from econome.analytics.langsmith import File, Place, Use
from econome.analytics.payloads import Payload
from econome.analytics.runs import RunRow
from econome.domain.money import text_of
from econome.domain.usage import INPUT, OUTPUT, Bucket, UsageSource

PAYLOAD_FIELDS = frozenset({"inputs", "outputs", "events", "extra", "serialized", "error"})
"""What is only there when it is read from the payload."""

ALWAYS = frozenset({
    "id", "trace_id", "dotted_order", "session_id", "start_time", "name", "run_type",
    "prompt_token_details", "completion_token_details", "prompt_cost_details", "completion_cost_details",
})  # fmt: skip
"""What is returned whatever is selected: its clients need it, and their default does not name it."""

_MOST_TOKENS = 1 << 53
"""Beyond it JSON's numbers are no longer whole; nobody means it."""

_DETAILS = {
    Bucket.CACHE_READ: "cache_read",
    Bucket.CACHE_WRITE_5M: "cache_creation",
    Bucket.CACHE_WRITE_1H: "ephemeral_1h_input_tokens",
    Bucket.AUDIO_IN: "audio",
    Bucket.IMAGE_IN: "image",
    Bucket.VIDEO_IN: "video",
    Bucket.CACHE_READ_AUDIO: "cache_read_audio",
    Bucket.REASONING: "reasoning",
    Bucket.AUDIO_OUT: "audio",
    Bucket.IMAGE_OUT: "image",
}


@dataclass(frozen=True, slots=True)
class Found:
    """All that is known of a run, from as many questions as a page needs."""

    row: RunRow
    workspace: UUID
    place: Place | None = None
    payload: Payload = field(default_factory=Payload)
    use: Use | None = None
    files: Mapping[str, tuple[File, str]] = field(default_factory=dict)  # name to file and address
    feedback: Mapping[str, Any] = field(default_factory=dict)


def run_json(found: Found, select: frozenset[str] | None = None) -> dict[str, object]:
    """The run; `select` names the fields to return, None all."""
    whole = _whole(found)
    if select is None:
        return whole
    return {name: value for name, value in whole.items() if name in select or name in ALWAYS}


def _whole(found: Found) -> dict[str, object]:
    row, payload = found.row, found.payload
    order = found.place.dotted_order if found.place else ""
    return {
        "id": row.id,
        "trace_id": row.trace_id,
        "parent_run_id": row.parent_id,
        "parent_run_ids": _ancestors(row, order),
        "dotted_order": order,
        "session_id": row.project,
        "name": row.name or row.kind,
        "run_type": row.kind,
        "status": row.status,
        "start_time": row.started_at,
        "end_time": row.ended_at,
        "first_token_time": row.first_token_at,
        "error": payload.error or row.error or None,
        "inputs": _mapping(payload.inputs, "input") or {},
        "outputs": _mapping(payload.outputs, "output"),
        "events": [event for event in payload.events if isinstance(event, dict)],
        "extra": payload.extra,
        "serialized": payload.serialized if isinstance(payload.serialized, dict) else None,
        "tags": row.tags,
        "thread_id": row.session or None,
        "reference_example_id": found.place.reference_example_id if found.place else None,
        "app_path": f"/o/{found.workspace}/projects/p/{row.project}/r/{row.id}?trace_id={row.trace_id}",
        "feedback_stats": dict(found.feedback),
        "s3_urls": {
            f"attachment.{name}": {"presigned_url": address, "mime_type": file.mime}
            for name, (file, address) in found.files.items()
        },
        **_usage(row, found.use, _mapping(payload.extra.get("metadata"), "") or {}),
    }


def _usage(row: RunRow, use: Use | None, metadata: Mapping[str, object]) -> dict[str, object]:
    if use is None and row.usage_source == UsageSource.ESTIMATED:
        use = Use(1, None, None, None, None, None, {})  # its clients have no mark for what nobody told
    if use is None:
        # No call at or below it counts: then what the run itself says, a wrapper's or a double's.
        tokens = {bucket: said for bucket in Bucket if (said := getattr(row, bucket.value)) is not None}
        use = Use(0, row.input_tokens, row.output_tokens, row.cost, row.input_cost, row.output_cost, tokens)
    own = _mapping(metadata.get("usage_metadata"), "") if row.counted and use.calls <= 1 else None
    said = own or {}
    return {
        "prompt_tokens": use.input_tokens,
        "completion_tokens": use.output_tokens,
        "total_tokens": total_of(use.input_tokens, use.output_tokens),
        "prompt_cost": money(use.input_cost),
        "completion_cost": money(use.output_cost),
        "total_cost": money(use.cost),
        "prompt_token_details": _counts(said.get("input_token_details")) or _tokens(use, INPUT),
        "completion_token_details": _counts(said.get("output_token_details")) or _tokens(use, OUTPUT),
        "prompt_cost_details": _amounts(said.get("input_cost_details")) or _costs(use, INPUT),
        "completion_cost_details": _amounts(said.get("output_cost_details")) or _costs(use, OUTPUT),
    }


def total_of(given: int | None, generated: int | None) -> int | None:
    """All tokens; None when neither side is known."""
    return None if given is None and generated is None else (given or 0) + (generated or 0)


def money(amount: Decimal | None) -> orjson.Fragment | None:
    """An amount as a JSON number with all its digits: JavaScript's client counts with it."""
    return None if amount is None else orjson.Fragment(text_of(amount))


def _tokens(use: Use, side: tuple[Bucket, ...]) -> dict[str, int] | None:
    return {_DETAILS[b]: use.tokens[b] for b in side if b in _DETAILS and b in use.tokens} or None


def _costs(use: Use, side: tuple[Bucket, ...]) -> dict[str, orjson.Fragment | None] | None:
    return {_DETAILS[b]: money(use.costs[b]) for b in side if b in _DETAILS and b in use.costs} or None


def _counts(said: object) -> dict[str, int] | None:
    """Details that the client sent, unknown keys included, as whole numbers."""
    if not isinstance(said, dict):
        return None
    return {
        key: int(value)
        for key, value in said.items()
        if isinstance(value, int | float) and abs(value) < _MOST_TOKENS and value == int(value)
    } or None


def _amounts(said: object) -> dict[str, object] | None:
    if not isinstance(said, dict):
        return None
    return {key: value for key, value in said.items() if isinstance(value, int | float | str)} or None


def _ancestors(row: RunRow, order: str) -> list[str]:
    """The ids above a run, root first."""
    above = [segment.partition("Z")[2] for segment in order.split(".")[:-1]]
    return above or ([str(row.parent_id)] if row.parent_id else [])


def _mapping(value: object, name: str) -> dict[str, Any] | None:
    """An object as it is; what is none under `name`, for the clients demand an object."""
    if value is None or isinstance(value, dict):
        return value
    return {name: value} if name else None
