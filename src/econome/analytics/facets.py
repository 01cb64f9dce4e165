"""What there is to choose from: the values of each dimension in a scope."""

from __future__ import annotations

from dataclasses import dataclass

from econome.analytics.dimension import By, Dimension, split
from econome.domain.scope import Scope
from econome.store.client import Store
from econome.store.question import question


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a dimension."""

    value: str
    runs: int


@dataclass(frozen=True, slots=True)
class _Of:
    dimension: str
    value: str
    runs: int


def facets(store: Store, scope: Scope, *, limit: int = 20) -> dict[Dimension, list[Choice]]:
    """The most frequent values of every dimension, most runs first; empty ones are none.

    It takes as long as all of them: who shows them one by one asks `facet` for each.
    """
    found: dict[Dimension, list[Choice]] = {dimension: [] for dimension in Dimension}
    for one in store.ask(_Of, question("facets"), scope.filter, limit=limit, **scope.parameters()):
        found[Dimension(one.dimension)].append(Choice(one.value, one.runs))
    found[Dimension.TAG] = facet(store, scope, Dimension.TAG, limit=limit)
    return found


def facet(store: Store, scope: Scope, by: By, *, limit: int = 20) -> list[Choice]:
    """The same of one dimension, which may be a key of the metadata."""
    asked, bound = split(question("facet"), by)
    return store.ask(Choice, asked, scope.filter, limit=limit, **bound, **scope.parameters())
