"""The price of a model at an instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from econome.domain.price import Price
from econome.pricing.providers import provider_of
from econome.pricing.source import Listing, PriceSource
from econome.pricing.sources.overrides import SOURCE, Overrides, Own

STANDARD = frozenset({"", "default", "standard", "standard_only", "auto", "on_demand"})
"""What providers call being served in the ordinary way. "auto" is what was asked, and nobody said better."""

_REMEMBERED = (
    4096  # pairs of provider and model: apps use dozens, and a stranger's names must not fill the memory
)


@dataclass(frozen=True, slots=True)
class Step:
    """What one source said of a call, when it was asked for the price."""

    source: str
    version: str
    model: str  # as it names the model; "" when it knows none
    found: bool
    why: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a call has the price it has: what it was looked up as, and each source's answer."""

    provider: str
    model: str
    tier: str
    steps: tuple[Step, ...]
    price: Price | None


class PriceBook:
    """Prices by provider, model, instant and tier: the user's own, else of the first source that knows.

    Safe to use from several threads. It remembers what it looked up.
    """

    def __init__(self, sources: Sequence[PriceSource], overrides: Overrides | None = None) -> None:
        self._sources = tuple(sources)
        self.overrides = overrides or Overrides()
        self._listings = lru_cache(maxsize=_REMEMBERED)(self._find)
        self._own = lru_cache(maxsize=_REMEMBERED)(self._find_own)

    @property
    def version(self) -> str:
        """Another one whenever a price may be another."""
        listed = " ".join(f"{source.name}-{source.version}" for source in self._sources)
        return f"{listed} {SOURCE}-{self.overrides.version}"

    @property
    def sources(self) -> tuple[PriceSource, ...]:
        """The lists, in the order in which they are asked."""
        return self._sources

    @property
    def has_overrides(self) -> bool:
        """Whether the user has prices of their own, so that the project may matter."""
        return bool(self.overrides.entries)

    def price(
        self,
        provider: str,
        model: str,
        at: datetime,
        tier: str = "",
        input_tokens: int = 0,
        workspace: UUID | None = None,
        project: str = "",
    ) -> Price | None:
        """What the call is charged at; None is *unpriced*, which is not free.

        `provider` and `model` as the client said them; `at` aware, UTC. `tier` as the provider
        said it: a tier without a price of its own is unpriced, not standard. `input_tokens`
        of that one call, cached ones included, decides steps such as "above 200,000".
        `workspace` and `project` (its name) decide which of the user's own prices hold.
        """
        if not model:
            return None
        self.overrides.refresh()
        tier = standard(tier)
        own = self._own(self.overrides.changes, workspace, project, provider, model)
        if not own:
            return self._listed(provider, model, at, tier, input_tokens)
        listed = self._listed(provider, model, at, tier, input_tokens)
        for entries in own:
            price = entries.price(at, tier, input_tokens, listed)
            if price is not None:
                return price
        return listed

    def steps(self, provider: str, model: str, workspace: UUID | None = None, project: str = "") -> set[int]:
        """Above how many tokens of input a call may be charged otherwise, at any time or tier."""
        own = self._own(self.overrides.changes, workspace, project, provider, model)
        listings = [*self._listings(provider, model), *(entries.listing for entries in own)]
        return {
            step
            for listing in listings
            for period in (*listing.periods, *listing.variants)
            for step in period.steps
        }

    def explain(
        self,
        provider: str,
        model: str,
        at: datetime,
        tier: str = "",
        input_tokens: int = 0,
        workspace: UUID | None = None,
        project: str = "",
    ) -> Explanation:
        """Why `price` answers what it answers."""
        name, model_there = provider_of(provider, model)
        tier = standard(tier)
        price = self.price(provider, model, at, tier, input_tokens, workspace, project)
        steps = []
        own = self._own(self.overrides.changes, workspace, project, provider, model) if model else ()
        chosen = price is not None and price.source == SOURCE
        why = (
            "it is the most particular price of yours in force"
            if chosen
            else "none of yours that match is in force at that time and tier"
            if own
            else "no price of yours is for this model here"
        )
        matched = own[0].listing.model if own else ""
        steps.append(Step(SOURCE, self.overrides.version, matched, chosen, why))
        for source in self._sources:
            listing = source.find(name, model_there) if model_there else None
            found = listing.price(at, tier, input_tokens) if listing else None
            if listing is None:
                why = (
                    f"it knows no model {model_there!r} of the provider {name!r}"
                    if name
                    else ("nobody said who serves the model, and its name belongs to no one provider")
                )
            elif found is None:
                why = (
                    f"it has no price of {listing.model} at the tier {tier!r} on that day"
                    if tier
                    else f"it has no price by the token of {listing.model} on that day"
                )
            elif price is not None and price.id == found.id:
                why = "it is the first that knows"
            else:
                why = "another goes before it"
            is_taken = found is not None and price is not None and price.id == found.id
            steps.append(Step(source.name, source.version, listing.model if listing else "", is_taken, why))
        return Explanation(name, model_there, tier, tuple(steps), price)

    def _listed(self, provider: str, model: str, at: datetime, tier: str, input_tokens: int) -> Price | None:
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

    def _find_own(
        self, changes: int, workspace: UUID | None, project: str, provider: str, model: str
    ) -> tuple[Own, ...]:
        del changes  # a part of what is remembered: prices of yours change while the server runs
        if not self.overrides.entries:
            return ()
        name, model_there = provider_of(provider, model)
        return self.overrides.find(workspace, project, name, model_there) if model_there else ()


def standard(tier: str) -> str:
    """The tier in lower case, "" for every name of the ordinary one."""
    tier = tier.strip().lower()
    return "" if tier in STANDARD else tier
