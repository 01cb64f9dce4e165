"""GET /econome/v1/openapi.json: this API, described for programs."""

from __future__ import annotations

import re
from functools import cache
from importlib.metadata import version
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from econome.web import api, login
from econome.web.api import shapes
from econome.web.api.told import Description, Parameter, asks, description_of

ROOT = "/econome/v1"
_REFERENCE = "#/components/schemas/{name}"
_PROBLEM = {
    "description": "What was wrong, with which value, and what is allowed.",
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "properties": {
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "detail": {"type": "string"},
                },
            }
        }
    },
}


@asks(None, example="-")
async def openapi(request: Request) -> Response:  # noqa: ARG001  (the same for everybody)
    """GET /econome/v1/openapi.json: every endpoint, its parameters and the shape of its answers."""
    return shapes.answer(document())


@cache
def document() -> dict[str, Any]:
    """The whole API as OpenAPI 3.1."""
    all_of_them = described()
    types = {said.answer for _, _, said in all_of_them} | {said.body for _, _, said in all_of_them}
    paths: dict[str, dict[str, Any]] = {}
    for route, method, said in all_of_them:
        paths.setdefault(_path(route), {})[method.lower()] = _operation(route, method, said)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Econome",
            "version": version("econome"),
            "description": "Money is an exact decimal text, times are ISO 8601 in UTC, durations seconds. "
            "Null is unknown, which is not zero.",
        },
        "security": [{"key": []}, {"bearer": []}, {}],
        "paths": paths,
        "components": {
            "schemas": _schemas(types - {None}),
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def described() -> list[tuple[Route, str, Description]]:
    """Every route of ours with its methods and what is said of it, by path."""
    found = []
    for route in (*login.ROUTES, *api.routes()):
        if not isinstance(route, Route) or (said := description_of(route.endpoint)) is None:
            continue
        found += [(route, method, said) for method in sorted((route.methods or set()) - {"HEAD"})]
    return sorted(found, key=lambda one: (one[0].path, one[1]))


def _path(route: Route) -> str:
    """Its path without the kinds of its parameters."""
    return re.sub(r":\w+}", "}", route.path)


def _operation(route: Route, method: str, said: Description) -> dict[str, Any]:
    summary, _, more = (route.endpoint.__doc__ or "").partition("\n")
    in_path = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string"} | ({"format": "uuid"} if kind == ":uuid" else {}),
        }
        for name, kind in re.findall(r"{(\w+)(:\w+)?}", route.path)
    ]
    words = re.findall(r"\w+", _path(route).removeprefix(ROOT))
    operation: dict[str, Any] = {
        "operationId": "_".join([method.lower(), *words]),
        "summary": re.sub(r"^[A-Z]+ \S+: ", "", summary.strip()),
        "parameters": [*in_path, *(_parameter(one) for one in said.parameters)],
        "responses": {str(said.status): _answer(said), "default": _PROBLEM},
    }
    if more.strip():
        operation["description"] = " ".join(more.split())
    if said.body is not None:
        operation["requestBody"] = {"content": {"application/json": {"schema": _reference(said.body)}}}
    return operation


def _parameter(one: Parameter) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"} if one.form == "moment" else {"type": one.form}
    if one.form == "moment":
        schema["description"] = "ISO 8601, or milliseconds since 1970"
    if one.choices:
        schema["enum"] = list(one.choices)
    if one.default is not None:
        schema["default"] = one.default
    if one.repeated:
        schema = {"type": "array", "items": schema}
    told = {"name": one.name, "in": "query", "description": one.says, "schema": schema}
    return told | ({"required": True} if one.needed else {})


def _answer(said: Description) -> dict[str, Any]:
    if said.answer is not None:
        return {"description": "The answer", "content": {said.media: {"schema": _reference(said.answer)}}}
    return {"description": "The answer"} | (
        {"content": {said.media: {}}} if said.status not in {204, 304} else {}
    )


def _reference(named: type) -> dict[str, str]:
    return {"$ref": _REFERENCE.format(name=named.__name__)}


def _schemas(types: set[Any]) -> dict[str, Any]:
    import msgspec  # noqa: PLC0415  (only whoever reads the description needs it)

    def anything(of: type) -> dict[str, Any]:
        if of is object:
            return {"description": "whatever JSON can hold"}  # an empty one msgspec takes for none
        raise NotImplementedError

    ordered = sorted(types, key=lambda one: one.__name__)
    _, schemas = msgspec.json.schema_components(ordered, ref_template=_REFERENCE, schema_hook=anything)
    for schema in schemas.values():
        if "description" in schema:
            schema["description"] = " ".join(schema["description"].split())
    return dict(sorted(schemas.items()))


ROUTES = [Route(f"{ROOT}/openapi.json", openapi, methods=["GET"])]
