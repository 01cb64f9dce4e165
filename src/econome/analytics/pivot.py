"""Two dimensions across each other: what each pair of their values came to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from econome.analytics.dimension import By, split
from econome.analytics.errors import BadQuestion
from econome.domain.scope import Scope
from econome.store.client import Store
from econome.store.question import question


class PivotMeasure(StrEnum):
    """By what the values are chosen that have a row or a column of their own."""

    COST = "cost"
    TOKENS = "tokens"
    CALLS = "calls"
    FAILED_CALLS = "failed_calls"


@dataclass(frozen=True, slots=True)
class Cell:
    """What the runs of one row and one column came to. 0 is the place of all others, -1 that of the sum."""

    row: int
    column: int
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
    failed_calls: int
    latency: list[float]  # p50 and p95 in seconds; NaN for none


@dataclass(frozen=True, slots=True)
class Axis:
    """The values that have a place of their own, in its order, and how many have none."""

    values: list[str]
    others: int


@dataclass(frozen=True, slots=True)
class Pivot:
    """Cells by row and column; where nothing happened there is none."""

    rows: Axis
    columns: Axis
    latency_of: str  # "calls" or "traces"
    cells: dict[tuple[int, int], Cell]


OTHERS = 0
ALL = -1


@dataclass(frozen=True, slots=True)
class _Value:
    value: str
    values: int


def pivot(
    store: Store, scope: Scope, rows: By, columns: By, measure: PivotMeasure, limits: tuple[int, int]
) -> Pivot:
    """The values of both dimensions with most of a measure, so many rows and columns, and the others.

    Raises `BadQuestion` for a dimension across itself.
    """
    if rows == columns:
        raise BadQuestion(f"columns: another dimension than the rows, which are by {rows.value}")
    down = _axis(store, scope, rows, measure, limits[0])
    across = _axis(store, scope, columns, measure, limits[1])
    latency_of = "calls" if rows.is_of_calls or columns.is_of_calls else "traces"
    asked, first = split(question("pivot"), rows)
    asked, second = split(asked, columns, "second")
    cells = store.recall(
        Cell,
        asked,
        scope.filter,
        **first,
        **second,
        rows=down.values,
        columns=across.values,
        latency_of=latency_of,
        **scope.parameters(),
    )
    return Pivot(down, across, latency_of, {(cell.row, cell.column): cell for cell in cells})


def _axis(store: Store, scope: Scope, by: By, measure: PivotMeasure, limit: int) -> Axis:
    asked, bound = split(question("pivot_values"), by)
    found = store.ask(
        _Value, asked, scope.filter, measure=measure.value, limit=limit, **bound, **scope.parameters()
    )
    return Axis([one.value for one in found], found[0].values - len(found) if found else 0)
