"""What there is to choose from: the values of each dimension in a scope."""

from __future__ import annotations

from dataclasses import dataclass

from econome.analytics.dimension import By, Dimension, MetadataKey
from econome.domain.scope import Scope
from econome.store.client import Store
from econome.store.question import question


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a dimension."""

    dimension: str
    value: str
    runs: int


def facets(store: Store, scope: Scope, *, limit: int = 20) -> dict[Dimension, list[Choice]]:
    """The most frequent values of every dimension, most runs first; empty ones are none."""
    found: dict[Dimension, list[Choice]] = {dimension: [] for dimension in Dimension}
    for name in ("facets", "facet_of_tags"):
        for choice in store.ask(Choice, question(name), scope.filter, limit=limit, **scope.parameters()):
            found[Dimension(choice.dimension)].append(choice)
    return found


def facet(store: Store, scope: Scope, by: By, *, limit: int = 20) -> list[Choice]:
    """The same of one dimension, which may be a key of the metadata."""
    if not isinstance(by, MetadataKey):
        return facets(store, scope, limit=limit)[by]
    return store.ask(
        Choice,
        question("facet_of_metadata"),
        scope.filter,
        key=by.key,
        limit=limit,
        **scope.parameters(),
    )
