"""Where the tokens and the money go."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal

from econome.analytics.dimension import By, split
from econome.analytics.totals import Totals
from econome.domain.scope import Scope
from econome.store.client import Store
from econome.store.question import question


@dataclass(frozen=True, slots=True)
class _Dear:
    calls: int
    spent: Decimal | None
    tokens: int | None
    runs: int
    value: str
    values: int


@dataclass(frozen=True, slots=True)
class _Spent(Totals):
    value: str


@dataclass(frozen=True, slots=True)
class Spend(_Spent):
    """The totals of one value of a dimension."""

    values: int  # how many values there are, those beyond the limit included


_TOLD = tuple(field.name for field in fields(_Spent))


def spend_by(store: Store, scope: Scope, by: By, *, limit: int = 20) -> list[Spend]:
    """The dearest values of a dimension, dearest first, then those with most tokens.

    Found by what they cost first, and then asked about: all that is told of each of a hundred thousand
    conversations takes ten times as long as finding the dearest twenty.
    """
    dear = _dearest(store, scope, by, limit)
    if not dear:
        return []
    few = dear[0].values <= limit
    asked, bound = split(question("spend_by"), by)
    rows = store.recall(
        _Spent,
        asked,
        scope.filter,
        values=[] if few else sorted(one.value for one in dear),
        **bound,
        **scope.parameters(),
    )
    told = {row.value: {name: getattr(row, name) for name in _TOLD} for row in rows}
    # What a value had may just have been removed.
    return [Spend(**told[one.value], values=one.values) for one in dear if one.value in told]


def dearest(store: Store, scope: Scope, by: By, *, limit: int) -> list[str]:
    """The values of `spend_by` alone, in its order."""
    return [one.value for one in _dearest(store, scope, by, limit)]


def _dearest(store: Store, scope: Scope, by: By, limit: int) -> list[_Dear]:
    asked, bound = split(question("dearest"), by)
    return store.recall(_Dear, asked, scope.filter, limit=limit, **bound, **scope.parameters())
