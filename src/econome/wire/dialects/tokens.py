"""From the counts of a span to an account in disjoint buckets. Nothing raises: notes say what cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from econome.domain.money import read_money
from econome.domain.usage import Bucket
from econome.wire.conventions import MOST_DOLLARS, Contradiction, recognise
from econome.wire.conventions.account import Account, count, within_measure
from econome.wire.conventions.splitting import settle, sound_and_cache, writes_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The counts of a span as its library writes them: whole numbers, or texts of some; None is unknown.

    `sent` holds the cached tokens, unless `cache_outside`: then the library leaves them out,
    whatever their size. Without it parts that exceed their whole prove that it does.
    """

    sent: object = None
    generated: object = None
    total: object = None
    cache_read: object = None
    cache_read_audio: object = None  # what of it was sound: part of `audio_in` as well
    cache_write: object = None  # however long it lives
    cache_write_5m: object = None
    cache_write_1h: object = None
    audio_in: object = None
    image_in: object = None
    reasoning: object = None
    audio_out: object = None
    image_out: object = None
    cache_outside: bool = False


def account_of(convention: str, counts: Counts, notes: list[str]) -> Account | None:
    """The account of these counts. None where neither side is told, or where they cannot be true."""
    try:
        return _account(convention, counts)
    except Contradiction as contradiction:
        notes.append(str(contradiction))
        return None


def recognised(usage: object, notes: list[str]) -> Account | None:
    """The account of a provider's or a framework's own usage object; None where it is none we know."""
    if not isinstance(usage, dict):
        return None
    try:
        return recognise(usage)
    except Contradiction as contradiction:
        notes.append(str(contradiction))
        return None


def told_twice(attributes: Mapping[str, Any], notes: list[str], newest: str, *older: str) -> object:
    """A count under its newest name, else an older one; a note where two of them differ."""
    found, under = attributes.get(newest), newest
    if attributes.keys().isdisjoint(older):
        return found
    if not _is_number(found):
        found = None
    for name in older:
        again = attributes.get(name)
        if not _is_number(again):
            continue
        if found is None:
            found, under = again, name
        elif again != found:
            notes.append(f"{under} and {name} differ")
    return found


def state_cost(account: Account | None, total: object, sent: object = None, generated: object = None) -> None:
    """Adds what the library says the call cost, in US dollars. Nothing for tokens is "not known" there."""
    if account is None:
        return
    amount = _dollars(total)
    if amount is None or (amount == 0 and not account.is_zero):
        return
    account.cost, account.input_cost, account.output_cost = amount, _dollars(sent), _dollars(generated)


def _account(convention: str, counts: Counts) -> Account | None:
    account = Account(convention)
    given, made, whole = _count(counts.sent), _count(counts.generated), _count(counts.total)
    if given is None and made is None:
        return None
    writes = writes_of(
        _count(counts.cache_write),
        _count(counts.cache_write_5m),
        _count(counts.cache_write_1h) or None,
        account,
    )
    cached = _count(counts.cache_read)
    if counts.cache_outside and given is not None:
        given += (cached or 0) + sum(writes.values())
        whole = None
    parts_in: dict[Bucket, int | None] = {
        **sound_and_cache(cached, _count(counts.audio_in), _count(counts.cache_read_audio), account),
        **writes,
        Bucket.IMAGE_IN: _count(counts.image_in),
    }
    parts_out: dict[Bucket, int | None] = {
        Bucket.REASONING: _count(counts.reasoning),
        Bucket.AUDIO_OUT: _count(counts.audio_out),
        Bucket.IMAGE_OUT: _count(counts.image_out),
    }
    is_sum = None not in (given, made) and whole == (given or 0) + (made or 0)
    if _is_beyond(given, cached, *writes.values()) or (is_sum and _is_beyond(made, _count(counts.reasoning))):
        whole = None  # some libraries add up the two sides themselves, whatever these leave out
    settle(account, given, made, whole, parts_in, parts_out)
    return within_measure(account)


def _is_beyond(whole: int | None, *parts: int | None) -> bool:
    """Whether parts exceed what should contain them: then it does not, and no sum of it says more."""
    return whole is not None and sum(part or 0 for part in parts) > whole


def _is_number(value: object) -> bool:
    if isinstance(value, str):
        return value.isdecimal()
    return isinstance(value, int | float) and not isinstance(value, bool)


def _count(value: object) -> int | None:
    if isinstance(value, str):
        value = int(value) if value.isdecimal() and len(value) < 20 else None
    return count(value)


def _dollars(value: object) -> Decimal | None:
    amount = read_money(value)
    return amount if amount is not None and 0 <= amount <= MOST_DOLLARS else None
