"""The user's own prices, as they stand in the store: set, removed, and at work at once."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID, uuid5

import orjson

from econome.ingest import journal
from econome.pricing.sources.overrides import BadPrice, Override, Overrides, read_override, written
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
        mine = [entry for (owner, _), (entry, _) in self._held.items() if owner == workspace]
        return sorted(
            mine, key=lambda entry: entry.created_at or datetime.min.replace(tzinfo=UTC), reverse=True
        )

    def set(self, workspace: UUID, author: str, entry: Override) -> tuple[Override, bool]:
        """Stores a price, which holds from now on; says whether it changed anything.

        One price for the same project, provider, model, first day and tier replaces another.
        """
        identity = identity_of(workspace, entry)
        with self._lock:
            held = self._held.get((workspace, identity))
            if held is not None and written(held[0]) == written(entry):
                return held[0], False
            detail = {"id": identity, "price": written(entry), "before": written(held[0]) if held else None}
            journal.write(self._store, workspace, author, "price set", detail)
            new = replace(
                entry, workspace=workspace, id=identity, author=author, created_at=datetime.now(UTC)
            )
            self._write(new, held[1] if held else 0, is_deleted=False)
        return new, True

    def holds(self, workspace: UUID, entry: Override) -> Override | None:
        """What `set` would replace."""
        held = self._held.get((workspace, identity_of(workspace, entry)))
        return held[0] if held else None

    def remove(self, workspace: UUID, author: str, identity: UUID) -> Override | None:
        """Ends a price, from now on; recorded costs stay. None when there is no such price."""
        with self._lock:
            held = self._held.get((workspace, identity))
            if held is None:
                return None
            detail = {"id": identity, "price": written(held[0])}
            journal.write(self._store, workspace, author, "price removed", detail)
            self._write(held[0], held[1], is_deleted=True)
        return held[0]

    def _write(self, entry: Override, version: int, *, is_deleted: bool) -> None:
        assert entry.workspace is not None  # noqa: S101 - those of the file are never written
        assert entry.id is not None  # noqa: S101
        said = written(entry)
        version = next_version(version)
        self._store.insert(
            "overrides",
            {
                "workspace": [entry.workspace],
                "id": [entry.id],
                "project": [entry.project],
                "provider": [entry.provider],
                "model": [entry.model],
                "valid_from": [entry.valid_from],
                "tier": [entry.tier],
                "rates": [orjson.dumps(said["rates"]).decode()],
                "fees": [orjson.dumps(said["fees"]).decode()],
                "discount": [entry.discount],
                "note": [entry.note],
                "author": [entry.author],
                "created_at": [entry.created_at],
                "version": [version],
                "is_deleted": [int(is_deleted)],
            },
        )
        if is_deleted:
            del self._held[entry.workspace, entry.id]
        else:
            self._held[entry.workspace, entry.id] = (entry, version)
        self._put()

    def _put(self) -> None:
        entries = [entry for entry, _ in self._held.values()]
        self._overrides.put(sorted(entries, key=lambda entry: str(entry.created_at)))


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
