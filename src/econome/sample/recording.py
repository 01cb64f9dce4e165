"""Runs as LangSmith's clients build them: a tree of steps, each told in a post and a patch.

The sample turns its own clock, the demo a real one; both tell what happened through here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

Json = dict[str, Any]
"""One JSON object. What is in it is free: these are the payloads of an imaginary app."""


@dataclass(slots=True)
class Step:
    """One run that is being told. Times come from the clock of its recording."""

    recording: Recording
    name: str
    kind: str
    inputs: Json
    parent: Step | None
    metadata: Json
    params: Json
    tags: tuple[str, ...]
    id: UUID
    started_at: datetime
    dotted_order: str
    events: list[Json] = field(default_factory=list)
    outputs: Json = field(default_factory=dict)
    error: str | None = None
    ended_at: datetime | None = None

    def first_token(self) -> None:
        """Notes that the first words of a stream have arrived."""
        self.events.append({"name": "new_token", "time": _iso(self.recording.clock())})

    def end(
        self, outputs: Mapping[str, Any] | None = None, error: str | None = None, **metadata: object
    ) -> None:
        """Tells how the step ended; `metadata` is what was learnt on the way, such as usage."""
        self.outputs = dict(outputs or {})
        self.error = error
        self.metadata.update(metadata)
        self.ended_at = self.recording.clock()

    def post(self) -> Json:
        """The step as a client tells it when it begins."""
        return self._identity() | {
            "name": self.name,
            "run_type": self.kind,
            "inputs": self.inputs,
            "outputs": {},
            "events": [],
        }

    def patch(self) -> Json:
        """The step as a client tells it when it has ended."""
        return self._identity() | self._ending()

    def whole(self) -> Json:
        """The step in one piece, as clients tell a step that ended before they could send."""
        return self.post() | self._ending()

    def _identity(self) -> Json:
        return {
            "id": str(self.id),
            "trace_id": str(self.recording.root.id),
            "parent_run_id": str(self.parent.id) if self.parent else None,
            "dotted_order": self.dotted_order,
            "session_name": self.recording.project,
            "start_time": _iso(self.started_at),
            "tags": list(self.tags),
            "extra": {
                "metadata": dict(self.metadata),
                "invocation_params": self.params,
                "runtime": {"library": "econome demo", "sdk": "none"},
            },
        }

    def _ending(self) -> Json:
        return {
            "end_time": _iso(self.ended_at) if self.ended_at else None,
            "outputs": self.outputs,
            "error": self.error,
            "events": self.events,
        }


class Recording:
    """One trace that is being told, from the step that all others are under."""

    def __init__(
        self,
        project: str,
        clock: Callable[[], datetime],
        seed: str,
        on_change: Callable[[Step], None] = lambda _: None,
    ) -> None:
        self.project = project
        self.clock = clock
        self.steps: list[Step] = []
        self._seed = seed
        self._on_change = on_change

    @property
    def root(self) -> Step:
        """The step that the trace is named after."""
        return self.steps[0]

    def begin(
        self,
        name: str,
        kind: str,
        inputs: Json,
        parent: Step | None = None,
        metadata: Mapping[str, Any] | None = None,
        params: Mapping[str, Any] | None = None,
        tags: tuple[str, ...] = (),
    ) -> Step:
        """A new step, which has its parent's metadata and tags besides its own, as in LangChain."""
        now = self.clock()
        step_id = time_ordered_id(now, f"{self._seed}/{len(self.steps)}")
        own_order = f"{now:%Y%m%dT%H%M%S%f}Z{step_id}"
        inherited = {k: v for k, v in parent.metadata.items() if k in _INHERITED} if parent else {}
        step = Step(
            recording=self,
            name=name,
            kind=kind,
            inputs=inputs,
            parent=parent,
            metadata=inherited | dict(metadata or {}),
            params=dict(params or {}),
            tags=(parent.tags if parent else ()) + tags,
            id=step_id,
            started_at=now,
            dotted_order=f"{parent.dotted_order}.{own_order}" if parent else own_order,
            events=[{"name": "start", "time": _iso(now)}],
        )
        self.steps.append(step)
        self._on_change(step)
        return step

    def end(
        self, step: Step, outputs: Mapping[str, Any] | None = None, error: str | None = None, **known: object
    ) -> None:
        """Ends a step now."""
        step.end(outputs, error, **known)
        self._on_change(step)

    def abandon(self, error: str) -> None:
        """Ends every step that is still open, innermost first: none stays pending for ever."""
        for step in reversed(self.steps):
            if step.ended_at is None:
                self.end(step, error=error)


_INHERITED = frozenset(("sample", "demo", "session_id", "user_id", "environment", "app_version", "language"))


def time_ordered_id(moment: datetime, seed: str) -> UUID:
    """A UUIDv7 whose random part is a function of `seed`: the same step has the same id each time."""
    milliseconds = int(moment.timestamp() * 1000)
    chance = int.from_bytes(hashlib.sha256(f"{milliseconds}/{seed}".encode()).digest()[:10], "big")
    high = (milliseconds << 16) | (7 << 12) | (chance >> 68)
    low = (0b10 << 62) | (chance & ((1 << 62) - 1))
    return UUID(int=(high << 64) | low)


def _iso(moment: datetime) -> str:
    return moment.isoformat()
