"""The user's own prices, as they stand in the store: set, removed, and at work at once."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID, uuid5

import orjson

from econome.ingest import journal
from econome.pricing.override import BadPrice, Override, read_override, written
from econome.pricing.sources.overrides import Overrides
from econome.store.client import Store
from econome.store.question import question
from econome.store.version import next_version


@dataclass(frozen=True, slots=True)
class _Row:
    workspace: UUID
    id: UUID
    project: str
    provider: str
    model: str
    valid_from: date | None
    tier: str
    rates: str
    fees: str
    discount: Decimal
    note: str
    author: str
    created_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import did, or would do: how many prices it added, changed and left as they were."""

    added: int
    changed: int
    unchanged: int


class OwnPrices:
    """The registry of overrides. Safe to call from many threads; each change is stored before it holds."""

    def __init__(self, store: Store, overrides: Overrides) -> None:
        self._store = store
        self._overrides = overrides
        self._lock = threading.Lock()
        self._held: dict[tuple[UUID, UUID], tuple[Override, int]] = {}
        for row in store.ask(_Row, question("overrides_all", "econome.ingest.sql")):
            self._held[row.workspace, row.id] = (_override(row), row.version)
        self._put()

    def all(self, workspace: UUID) -> list[Override]:
        """Those of a workspace, the newest first."""
        held = list(self._held.items())  # at once: another thread may set one meanwhile
        mine = [entry for (owner, _), (entry, _) in held if owner == workspace]
        return sorted(
            mine, key=lambda entry: entry.created_at or datetime.min.replace(tzinfo=UTC), reverse=True
        )

    def set(self, workspace: UUID, author: str, entry: Override) -> tuple[Override, bool]:
        """Stores a price, which holds from now on; says whether it changed anything.

        One price for the same project, provider, model, first day and tier replaces another.
        """
        with self._lock:
            held = self._held.get((workspace, identity_of(workspace, entry)))
            if held is not None and written(held[0]) == written(entry):
                return held[0], False
            before = written(held[0]) if held else None
            new = self._signed(workspace, author, entry)
            detail = {"id": new.id, "price": written(entry), "before": before}
            journal.write(self._store, workspace, author, "price set", detail)
            self._write([new], is_deleted=False)
        return new, True

    def take(
        self, workspace: UUID, author: str, entries: Sequence[Override], *, dry_run: bool = False
    ) -> Taken:
        """Stores many prices with one line in the journal, and says how many were new; or only says so.

        Of two for the same, the last one holds.
        """
        with self._lock:
            wanted = {identity_of(workspace, entry): entry for entry in entries}
            fresh, changed = [], []
            for identity, entry in wanted.items():
                held = self._held.get((workspace, identity))
                if held is None:
                    fresh.append(entry)
                elif written(held[0]) != written(entry):
                    changed.append(entry)
            taken = Taken(len(fresh), len(changed), len(entries) - len(fresh) - len(changed))
            new = [self._signed(workspace, author, entry) for entry in (*fresh, *changed)]
            if new and not dry_run:
                before = [
                    {"id": entry.id, "price": written(held[0])}
                    for entry in new
                    if (held := self._held.get((workspace, identity_of(workspace, entry))))
                ]
                detail = {"added": len(fresh), "changed": len(changed), "before": before}
                journal.write(self._store, workspace, author, "prices imported", detail)
                self._write(new, is_deleted=False)
        return taken

    def remove(self, workspace: UUID, author: str, identity: UUID) -> Override | None:
        """Ends a price, from now on; recorded costs stay. None when there is no such price."""
        with self._lock:
            held = self._held.get((workspace, identity))
            if held is None:
                return None
            detail = {"id": identity, "price": written(held[0])}
            journal.write(self._store, workspace, author, "price removed", detail)
            self._write([held[0]], is_deleted=True)
        return held[0]

    def _signed(self, workspace: UUID, author: str, entry: Override) -> Override:
        identity = identity_of(workspace, entry)
        return replace(entry, workspace=workspace, id=identity, author=author, created_at=datetime.now(UTC))

    def _write(self, entries: Sequence[Override], *, is_deleted: bool) -> None:
        said = [written(entry) for entry in entries]
        held = [self._held.get((_owner(entry), _id(entry))) for entry in entries]
        versions = [next_version(before[1] if before else 0) for before in held]
        self._store.insert(
            "overrides",
            {
                "workspace": [entry.workspace for entry in entries],
                "id": [entry.id for entry in entries],
                "project": [entry.project for entry in entries],
                "provider": [entry.provider for entry in entries],
                "model": [entry.model for entry in entries],
                "valid_from": [entry.valid_from for entry in entries],
                "tier": [entry.tier for entry in entries],
                "rates": [orjson.dumps(one["rates"]).decode() for one in said],
                "fees": [orjson.dumps(one["fees"]).decode() for one in said],
                "discount": [entry.discount for entry in entries],
                "note": [entry.note for entry in entries],
                "author": [entry.author for entry in entries],
                "created_at": [entry.created_at for entry in entries],
                "version": versions,
                "is_deleted": [int(is_deleted)] * len(entries),
            },
        )
        for entry, version in zip(entries, versions, strict=True):
            if is_deleted:
                del self._held[_owner(entry), _id(entry)]
            else:
                self._held[_owner(entry), _id(entry)] = (entry, version)
        self._put()

    def _put(self) -> None:
        entries = [entry for entry, _ in self._held.values()]
        self._overrides.put(sorted(entries, key=lambda entry: str(entry.created_at)))


def _owner(entry: Override) -> UUID:
    assert entry.workspace is not None  # noqa: S101 - those of the file are never written
    return entry.workspace


def _id(entry: Override) -> UUID:
    assert entry.id is not None  # noqa: S101 - see above
    return entry.id


def identity_of(workspace: UUID, entry: Override) -> UUID:
    """The id of a price: a function of what it is for, so that setting it twice is harmless."""
    day = entry.valid_from.isoformat() if entry.valid_from else ""
    return uuid5(workspace, f"{entry.project}\n{entry.provider}\n{entry.model}\n{day}\n{entry.tier}")


def _override(row: _Row) -> Override:
    said = {
        "model": row.model,
        "provider": row.provider,
        "project": row.project,
        "valid_from": row.valid_from.isoformat() if row.valid_from else None,
        "tier": row.tier,
        "rates": orjson.loads(row.rates),
        "fees": orjson.loads(row.fees),
        "discount": str(row.discount),
        "note": row.note,
    }
    try:
        entry = read_override(said, f"price {row.id}")
    except BadPrice as error:  # written by a later version
        raise BadPrice(f"The store holds a price that this version cannot read: {error}") from error
    return replace(entry, workspace=row.workspace, id=row.id, author=row.author, created_at=row.created_at)
