"""The price of a model at an instant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from econome.domain.price import Price
from econome.pricing.providers import provider_of
from econome.pricing.source import Listing, PriceSource

STANDARD = frozenset({"", "default", "standard", "standard_only", "auto", "on_demand"})
"""What providers call being served in the ordinary way. "auto" is what was asked, and nobody said better."""

_REMEMBERED = (
    4096  # pairs of provider and model: apps use dozens, and a stranger's names must not fill the memory
)


class PriceBook:
    """Prices by provider, model, instant and tier, from sources in order: the first that knows wins.

    Safe to use from several threads. It remembers what it looked up.
    """

    def __init__(self, sources: Sequence[PriceSource]) -> None:
        self._sources = tuple(sources)
        self._listings = lru_cache(maxsize=_REMEMBERED)(self._find)

    def price(
        self, provider: str, model: str, at: datetime, tier: str = "", input_tokens: int = 0
    ) -> Price | None:
        """What the call is charged at; None is *unpriced*, which is not free.

        `provider` and `model` as the client said them; `at` aware, UTC. `tier` as the provider
        said it: a tier without a price of its own is unpriced, not standard. `input_tokens`
        of that one call, cached ones included, decides steps such as "above 200,000".
        """
        if not model:
            return None
        tier = tier.strip().lower()
        if tier in STANDARD:
            tier = ""
        for listing in self._listings(provider, model):
            price = listing.price(at, tier, input_tokens)
            if price is not None:
                return price
        return None

    def _find(self, provider: str, model: str) -> tuple[Listing, ...]:
        name, model_there = provider_of(provider, model)
        if not model_there:
            return ()
        found = (source.find(name, model_there) for source in self._sources)
        return tuple(listing for listing in found if listing is not None)
