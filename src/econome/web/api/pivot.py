"""Where does it go, by two dimensions at once?"""

from __future__ import annotations

from typing import Annotated, TypedDict

from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.dimension import By, Dimension, dimension
from econome.analytics.pivot import ALL, OTHERS, Axis, Cell, PivotMeasure, pivot
from econome.web.api import shapes
from econome.web.api.labels import label
from econome.web.api.scope import choice, scope_of, whole
from econome.web.api.told import Parameter, asks
from econome.web.auth import Role, require
from econome.web.context import context

MOST = 100


class PivotCell(TypedDict):
    """What the runs of one place came to."""

    cost: shapes.Money | None
    input: int | None
    output: int | None
    tokens: int | None
    failed_calls: int
    latency: shapes.Quantiles
    coverage: shapes.Coverage


class PivotValue(TypedDict):
    """A row or a column."""

    value: Annotated[
        str | None, Meta(description="null: all values that have none of their own; the empty one: none")
    ]
    label: str
    total: Annotated[
        PivotCell | None, Meta(description="over all that stands across it; null: nothing happened")
    ]


class PivotAnswer(shapes.Terms):
    """Two dimensions across each other, most first, the others last."""

    by: Annotated[list[str], Meta(description="of the rows, of the columns")]
    measure: PivotMeasure
    rows: list[PivotValue]
    columns: list[PivotValue]
    cells: Annotated[list[list[PivotCell | None]], Meta(description="row by row; null: nothing happened")]
    total: PivotCell | None
    other_rows: Annotated[int, Meta(description="how many values share the row of the others")]
    other_columns: int
    latency_of: Annotated[str, Meta(description="calls or traces")]
    overlapping: Annotated[
        bool, Meta(description="a run may have several values: parts add up to more than all")
    ]


@asks(
    PivotAnswer,
    Parameter("rows", "A dimension, or metadata.KEY.", default="project"),
    Parameter("columns", "Another one.", default="model"),
    Parameter(
        "measure",
        "By what the values are chosen that are shown.",
        choices=tuple(PivotMeasure),
        default=PivotMeasure.COST.value,
    ),
    Parameter("limit", f"How many rows, up to {MOST}.", "integer", default=20),
    Parameter("across", f"How many columns, up to {MOST}.", "integer", default=8),
    scoped=True,
)
async def pivot_table(request: Request) -> Response:
    """GET /econome/v1/pivot: what each pair of values of two dimensions came to, with all totals."""
    caller = require(request, Role.READ)
    rows = dimension(request.query_params.get("rows", Dimension.PROJECT), parameter="rows")
    columns = dimension(request.query_params.get("columns", Dimension.MODEL), parameter="columns")
    measure = choice(request, "measure", PivotMeasure, PivotMeasure.COST)
    limits = whole(request, "limit", 20, MOST), whole(request, "across", 8, MOST)
    scope = await scope_of(request, caller)
    econome = context(request)
    found = await run_in_threadpool(pivot, econome.store, scope, rows, columns, measure, limits)

    def cell(row: int, column: int) -> PivotCell | None:
        one = found.cells.get((row, column))
        return None if one is None else _cell(one)

    def places(axis: Axis) -> list[int]:
        return [*range(1, len(axis.values) + 1), *([OTHERS] if axis.others else [])]

    def value(by: By, axis: Axis, place: int, total: PivotCell | None) -> PivotValue:
        if place == OTHERS:
            return {"value": None, "label": "others", "total": total}
        text = axis.values[place - 1]
        return {"value": text, "label": label(econome.projects, caller.workspace, by, text), "total": total}

    down, across = places(found.rows), places(found.columns)
    told: PivotAnswer = {
        **shapes.terms(scope),
        "by": [rows.value, columns.value],
        "measure": measure,
        "rows": [value(rows, found.rows, row, cell(row, ALL)) for row in down],
        "columns": [value(columns, found.columns, column, cell(ALL, column)) for column in across],
        "cells": [[cell(row, column) for column in across] for row in down],
        "total": cell(ALL, ALL),
        "other_rows": found.rows.others,
        "other_columns": found.columns.others,
        "latency_of": found.latency_of,
        "overlapping": rows.is_overlapping or columns.is_overlapping,
    }
    return shapes.answer(told)


def _cell(of: Cell) -> PivotCell:
    sent, generated = of.input_tokens, of.output_tokens
    return {
        "cost": shapes.money(of.cost),
        "input": sent,
        "output": generated,
        "tokens": None if sent is None and generated is None else (sent or 0) + (generated or 0),
        "failed_calls": of.failed_calls,
        "latency": shapes.quantiles(of.latency),
        "coverage": shapes.coverage(of),
    }


ROUTES = [Route("/econome/v1/pivot", pivot_table, methods=["GET"])]
