"""Where the tokens and the money go."""

from __future__ import annotations

from dataclasses import dataclass

from econome.analytics.dimension import Dimension
from econome.analytics.totals import Totals
from econome.domain.scope import Scope
from econome.store.client import Store
from econome.store.question import question


@dataclass(frozen=True, slots=True)
class _Value:
    value: str


@dataclass(frozen=True, slots=True)
class Spend(Totals):
    """The totals of one value of a dimension."""

    value: str
    values: int  # how many values there are, those beyond the limit included


def spend_by(store: Store, scope: Scope, dimension: Dimension, *, limit: int = 20) -> list[Spend]:
    """The dearest values of `dimension`, dearest first, then those with most tokens."""
    return store.ask(
        Spend,
        question("spend_by"),
        scope.filter,
        dimension=dimension.column,
        limit=limit,
        **scope.parameters(),
    )


def dearest(store: Store, scope: Scope, dimension: Dimension, *, limit: int) -> list[str]:
    """The values of `spend_by` alone, in its order."""
    answer = store.ask(
        _Value,
        question("dearest"),
        scope.filter,
        dimension=dimension.column,
        limit=limit,
        **scope.parameters(),
    )
    return [row.value for row in answer]
