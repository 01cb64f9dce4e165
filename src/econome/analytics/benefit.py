"""What the tokens bring: what a call of each value costs beside how its traces were judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from econome.analytics import difference as of
from econome.analytics.compared_by import ComparedBy
from econome.analytics.comparison import (
    Judged,
    Measure,
    Measured,
    MeasureUnit,
    Method,
    held,
    judged,
    mean_cost,
)
from econome.analytics.difference import Verdict
from econome.analytics.sides import KEYS, Means, Scores, means_by, scores_by
from econome.domain.scope import Scope
from econome.store.client import Store


@dataclass(frozen=True, slots=True)
class Waste:
    """A cheaper value that was judged no worse, as far as one can tell."""

    value: str
    cost: Measure  # of that value and of the dearer one
    score: Measure


@dataclass(frozen=True, slots=True)
class Worth:
    """One value: its calls, what one costs, and how its traces were judged."""

    means: Means
    cost: Measured
    score: Measured
    scores: Scores | None
    waste: Waste | None = None


@dataclass(frozen=True, slots=True)
class Worths:
    """The values with most calls, and by which key of feedback they were judged."""

    key: str | None  # None: nothing was judged
    keys: list[tuple[str, int]]  # every key, with the judged traces of all values
    rows: list[Worth]


def worth_of(
    store: Store, scope: Scope, by: ComparedBy, *, key: str | None, good_from: float, limit: int
) -> Worths:
    """The cost and the score of each value of a dimension, those with most calls first."""
    means = means_by(store, scope, by, limit=limit)
    scores = scores_by(store, scope, by, good_from=good_from, limit=KEYS)
    counts: Counter[str] = Counter()
    for one in scores:
        counts[one.key] += one.judged
    keys = counts.most_common()
    chosen = key if key is not None else keys[0][0] if keys else None
    by_value = {one.value: one for one in scores if one.key == chosen}
    rows = [_worth(one, by_value.get(one.value)) for one in means]
    return Worths(chosen, keys, [replace(row, waste=_waste(row, rows)) for row in rows])


def _worth(means: Means, scores: Scores | None) -> Worth:
    moments = means.of("cost_per_call")
    cost = mean_cost(of.mean(moments, 0), means.cost, moments.y)
    return Worth(means, cost, judged("", scores, None).score.a, scores)


def _waste(of_row: Worth, rows: Sequence[Worth]) -> Waste | None:
    """The best-judged of the clearly cheaper values than which this one is not clearly better."""
    found: list[Waste] = []
    for other in rows:
        cost = held("cost_per_call", MeasureUnit.MONEY, Method.MEAN, other.cost, of_row.cost)
        thought: Judged = judged("", other.scores, of_row.scores)
        if cost.verdict is Verdict.MORE and thought.score.verdict in {Verdict.LESS, Verdict.UNCLEAR}:
            found.append(Waste(other.means.value, cost, thought.score))
    return max(found, key=_height, default=None)


def _height(one: Waste) -> float:
    return one.score.a.estimate.value if one.score.a.estimate else 0.0
