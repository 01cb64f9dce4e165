"""OpenAI's costs API: pages of /v1/organization/costs.

The shape is that of OpenAI's published description. `amount.value` is money; `line_item` names
what it was for when the export was grouped by it ("gpt-4o-2024-08-06, input"): the model, as far
as the first comma. Without it a line is all that a day cost.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from econome.domain.money import read_money
from econome.reconcile.pages import begun, listed
from econome.reconcile.statement import COST, Line, Refused, Statement

OBJECT = "organization.costs.result"


def read(page: dict[str, Any]) -> Statement:
    """The lines of one page."""
    statement = begun(page)
    for at, bucket in enumerate(listed(page, "data")):
        start = bucket.get("start_time") if isinstance(bucket, dict) else None
        if not isinstance(start, int) or isinstance(start, bool) or not 0 <= start < 1 << 37:
            statement.refused.append(
                Refused(f"data[{at}]", f"start_time is {start!r}, not seconds since 1970")
            )
            continue
        day = datetime.fromtimestamp(start, UTC).date()
        for number, result in enumerate(listed(bucket, "results")):
            place = f"data[{at}].results[{number}]"
            amount = result.get("amount") if isinstance(result, dict) else None
            money = read_money(amount.get("value")) if isinstance(amount, dict) else None
            if money is None or not isinstance(amount, dict):
                statement.refused.append(Refused(place, f"amount is {amount!r}, not an amount of money"))
            elif str(amount.get("currency", "usd")).lower() != "usd":
                statement.refused.append(Refused(place, f"the currency is {amount['currency']!r}, not usd"))
            else:
                item = result.get("line_item")
                model = item.partition(",")[0].strip() if isinstance(item, str) else ""
                statement.lines.append(Line(day, "openai", model, "", COST, Decimal(money)))
    return statement
