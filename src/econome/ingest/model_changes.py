"""What pricing a period again changes, model by model; kept as a text beside the sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import orjson

from econome.domain.money import ZERO, text_of


@dataclass(slots=True)
class ModelChange:
    """What a re-pricing changes for one model."""

    provider: str
    model: str
    runs: int = 0
    changed: int = 0
    before: Decimal = ZERO
    after: Decimal = ZERO
    unpriced_before: int = 0  # billed calls that are in neither sum, for they have no cost
    unpriced_after: int = 0


def text_of_changes(models: Mapping[tuple[str, str], ModelChange]) -> str:
    """The changes as JSON."""
    return orjson.dumps(
        [
            [
                one.provider,
                one.model,
                one.runs,
                one.changed,
                text_of(one.before),
                text_of(one.after),
                one.unpriced_before,
                one.unpriced_after,
            ]
            for one in models.values()
        ]
    ).decode()


def changes_in(text: str) -> dict[tuple[str, str], ModelChange]:
    """The changes of such a text."""
    return {
        (provider, model): ModelChange(
            provider, model, runs, changed, Decimal(before), Decimal(after), *unpriced
        )
        for provider, model, runs, changed, before, after, *unpriced in orjson.loads(text)
    }
