"""A plain CSV, for providers whose export we do not read: one line a day and model.

`day`, `provider` and `model` are wanted, `tier` may stand. Every other column is an amount:
a bucket, a fee, `input` or `output` (all buckets of a side), `cache_write`, `calls`, `cost`.
An empty cell is not told, which is not zero.
"""

from __future__ import annotations

import csv
import io
from datetime import date

from econome.domain.money import read_money
from econome.domain.usage import INPUT, OUTPUT, Bucket, Fee
from econome.reconcile.statement import COST, Line, Refused, Statement

WANTED = ("day", "provider", "model")
COVERS: dict[str, tuple[Bucket, ...]] = {
    **{bucket.value: (bucket,) for bucket in Bucket},
    "input": INPUT,
    "output": OUTPUT,
    "cache_write": (Bucket.CACHE_WRITE_5M, Bucket.CACHE_WRITE_1H),
    **{fee.value: () for fee in Fee},
    "calls": (),
    COST: (),
}


def read(text: str) -> Statement:
    """The lines of a file, whose first line names the columns."""
    statement = Statement()
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    names = [name.strip().lower() for name in reader.fieldnames or ()]
    missing = [name for name in WANTED if name not in names]
    unknown = [name for name in names if name not in {*WANTED, "tier", *COVERS}]
    if missing:
        statement.refused.append(Refused("line 1", f"there is no column {', '.join(missing)}"))
        return statement
    if unknown:
        known = ", ".join((*WANTED, "tier", *COVERS))
        statement.remarks.append(f"columns read past: {', '.join(unknown)}. Known are {known}")
    reader.fieldnames = names
    for row in reader:
        place = f"line {reader.line_num}"
        try:
            day = date.fromisoformat((row["day"] or "").strip())
        except ValueError:
            statement.refused.append(Refused(place, f"day is {row['day']!r}, not a day such as 2026-11-01"))
            continue
        for name in names:
            value = (row.get(name) or "").strip()
            if name not in COVERS or not value:
                continue
            amount = read_money(value)
            whole = name != COST
            if amount is None or amount < 0 or (whole and amount != int(amount)):
                what = "a whole number" if whole else "an amount of US dollars"
                statement.refused.append(Refused(place, f"{name} is {value!r}, not {what}"))
                continue
            provider, model = (row["provider"] or "").strip().lower(), (row["model"] or "").strip()
            tier = (row.get("tier") or "").strip().lower()
            statement.lines.append(Line(day, provider, model, tier, name, amount, COVERS[name]))
    return statement
