"""Writes src/api.gen.ts: the types of /econome/v1, as the server itself describes them.

The file is no source: whoever checks or edits the dashboard makes it anew (`make ui-types`), and bundling
needs none, for types are not bundled.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from econome.web.api.openapi import ROOT, document

TARGET = Path(__file__).parent / "src" / "api.gen.ts"
_WORD = re.compile(r"[A-Za-z_]\w*")
_PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def main() -> None:
    """Writes the file, if it would change."""
    text = generated(document())
    if not TARGET.exists() or TARGET.read_text(encoding="utf-8") != text:
        TARGET.write_text(text, encoding="utf-8")


def generated(api: dict[str, Any]) -> str:
    """The types, and of which of them each path's answer is."""
    parts = ["/** Made by ui/generate_types.py of the server's OpenAPI. Not to be edited, nor committed. */"]
    parts += [_interface(name, schema) for name, schema in api["components"]["schemas"].items()]
    gets = []
    for path, operations in api["paths"].items():
        answered = operations.get("get", {}).get("responses", {}).get("200", {})
        if schema := answered.get("content", {}).get("application/json", {}).get("schema"):
            gets.append(f"  {json.dumps(path.removeprefix(ROOT))}: {_type(schema)};")
    answers = "\n".join(gets)
    parts.append(f"/** What a GET of each path answers. */\nexport interface Gets {{\n{answers}\n}}")
    return "\n\n".join(parts) + "\n"


def _interface(name: str, schema: dict[str, Any]) -> str:
    if schema.get("type") != "object" or "properties" not in schema:
        return f"{_comment(schema)}export type {name} = {_type(schema)};"
    required = set(schema.get("required", ()))
    lines = [
        f"{_comment(of, '  ')}  {_key(key)}{'' if key in required else '?'}: {_type(of)};"
        for key, of in schema["properties"].items()
    ]
    return f"{_comment(schema)}export interface {name} {{\n" + "\n".join(lines) + "\n}"


def _comment(schema: dict[str, Any], margin: str = "") -> str:
    said = schema.get("description", "").replace("*/", "* /")
    return f"{margin}/** {said} */\n" if said else ""


def _key(name: str) -> str:
    return name if _WORD.fullmatch(name) else json.dumps(name)


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_type(one) for one in schema["anyOf"]))
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    match schema.get("type"):
        case "array":
            return _list(schema)
        case "object":
            return _object(schema)
        case kind:
            return _PLAIN.get(str(kind), "unknown")


def _list(schema: dict[str, Any]) -> str:
    if "prefixItems" in schema:
        return "[" + ", ".join(_type(one) for one in schema["prefixItems"]) + "]"
    of = _type(schema.get("items", {}))
    return f"({of})[]" if " " in of else f"{of}[]"


def _object(schema: dict[str, Any]) -> str:
    more = schema.get("additionalProperties")
    return f"Record<string, {_type(more) if isinstance(more, dict) else 'unknown'}>"


if __name__ == "__main__":
    main()
