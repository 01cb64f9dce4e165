"""The prices that made costs, as they were stored with the first run that they priced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from econome.domain.price import Price
from econome.domain.scope import Scope
from econome.domain.usage import Bucket, Fee
from econome.store.client import Store
from econome.store.question import question


@dataclass(frozen=True, slots=True)
class _Row:
    id: UUID
    source: str
    source_version: str
    provider: str
    model: str
    valid_from: datetime | None
    tier: str
    rates: Mapping[str, Decimal]
    fees: Mapping[str, Decimal]
    discount: Decimal
    project: str


def prices_of(store: Store, ids: Iterable[UUID]) -> dict[UUID, Price]:
    """The prices of these ids that are stored."""
    wanted = list(ids)
    if not wanted:
        return {}
    return {
        row.id: Price(
            source=row.source,
            source_version=row.source_version,
            provider=row.provider,
            model=row.model,
            valid_from=row.valid_from,
            tier=row.tier,
            rates={Bucket(name): rate for name, rate in row.rates.items()},
            fees={Fee(name): rate for name, rate in row.fees.items()},
            discount=row.discount,
            project=row.project,
        )
        for row in store.ask(_Row, question("prices_by_id"), prices=wanted)
    }


@dataclass(frozen=True, slots=True)
class Unpriced:
    """A model at a tier, some of whose calls have no price."""

    provider: str
    model: str
    tier: str
    calls: int
    input: int | None
    output: int | None
    first: datetime
    last: datetime
    buckets: list[str]  # that those calls used
    fees: list[str]  # the same
    models: int  # how many there are, those beyond the limit included


def unpriced(store: Store, scope: Scope, *, limit: int = 200) -> list[Unpriced]:
    """The models without a price, those with most tokens first."""
    return store.ask(Unpriced, question("unpriced"), scope.filter, limit=limit, **scope.parameters())
