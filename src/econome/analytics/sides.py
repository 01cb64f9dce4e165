"""What is asked of each side of a comparison, or of each value of a dimension, then held together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from econome.analytics import movement
from econome.analytics.compared_by import CallParameter, ComparedBy
from econome.analytics.difference import Moments
from econome.analytics.dimension import split
from econome.analytics.movers import weight_of
from econome.analytics.prices import prices_of
from econome.analytics.totals import Totals, totals
from econome.domain.money import ZERO
from econome.domain.scope import Scope
from econome.store.client import Store
from econome.store.question import Question, question

WHOLE = "workspace"
"""Splits nothing: a column that is the same for all runs of a scope."""

GOOD_FROM = 0.5
"""From which mean score on a trace is good, unless somebody says otherwise: a 1 of 0 and 1, or of -1 and 1,
and half of a scale from 0 to 1."""

KEYS = 8
"""How many keys of feedback are compared: those with most judged traces."""

RATIOS = (
    "cost_per_call",
    "cost_per_trace",
    "cost_per_token",
    "input_per_call",
    "output_per_call",
    "cache_hits",
    "failed_calls",
)
"""The measures of the question compare_means, in its order."""

SPEEDS = ("latency", "first_token", "call_latency")
"""The latencies of the question compare_speed, in its order."""


@dataclass(frozen=True, slots=True)
class Means:
    """How the measures of one value scatter over its traces."""

    value: str
    traces: int
    calls: int
    cost: Decimal | None
    priced_calls: int
    estimated_calls: int
    moments: list[float]

    def of(self, name: str) -> Moments:
        """The moments of one of `RATIOS`."""
        return _moments(self.moments, RATIOS.index(name))


@dataclass(frozen=True, slots=True)
class ModelUse:
    """What the calls of one model used and cost; the sums are of the known ones."""

    provider: str
    model: str
    calls: int
    known: int  # with a cost
    whole: int  # which tell their tokens too
    cost: Decimal | None
    input_cost: Decimal | None
    output_cost: Decimal | None
    whole_cost: Decimal | None
    input: int
    output: int
    uncached: int
    cache_read: int
    cache_read_audio: int
    cache_write_5m: int
    cache_write_1h: int
    audio_in: int
    image_in: int
    video_in: int
    price: UUID  # of the latest


@dataclass(frozen=True, slots=True)
class Ends:
    """How far the quantiles of each of `SPEEDS` may lie."""

    traces: list[int]
    ends: list[list[float]]  # of each speed: of p50 from, to; of p95 from, to


@dataclass(frozen=True, slots=True)
class Scores:
    """How the traces of one value were judged under one key of feedback."""

    value: str
    key: str
    judged: int  # traces
    scores: int
    good: int  # traces
    good_paid: int  # of which a cost is known
    cost: Decimal | None  # of all judged traces
    moments: list[float]

    @property
    def score(self) -> Moments:
        """Of the mean score."""
        return _moments(self.moments, 0)

    @property
    def good_share(self) -> Moments:
        """Of the good among the judged."""
        return _moments(self.moments, 1)

    @property
    def cost_per_good(self) -> Moments:
        """Of what the judged traces cost, for each good one."""
        return _moments(self.moments, 2)


@dataclass(frozen=True, slots=True)
class Side:
    """What is known of one side."""

    scope: Scope
    totals: Totals
    means: Means | None  # None: no call
    ends: Ends
    scores: list[Scores]
    models: list[ModelUse]
    moving: dict[tuple[str, str], movement.Side]  # the same by provider and model, as changes are divided


def side_of(store: Store, scope: Scope, good_from: float = GOOD_FROM) -> Side:
    """All that a comparison needs of one of its sides."""
    means = means_by(store, scope, None, limit=1)
    models = store.ask(ModelUse, question("compare_models"), scope.filter, **scope.parameters())
    return Side(
        scope,
        totals(store, scope),
        means[0] if means else None,
        store.ask(Ends, question("compare_speed"), scope.filter, **scope.parameters())[0],
        scores_by(store, scope, None, good_from=good_from, limit=KEYS),
        models,
        _moving(store, models),
    )


def _moving(store: Store, models: Sequence[ModelUse]) -> dict[tuple[str, str], movement.Side]:
    prices = prices_of(store, {use.price for use in models if use.price.int})
    return {
        (use.provider, use.model): movement.Side(
            calls=use.calls,
            known=use.known,
            amount=use.cost or ZERO,
            of_input=use.input_cost or ZERO,
            of_output=use.output_cost or ZERO,
            input=use.input,
            output=use.output,
            weight=weight_of(use, prices.get(use.price)),
        )
        for use in models
    }


def means_by(store: Store, scope: Scope, by: ComparedBy | None, *, limit: int) -> list[Means]:
    """The values with most calls, most first; of the whole scope if `by` is None."""
    asked, bound = _split(question("compare_means"), by)
    return store.ask(Means, asked, scope.filter, limit=limit, **bound, **scope.parameters())


def scores_by(
    store: Store, scope: Scope, by: ComparedBy | None, *, good_from: float, limit: int
) -> list[Scores]:
    """How each value was judged, the keys with most judged traces first."""
    asked, bound = _split(question("compare_scores"), by)
    return store.ask(
        Scores, asked, scope.filter, good_from=good_from, limit=limit, **bound, **scope.parameters()
    )


def _split(asked: Question, by: ComparedBy | None) -> tuple[Question, dict[str, object]]:
    """The question split by a dimension, or by a parameter, where none is the empty text, not nought."""
    if not isinstance(by, CallParameter):
        return split(asked, WHOLE if by is None else by)
    column = "{dimension:Identifier}"
    text = asked.text.replace(column, f"ifNull(toString({column}), '')")
    return split(Question(asked.name, text), by.value)


def _moments(of: Sequence[float], place: int) -> Moments:
    return Moments(*of[10 * place : 10 * place + 10])
