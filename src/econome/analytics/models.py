"""Models side by side: what each costs per token, how fast it is, what of it comes from a cache."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from econome.analytics.totals import Sums
from econome.domain.scope import Scope
from econome.store.client import Store
from econome.store.question import question

PER_DOUBLING = 4
"""Into how many bins each doubling of the latency is cut: each is a fifth wider than the one before."""

_HIGHEST = 2**64 - 1
_ENOUGH = 1.5
"""How many times the size of the sample is asked for by hash, so that chance never leaves it short."""


@dataclass(frozen=True, slots=True)
class Model(Sums):
    """A model of one provider. Quantiles are NaN when there are none."""

    model: str
    provider: str
    failed_calls: int
    priced_input_cost: Decimal | None  # with the tokens that it bought; so the next two pairs
    priced_input_tokens: int | None
    priced_output_cost: Decimal | None
    priced_output_tokens: int | None
    priced_cost: Decimal | None
    priced_tokens: int
    calls_with_input_price: int
    calls_with_output_price: int
    cache_calls: int  # that tell what they read from a cache, were it nothing
    cache_hits: int | None
    cache_input: int | None
    reasoning_calls: int  # that tell their reasoning
    reasoning_tokens: int | None
    reasoning_output: int | None
    capped_calls: int  # with max_tokens
    measured_caps: int  # of which the output is known
    full_caps: int  # of which the output reached it
    cap_use: list[float]  # p50 and p95 of output per max_tokens
    ended_calls: int
    latency: list[float]  # p50, p90, p95, p99, seconds
    streamed_calls: int
    first_token: list[float]  # p50 and p95, seconds
    read_calls: int  # whose speed counts from their first token on
    read_speed: list[float]  # p50, and what one call in twenty stays below: tokens per second
    whole_calls: int  # whose speed counts from their start
    whole_speed: list[float]
    first_at: datetime
    last_at: datetime
    spent: Decimal | None  # what it is sorted by, and then
    used: int
    models: int  # how many there are, those beyond the limit included


@dataclass(frozen=True, slots=True)
class Bin:
    """How many calls took from one latency to another."""

    bin: int
    calls: int
    failed_calls: int

    @property
    def start(self) -> float:
        """The shortest latency in it, in seconds; the first bin holds all below it too."""
        return 0.0 if self.bin == 0 else float(2 ** (self.bin / PER_DOUBLING)) / 1e3

    @property
    def end(self) -> float:
        """Where the next one starts."""
        return float(2 ** ((self.bin + 1) / PER_DOUBLING)) / 1e3


@dataclass(frozen=True, slots=True)
class Sampled:
    """A model, and of how many calls its sample is."""

    model: str
    provider: str
    calls: int
    models: int


@dataclass(frozen=True, slots=True)
class Call:
    """A call in a sample."""

    id: UUID
    trace_id: UUID
    model: str
    provider: str
    status: str
    started_at: datetime
    input_tokens: int
    output_tokens: int
    reasoning: int | None
    latency: float
    cost: Decimal | None


def models_of(store: Store, scope: Scope, *, limit: int) -> list[Model]:
    """The models that were called in a scope, the dearest first, then those with most tokens."""
    return store.recall(Model, question("models"), scope.filter, limit=limit, **scope.parameters())


def latency_of_calls(store: Store, scope: Scope) -> list[Bin]:
    """How many calls took how long, none of the bins between the first and the last missing."""
    found = store.recall(
        Bin, question("latency_of_calls"), scope.filter, per_doubling=PER_DOUBLING, **scope.parameters()
    )
    if not found:
        return []
    known = {one.bin: one for one in found}
    return [known.get(at, Bin(at, 0, 0)) for at in range(found[0].bin, found[-1].bin + 1)]


def sample_of_calls(
    store: Store, scope: Scope, *, limit: int, models: int
) -> tuple[list[Sampled], list[Call]]:
    """At most `limit` calls of the models with most of them, the same number of each, chosen by hash.

    The same calls are chosen whenever the same ones are asked about.
    """
    of = store.recall(Sampled, question("sampled_models"), scope.filter, limit=models, **scope.parameters())
    if not of:
        return [], []
    per = max(1, limit // len(of))
    calls = store.ask(
        Call,
        question("sample_of_calls"),
        scope.filter,
        models=[one.model for one in of],
        providers=[one.provider for one in of],
        highest=_highest(of, per),
        per=per,
        **scope.parameters(),
    )
    return of, calls


def _highest(of: Sequence[Sampled], per: int) -> list[int]:
    """Below which hash some more than `per` calls of each are to be expected: hashes are even."""
    wanted = _ENOUGH * per + 50
    return [_HIGHEST if one.calls <= wanted else int(_HIGHEST * (wanted / one.calls)) for one in of]
