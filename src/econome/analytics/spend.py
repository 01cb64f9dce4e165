"""Where the tokens and the money go."""

from __future__ import annotations

from dataclasses import dataclass

from econome.analytics.dimension import By, split
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


def spend_by(store: Store, scope: Scope, by: By, *, limit: int = 20) -> list[Spend]:
    """The dearest values of a dimension, dearest first, then those with most tokens."""
    asked, bound = split(question("spend_by"), by)
    return store.ask(Spend, asked, scope.filter, limit=limit, **bound, **scope.parameters())


def dearest(store: Store, scope: Scope, by: By, *, limit: int) -> list[str]:
    """The values of `spend_by` alone, in its order."""
    asked, bound = split(question("dearest"), by)
    answer = store.ask(_Value, asked, scope.filter, limit=limit, **bound, **scope.parameters())
    return [row.value for row in answer]
