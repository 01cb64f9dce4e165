"""What differs between these two runs, or these two traces?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Context, Decimal
from typing import Annotated, TypedDict, cast

from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.analytics.errors import BadQuestion
from econome.analytics.runs import RunRow, run_by_id
from econome.analytics.traces import trace_totals
from econome.domain.money import text_of
from econome.web.api import shapes
from econome.web.api.scope import identity, visible
from econome.web.api.told import Parameter, asks
from econome.web.auth import Caller, Role, require
from econome.web.context import context
from econome.web.errors import NotFound

_LESS = Context(prec=100).subtract
_PARAMETERS = (
    "name", "kind", "status", "provider", "model", "model_asked", "model_answered", "service_tier",
    "temperature", "top_p", "max_tokens", "streamed", "user", "session", "environment",
)  # fmt: skip


class ComparedRun(TypedDict):
    """One of the two."""

    run: shapes.RunRow
    trace: Annotated[shapes.TraceSums | None, Meta(description="what its whole trace used, of a root")]


class RunAmounts(TypedDict):
    """An amount of money of both, and b less a; null where it is not known."""

    name: str
    a: shapes.Money | None
    b: shapes.Money | None
    difference: shapes.Money | None


class RunNumbers(TypedDict):
    """A number of both, and b less a; null where it is not known."""

    name: str
    a: float | None
    b: float | None
    difference: float | None


class RunSetting(TypedDict):
    """What both were asked for or say of themselves, as text; null: nothing."""

    name: str
    a: str | None
    b: str | None
    same: bool


class CompareRuns(TypedDict):
    """Two runs held together; of two roots, their traces."""

    a: ComparedRun
    b: ComparedRun
    of: Annotated[str, Meta(description="run or trace: whose money and tokens these are")]
    same_model: bool
    money: list[RunAmounts]
    tokens: list[RunNumbers]
    seconds: list[RunNumbers]
    characters: Annotated[list[RunNumbers], Meta(description="of each segment of the prompt")]
    settings: list[RunSetting]


@asks(
    CompareRuns,
    Parameter("a", "The id of a run.", needed=True),
    Parameter("b", "The id of another.", needed=True),
)
async def compare_runs(request: Request) -> Response:
    """GET /econome/v1/compare/runs: two runs, or two traces by their roots, and what differs."""
    caller = require(request, Role.READ)
    rows = [await _row(request, caller, name) for name in ("a", "b")]
    econome = context(request)
    sums = await run_in_threadpool(
        trace_totals,
        econome.store,
        caller.workspace,
        visible(request, caller),
        [row for row in rows if row.parent_id is None],
    )
    a, b = rows
    first, second = (
        ComparedRun(
            run=shapes.run(row, econome.projects, caller.workspace),
            trace=shapes.trace_totals(sums[row.trace_id])
            if row.parent_id is None and row.trace_id in sums
            else None,
        )
        for row in rows
    )
    is_of_traces = first["trace"] is not None and second["trace"] is not None
    used_a, used_b = (
        cast("Mapping[str, object]", one["trace"] if is_of_traces else one["run"]) for one in (first, second)
    )
    told: CompareRuns = {
        "a": first,
        "b": second,
        "of": "trace" if is_of_traces else "run",
        "same_model": a.model == b.model and a.provider == b.provider,
        "money": [_amounts(name, used_a[name], used_b[name]) for name in _MONEY],
        "tokens": _numbers(used_a["tokens"], used_b["tokens"]),
        "seconds": _numbers(_times(first["run"]), _times(second["run"])),
        "characters": _numbers(shapes.segments(a), shapes.segments(b)),
        "settings": [*_settings(first["run"], second["run"], _PARAMETERS), *_metadata(first, second)],
    }
    return shapes.answer(told)


_MONEY = ("cost", "input_cost", "output_cost", "fee_cost")


def _times(of: shapes.RunRow) -> dict[str, float | None]:
    return {"latency": of["latency"], "first_token": of["first_token"]}


async def _row(request: Request, caller: Caller, name: str) -> RunRow:
    text = request.query_params.get(name)
    if text is None:
        raise BadQuestion(f"{name}: the id of a run is missing")
    found = await run_in_threadpool(
        run_by_id,
        context(request).store,
        caller.workspace,
        visible(request, caller),
        identity(text, "run"),
    )
    if found is None:
        raise NotFound(f"{name}: there is no run {text}")
    return found


def _amounts(name: str, a: object, b: object) -> RunAmounts:
    one, other = cast("str | None", a), cast("str | None", b)
    difference = None if one is None or other is None else text_of(_LESS(Decimal(other), Decimal(one)))
    return {"name": name, "a": one, "b": other, "difference": difference}


def _numbers(a: object, b: object) -> list[RunNumbers]:
    """Where either has any."""
    first, second = cast("Mapping[str, float | None]", a), cast("Mapping[str, float | None]", b)
    return [
        {
            "name": name,
            "a": first[name],
            "b": second[name],
            "difference": None if (x := first[name]) is None or (y := second[name]) is None else y - x,
        }
        for name in first
        if first[name] or second[name]
    ]


def _settings(a: Mapping[str, object], b: Mapping[str, object], names: Iterable[str]) -> list[RunSetting]:
    """Where either says anything."""
    pairs = ((name, _text(a.get(name)), _text(b.get(name))) for name in names)
    return [
        {"name": name, "a": one, "b": other, "same": one == other}
        for name, one, other in pairs
        if one is not None or other is not None
    ]


def _metadata(a: ComparedRun, b: ComparedRun) -> list[RunSetting]:
    first, second = a["run"]["metadata"], b["run"]["metadata"]
    told = _settings(first, second, sorted({*first, *second}))
    return [{**one, "name": f"metadata.{one['name']}"} for one in told]


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None or value == "" else str(value)


ROUTES = [Route("/econome/v1/compare/runs", compare_runs, methods=["GET"])]
