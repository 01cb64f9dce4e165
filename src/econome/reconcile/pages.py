"""What the pages of every provider's API have in common: a list of spans, each with its results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from econome.reconcile.statement import Statement


def begun(page: Mapping[str, Any]) -> Statement:
    """An empty statement, which says so where the page is not the last."""
    statement = Statement()
    if page.get("has_more"):
        statement.remarks.append("has_more is true: there are pages after this one, which are not in it")
    return statement


def listed(holder: Mapping[str, Any], name: str) -> list[Any]:
    """The items of a list inside; none where it is no list."""
    value = holder.get(name)
    return value if isinstance(value, list) else []
