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
    LATENCY = "latency"

    @property
    def column(self) -> str:
        """The column of a page's question that holds the rank."""
        return f"by_{self.value}"

    @property
    def sums_up(self) -> bool:
        """Whether a trace's rank is the sum of its runs'."""
        return self in {SortBy.COST, SortBy.TOKENS}


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
        parts = [self._order, None if self.rank is None else f"{self.rank:f}", str(self.tie)]
        return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")

    @classmethod
    def of(cls, text: str, sort: Sort) -> Cursor:
        """The cursor that `text` is, for a page sorted by `sort`. Raises `BadQuestion`."""
        try:
            order, rank, last = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            cursor = cls(sort, None if rank is None else Decimal(rank), UUID(last))
        except (ValueError, TypeError, AttributeError, InvalidOperation, binascii.Error) as error:
            message = "cursor: not one that an answer gave; leave it out to start anew"
            raise BadQuestion(message) from error
        if order != cursor._order or not cursor._is_storable:
            message = "cursor: it belongs to another order; leave it out to start anew"
            raise BadQuestion(message)
        return cursor

    @property
    def _is_storable(self) -> bool:
        return self.rank is None or (self.rank.is_finite() and abs(self.rank) < MOST)

    @property
    def _order(self) -> str:
        return f"{'-' if self.sort.descending else ''}{self.sort.by}"
