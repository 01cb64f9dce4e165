"""What clients really send: a piece of a run, an attachment, a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from econome.domain.run import Op
from econome.domain.template import Head, Toolset
from econome.domain.usage import Usage, UsageSource

INSTRUMENTATION = "instrumentation"
"""The key of metadata under which stands which library wrote a span."""

SERVICE = "service.name"
"""And which app sent it."""

OF_SPAN = 20
"""The place of a reading from a span or a log record: ours to price, whatever cost its library states."""

OF_SERVER = 140
"""The place of what a server says of a call that its client's span, above it, may report as well."""

OF_COST_ALONE = 200
"""The place of a cost that somebody states without saying how many tokens it was for."""

OF_WRAPPER = 150
"""The place of a step's own sum of the calls below it: it counts where no call below it is known."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one piece says of the tokens of a call."""

    usage: Usage
    convention: str  # which shape was recognised, e.g. "openai.chat"
    place: int  # where it was found; a lower place is more trustworthy
    source: UsageSource = UsageSource.REPORTED
    service_tier: str = ""
    fees: Mapping[str, int] = field(default_factory=dict)  # by `Fee`: what is billed beside tokens
    cost_reported: Decimal | None = None
    input_cost_reported: Decimal | None = None
    output_cost_reported: Decimal | None = None
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Payload:
    """The texts of a piece, as sent: JSON but for `error`. Empty is "not given"."""

    inputs: bytes = b""
    outputs: bytes = b""
    events: bytes = b""
    extra: bytes = b""
    serialized: bytes = b""
    error: bytes = b""
    usage: bytes = b""  # the provider's own usage object, where it stood apart

    @property
    def is_empty(self) -> bool:
        """Whether the piece brings no text at all."""
        return not (
            self.inputs
            or self.outputs
            or self.events
            or self.extra
            or self.serialized
            or self.error
            or self.usage
        )


@dataclass(slots=True)
class Piece:
    """A part of a run: what one request says of it.

    `fields` holds only what was given, by the name of the column of `Run`. `project` is a
    name, an id, or nothing. `key_time` is None when the id carries no time and the piece
    does not tell: ingest looks the run up by its id then.

    `begins_at` is given, with no `key_time`, for a call that may be told again elsewhere with
    other times: the run is filed under that of whoever told it first (see `ingest.copies`).
    `said_at` is given, with no `key_time`, where each piece knows a time of its own: the run is
    filed under that of the piece that came first.
    """

    id: UUID
    op: Op
    key_time: datetime | None
    project: str | UUID | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    reading: Reading | None = None
    payload: Payload = field(default_factory=Payload)
    head: Head | None = None  # of what was asked, when this piece brings it
    toolset: Toolset | None = None
    inputs: Any = None  # parsed, for counting tokens when nobody reports them
    outputs: Any = None
    notes: tuple[str, ...] = ()
    begins_at: datetime | None = None
    said_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that belongs to a run."""

    run_id: UUID
    name: str
    mime: str
    content: bytes


class Reason(StrEnum):
    """Why something that was sent is not kept."""

    NO_ID = "no_id"
    NOT_JSON = "not_json"
    NOT_AN_OBJECT = "not_an_object"
    UNKNOWN_PART = "unknown_part"
    TRUNCATED = "truncated"
    FORBIDDEN_PROJECT = "forbidden_project"
    NO_RUN = "no_run"
    NOT_STORABLE = "not_storable"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that was not kept, told to its sender."""

    reason: Reason
    what: str  # which item, e.g. "post.<id>.outputs"
    detail: str


@dataclass(slots=True)
class Delivery:
    """What one request brings, after decoding."""

    pieces: list[Piece] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    feedback: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
