"""From the text of an export to a statement, of whichever format it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from econome.domain.errors import EconomeError
from econome.reconcile.formats import anthropic_cost, anthropic_usage, openai_costs, openai_usage, plain_csv
from econome.reconcile.statement import Statement

CSV = "csv"
PAGES: dict[str, Callable[[dict[str, Any]], Statement]] = {
    "openai.usage": openai_usage.read,
    "openai.costs": openai_costs.read,
    "anthropic.usage": anthropic_usage.read,
    "anthropic.cost": anthropic_cost.read,
}
FORMATS = (*PAGES, CSV)


class BadExport(EconomeError):
    """A text is no export that we read."""


def read(text: str, how: str = "auto") -> tuple[str, Statement]:
    """The format and the lines of an export: a page of JSON, a list of pages, a page a line, or a CSV.

    Raises `BadExport` for what is none of them.
    """
    if how not in ("auto", *FORMATS):
        raise BadExport(f'The format "{how[:64]}" is none of auto, {", ".join(FORMATS)}.')
    if not text.strip():
        raise BadExport("The file is empty.")
    if how == CSV or (how == "auto" and text.lstrip("\ufeff \t\r\n")[:1] not in "[{"):
        return CSV, plain_csv.read(text)
    pages = _pages(text)
    if how == "auto":
        how = _format_of(pages)
    whole = Statement()
    for number, page in enumerate(pages, 1):
        found = PAGES[how](page)
        whole.lines += found.lines
        whole.refused += found.refused
        if number == len(pages):  # of the others, the next page is here
            whole.remarks += found.remarks
    return how, whole


def _pages(text: str) -> list[dict[str, Any]]:
    try:
        found = _parsed(text)
    except ValueError as whole:
        try:
            found = [_parsed(line) for line in text.splitlines() if line.strip()]
        except ValueError:
            raise BadExport(f"It is neither JSON nor a CSV that we read: {whole}") from whole
    pages = found if isinstance(found, list) else [found]
    if not pages or not all(isinstance(page, dict) and isinstance(page.get("data"), list) for page in pages):
        raise BadExport('It is JSON, but no page of an export: those have a list of "data".')
    return pages


def _parsed(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


def _format_of(pages: list[dict[str, Any]]) -> str:
    for page in pages:
        for bucket in page["data"]:
            results = bucket.get("results") if isinstance(bucket, dict) else None
            for result in results if isinstance(results, list) else ():
                if not isinstance(result, dict):
                    continue
                if "starting_at" in bucket:
                    return "anthropic.cost" if "amount" in result else "anthropic.usage"
                return "openai.costs" if result.get("object") == openai_costs.OBJECT else "openai.usage"
    raise BadExport("There is no result in it, so that nothing tells whose export it is: name its format.")
