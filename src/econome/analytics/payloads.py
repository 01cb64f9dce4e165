"""What a run was given and gave: its pieces, folded at reading.

Field by field, what the patch says beats what the post says; the two halves of extra are
united to any depth, metadata inside included. An empty text is "not given".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

import orjson

from econome.store.client import Store
from econome.store.question import question


@dataclass(frozen=True, slots=True)
class PayloadPiece:
    """One piece of a run's payload, as stored: JSON texts, but for the error."""

    piece: str
    inputs: str = ""
    outputs: str = ""
    events: str = ""
    extra: str = ""
    serialized: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Payload:
    """The whole of it. None is "never given"."""

    inputs: object = None
    outputs: object = None
    events: list[object] = field(default_factory=list)
    extra: dict[str, object] = field(default_factory=dict)
    serialized: object = None
    error: str = ""


class HasKey(Protocol):
    """A run, as far as its payload is looked up by it."""

    @property
    def id(self) -> UUID:
        """Its id."""

    @property
    def key_time(self) -> datetime:
        """The time in its key."""


def payload_of_run(store: Store, workspace: UUID, key_time: datetime, run: UUID) -> Payload:
    """The payload of one run."""
    answer = store.ask(
        PayloadPiece, question("payload_of_run"), workspace=workspace, key_time=key_time, run=run
    )
    return fold(answer)


def fold(pieces: Sequence[PayloadPiece]) -> Payload:
    """The payload that the pieces of one run make: posts first, then patches, each as they came.

    Of each field the last text that was given stands; extras are united.
    """
    ordered = sorted(pieces, key=lambda piece: piece.piece == "patch")
    extra: dict[str, object] = {}
    for piece in ordered:
        extra = _united(extra, _mapping(piece.extra))
    events = read_json(_last(ordered, "events"))
    return Payload(
        inputs=read_json(_last(ordered, "inputs")),
        outputs=read_json(_last(ordered, "outputs")),
        events=events if isinstance(events, list) else [],
        extra=extra,
        serialized=read_json(_last(ordered, "serialized")),
        error=_last(ordered, "error"),
    )


def _last(pieces: Sequence[PayloadPiece], name: str) -> str:
    return next((text for piece in reversed(pieces) if (text := getattr(piece, name))), "")


def read_json(text: str) -> object:
    """What a JSON text says; a text that is none, as it stands; None for nothing."""
    if not text:
        return None
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _mapping(text: str) -> dict[str, object]:
    content = read_json(text)
    return content if isinstance(content, dict) else {}


def _united(under: dict[str, object], over: dict[str, object]) -> dict[str, object]:
    # Recursion is safe: orjson reads no more than 1024 levels.
    united = {**under}
    for key, value in over.items():
        below = under.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            united[key] = _united(below, value)
        elif value is not None or key not in under:
            united[key] = value
    return united
