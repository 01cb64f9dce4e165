"""What the API says of itself, as the tests read it."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from econome.web.api.openapi import ROOT, described, document
from econome.web.api.told import Description

PINNED = Path(__file__).parent / "api" / "openapi.pinned.txt"
_SCHEMAS = "#/components/schemas/"


@dataclass(frozen=True, slots=True)
class Question:
    """One GET of the API."""

    path: str  # without the root, its parameters in braces
    said: Description
    operation: dict[str, Any]

    def __str__(self) -> str:
        return self.path

    @property
    def parameters(self) -> dict[str, dict[str, Any]]:
        """Those of its query, by name."""
        return {one["name"]: one for one in self.operation["parameters"] if one["in"] == "query"}

    @property
    def needed(self) -> list[str]:
        """The names of those without which it has no answer."""
        return [name for name, one in self.parameters.items() if one.get("required")]

    @property
    def schema(self) -> dict[str, Any] | None:
        """What its answer must be, and nothing more; None for an answer that is no JSON."""
        content = self.operation["responses"][str(self.said.status)].get("content", {})
        told = content.get("application/json", {}).get("schema")
        return None if told is None else {**told, "components": {"schemas": strict()}}


def questions() -> list[Question]:
    """Every GET, by path."""
    paths = document()["paths"]
    found = []
    for route, method, said in described():
        if method == "GET":
            path = re.sub(r":\w+}", "}", route.path)
            found.append(Question(path.removeprefix(ROOT), said, paths[path]["get"]))
    return found


@cache
def strict() -> dict[str, Any]:
    """The schemas, refusing what they do not name: a program may meet a new field, a test may not."""
    schemas: dict[str, Any] = deepcopy(document()["components"]["schemas"])
    for schema in schemas.values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    return schemas


def pinned() -> list[str]:
    """What may not change: paths with their parameters, and fields with their types, a line each."""
    lines = []
    for path, operations in document()["paths"].items():
        for method, operation in operations.items():
            place = f"{method.upper()} {path}"
            answered = next(iter(operation["responses"].items()))
            lines.append(f"{place} -> {answered[0]} {_told(answered[1])}".rstrip())
            if "requestBody" in operation:
                lines.append(f"{place} <- {_told(operation['requestBody'])}")
            lines += [f"{place} ? {one['in']} {one['name']}" for one in operation["parameters"]]
    for name, schema in document()["components"]["schemas"].items():
        if "enum" in schema:
            lines += [f"{name} = {value!r}" for value in schema["enum"]]
        for key, of in schema.get("properties", {}).items():
            optional = "" if key in schema.get("required", ()) else "?"
            lines.append(f"{name}.{key}{optional}: {form(of)}")
    return sorted(lines)


def form(schema: dict[str, Any]) -> str:
    """A schema in a word or two."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(_SCHEMAS)
    if "anyOf" in schema:
        return " | ".join(form(one) for one in schema["anyOf"])
    if "prefixItems" in schema:
        return f"({', '.join(form(one) for one in schema['prefixItems'])})"
    if schema.get("type") == "array":
        return f"[{form(schema.get('items', {}))}]"
    if schema.get("type") == "object":
        return f"{{{form(schema.get('additionalProperties') or {})}}}"
    if "enum" in schema:
        return " | ".join(repr(value) for value in schema["enum"])
    return str(schema.get("type", "any"))


def _told(of: dict[str, Any]) -> str:
    (media, content), *_ = of.get("content", {"": {}}).items()
    return form(content["schema"]) if "schema" in content else media


if __name__ == "__main__":
    PINNED.write_text("\n".join(pinned()) + "\n", "utf-8")
