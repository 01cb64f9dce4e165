"""Pages by key: each starts after the last row of the one before, whatever was inserted since."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from uuid import UUID

import orjson

from econome.analytics.errors import BadQuestion
from econome.domain.money import MOST


class SortBy(StrEnum):
    """What runs can be sorted by. Those without a value come last in either direction."""

    STARTED_AT = "started_at"
    COST = "cost"
    TOKENS = "tokens"
    INPUT = "input"
    OUTPUT = "output"
    LATENCY = "latency"
    FIRST_TOKEN = "first_token"  # noqa: S105  (nobody's password)

    @property
    def column(self) -> str:
        """The column of a page's question that holds the rank."""
        return f"by_{self.value}"

    @property
    def sums_up(self) -> bool:
        """Whether a trace's rank is the sum of its runs'."""
        return self in {SortBy.COST, SortBy.TOKENS, SortBy.INPUT, SortBy.OUTPUT}


@dataclass(frozen=True, slots=True)
class Sort:
    """An order of runs; ids break ties."""

    by: SortBy = SortBy.STARTED_AT
    descending: bool = True

    @property
    def direction(self) -> int:
        """What a value is multiplied with to become an ascending rank."""
        return -1 if self.descending else 1


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row of a page: the next page starts after it."""

    sort: Sort
    rank: Decimal | None
    tie: UUID

    def text(self) -> str:
        """The cursor as it travels through a URL; opaque to whoever carries it."""
        return _packed(self._order, self.rank, str(self.tie))

    @classmethod
    def of(cls, text: str, sort: Sort) -> Cursor:
        """The cursor that `text` is, for a page sorted by `sort`. Raises `BadQuestion`."""
        order = f"{'-' if sort.descending else ''}{sort.by}"
        rank, last = _unpacked(text, order)
        try:
            return cls(sort, rank, UUID(last))
        except ValueError as error:
            raise BadQuestion(_STRANGE) from error

    @property
    def _order(self) -> str:
        return f"{'-' if self.sort.descending else ''}{self.sort.by}"


@dataclass(frozen=True, slots=True)
class NameCursor:
    """The same, of a page whose rows have a name and no id; `order` is how it is sorted: "-cost"."""

    order: str
    rank: Decimal | None
    name: str

    def text(self) -> str:
        """The cursor as it travels through a URL; opaque to whoever carries it."""
        return _packed(self.order, self.rank, self.name)

    @classmethod
    def of(cls, text: str, order: str) -> NameCursor:
        """The cursor that `text` is, for a page of that order. Raises `BadQuestion`."""
        rank, name = _unpacked(text, order)
        return cls(order, rank, name)


_STRANGE = "cursor: not one that an answer gave; leave it out to start anew"


def _packed(order: str, rank: Decimal | None, last: str) -> str:
    parts = [order, None if rank is None else f"{rank:f}", last]
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def _unpacked(text: str, expected: str) -> tuple[Decimal | None, str]:
    try:
        order, told, last = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        rank = None if told is None else Decimal(told)
    except (ValueError, TypeError, AttributeError, InvalidOperation, binascii.Error) as error:
        raise BadQuestion(_STRANGE) from error
    is_storable = rank is None or (rank.is_finite() and abs(rank) < MOST)
    if not isinstance(last, str) or not is_storable:
        raise BadQuestion(_STRANGE)
    if order != expected:
        message = "cursor: it belongs to another order; leave it out to start anew"
        raise BadQuestion(message)
    return rank, last
