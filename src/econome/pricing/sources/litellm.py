"""LiteLLM's map of prices (MIT), for the models and tiers that the first list lacks.

A file that the operator provides, `litellm.json` in the data folder, in the form of LiteLLM's
`model_prices_and_context_window.json`: dollars per token, other rates behind suffixes
(`_above_200k_tokens`, `_batches`, `_flex`, `_priority`). It has no dates.

An entry whose rates are all zero says nothing: LiteLLM puts zeros for models on one's own
machine, which are not free, and for what it does not know.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Context, Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from econome.domain.errors import EconomeError
from econome.domain.money import rounded
from econome.domain.usage import Bucket, Fee
from econome.pricing.providers import ALIASES
from econome.pricing.source import Listing, Period, Rate

SOURCE = "litellm"
FILE = "litellm.json"

_BUCKETS = {
    "input_cost_per_token": Bucket.UNCACHED,
    "cache_read_input_token_cost": Bucket.CACHE_READ,
    "cache_read_input_audio_token_cost": Bucket.CACHE_READ_AUDIO,
    "cache_creation_input_token_cost": Bucket.CACHE_WRITE_5M,
    "cache_creation_input_token_cost_above_1hr": Bucket.CACHE_WRITE_1H,
    "input_cost_per_audio_token": Bucket.AUDIO_IN,
    "input_cost_per_image_token": Bucket.IMAGE_IN,
    "output_cost_per_token": Bucket.TEXT_OUT,
    "output_cost_per_reasoning_token": Bucket.REASONING,
    "output_cost_per_audio_token": Bucket.AUDIO_OUT,
    "output_cost_per_image_token": Bucket.IMAGE_OUT,
}
_TIERS = {"_batches": "batch", "_flex": "flex", "_priority": "priority"}
_STEP = re.compile(r"_above_(\d+)k_tokens")
_EXACT = Context(prec=100)
_DEAREST = 1_000  # dollars for one of anything: what is dearer is a mistake


class BadMap(EconomeError):
    """A file is not LiteLLM's map of prices."""


class LiteLLM:
    """A `PriceSource` of such a map; an empty one when there is no file."""

    name = SOURCE

    def __init__(self, table: Mapping[str, Any], version: str = "") -> None:
        self.version = version
        self._listings: dict[tuple[str, str], Listing] = {}
        for key, entry in table.items():
            listing = _listing(key, entry, version) if isinstance(entry, dict) else None
            if listing is not None:
                self._listings.setdefault((listing.provider, listing.model), listing)

    @classmethod
    def read(cls, path: Path) -> LiteLLM:
        """The map in a file. Raises `BadMap` when it is none."""
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return cls({})
        return cls(parse(content), sha256(content).hexdigest()[:12])

    def __len__(self) -> int:
        return len(self._listings)

    def find(self, provider: str, model: str) -> Listing | None:
        """See `PriceSource`."""
        return self._listings.get((provider, model))

    def search(self, provider: str, text: str) -> Iterator[Listing]:
        """See `PriceSource`."""
        for (seller, model), listing in self._listings.items():
            if provider in ("", seller) and text in model:
                yield listing


def parse(content: bytes) -> dict[str, Any]:
    """The map in these bytes, its numbers exact. Raises `BadMap`."""
    try:
        table = json.loads(content, parse_float=Decimal, parse_int=Decimal)
    except (ValueError, RecursionError) as error:
        raise BadMap(f"It is not JSON: {error}") from error
    if not isinstance(table, dict) or not any(
        isinstance(entry, dict) and "input_cost_per_token" in entry for entry in table.values()
    ):
        raise BadMap('It is not LiteLLM\'s map of prices: no entry has "input_cost_per_token"')
    return table


