"""Conversations, which LangSmith calls threads: what their turns used together."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from econome.domain.scope import Scope
from econome.store.client import Store
from econome.store.question import question


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation and its sums. None is unknown."""

    thread: str
    turns: int  # its traces
    errored: int  # how many of them failed
    first_at: datetime  # when the first turn started
    last_at: datetime
    last_end: datetime | None
    first_trace: UUID
    last_trace: UUID
    first_inputs: str
    last_outputs: str
    last_error: str
    latency: list[float]  # p50 and p99 of turns, seconds, NaN when there are none
    input_tokens: int | None
    output_tokens: int | None
    cost: Decimal | None
    input_cost: Decimal | None
    output_cost: Decimal | None

    def quantile(self, place: int) -> float | None:
        """The latency's p50 (0) or p99 (1)."""
        return None if math.isnan(self.latency[place]) else self.latency[place]


@dataclass(frozen=True, slots=True)
class _Count:
    threads: int


def threads_of(
    store: Store,
    scope: Scope,
    *,
    thread: str | None = None,
    after: tuple[datetime, str] | None = None,
    limit: int,
) -> list[Thread]:
    """Conversations, the last to be spoken in first; `after` is the last of the page before."""
    return store.ask(
        Thread,
        question("langsmith_threads"),
        scope.filter,
        thread=thread,
        after=after[0] if after else None,
        after_thread=after[1] if after else None,
        limit=limit,
        **scope.parameters(),
    )


def count_threads(store: Store, scope: Scope) -> int:
    """How many conversations have a turn in the scope."""
    answer = store.ask(_Count, question("langsmith_thread_count"), scope.filter, **scope.parameters())
    return answer[0].threads
