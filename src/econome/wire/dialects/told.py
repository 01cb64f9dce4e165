"""What a dialect makes of a span: our words for what its library writes in its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from econome.wire.conventions.account import Account
from econome.wire.otlp.span import Span


@dataclass(slots=True)
class Told:
    """What a span tells. "" and None are "not told".

    `inputs` and `outputs` are JSON values, best in the shapes that pages and counting know:
    `{"messages": [{"role", "content", "tool_calls"}], "tools": […]}` for what was asked and
    `{"choices": [{"message", "finish_reason"}]}` for what was answered (see `messages`).
    Attributes that no field of this holds stay with the run, under `extra`.
    """

    kind: str = ""  # a `Kind`; "" is a step that calls no model
    name: str = ""  # where the span's own name is not the best one
    is_announcement: bool = False  # it only says that another span has begun: nothing to keep
    run_id: UUID | None = None  # where the library has ids of its own, by which other pieces come too
    parent_id: UUID | None = None
    is_root: bool = False  # what stands above it is not sent: the trace begins here
    is_wrapper: bool = False  # what it reports is the sum of the calls below it
    is_server: bool = False  # the server's own view of a call that a client also reports
    project: str = ""
    inputs: Any = None
    outputs: Any = None
    model_asked: str = ""
    model_answered: str = ""
    provider: str = ""
    service_tier: str = ""
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    streamed: bool | None = None
    response_id: str = ""
    account: Account | None = None  # the tokens, fees and stated costs
    raw_usage: Any = None  # the provider's own usage object, where it is there
    user: str = ""
    session: str = ""
    environment: str = ""
    tags: list[str] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)
    prompt_name: str = ""
    prompt_version: str = ""
    started_at: datetime | None = None  # where the span began only when the call was over
    first_token_at: datetime | None = None
    error: str = ""
    moved: set[str] = field(default_factory=set)
    """Attributes whose whole content stands in `inputs`, `outputs` or `raw_usage`: not kept twice."""
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one library writes its spans."""

    name: str
    matches: Callable[[Span], bool]  # cheap: it is asked of every span, until one says yes
    read: Callable[[Span], Told]