def _listing(key: str, entry: Mapping[str, Any], version: str) -> Listing | None:
    if "tiered_pricing" in entry:
        return None  # nothing says whether a step is of the whole call or of what is above it
    provider, model = _names(key, entry)
    rates: dict[str, dict[Bucket, dict[int, Decimal]]] = defaultdict(lambda: defaultdict(dict))
    for name, value in entry.items():
        amount = _amount(value)
        if amount is None:
            continue
        tier = next((suffix for suffix in _TIERS if name.endswith(suffix)), "")
        stem = name.removesuffix(tier)
        step = _STEP.search(stem)
        bucket = _BUCKETS.get(_STEP.sub("", stem))
        if bucket is not None:
            start = int(step[1]) * 1_000 if step else 0
            rates[_TIERS.get(tier, "")][bucket][start] = rounded(amount.scaleb(6, _EXACT))
    fees = _fees(entry)
    standard = _rates(rates.pop("", {}))
    if not any(rate.base or rate.steps for rate in standard.values()) and not fees:
        return None
    variants = {tier: _rates(found) for tier, found in rates.items()}
    return Listing(
        source=SOURCE,
        source_version=version,
        provider=provider,
        model=model,
        periods=(Period(standard, fees=fees),),
        variants=tuple(
            Period(listed, tier=tier) for tier, listed in variants.items() if _is_whole(listed, standard)
        ),
    )


def _names(key: str, entry: Mapping[str, Any]) -> tuple[str, str]:
    """Our name of who serves, and the model without the prefix that says so."""
    said = str(entry.get("litellm_provider", "")).lower()
    family = said.partition("-")[0]  # vertex_ai-anthropic_models
    spellings = (said, said.replace("_", "-"), family)
    provider = next((ALIASES[name] for name in spellings if name in ALIASES), said)
    model = key.lower()
    for prefix in dict.fromkeys((said, family, provider)):
        if prefix and model.startswith(f"{prefix}/"):
            return provider, model.removeprefix(f"{prefix}/")
    return provider, model


def _is_whole(listed: Mapping[Bucket, Rate], standard: Mapping[Bucket, Rate]) -> bool:
    """Whether a tier prices both sides, so that none is silently billed at the standard rate."""
    return all(
        side in listed or not (side in standard and standard[side].base)
        for side in (Bucket.UNCACHED, Bucket.TEXT_OUT)
    )


def _rates(found: Mapping[Bucket, Mapping[int, Decimal]]) -> dict[Bucket, Rate]:
    return {
        bucket: Rate(steps[0], tuple(sorted((step, rate) for step, rate in steps.items() if step)))
        for bucket, steps in found.items()
        if 0 in steps  # a rate for long calls alone is a rate of another bucket's
    }


def _fees(entry: Mapping[str, Any]) -> dict[Fee, Decimal]:
    mode = entry.get("mode")
    found: dict[Fee, Decimal | None] = {
        Fee.IMAGE: _amount(entry.get("output_cost_per_image")) if mode == "image_generation" else None,
        Fee.PAGE: _amount(entry.get("ocr_cost_per_page")),
        Fee.CHARACTER: _amount(entry.get("input_cost_per_character")) if mode == "audio_speech" else None,
        Fee.AUDIO_SECOND: _amount(entry.get("input_cost_per_second"))
        if mode == "audio_transcription"
        else None,
        Fee.WEB_SEARCH: _search(entry.get("search_context_cost_per_query")),
        Fee.REQUEST: _amount(entry.get("input_cost_per_request"))
        or (_amount(entry.get("input_cost_per_query")) if mode in ("rerank", "search") else None),
    }
    if str(entry.get("litellm_provider", "")).startswith(("gemini", "vertex_ai")):
        found[Fee.GROUNDING] = found[Fee.WEB_SEARCH]  # Gemini's only search
    return {fee: rounded(amount) for fee, amount in found.items() if amount}


def _search(sizes: object) -> Decimal | None:
    """What a search costs, where it costs the same whatever its size, which nobody tells us."""
    if not isinstance(sizes, dict):
        return None
    amounts = {_amount(value) for value in sizes.values()}
    return amounts.pop() if len(amounts) == 1 else None


def _amount(value: object) -> Decimal | None:
    if isinstance(value, Decimal) and value.is_finite() and 0 <= value <= _DEAREST:
        return value
    return None
