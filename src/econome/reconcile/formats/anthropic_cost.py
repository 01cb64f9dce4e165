"""Anthropic's Admin API: pages of /v1/organizations/cost_report.

The shape is that of the published reference. `amount` is a text in cents. Grouped by description, a
line tells its model and what it is for; without it, all that a day cost.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from econome.domain.money import read_money, rounded
from econome.reconcile.pages import begun, listed
from econome.reconcile.statement import COST, FEE_COST, TOKEN_COST, Line, Refused, Statement

_WHAT = {None: COST, "tokens": TOKEN_COST}


def read(page: dict[str, Any]) -> Statement:
    """The lines of one page."""
    statement = begun(page)
    for at, bucket in enumerate(listed(page, "data")):
        said = bucket.get("starting_at") if isinstance(bucket, dict) else None
        try:
            start = datetime.fromisoformat(said) if isinstance(said, str) else None
        except ValueError:
            start = None
        if start is None or start.tzinfo is None:
            statement.refused.append(
                Refused(f"data[{at}]", f"starting_at is {said!r}, not a time with a zone")
            )
            continue
        for number, result in enumerate(listed(bucket, "results")):
            place = f"data[{at}].results[{number}]"
            amount = result.get("amount") if isinstance(result, dict) else None
            cents = read_money(amount)
            if cents is None:
                statement.refused.append(Refused(place, f"amount is {amount!r}, not a number of cents"))
            elif str(result.get("currency", "USD")).upper() != "USD":
                statement.refused.append(Refused(place, f"the currency is {result['currency']!r}, not USD"))
            else:
                model = result.get("model")
                statement.lines.append(
                    Line(
                        start.astimezone(UTC).date(),
                        "anthropic",
                        model if isinstance(model, str) else "",
                        "",
                        _WHAT.get(result.get("cost_type"), FEE_COST),
                        rounded(cents.scaleb(-2)),
                    )
                )
    return statement
