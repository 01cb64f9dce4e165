"""What a provider asks for a day against what we say that it cost, and why they differ."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from econome.domain.money import text_of, total_of
from econome.reconcile.rows import Key, Ours, Reason, Row
from econome.reconcile.statement import FEE_COST, TOKEN_COST

CENT = Decimal("0.01")
ROUNDED = Decimal("0.005")
"""An export in cents is off by half of one at most."""


def money_row(key: Key, what: str, theirs: Decimal, found: Sequence[Ours], *, tokens_agree: bool) -> Row:
    """Their amount against ours of these models. `tokens_agree`: the same export says the same tokens."""
    known = [amount for one in found if (amount := _ours(one, what)) is not None]
    ours = total_of(known) if known else None
    difference = (ours or Decimal(0)) - theirs
    if not difference:
        return Row(*key, what, theirs, ours, difference)
    return Row(*key, what, theirs, ours, difference, _reasons(theirs, difference, found, tokens_agree))


def _ours(one: Ours, what: str) -> Decimal | None:
    if one.cost is None:
        return None
    if what == FEE_COST:
        return one.fee_cost or Decimal(0)
    return one.cost - (one.fee_cost or 0) if what == TOKEN_COST else one.cost


def _reasons(
    theirs: Decimal, difference: Decimal, found: Sequence[Ours], tokens_agree: bool
) -> tuple[Reason, ...]:
    if not found:
        return (Reason("missing runs", "we have no call of this model on this day", -theirs),)
    said = {
        "unpriced": (sum(one.unpriced for one in found), "calls have no price here"),
        "estimated usage": (sum(one.estimated for one in found), "calls are estimated, and not in our sum"),
        "unknown usage": (sum(one.unknown for one in found), "calls have no tokens that anybody told"),
        "counted usage": (sum(one.counted for one in found), "calls were counted by us, not reported"),
        "reported cost": (sum(one.stated for one in found), "calls have the cost that the app stated"),
    }
    reasons = [Reason(kind, f"{calls} {text}") for kind, (calls, text) in said.items() if calls]
    if abs(difference) <= ROUNDED:
        return (Reason("rounding", "it is less than a cent", difference), *reasons)
    if tokens_agree and not any(one.unpriced for one in found):
        ratio = theirs / (theirs + difference) if theirs + difference else None
        times = f", {text_of(ratio.quantize(Decimal('0.001')))} times ours" if ratio else ""
        return (
            Reason("another price", f"the tokens agree: theirs is another price{times}", difference),
            *reasons,
        )
    if not reasons:
        kind = "missing runs" if difference < 0 else "not in the export"
        reasons.append(
            Reason(kind, "or another price: compare the usage export of the same days", difference)
        )
    return tuple(reasons)
