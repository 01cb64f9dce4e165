"""The filter language over examples: what may be asked of their metadata."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from econome.analytics.filter_syntax import And, BadFilter, Comparison, Expression, Not, Or

_ALLOWED = 'has(metadata, \'{"key": "value"}\'), exists(metadata, "key"), and(…), or(…), not(…)'


def keeps(expression: Expression, metadata: Mapping[str, Any]) -> bool:
    """Whether an example with this metadata passes. Raises `BadFilter` for what cannot be asked of one."""
    match expression:
        case And(operands):
            return all([keeps(operand, metadata) for operand in operands])  # noqa: C419 - each is judged
        case Or(operands):
            return any([keeps(operand, metadata) for operand in operands])  # noqa: C419
        case Not(operand):
            return not keeps(operand, metadata)
        case Comparison("exists", "metadata", str(key)):
            return key in metadata
        case Comparison("has", "metadata", str(text)):
            return is_part(_object(text), metadata)
    raise BadFilter(f"Examples can be filtered by their metadata: {_ALLOWED}")


def is_part(part: object, whole: object) -> bool:
    """Whether all of a JSON object stands in another; a value stands in a list that holds it."""
    if isinstance(part, Mapping) and isinstance(whole, Mapping):
        return all(key in whole and is_part(value, whole[key]) for key, value in part.items())
    if isinstance(whole, Sequence) and not isinstance(whole, str):
        wanted = part if isinstance(part, list) else [part]
        return all(one in whole for one in wanted)
    return part == whole


def _object(text: str) -> dict[str, Any]:
    try:
        found = orjson.loads(text)
        orjson.dumps(found)  # which refuses what is nested deeper than one can compare
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        found = None
    if not isinstance(found, dict):
        raise BadFilter(f"has(metadata, …) takes the JSON text of an object, not {text[:60]!r}")
    return found
