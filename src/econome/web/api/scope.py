"""What a request asks about: the scope and the options in its query string.

Everything unknown is refused by name: a filter that is silently ignored shows numbers that
are not what they seem.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from econome.analytics.errors import BadQuestion
from econome.analytics.filters import compile_filter
from econome.analytics.priced import at_prices_of, in_currency
from econome.domain.project import Project
from econome.domain.scope import Scope
from econome.web.auth import Caller
from econome.web.context import context
from econome.wire.identity import uuid_of

SPAN = timedelta(days=1)
"""What is looked at when nobody says since when."""

NOWHERE = UUID(int=(1 << 128) - 1)
"""No project has this id: a scope narrowed to nothing must not turn into one that is not narrowed."""

_RECORDED = "recorded"
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2262, 1, 1, tzinfo=UTC)
_MILLISECONDS = re.compile(r"[0-9]{1,14}", re.ASCII)

Choice = TypeVar("Choice", bound=StrEnum)


class YesNo(StrEnum):
    """Whether something is wanted."""

    YES = "yes"
    NO = "no"


async def scope_of(request: Request, caller: Caller) -> Scope:
    """The runs that the query string speaks of, within what the caller may see, in the money it asks for."""
    return await in_terms(request, caller, recorded(request, caller))


async def in_terms(request: Request, caller: Caller, scope: Scope) -> Scope:
    """The scope in the money that the query string asks for: at whose prices, in which currency."""
    day, currency = _day(request), request.query_params.get("currency", "USD").strip().upper()
    here = context(request)
    if day is not None:
        scope = await run_in_threadpool(
            at_prices_of, here.store, here.prices, scope, day, here.projects.name_of
        )
    if currency != "USD":
        scope = in_currency(scope, currency[:16], here.exchange.rates(caller.workspace, currency))
    return scope


def recorded(request: Request, caller: Caller) -> Scope:
    """The runs that the query string speaks of, within what the caller may see, their amounts as recorded."""
    until = moment(request, "until") or datetime.now(UTC)
    since = moment(request, "since") or until - SPAN
    if since >= until:
        raise BadQuestion(f"since: {since.isoformat()} is not before until, {until.isoformat()}")
    return Scope(
        workspace=caller.workspace,
        since=since,
        until=until,
        projects=projects_of(request, caller),
        filter=compile_filter(request.query_params.get("filter", "")),
        slack=context(request).writer.slack,
    )


def _day(request: Request) -> date | None:
    text = request.query_params.get("prices", _RECORDED)
    if text == _RECORDED:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise BadQuestion(
            f'prices: "{text[:64]}" is neither "{_RECORDED}" nor a day such as 2026-07-01'
        ) from error
    if not _EARLIEST.date() <= day < _LATEST.date():
        raise BadQuestion(f"prices: {text} is outside the years 1970 to 2261")
    return day


def visible(request: Request, caller: Caller) -> tuple[UUID, ...]:
    """The projects to which the caller's key is narrowed; empty: it is not."""
    if caller.projects is None:
        return ()
    return tuple(project.id for project in visible_projects(request, caller)) or (NOWHERE,)


def visible_projects(request: Request, caller: Caller) -> list[Project]:
    """The projects that the caller may see, by name."""
    everything = context(request).projects.all(caller.workspace)
    return [project for project in everything if caller.may_see(project.name)]


def choice(request: Request, name: str, options: Iterable[Choice], default: Choice) -> Choice:
    """One of some words."""
    text = request.query_params.get(name)
    if text is None:
        return default
    found = next((option for option in options if option.value == text), None)
    if found is None:
        raise BadQuestion(f'{name}: "{text[:64]}" is none of {", ".join(option.value for option in options)}')
    return found


def flag(request: Request, name: str) -> bool:
    """Yes or no; no when nobody says."""
    return choice(request, name, YesNo, YesNo.NO) is YesNo.YES


def whole(request: Request, name: str, default: int, most: int, *, least: int = 1) -> int:
    """A number from `least` to `most`."""
    text = request.query_params.get(name)
    if text is None:
        return default
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(most)) else -1
    if not least <= number <= most:
        raise BadQuestion(f'{name}: a whole number from {least} to {most}, not "{text[:64]}"')
    return number


def identity(text: str, what: str) -> UUID:
    """The id in a path."""
    found = uuid_of(text)
    if found is None:
        raise BadQuestion(f'"{text[:64]}" is not the id of a {what}')
    return found


def moment(request: Request, name: str) -> datetime | None:
    """A time, as ISO 8601 or in milliseconds since 1970; None when it is not given."""
    text = request.query_params.get(name)
    return None if text is None else moment_of(name, text)


def moment_of(name: str, text: str) -> datetime:
    """The time that a text tells, in either form. Raises `BadQuestion`, which begins with `name`."""
    try:
        if _MILLISECONDS.fullmatch(text):
            found = _EARLIEST + timedelta(milliseconds=int(text))
        else:
            # A plus that nobody escaped arrives as a space.
            found = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
            found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadQuestion(
            f'{name}: "{text[:64]}" is no time. Allowed: ISO 8601, or milliseconds since 1970'
        ) from error
    if not _EARLIEST <= found < _LATEST:
        raise BadQuestion(f"{name}: {text[:64]} is outside the years 1970 to 2261")
    return found


def projects_of(request: Request, caller: Caller, name: str = "project") -> tuple[UUID, ...]:
    """The projects that a parameter names, or all that the caller may see."""
    asked = request.query_params.getlist(name)
    if not asked:
        return visible(request, caller)
    return tuple(_project(request, caller, text) for text in asked)


def _project(request: Request, caller: Caller, text: str) -> UUID:
    registry = context(request).projects
    found = registry.find(caller.workspace, text)
    if found is None:
        by_id = uuid_of(text)
        found = None if by_id is None else registry.get(caller.workspace, by_id)
    if found is None or not caller.may_see(found.name):
        raise BadQuestion(f'project: there is none of the name or id "{text[:64]}"')
    return found.id
