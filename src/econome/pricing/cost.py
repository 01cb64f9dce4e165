"""Usage times price: the bill of one call."""

from __future__ import annotations

from decimal import Decimal

from econome.domain.money import ZERO, line_cost
from econome.domain.price import Cost, Price, PriceLine
from econome.domain.usage import Bucket, Usage

BILLED_AS = {
    Bucket.CACHE_READ: Bucket.UNCACHED,  # a source lists what differs: no cached rate, no discount
    Bucket.CACHE_WRITE_5M: Bucket.UNCACHED,  # providers that cache by themselves charge no writing
    Bucket.IMAGE_IN: Bucket.UNCACHED,  # an image is so many tokens of input, unless listed apart
    Bucket.REASONING: Bucket.TEXT_OUT,
}
"""Whose rate a bucket takes that has none of its own.

The other buckets have no such ancestor, for it would be wrong by a lot: audio and generated
images cost several times as much as text, and writing for an hour more than for five minutes.
"""


def cost_of(usage: Usage, price: Price) -> Cost | None:
    """The cost of `usage` at `price`, bucket by bucket; None is *unpriced*.

    Counts are disjoint, see `wire.usage`. Each line is rounded once to 18 decimals, half to
    even, and nothing else is. There is no cost, rather than half of one, when

    - nothing is known of the usage, or of a side (input, output) that this price charges for;
    - a used bucket has no rate, and `BILLED_AS` names none that has.
    """
    rates = price.rates
    lines: list[PriceLine] = []
    is_known = False
    for bucket, tokens in usage.known():
        is_known = True
        if not tokens:
            continue
        rate = rates.get(bucket)
        if rate is None:
            rate = _rate_of_ancestor(bucket, price)
            if rate is None:
                return None
        lines.append(PriceLine(bucket, tokens, rate, line_cost(tokens, rate)))
    if not is_known:
        return None
    if usage.input is None and rates.get(Bucket.UNCACHED, ZERO):
        return None
    if usage.output is None and rates.get(Bucket.TEXT_OUT, ZERO):
        return None
    return Cost(tuple(lines), price)


def _rate_of_ancestor(bucket: Bucket, price: Price) -> Decimal | None:
    ancestor = BILLED_AS.get(bucket)
    return price.rates.get(ancestor) if ancestor else None
