"""Money: exact US dollars, as `Decimal`. Never a float, never an exponent in a text.

The store keeps 18 decimals. Catalogues quote dollars per million tokens with up to some ten
decimals, so that a line of a bill is exact there; what is finer is rounded once per line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation

PLACES = 18
"""Decimals that the store keeps: Decimal(38, 18)."""

ZERO = Decimal(0)
MOST = Decimal(10) ** (38 - PLACES)
"""The first amount that the store cannot hold."""

_WRITTEN = re.compile(r"[-+0-9.eE]{1,64}")  # Decimal also reads 1_0, and the digits of every script
_QUANTUM = Decimal(1).scaleb(-PLACES)
_EXACT = Context(prec=100, rounding=ROUND_HALF_EVEN)  # a count times a rate never needs as many digits


def line_cost(tokens: int, rate: Decimal) -> Decimal:
    """What `tokens` cost at `rate` US dollars per million, rounded to 18 decimals, half to even."""
    return rounded(_EXACT.multiply(rate, tokens).scaleb(-6, _EXACT))


def per_million(cost: Decimal, tokens: int) -> Decimal:
    """What a million tokens cost if `tokens`, more than none, cost that; rounded to 18 decimals."""
    return rounded(_EXACT.divide(cost.scaleb(6, _EXACT), Decimal(tokens)))


def fee_cost(count: Decimal, rate: Decimal) -> Decimal:
    """What `count` of something cost at `rate` US dollars for one, rounded to 18 decimals, half to even."""
    return rounded(_EXACT.multiply(rate, count))


def without(rate: Decimal, discount: Decimal) -> Decimal:
    """The rate less a share of it, rounded to 18 decimals, half to even."""
    return rounded(_EXACT.multiply(rate, _EXACT.subtract(Decimal(1), discount)))


def total_of(amounts: Iterable[Decimal]) -> Decimal:
    """The sum, exact: the context that Python sets by default would round at 28 digits."""
    total = ZERO
    for amount in amounts:
        total = _EXACT.add(total, amount)
    return total


def rounded(amount: Decimal) -> Decimal:
    """The amount with at most 18 decimals, half to even."""
    exponent = amount.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -PLACES:
        return amount
    return amount.quantize(_QUANTUM, context=_EXACT)


def text_of(amount: Decimal) -> str:
    """The amount in plain digits: no exponent, no trailing zeros, `0` for nothing."""
    text = format(amount, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def read_money(value: object) -> Decimal | None:
    """The amount that a stranger's JSON holds, a number or a text; None when it holds none.

    Floats are read as they are written (0.1 is a tenth). Refused: truth values, NaN,
    infinities, digits of other scripts, amounts that the store cannot hold. A negative amount is an amount.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    if isinstance(value, str) and not _WRITTEN.fullmatch(value):
        return None
    if isinstance(value, int) and abs(value) >= MOST:
        return None
    try:
        amount = Decimal(repr(value) if isinstance(value, float) else value)
    except (InvalidOperation, ValueError):
        return None
    if not amount.is_finite() or abs(amount) >= MOST:
        return None
    return rounded(amount)
