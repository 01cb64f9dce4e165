"""What one usage object says, and what is common to all shapes: counts, costs, sums."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from econome.domain.money import read_money, total_of
from econome.domain.usage import INPUT, Bucket, Fee

MOST_TOKENS = 10**12
"""No call uses as many; whoever says so is mistaken."""

MOST_DOLLARS = Decimal(10**9)
"""No call costs as much; and a store that sums a hundred thousand million such costs stays exact."""

REPLAYED = "answered from the app's own cache, no call was made"
"""The note on what LangChain's cache gave back: its usage is that of the first call."""

_TOO_DEAR = "a reported cost was beyond all measure and was left out"
_NOTHING: Mapping[str, Any] = {}


class Contradiction(ValueError):
    """A usage object that cannot be true; the text says why."""


@dataclass(slots=True)
class Account:
    """What one usage object says, before it is a `Reading`."""

    convention: str
    buckets: dict[Bucket, int] = field(default_factory=dict)
    fees: dict[Fee, int] = field(default_factory=dict)
    service_tier: str = ""
    cost: Decimal | None = None
    input_cost: Decimal | None = None
    output_cost: Decimal | None = None
    costs_nothing: bool = False  # "total_cost": 0 and no parts, as LangChain's cache says, and others
    notes: list[str] = field(default_factory=list)

    @property
    def is_zero(self) -> bool:
        """Whether it claims that no token was used."""
        return not any(self.buckets.values())

    @property
    def sides(self) -> tuple[int, int]:
        """All tokens sent, and all generated."""
        sent = sum(tokens for bucket, tokens in self.buckets.items() if bucket in INPUT)
        return sent, sum(self.buckets.values()) - sent


@dataclass(frozen=True, slots=True)
class Convention:
    """One shape of usage: what it is told by, and how it is read.

    `entries` are keys, one of which must be there, and `marks` others, one of which must be
    there too when there are any; `fits` asks the values, where keys do not tell. The first
    convention that has all of this is taken.
    """

    name: str
    entries: tuple[str, ...]
    read: Callable[[Mapping[str, Any]], Account]
    marks: frozenset[str] = frozenset()
    fits: Callable[[Mapping[str, Any]], bool] | None = None

    def may_have(self, keys: Collection[str]) -> bool:
        """Whether the keys of a usage object are those of this convention."""
        return not (self.marks and self.marks.isdisjoint(keys)) and any(
            entry in keys for entry in self.entries
        )


def sum_of(accounts: list[Account]) -> Account | None:
    """One account of several. Raises `Contradiction` where the sum is beyond all measure."""
    if len(accounts) < 2:
        return accounts[0] if accounts else None
    whole = Account(accounts[0].convention, costs_nothing=all(account.costs_nothing for account in accounts))
    for account in accounts:
        for bucket, tokens in account.buckets.items():
            whole.buckets[bucket] = whole.buckets.get(bucket, 0) + tokens
        for fee, times in account.fees.items():
            whole.fees[fee] = whole.fees.get(fee, 0) + times
        whole.service_tier = whole.service_tier or account.service_tier
        whole.notes += account.notes
    for name in ("cost", "input_cost", "output_cost"):
        known = [cost for account in accounts if (cost := getattr(account, name)) is not None]
        setattr(whole, name, affordable(total_of(known), whole) if known else None)
    return within_measure(whole)


def within_measure(account: Account) -> Account:
    """The account itself. Raises `Contradiction` where a bucket is beyond all measure."""
    if account.buckets and max(account.buckets.values()) > MOST_TOKENS:
        raise Contradiction("a count of tokens was beyond all measure")
    return account


def count(value: object) -> int | None:
    """A number of tokens; None when it is none. Raises `Contradiction` below zero or beyond all measure."""
    if value is None or isinstance(value, bool):
        return None
    if type(value) is int and 0 <= value <= MOST_TOKENS:
        return value  # as nearly all are
    if isinstance(value, float):
        if not value.is_integer():  # NaN and infinities, too
            return None
        value = int(value)
    if not isinstance(value, int):
        return None
    if value < 0:
        raise Contradiction("a count of tokens was negative")
    if value > MOST_TOKENS:
        raise Contradiction("a count of tokens was beyond all measure")
    return value


def first_count(holder: Mapping[str, Any], *names: str) -> int | None:
    """The count under the first of these names that has one."""
    for name in names:
        tokens = count(holder.get(name))
        if tokens is not None:
            return tokens
    return None


def details(usage: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object under a name; an empty one when there is none."""
    found = usage.get(name)
    return found if isinstance(found, dict) else _NOTHING


def sum_known(*counts: int | None) -> int | None:
    """The sum of those that are known; None when none is."""
    known = [tokens for tokens in counts if tokens is not None]
    return sum(known) if known else None


def add_fee(account: Account, fee: Fee, times: int | None) -> None:
    """Adds what is billed by the piece; what was not used is not told."""
    if times:
        account.fees[fee] = account.fees.get(fee, 0) + times


def cost_under(usage: Mapping[str, Any], name: str, account: Account) -> Decimal | None:
    """The cost that stands under a name, None when it is no amount that may be true: noted."""
    value = usage.get(name)
    if value is None:
        return None
    amount = read_money(value)
    if amount is None:
        account.notes.append("a reported cost was no amount of money and was left out")
        return None
    if amount < 0:
        account.notes.append("a reported cost was negative and was left out")
        return None
    return affordable(amount, account)


def affordable(amount: Decimal, account: Account) -> Decimal | None:
    """The amount; None, and a note, where nobody pays as much for a call."""
    if amount > MOST_DOLLARS:
        account.notes.append(_TOO_DEAR)
        return None
    return amount
