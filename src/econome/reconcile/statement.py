"""What a provider says was used: the lines of its export, in our words.

An export may add buckets that we keep apart (OpenAI tells no reasoning). Its line then covers
several, and is compared with their sum: what it does not tell is not zero.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from econome.domain.usage import Bucket

COST, TOKEN_COST, FEE_COST = "cost", "token cost", "fee cost"
"""What a line of money is of: everything, the tokens, or what is billed beside them. US dollars."""

MONEY = frozenset((COST, TOKEN_COST, FEE_COST))


@dataclass(frozen=True, slots=True)
class Line:
    """One amount of one day. It covers tokens of some buckets; none of them: it is `what` alone.

    Money without a model is of all the provider's models of that day.
    """

    day: date
    provider: str
    model: str  # as the export names it
    tier: str  # "", "batch", … ; None in the export is ""
    what: str  # "uncached", …, "output", "cache_write", "calls"
    amount: Decimal
    covers: tuple[Bucket, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """A part of the export that could not be read: nothing is lost in silence."""

    place: str  # a line, or a path in the JSON
    why: str


@dataclass(slots=True)
class Statement:
    """All that an export says, what of it was refused, and what was read past."""

    lines: list[Line] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
