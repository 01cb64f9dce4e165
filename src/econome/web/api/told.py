"""What an endpoint takes and gives, said once.

`asks` stands before an endpoint of `/econome/v1`. It refuses what the endpoint does not know, and what it
says is where the OpenAPI comes from (`openapi`), and from there the types of the dashboard.

An answer is a TypedDict, so that mypy holds what is sent to what is said.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from typing import Literal, cast

from starlette.requests import Request
from starlette.responses import Response

from econome.analytics.errors import BadQuestion

Endpoint = Callable[[Request], Awaitable[Response]]
Form = Literal["string", "integer", "number", "boolean", "moment"]

_SAID = "econome_description"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a query string."""

    name: str
    says: str  # a sentence: what it means, and its default where that is no plain value
    form: Form = "string"
    choices: tuple[str, ...] = ()  # nothing else is understood; empty: anything may be
    default: str | int | float | bool | None = None
    repeated: bool = False
    needed: bool = False  # without it there is no answer


@dataclass(frozen=True, slots=True)
class Description:
    """What is said of an endpoint."""

    answer: type | None  # a TypedDict; None: no JSON
    parameters: tuple[Parameter, ...]
    body: type | None  # a TypedDict
    status: int
    media: str
    example: str  # a query string that any store answers, "by=model"; path parameters in it by name


SCOPE = (
    Parameter("since", "Runs started from here on. Default: a day before `until`.", "moment"),
    Parameter("until", "Runs started before. Default: now.", "moment"),
    Parameter("project", "By name or id. Default: all that the key may see.", repeated=True),
    Parameter("filter", 'LangSmith\'s language, such as eq(model, "gpt-4o"). Default: everything.'),
    Parameter("prices", '"recorded", or a day: amounts at the prices of that day.', default="recorded"),
    Parameter("currency", "Amounts at the rate of each call's day.", default="USD"),
)
"""What most questions are about; `scope.scope_of` reads it."""


def asks(
    answer: type | None,
    *parameters: Parameter,
    scoped: bool = False,
    body: type | None = None,
    status: int = 200,
    media: str = "application/json",
    example: str = "",
) -> Callable[[Endpoint], Endpoint]:
    """Says what an endpoint takes and gives; a parameter that it does not know is refused by name."""
    known = (*(SCOPE if scoped else ()), *parameters)
    said = Description(answer, known, body, status, media, example)

    def describe(endpoint: Endpoint) -> Endpoint:
        @wraps(endpoint)
        async def checked(request: Request) -> Response:
            refuse_unknown(request, known)
            return await endpoint(request)

        setattr(checked, _SAID, said)
        return checked

    return describe


def description_of(endpoint: object) -> Description | None:
    """What was said of it."""
    return cast("Description | None", getattr(endpoint, _SAID, None))


def names_of(body: type) -> frozenset[str]:
    """What a body may say."""
    return frozenset(body.__annotations__)


def refuse_unknown(request: Request, known: tuple[Parameter, ...]) -> None:
    """Raises `BadQuestion` for a parameter that is none of these, or given twice and would be read once."""
    by_name = {parameter.name: parameter for parameter in known}
    for name in request.query_params:
        if name not in by_name:
            allowed = ", ".join(by_name) or "none"
            raise BadQuestion(f'"{name[:64]}" is no parameter here. Allowed: {allowed}')
        if not by_name[name].repeated and len(request.query_params.getlist(name)) > 1:
            raise BadQuestion(f"{name}: given more than once")
