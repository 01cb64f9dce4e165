"""What is being spent? Counters in Prometheus' text form, and in that of OpenMetrics when asked.

Of what the server stored since it started: see `ingest.spending` for what that means.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.domain.money import text_of
from econome.domain.run import NO_ID
from econome.domain.usage import INPUT, OUTPUT, Bucket
from econome.ingest.projects import Projects
from econome.ingest.spending import COST, OTHER, Count, Place
from econome.web.api.told import asks
from econome.web.auth import Caller, Role, require
from econome.web.context import context

OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
PLAIN = "text/plain; version=0.0.4; charset=utf-8"
LONGEST_LABEL = 200


@dataclass(frozen=True, slots=True)
class Family:
    """One counter, by its name without the end that all have, `_total`."""

    name: str
    says: str


SPEND = Family("econome_cost_usd", "US dollars that priced calls cost")
TOKENS = Family("econome_tokens", "Tokens of calls whose usage is known, each in one bucket")
CALLS = {
    Count.CALLS: Family("econome_calls", "Calls of models, each counted once"),
    Count.FAILED: Family("econome_failed_calls", "Calls that failed"),
    Count.UNPRICED: Family("econome_unpriced_calls", "Calls with known usage that have no price"),
    Count.ESTIMATED: Family("econome_estimated_calls", "Calls whose usage is estimated; in no other sum"),
    Count.UNKNOWN: Family("econome_unknown_calls", "Calls of whose usage nothing is known"),
}
SINCE = Family("econome_counting_since_seconds", "When counting began, in seconds since 1970")

Labels = tuple[tuple[str, str], ...]
Amounts = dict[Labels, int | Decimal]


@asks(None, media="text/plain")
async def metrics(request: Request) -> Response:
    """GET /econome/v1/metrics: what was stored since the server started, for Prometheus."""
    caller = require(request, Role.READ)
    here = context(request)
    is_open = "application/openmetrics-text" in request.headers.get("accept", "")
    counters = _visible(here.spending.told(caller.workspace), here.projects, caller)
    lines = [
        *_family(SPEND, {labels: told[COST] for labels, told in counters.items() if COST in told}, is_open),
        *_family(TOKENS, _tokens(counters), is_open),
    ]
    for count, family in CALLS.items():
        amounts = {labels: told[count] for labels, told in counters.items() if count in told}
        lines += _family(family, amounts, is_open)
    lines += [f"# HELP {SINCE.name} {SINCE.says}", f"# TYPE {SINCE.name} gauge"]
    lines.append(f"{SINCE.name} {here.spending.since.timestamp():.3f}")
    if is_open:
        lines.append("# EOF")
    headers = {"content-type": OPEN_METRICS if is_open else PLAIN}
    return Response("\n".join(lines) + "\n", headers=headers)


_Told = Mapping[str, int | Decimal]


def _visible(told: Mapping[Place, _Told], projects: Projects, caller: Caller) -> dict[Labels, _Told]:
    """The counters of the projects that the caller may see, by their labels.

    What several projects count together is nobody's who may see only some. Two projects never
    share a name, but one that is deleted may leave its own to another.
    """
    found: dict[Labels, _Told] = {}
    for place, amounts in told.items():
        if place.project == NO_ID:
            if caller.projects is not None:
                continue
            name = OTHER
        else:
            known = projects.get(caller.workspace, place.project)
            name = known.name if known else str(place.project)
            if not caller.may_see(name):
                continue
        said = (("project", name), ("provider", place.provider), ("model", place.model))
        labels = tuple((label, value[:LONGEST_LABEL]) for label, value in said)
        found[labels] = _together(found.get(labels, {}), amounts)
    return found


def _together(one: _Told, other: _Told) -> _Told:
    return {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}


def _tokens(counters: Mapping[Labels, _Told]) -> Amounts:
    found: Amounts = {}
    for labels, told in counters.items():
        for direction, buckets in (("input", INPUT), ("output", OUTPUT)):
            for bucket in buckets:
                if bucket.value in told:
                    found[_of_bucket(labels, direction, bucket)] = told[bucket.value]
    return found


def _of_bucket(labels: Labels, direction: str, bucket: Bucket) -> Labels:
    return (*labels, ("direction", direction), ("bucket", bucket.value))


def _family(family: Family, amounts: Mapping[Labels, int | Decimal], is_open: bool) -> Iterator[str]:
    named = family.name if is_open else f"{family.name}_total"  # OpenMetrics names the family, not its line
    yield f"# HELP {named} {family.says}"
    yield f"# TYPE {named} counter"
    for labels, amount in amounts.items():
        text = text_of(amount) if isinstance(amount, Decimal) else str(amount)
        yield f"{family.name}_total{{{_written(labels)}}} {text}"


def _written(labels: Iterable[tuple[str, str]]) -> str:
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in labels)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


ROUTES = [Route("/econome/v1/metrics", metrics, methods=["GET"])]
