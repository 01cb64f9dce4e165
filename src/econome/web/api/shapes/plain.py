"""What all answers are made of: money, times, and how they are sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, TypedDict, overload
from uuid import UUID

from msgspec import Meta
from starlette.responses import Response

from econome.domain.money import text_of
from econome.domain.scope import Scope
from econome.ingest.projects import Projects
from econome.wire.json_text import dump

Json = dict[str, Any]
"""An object on its way out: its values are whatever JSON can hold."""

Money = Annotated[str, Meta(description='An exact decimal amount, such as "0.0125"')]
Moment = Annotated[str, Meta(description="ISO 8601, in UTC")]


class Named(TypedDict):
    """Something by its id and its name."""

    id: str
    name: str


class Terms(TypedDict):
    """In which money amounts are."""

    prices: Annotated[str, Meta(description='"recorded", or the day at whose prices they are')]
    currency: str


def answer(content: Mapping[str, object], status: int = 200) -> Response:
    """The response that holds `content`."""
    return Response(dump(content), status, {"cache-control": "no-store"}, "application/json")


def terms(scope: Scope) -> Terms:
    """In which money a scope's amounts are: at whose prices, in which currency."""
    day = scope.prices_at
    return {"prices": "recorded" if day is None else day.isoformat(), "currency": scope.currency}


@overload
def iso(moment: datetime) -> str: ...
@overload
def iso(moment: datetime | None) -> str | None: ...
def iso(moment: datetime | None) -> str | None:
    """A time, as "2026-01-02T03:04:05.678901Z"."""
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def money(amount: Decimal | None) -> str | None:
    """An amount of money, of US dollars unless the question named another currency."""
    return None if amount is None else text_of(amount)


def seconds(start: datetime, end: datetime | None) -> float | None:
    """How long it took."""
    return None if end is None else (end - start) / timedelta(seconds=1)


def project(projects: Projects, workspace: UUID, identity: UUID) -> Named:
    """A project, by id and name."""
    known = projects.get(workspace, identity)
    return {"id": str(identity), "name": known.name if known else str(identity)}
