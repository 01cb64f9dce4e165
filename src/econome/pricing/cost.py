"""Usage times price: the bill of one call."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from econome.domain.money import ZERO, fee_cost, line_cost
from econome.domain.price import Cost, FeeLine, Price, PriceLine
from econome.domain.usage import Bucket, Fee, Usage

BILLED_AS = {
    Bucket.CACHE_READ: Bucket.UNCACHED,  # a source lists what differs: no cached rate, no discount
    Bucket.CACHE_WRITE_5M: Bucket.UNCACHED,  # providers that cache by themselves charge no writing
    Bucket.IMAGE_IN: Bucket.UNCACHED,  # an image is so many tokens of input, unless listed apart
    Bucket.VIDEO_IN: Bucket.UNCACHED,  # and so is a film
    Bucket.REASONING: Bucket.TEXT_OUT,
}
"""Whose rate a bucket takes that has none of its own.

The other buckets have no such ancestor, for it would be wrong by a lot: audio and generated
images cost several times as much as text, and writing for an hour more than for five minutes.
"""

_NO_FEES: Mapping[str, int] = MappingProxyType({})


def cost_of(
    usage: Usage, price: Price, fees: Mapping[str, int] = _NO_FEES, seconds: Decimal | None = None
) -> Cost | None:
    """The cost of a call at `price`, line by line; None is *unpriced*.

    Counts are disjoint, see `wire.usage`. `fees` are what the call used beside tokens, by
    `Fee`; `seconds` is how long it took, for prices by the second. Each line is rounded once to
    18 decimals, half to even, and nothing else is. There is no cost, rather than half of one, when

    - nothing is known of the usage, or of a side (input, output) that this price charges for;
    - a used bucket has no rate, and `BILLED_AS` names none that has;
    - a used fee has no rate, or the price is by the second and nobody knows how many.
    """
    lines = _lines_of_tokens(usage, price)
    if lines is None:
        return None
    if not fees and not price.fees:  # nearly all calls
        return Cost(lines, price)
    fee_lines = _lines_of_fees(price, fees, seconds)
    if fee_lines is None or not (price.rates or fee_lines):  # sold by the piece, and no piece was told
        return None
    return Cost(lines, price, fee_lines)


def rate_of(bucket: Bucket, price: Price) -> Decimal | None:
    """At which rate a bucket is billed: its own, else that of its ancestor; None: at none."""
    rate = price.rates.get(bucket)
    if rate is not None:
        return rate
    ancestor = BILLED_AS.get(bucket)
    return price.rates.get(ancestor) if ancestor else None


def _lines_of_tokens(usage: Usage, price: Price) -> tuple[PriceLine, ...] | None:
    rates = price.rates
    if not rates:
        return () if price.fees else None  # sold by the second or the call: tokens cost nothing
    lines: list[PriceLine] = []
    is_known = False
    for bucket, tokens in usage.known():
        is_known = True
        if not tokens:
            continue
        rate = rates.get(bucket)
        if rate is None:
            rate = rate_of(bucket, price)
            if rate is None:
                return None
        lines.append(PriceLine(bucket, tokens, rate, line_cost(tokens, rate)))
    if not is_known:
        return None
    if usage.input is None and rates.get(Bucket.UNCACHED, ZERO):
        return None
    if usage.output is None and rates.get(Bucket.TEXT_OUT, ZERO):
        return None
    return tuple(lines)


def _lines_of_fees(
    price: Price, fees: Mapping[str, int], seconds: Decimal | None
) -> tuple[FeeLine, ...] | None:
    lines: list[FeeLine] = []
    used: list[tuple[str, Decimal | None]] = [(name, Decimal(count)) for name, count in fees.items() if count]
    if Fee.REQUEST in price.fees:
        used.append((Fee.REQUEST, Decimal(1)))
    if Fee.SECOND in price.fees:
        used.append((Fee.SECOND, seconds))
    for name, count in used:
        rate = price.fees.get(Fee(name)) if name in _FEES else None
        if rate is None or count is None:
            return None
        lines.append(FeeLine(Fee(name), count, rate, fee_cost(count, rate)))
    return tuple(lines)


_FEES = frozenset(Fee)
