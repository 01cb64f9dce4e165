"""Why an amount changed between two spans: its change, divided into causes that add up to it.

The amount of the earlier span is carried to the later one's a step at a time, one cause a step. Each
part is the difference between two of these amounts, so that the parts add up to the change exactly,
whatever was rounded on the way. The steps, in this order:

1. volume: as many calls as later, each as before
2. coverage: of as many of them the amount is known as later
3. models: divided among the models as later; a model that is new counts with what it used later
4. prompts: input tokens a call as later, at the earlier cost of an input token
5. answers: the same of output tokens
6. cache: input shared among reads and writes of the cache as later, at the earlier price's rates
7. fees: what is paid beside tokens, and what apps state without dividing it
8. price: what is left, which is what a token came to

Another order would give other parts: what two causes do together goes to the later one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import StrEnum
from typing import TypeVar

ZERO = Decimal(0)
_EXACT = Context(prec=120, rounding=ROUND_HALF_EVEN)

Key = TypeVar("Key")


class Cause(StrEnum):
    """Why an amount changed."""

    NEW = "new"  # nothing was called before
    GONE = "gone"  # nothing is called any more
    VOLUME = "volume"
    COVERAGE = "coverage"
    MODELS = "models"
    PROMPTS = "prompts"
    ANSWERS = "answers"
    CACHE = "cache"
    FEES = "fees"
    PRICE = "price"


STEPS = tuple(cause for cause in Cause if cause not in {Cause.NEW, Cause.GONE})


@dataclass(frozen=True, slots=True)
class Side:
    """What the calls of one model used in one span; amounts and tokens are of the known ones."""

    calls: int = 0
    known: int = 0
    amount: Decimal = ZERO
    of_input: Decimal = ZERO  # the part of the amount that input tokens make
    of_output: Decimal = ZERO
    input: int = 0  # tokens
    output: int = 0
    weight: Decimal | None = None  # of an input token at the earlier price, in uncached ones

    @property
    def beside(self) -> Decimal:
        """The part that no tokens make."""
        return _EXACT.subtract(_EXACT.subtract(self.amount, self.of_input), self.of_output)


class NotComparable(Exception):
    """Calls were made in a span, and of none of them the amount is known."""


def parts(before: Mapping[Key, Side], now: Mapping[Key, Side], quantum: Decimal) -> dict[Cause, Decimal]:
    """The change by cause, in multiples of `quantum`; sides by model. Causes without a part are left out.

    Raises `NotComparable`.
    """
    calls = _sum(before, "calls"), _sum(now, "calls")
    known = _sum(before, "known"), _sum(now, "known")
    if (calls[0] and not known[0]) or (calls[1] and not known[1]):
        raise NotComparable
    first, last = _total(before), _total(now)
    if not calls[0]:
        return _without_zeros({Cause.NEW: last})
    if not calls[1]:
        return _without_zeros({Cause.GONE: -first})

    both = [key for key, side in now.items() if side.known and before.get(key, _NOTHING).known]
    added = [side for key, side in now.items() if side.known and key not in both]
    tracks = [_Track(before[key], now[key]) for key in both]
    of_new = _add(*(side.amount for side in added))
    amounts = [first, _scaled(first, calls[1], calls[0]), _scaled(first, known[1], known[0])]
    amounts.append(_add(of_new, *(track.amount for track in tracks)))
    for cause in (Cause.PROMPTS, Cause.ANSWERS, Cause.CACHE, Cause.FEES):
        for track in tracks:
            track.take(cause)
        amounts.append(_add(of_new, *(track.amount for track in tracks)))
    inner = [_EXACT.quantize(amount, quantum) for amount in amounts[1:]]
    path = [first, *inner, last]
    steps = zip(STEPS, path[:-1], path[1:], strict=True)
    return _without_zeros({cause: _EXACT.subtract(later, earlier) for cause, earlier, later in steps})


def leading(causes: Mapping[Cause, Decimal]) -> Cause | None:
    """The cause that did most for the change as it went; None if nothing changed."""
    change = _add(*causes.values())
    pulling = {cause: part for cause, part in causes.items() if part * change > 0}
    return max(pulling, key=lambda cause: abs(pulling[cause]), default=None)


class _Track:
    """The amount of one model on its way from the earlier span to the later."""

    def __init__(self, before: Side, now: Side) -> None:
        self._before, self._now = before, now
        self._input = _scaled(before.of_input, now.known, before.known)
        self._output = _scaled(before.of_output, now.known, before.known)
        self._beside = _scaled(before.beside, now.known, before.known)

    @property
    def amount(self) -> Decimal:
        return _add(self._input, self._output, self._beside)

    def take(self, cause: Cause) -> None:
        """One step."""
        before, now = self._before, self._now
        if cause is Cause.PROMPTS and before.input:
            self._input = _scaled(before.of_input, now.input, before.input)
        elif cause is Cause.ANSWERS and before.output:
            self._output = _scaled(before.of_output, now.output, before.output)
        elif cause is Cause.CACHE and before.weight and now.weight is not None:
            self._input = _EXACT.divide(_EXACT.multiply(self._input, now.weight), before.weight)
        elif cause is Cause.FEES:
            self._beside = now.beside


_NOTHING = Side()


def _sum(sides: Mapping[Key, Side], name: str) -> int:
    return sum(getattr(side, name) for side in sides.values())


def _total(sides: Mapping[Key, Side]) -> Decimal:
    return _add(*(side.amount for side in sides.values()))


def _add(*amounts: Decimal) -> Decimal:
    total = ZERO
    for amount in amounts:
        total = _EXACT.add(total, amount)
    return total


def _scaled(amount: Decimal, many: int, few: int) -> Decimal:
    return _EXACT.divide(_EXACT.multiply(amount, Decimal(many)), Decimal(few))


def _without_zeros(found: Mapping[Cause, Decimal]) -> dict[Cause, Decimal]:
    return {cause: part for cause, part in found.items() if part}
