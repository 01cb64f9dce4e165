"""From Langfuse's ids to ours: texts of any form there, UUIDs here.

A trace's id and that of something in it may be the same text: they are two things. Where an id is a
span's of OpenTelemetry, it is the run of that span: scores that its client posts find it.
"""

from __future__ import annotations

import re
from uuid import UUID, uuid5

from econome.wire.identity import uuid_of
from econome.wire.otlp.span import run_id_of

_NAMES = UUID("0b6c2f5e-3d1a-5e84-9a57-6f0e2c9d4b17")  # drawn once, for Langfuse's ids
_TRACE = re.compile(r"[0-9a-fA-F]{32}")
_SPAN = re.compile(r"[0-9a-fA-F]{16}")


def trace_run_id(trace_id: str) -> UUID:
    """The id of a trace, which is that of its root too: itself where it is a UUID, or looks like one."""
    return uuid_of(trace_id) or uuid5(_NAMES, f"trace/{trace_id}")


def observation_run_id(observation_id: str, trace_id: str) -> UUID:
    """The id of the run of something in a trace; `trace_id` is "" where nobody tells it."""
    if _SPAN.fullmatch(observation_id) and _TRACE.fullmatch(trace_id):
        return run_id_of(bytes.fromhex(trace_id), bytes.fromhex(observation_id))
    found = uuid_of(observation_id) if observation_id != trace_id else None
    return found or uuid5(_NAMES, f"observation/{observation_id}")


def score_id(score: str) -> UUID:
    """The id of a score: sent again it is the same one."""
    return uuid_of(score) or uuid5(_NAMES, f"score/{score}")


def is_of_opentelemetry(trace_id: str) -> bool:
    """Whether a trace's id is one of OpenTelemetry's: then its root is a span, with an id of its own."""
    return bool(_TRACE.fullmatch(trace_id))


def item_id(item: str) -> UUID:
    """The id of an example in a dataset."""
    return uuid_of(item) or uuid5(_NAMES, f"item/{item}")
