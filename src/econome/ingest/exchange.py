"""How much of a currency one US dollar buys, by day: the operator's own figures, for nothing is fetched."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from econome.domain.errors import EconomeError
from econome.domain.money import read_money, text_of
from econome.ingest import journal
from econome.store.client import Store
from econome.store.question import question
from econome.store.version import next_version

HOME = "USD"
_CODE = re.compile(r"[A-Z]{3}", re.ASCII)
_FIRST_DAY, _LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)
_MOST = Decimal(10**9)


class BadRate(EconomeError):
    """A rate of exchange that cannot be."""


@dataclass(frozen=True, slots=True)
class _Row:
    workspace: UUID
    currency: str
    day: date
    rate: Decimal
    version: int


class ExchangeRates:
    """The registry of rates. Safe to call from many threads; each change is stored before it shows."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._rates: dict[tuple[UUID, str], dict[date, tuple[Decimal, int]]] = {}
        for row in store.ask(_Row, question("exchange_all", "econome.ingest.sql")):
            self._rates.setdefault((row.workspace, row.currency), {})[row.day] = (row.rate, row.version)

    def currencies(self, workspace: UUID) -> list[str]:
        """Those that have a rate, by name."""
        return sorted(currency for owner, currency in list(self._rates) if owner == workspace)

    def rates(self, workspace: UUID, currency: str) -> list[tuple[date, Decimal]]:
        """The rates of a currency by day, each of which holds until the next."""
        return [(day, rate) for day, (rate, _) in sorted(self._rates.get((workspace, currency), {}).items())]

    def set(self, workspace: UUID, author: str, currency: object, day: object, rate: object) -> bool:
        """Stores a rate, from `day` on; says whether it changed anything. Raises `BadRate`."""
        code, first, amount = read_rate(currency, day, rate)
        with self._lock:
            days = self._rates.setdefault((workspace, code), {})
            held = days.get(first)
            if held is not None and held[0] == amount:
                return False
            journal.write(
                self._store,
                workspace,
                author,
                "exchange rate set",
                {
                    "currency": code,
                    "day": first.isoformat(),
                    "rate": text_of(amount),
                    "before": text_of(held[0]) if held else None,
                },
            )
            version = next_version(held[1] if held else 0)
            self._store.insert(
                "exchange_rates",
                {
                    "workspace": [workspace],
                    "currency": [code],
                    "day": [first],
                    "rate": [amount],
                    "author": [author],
                    "version": [version],
                },
            )
            days[first] = (amount, version)
        return True


def read_rate(currency: object, day: object, rate: object) -> tuple[str, date, Decimal]:
    """A rate as somebody wrote it. Raises `BadRate`, which names what is wrong."""
    code = currency.strip().upper() if isinstance(currency, str) else ""
    if not _CODE.fullmatch(code) or code == HOME:
        raise BadRate(
            f'"currency" must be a code of three letters other than {HOME}, such as EUR, not {currency!r}'
        )
    try:
        first = date.fromisoformat(day.strip()) if isinstance(day, str) else None
    except ValueError:
        first = None
    if first is None or not _FIRST_DAY <= first <= _LAST_DAY:
        raise BadRate(f'"day" must be a day such as 2026-07-01, not {day!r}')
    amount = read_money(rate)
    if amount is None or not 0 < amount < _MOST:
        raise BadRate(f'"rate" must be how much of {code} one US dollar buys, such as "0.92", not {rate!r}')
    return code, first, amount
