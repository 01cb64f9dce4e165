"""How much, in all: the sums that stand at the head of every page.

Only counted runs enter sums of tokens and money: a call counts once however many wrappers
repeat it. The sum of nothing known is None, not zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from econome.domain.scope import Scope
from econome.store.client import Store
from econome.store.question import question


@dataclass(frozen=True, slots=True)
class Sums:
    """What some runs used, and how much of that is known.

    Sums of tokens and money leave estimates out: these stand beside them, so that nothing that
    nobody was told looks billed. Priced, unpriced, estimated and unknown calls add up to `calls`;
    so do the reported, counted, estimated and unknown ones. Settling calls are pending ones among them.
    """

    runs: int
    calls: int
    uncached: int | None
    cache_read: int | None
    cache_read_audio: int | None
    cache_write_5m: int | None
    cache_write_1h: int | None
    audio_in: int | None
    image_in: int | None
    video_in: int | None
    text_out: int | None
    reasoning: int | None
    audio_out: int | None
    image_out: int | None
    input_tokens: int | None
    output_tokens: int | None
    cost: Decimal | None
    input_cost: Decimal | None
    output_cost: Decimal | None
    fee_cost: Decimal | None
    priced_calls: int
    unpriced_calls: int
    reported_calls: int
    counted_calls: int
    estimated_calls: int
    unknown_calls: int
    settling_calls: int
    marked_calls: int  # with a note: something contradictory, mended or left out
    estimated_cost: Decimal | None  # of the estimated calls, which are in none of the sums above
    estimated_input_tokens: int | None
    estimated_output_tokens: int | None
    compared_calls: int  # with a cost that the app stated, and one of ours
    compared_ours: Decimal | None
    compared_reported: Decimal | None


@dataclass(frozen=True, slots=True)
class Brief:
    """The sums that a row of a long list needs: without the buckets, which cost most of the reading."""

    runs: int
    calls: int
    input_tokens: int | None
    output_tokens: int | None
    cost: Decimal | None
    priced_calls: int
    unpriced_calls: int
    reported_calls: int
    counted_calls: int
    estimated_calls: int
    unknown_calls: int
    settling_calls: int
    marked_calls: int
    estimated_cost: Decimal | None
    estimated_input_tokens: int | None
    estimated_output_tokens: int | None


@dataclass(frozen=True, slots=True)
class Totals(Sums):
    """Sums over a scope, and its speed. Latencies are p50 and p95 in seconds, NaN when there are none."""

    traces: int  # roots in the scope
    errors: int  # of which failed
    failed_calls: int
    calls_with_input: int  # whose input tokens are known
    calls_with_output: int
    latency: list[float]  # of roots that ended
    first_token: list[float]  # of calls that streamed
    call_latency: list[float]  # of calls that ended


@dataclass(frozen=True, slots=True)
class Ever:
    """What a workspace holds, whenever it happened."""

    runs: int
    first: datetime
    last: datetime

    def tells_of(self, since: datetime, until: datetime) -> bool:
        """Whether runs came from the start of a span on, or nearly: within a twentieth of it."""
        return self.first <= since + (until - since) / 20


def totals(store: Store, scope: Scope) -> Totals:
    """The sums over all runs of a scope."""
    return store.recall(Totals, question("totals"), scope.filter, **scope.parameters())[0]


def ever(store: Store, workspace: UUID, projects: tuple[UUID, ...]) -> Ever | None:
    """What `projects` hold, or the whole workspace if there are none; None for no run at all."""
    answer = store.ask(Ever, question("ever"), workspace=workspace, projects=list(projects))
    return answer[0] if answer and answer[0].runs else None
