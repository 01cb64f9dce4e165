"""Why a total cost changed: more calls, longer calls, other models, or dearer tokens.

A cost is calls times tokens per call times money per token. From one side to the other these are
changed one after the other, in this order, so that the parts add up to the whole exactly: first how
many calls there are, then how many tokens each has, then which models share them (each at its old
price), last what a token costs within a model, which its share of output and of cached input makes
too. What is known of no tokens stands apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from enum import StrEnum
from itertools import pairwise

from econome.domain.money import rounded, total_of

_EXACT = Context(prec=100)


class Cause(StrEnum):
    """What a part of a change comes from, in the order in which they are told apart."""

    CALLS = "calls"
    TOKENS_PER_CALL = "tokens_per_call"
    MODELS = "models"
    PRICE = "price_per_token"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ModelUse:
    """What the calls of one model come to, of which tokens and cost are known."""

    provider: str
    model: str
    calls: int
    tokens: int
    cost: Decimal


def causes_of(
    a: Sequence[ModelUse], b: Sequence[ModelUse], whole_a: Decimal, whole_b: Decimal
) -> Mapping[Cause, Decimal] | None:
    """The parts of `whole_b - whole_a`; None when either side has no call with both tokens and cost.

    The wholes may hold more than the models do: calls that cost something and tell no tokens.
    """
    calls_a, tokens_a, cost_a = _sums(a)
    calls_b, tokens_b, cost_b = _sums(b)
    if not (tokens_a and tokens_b):
        return None
    known = {(use.provider, use.model): use for use in a}
    after_calls = _scaled(cost_a, calls_b, calls_a)
    after_tokens = _scaled(cost_a, tokens_b, tokens_a)
    at_old_prices = []
    for use in b:
        before = known.get((use.provider, use.model))
        is_old = before is not None and before.tokens
        at_old_prices.append(
            _scaled(before.cost, use.tokens, before.tokens) if before and is_old else use.cost
        )
    after_models = total_of(at_old_prices)
    steps = (cost_a, after_calls, after_tokens, after_models, cost_b)
    parts = [_less(later, earlier) for earlier, later in pairwise(steps)]
    parts.append(_less(_less(whole_b, cost_b), _less(whole_a, cost_a)))
    return dict(zip(Cause, parts, strict=True))


def _sums(of: Sequence[ModelUse]) -> tuple[int, int, Decimal]:
    return (
        sum(use.calls for use in of),
        sum(use.tokens for use in of),
        total_of(use.cost for use in of),
    )


def _scaled(amount: Decimal, by: int, of: int) -> Decimal:
    return rounded(_EXACT.divide(_EXACT.multiply(amount, by), of))


def _less(amount: Decimal, other: Decimal) -> Decimal:
    return _EXACT.subtract(amount, other)
