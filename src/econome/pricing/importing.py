"""Many prices at once, from a CSV or from LiteLLM's map. Pure: a bad line is told, not raised."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from econome.domain.usage import Bucket, Fee
from econome.pricing.override import BadPrice, Override, read_override
from econome.pricing.sources import litellm

COLUMNS = ("provider", "model", "project", "valid_from", "tier", "discount", "note")
"""Of a CSV of prices, besides one for each bucket and each fee."""

Read = tuple[int | str, Override | BadPrice]
"""Where it stood, and what it was."""


def from_csv(text: str) -> Iterator[Read]:
    """The prices of a CSV, whose first line names its columns. Raises `BadPrice` for a wrong first line."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    names = [name.strip() for name in reader.fieldnames or ()]
    known = {*COLUMNS, *Bucket, *Fee}
    unknown = [name for name in names if name not in known]
    if "model" not in names or unknown:
        wrong = f"unknown columns: {', '.join(unknown)[:200]}" if unknown else "no column model"
        raise BadPrice(f"The CSV has {wrong}. Known are {', '.join((*COLUMNS, *Bucket, *Fee))}")
    reader.fieldnames = names
    for row in reader:
        yield reader.line_num, _of_line(row, reader.line_num, len(names))


def from_litellm(text: str) -> Iterator[Read]:
    """The prices of LiteLLM's map. Raises `BadMap` when it is none."""
    for listing in litellm.LiteLLM(litellm.parse(text.encode())).search("", ""):
        for period in (*listing.periods, *listing.variants):
            if period.rates or period.fees:
                yield (
                    f"{listing.provider}/{listing.model}",
                    Override(
                        model=listing.model,
                        provider=listing.provider,
                        valid_from=None,
                        tier=period.tier,
                        rates=period.rates,
                        fees=period.fees,
                        note="imported from LiteLLM's map",
                    ),
                )


def _of_line(row: Mapping[Any, Any], line: int, columns: int) -> Override | BadPrice:
    if None in row or None in row.values():
        values = sum(value is not None for value in row.values())
        return BadPrice(f"line {line}: it does not have {columns} values, but {values}")
    given = {name: value.strip() for name, value in row.items() if value.strip()}
    said: dict[str, Any] = {name: value for name, value in given.items() if name in COLUMNS}
    said["rates"] = {name: value for name, value in given.items() if name in set(Bucket)}
    said["fees"] = {name: value for name, value in given.items() if name in set(Fee)}
    try:
        return read_override(said, f"line {line}")
    except BadPrice as error:
        return error
