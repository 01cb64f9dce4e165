"""/econome/v1/repricings: pricing a period again, first as a proposal."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, NotRequired, TypedDict, cast
from uuid import UUID

from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from econome.analytics.filters import compile_filter
from econome.domain.money import text_of
from econome.domain.scope import Scope
from econome.ingest.repricing import NoSuchRepricing, State
from econome.ingest.repricing import Repricing as Kept
from econome.web.api import shapes
from econome.web.api.prices import author, manager
from econome.web.api.scope import moment_of
from econome.web.api.told import asks, names_of
from econome.web.auth import Caller, Role, require
from econome.web.context import Econome, context
from econome.web.errors import Invalid
from econome.web.json import short_object


class Proposal(TypedDict):
    """Which runs to price again."""

    since: shapes.Moment
    until: NotRequired[shapes.Moment]
    project: NotRequired[list[str]]
    filter: NotRequired[str]


class RepricedModel(TypedDict):
    """What changes for one model."""

    provider: str
    model: str
    runs: int
    changed: int
    before: shapes.Money
    after: shapes.Money
    unpriced_before: int
    unpriced_after: int


class Repricing(TypedDict):
    """A period that is priced again, and what that changes."""

    id: str
    state: State
    author: str
    created_at: shapes.Moment
    since: shapes.Moment
    until: shapes.Moment
    project: Annotated[list[str], Meta(description="names; empty: all")]
    filter: str
    runs: Annotated[int, Meta(description="how many are done")]
    expected: Annotated[int, Meta(description="how many there are")]
    changed: int
    cost_before: shapes.Money
    cost_after: shapes.Money
    difference: shapes.Money
    unpriced_before: int
    unpriced_after: int
    by_model: list[RepricedModel]


class Repricings(TypedDict):
    """Those of the workspace, the newest first."""

    rows: list[Repricing]


@asks(Repricings)
async def repricings(request: Request) -> Response:
    """GET /econome/v1/repricings: those of the workspace, the newest first."""
    caller = require(request, Role.READ)
    here = context(request)
    mine = (one for one in here.repricings.all(caller.workspace) if _may_see(here, caller, one))
    told: Repricings = {"rows": [_shown(here, one) for one in mine]}
    return shapes.answer(told)


@asks(Repricing)
async def repricing(request: Request) -> Response:
    """GET /econome/v1/repricings/{id}: one, with how far it is."""
    caller = require(request, Role.READ)
    here = context(request)
    one = here.repricings.get(caller.workspace, request.path_params["id"])
    if not _may_see(here, caller, one):
        raise NoSuchRepricing(f"There is no re-pricing {one.id}.")
    return shapes.answer(_shown(here, one))


@asks(Repricing, body=Proposal, status=201)
async def propose(request: Request) -> Response:
    """POST /econome/v1/repricings: what pricing a period again would change. It changes nothing."""
    caller = manager(request)
    said = await short_object(request, names_of(Proposal))
    here = context(request)
    text = said.get("filter") or ""
    names = said.get("project") or []
    if not isinstance(text, str) or not isinstance(names, list):
        raise Invalid('"filter" must be a text, and "project" a list of names or ids.')
    compile_filter(text)
    scope = Scope(
        workspace=caller.workspace,
        since=moment_of("since", _text(said, "since")),
        until=moment_of("until", _text(said, "until")) if said.get("until") else datetime.now(UTC),
        projects=tuple(_project(here, caller.workspace, name) for name in names),
    )
    if scope.since >= scope.until:
        raise Invalid(f"since: {scope.since.isoformat()} is not before until, {scope.until.isoformat()}")
    one = await here.repricings.propose(replace(scope), text, author(here, caller))
    return shapes.answer(_shown(here, one), 201)


@asks(Repricing, status=202)
async def apply(request: Request) -> Response:
    """POST /econome/v1/repricings/{id}/apply: makes the change, or goes on with it."""
    caller = manager(request)
    here = context(request)
    one = here.repricings.get(caller.workspace, request.path_params["id"])
    await here.repricings.apply(one, author(here, caller))
    return shapes.answer(_shown(here, one), 202)


def _text(said: dict[str, object], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not value.strip():
        raise Invalid(f'"{name}" must be a time in ISO 8601, such as 2026-07-01, not {value!r}')
    return value.strip()


def _project(here: Econome, workspace: UUID, name: object) -> UUID:
    found = here.projects.find(workspace, name) if isinstance(name, str) else None
    if found is None:
        raise Invalid(f"project: there is none of the name {name!r}")
    return found.id


def _may_see(here: Econome, caller: Caller, one: Kept) -> bool:
    """Whether a key may see its sums: one for some projects only when it was of those alone."""
    if caller.projects is None:
        return True
    names = [here.projects.name_of(one.workspace, project) for project in one.projects]
    return bool(names) and all(map(caller.may_see, names))


def _shown(here: Econome, one: Kept) -> Repricing:
    return {
        "id": str(one.id),
        "state": cast("State", one.state),
        "author": one.author,
        "created_at": shapes.iso(one.created_at),
        "since": shapes.iso(one.since),
        "until": shapes.iso(one.until),
        "project": [here.projects.name_of(one.workspace, project) for project in one.projects],
        "filter": one.filter,
        "runs": one.runs,
        "expected": one.expected or one.runs,
        "changed": one.changed,
        "cost_before": text_of(one.cost_before),
        "cost_after": text_of(one.cost_after),
        "difference": text_of(one.cost_after - one.cost_before),
        "unpriced_before": one.unpriced_before,
        "unpriced_after": one.unpriced_after,
        "by_model": [
            {
                "provider": model.provider,
                "model": model.model,
                "runs": model.runs,
                "changed": model.changed,
                "before": text_of(model.before),
                "after": text_of(model.after),
                "unpriced_before": model.unpriced_before,
                "unpriced_after": model.unpriced_after,
            }
            for model in sorted(one.models.values(), key=lambda model: model.before - model.after)
        ],
    }


ROUTES: list[BaseRoute] = [
    Route("/econome/v1/repricings", repricings, methods=["GET"]),
    Route("/econome/v1/repricings", propose, methods=["POST"]),
    Route("/econome/v1/repricings/{id:uuid}", repricing, methods=["GET"]),
    Route("/econome/v1/repricings/{id:uuid}/apply", apply, methods=["POST"]),
]
