"""What there is to choose from: the values of each dimension in a scope."""

from __future__ import annotations

from dataclasses import dataclass

from econome.analytics.dimension import Dimension
from econome.domain.scope import Scope
from econome.store.client import Store
from econome.store.question import question


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a dimension."""

    value: str
    runs: int


def facet(store: Store, scope: Scope, dimension: Dimension, *, limit: int = 20) -> list[Choice]:
    """The most frequent values of `dimension`, most runs first; empty ones are none."""
    return store.ask(
        Choice,
        question("facet"),
        scope.filter,
        dimension=dimension.column,
        limit=limit,
        **scope.parameters(),
    )
