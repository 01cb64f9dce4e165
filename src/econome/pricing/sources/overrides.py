"""The user's own prices: negotiated rates, models of one's own, models too new for the lists.

They stand in the store, set by `econome prices set` or the dashboard, or in a file of JSON,
`prices.json` in the data folder, which holds for every workspace and is read again when it changes:

    [
      {"model": "gpt-4o*", "provider": "openai", "valid_from": "2026-07-01",
       "rates": {"uncached": "2.10", "cache_read": ["1.05", [200000, "2.10"]], "text_out": "8.40"}},
      {"model": "llama-3.1-8b", "fees": {"second": "0.0004"}},
      {"model": "claude-*", "provider": "anthropic", "project": "shop-*", "discount": "0.15"}
    ]
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path
from time import monotonic
from uuid import UUID

import orjson

from econome.domain.key import matches
from econome.domain.money import without
from econome.domain.price import Price
from econome.pricing.override import BadPrice, Override, read_override, written
from econome.pricing.source import Listing, Period

SOURCE = "overrides"
_LOOK_EVERY = 1.0  # seconds, at a file that may have changed
_Stamp = tuple[int, int, int] | None

_log = logging.getLogger(__name__)


class Overrides:
    """The user's entries. Replaced as a whole, so that whoever prices needs no lock."""

    def __init__(self, entries: Iterable[Override] = (), version: str = "") -> None:
        self._path: Path | None = None
        self._seen: _Stamp = None
        self._file = tuple(entries)
        self._file_version = version
        self._stored: tuple[Override, ...] = ()
        self._look_at = 0.0
        self.entries = self._file
        """Those of the file, then those of the store, oldest first."""
        self.version = version
        self.changes = 0
        """How often they changed: unlike a version, it never comes back."""

    @classmethod
    def read(cls, path: Path) -> Overrides:
        """The entries of a file; none when there is no file. It is read again when it changes.

        Raises `BadPrice` naming the entry and what is wrong with it.
        """
        made = cls()
        made._path = path
        made._read(_stamp(path))
        return made

    def refresh(self) -> None:
        """Reads the file again if it has changed, at most once a second.

        A file that cannot be read any more changes nothing: the prices that were read last
        hold on, and the log says what is wrong.
        """
        now = monotonic()
        if self._path is None or now < self._look_at:
            return
        self._look_at = now + _LOOK_EVERY
        stamp = _stamp(self._path)
        if stamp == self._seen:
            return
        try:
            self._read(stamp)
        except (BadPrice, OSError) as error:
            self._seen = stamp  # said once
            _log.error("The prices that were read before hold on: %s", error)

    def put(self, stored: Iterable[Override]) -> None:
        """Takes these for what stands in the store."""
        self._stored = tuple(stored)
        self._changed()

    def find(self, workspace: UUID | None, project: str, provider: str, model: str) -> tuple[Own, ...]:
        """The entries that may price such a call, the most particular first.

        What names projects goes before what names none, what stands in the store before the
        file. Within each, the latest that is in force at a call's instant holds; of two of the
        same day, the one whose names leave less open.
        """
        groups: dict[tuple[int, int], list[Override]] = {}
        for entry in self.entries:
            if (
                entry.workspace in (None, workspace)
                and entry.provider in ("", provider)
                and fnmatchcase(model, entry.model.replace("[", "[[]").replace("?", "[?]"))
                and (not entry.project or matches(entry.project, project))
            ):
                groups.setdefault((not entry.project, entry.workspace is None), []).append(entry)
        return tuple(
            Own(sorted(entries, key=_rank), provider, self._file_version)
            for _, entries in sorted(groups.items(), key=lambda group: group[0])
        )

    def _read(self, stamp: _Stamp) -> None:
        assert self._path is not None  # noqa: S101 - whoever calls has looked
        self._file, self._file_version = _content(self._path)
        self._seen = stamp
        self._changed()

    def _changed(self) -> None:
        self.entries = (*self._file, *self._stored)
        held = sorted(f"{entry.workspace} {entry.id} {written(entry)}" for entry in self._stored)
        digest = sha256("\n".join(held).encode()).hexdigest()[:12]
        self.version = f"{self._file_version}+{digest}" if held else self._file_version
        self.changes += 1  # at last: what a thread finds meanwhile, it remembers as older


def _content(path: Path) -> tuple[tuple[Override, ...], str]:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return (), ""
    try:
        entries = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise BadPrice(f"{path} is not JSON: {error}") from error
    if not isinstance(entries, list):
        raise BadPrice(f"{path} must hold a list of prices, [...]")
    read = [read_override(entry, f"{path}, price {number}") for number, entry in enumerate(entries, 1)]
    return tuple(read), sha256(content).hexdigest()[:12]


def _stamp(path: Path) -> _Stamp:
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size, state.st_ino


def _rank(entry: Override) -> tuple[date, int, bool]:
    literal = len(entry.model) - entry.model.count("*") + len(entry.project)
    return entry.valid_from or date.min, literal, bool(entry.provider)


class Own:
    """Entries of one rank for one model, by their first day."""

    def __init__(self, entries: Sequence[Override], provider: str, file_version: str) -> None:
        self._entries = entries
        priced = [entry for entry in entries if not entry.discount]
        periods = tuple(_period(entry) for entry in priced if not entry.tier)
        variants = tuple(_period(entry) for entry in reversed(priced) if entry.tier)
        self._listings = [
            Listing(
                source=SOURCE,
                source_version=str(entry.id)[:8] if entry.id else file_version,
                provider=provider,
                model=entry.model,
                periods=periods,
                variants=variants,
                project=entry.project,
            )
            for entry in entries
        ]
        self._discounted: dict[tuple[UUID, int], Price] = {}

    @property
    def listing(self) -> Listing:
        """All that they say, by the name of the latest."""
        return self._listings[-1]

    def price(self, at: datetime, tier: str, input_tokens: int, listed: Price | None) -> Price | None:
        """The price of a call; `listed` is what the lists say, from which a discount is taken."""
        for number in reversed(range(len(self._entries))):
            entry = self._entries[number]
            if entry.valid_from is not None and at.date() < entry.valid_from:
                continue
            if entry.discount:
                if entry.tier in ("", tier):
                    return None if listed is None else self._less(listed, number)
            elif entry.tier == tier:
                return self._listings[number].price(at, tier, input_tokens)
        return None

    def _less(self, listed: Price, number: int) -> Price:
        key = (listed.id, number)
        if key not in self._discounted:
            self._discounted[key] = _discounted(listed, self._entries[number])
        return self._discounted[key]


def _discounted(listed: Price, entry: Override) -> Price:
    return Price(
        source=SOURCE,
        source_version=f"{listed.source} {listed.source_version}",
        provider=listed.provider,
        model=listed.model,
        valid_from=listed.valid_from,
        tier=listed.tier,
        rates={bucket: without(rate, entry.discount) for bucket, rate in listed.rates.items()},
        fees={fee: without(rate, entry.discount) for fee, rate in listed.fees.items()},
        discount=entry.discount,
        project=entry.project,
    )


def _period(entry: Override) -> Period:
    return Period(entry.rates, entry.valid_from, tier=entry.tier, fees=entry.fees)
