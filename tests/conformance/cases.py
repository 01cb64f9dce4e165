"""The golden cases: what is in tests/conformance/cases, read and checked for what each must have."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from econome.domain.price import Price
from econome.domain.usage import Bucket, Fee

FOLDER = Path(__file__).parent / "cases"

_KEYS = {
    *("id", "provider", "client", "situation", "model", "kind", "outputs", "extra", "expected"),
    *("rates", "fee_rates", "seconds", "cost", "why"),
}
_EXPECTED = {
    *("convention", "buckets", "fees", "source", "service_tier", "notes", "place"),
    *("cost_reported", "input_cost_reported", "output_cost_reported"),
}


@dataclass(frozen=True, slots=True)
class Case:
    """What one client sends of one provider's call in one situation, and what must be read from it."""

    id: str
    provider: str
    client: str
    situation: str
    why: str
    kind: str
    outputs: Any
    extra: Any
    model: str = ""
    convention: str = ""
    sums: dict[str, str] = field(default_factory=dict)  # of each bucket, the sum that it is
    fees: dict[str, int] = field(default_factory=dict)
    source: str = "reported"
    service_tier: str = ""
    notes: tuple[str, ...] = ()
    place: int | None = None  # None where the case does not say
    costs_reported: dict[str, Decimal] = field(default_factory=dict)
    rates: dict[str, str] = field(default_factory=dict)  # dollars for a million tokens
    fee_rates: dict[str, str] = field(default_factory=dict)  # dollars for one
    seconds: str = ""
    cost: str | None = None  # the text of the amount; None with rates: there is no price for it

    @property
    def buckets(self) -> dict[Bucket, int]:
        """The tokens that each bucket must have."""
        return {Bucket(name): sum_of(terms) for name, terms in self.sums.items()}

    @property
    def is_priced(self) -> bool:
        """Whether the case has rates, and so says what the call costs."""
        return bool(self.rates or self.fee_rates)

    @property
    def price(self) -> Price:
        """The price that the case's rates make."""
        rates = {Bucket(name): Decimal(rate) for name, rate in self.rates.items()}
        fees = {Fee(name): Decimal(rate) for name, rate in self.fee_rates.items()}
        return Price("conformance", "", self.provider, self.model, None, self.service_tier, rates, fees)


def sum_of(terms: str) -> int:
    """The value of a sum such as "1189 - 1024"."""
    return sum(int(term) for term in terms.replace(" ", "").replace("-", "+-").split("+"))


@cache
def cases() -> tuple[Case, ...]:
    """All of them, by provider."""
    return tuple(
        _case(path, entry) for path in sorted(FOLDER.glob("*.json")) for entry in json.loads(path.read_text())
    )


def _case(path: Path, entry: dict[str, Any]) -> Case:
    expected = entry["expected"]
    unknown = (entry.keys() - _KEYS) | (expected.keys() - _EXPECTED)
    if unknown:
        message = f"{path.name}: {entry.get('id')} has {sorted(unknown)}, which no case has"
        raise ValueError(message)
    reported = ("cost_reported", "input_cost_reported", "output_cost_reported")
    return Case(
        **{name: entry[name] for name in entry if name != "expected"},
        convention=expected.get("convention", ""),
        sums={name: str(terms) for name, terms in expected["buckets"].items()},
        fees=expected.get("fees", {}),
        source=expected.get("source", "reported"),
        service_tier=expected.get("service_tier", ""),
        notes=tuple(expected.get("notes", ())),
        place=expected.get("place"),
        costs_reported={name: Decimal(expected[name]) for name in reported if name in expected},
    )
