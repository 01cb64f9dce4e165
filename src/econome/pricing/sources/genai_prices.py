"""The list prices of genai-prices (MIT): dated, with tiers, for some 2,300 models.

Importing that package takes 0.5 to 1.6 s and 55 MB, and each of its answers 165 µs. So it is
asked once per version, in a process of its own, for its whole table in our form; the table is
kept in a file and read in milliseconds from then on. Until it is there, `find` waits.

    python -m econome.pricing.sources.genai_prices    prints the table
"""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import suppress
from datetime import time
from decimal import Decimal
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from threading import Thread
from typing import Any

import orjson

from econome.domain.money import rounded, text_of
from econome.pricing.catalogue import Catalogue
from econome.pricing.source import Listing

SOURCE = "genai-prices"
_FORMAT = 2  # of the file: another number, and old files are made anew
_LONGEST_BUILD = 120.0  # seconds; a second or two is usual

_log = logging.getLogger(__name__)

_BUCKETS = {
    "input_mtok": "uncached",
    "cache_read_mtok": "cache_read",
    "cache_audio_read_mtok": "cache_read_audio",
    "cache_write_mtok": "cache_write_5m",
    "cache_write_5m_mtok": "cache_write_5m",
    "cache_write_1h_mtok": "cache_write_1h",
    "input_audio_mtok": "audio_in",
    "input_image_mtok": "image_in",
    "input_video_mtok": "video_in",
    "output_mtok": "text_out",
    "output_reasoning_mtok": "reasoning",
    "output_audio_mtok": "audio_out",
    "output_image_mtok": "image_out",
}
"""Its name of a price → our bucket. Writing to a cache without a time to live is for 5 minutes."""

_FEES = {
    "web_searches_kcount": ("web_search", 1_000),
    "storage_searches_kcount": ("file_search", 1_000),
    "input_document_kpages": ("page", 1_000),
    "input_audio_hours": ("audio_second", 3_600),
    "audio_hours": ("audio_second", 3_600),
    "input_mchars": ("character", 1_000_000),
}
"""Its name of what is billed beside tokens → our fee, and for how many its rate is."""

_UNTOLD = ("requests_kcount",)
"""Charged beside the tokens on every call, by options that nobody tells us: no price of ours."""

_TIERS = {"processing": frozenset({"batch"}), "service_tier": None, "speed": frozenset({"fast"})}
"""Which of its contexts are tiers of service. `None` takes every value but "default"."""


class GenaiPrices:
    """A `PriceSource`: the table of the installed version of genai-prices.

    `folder` is where the table is kept (made if need be); None keeps none. Without the
    package, or when it fails, no model has a price here, and the log says so once.
    """

    name = SOURCE

    def __init__(self, folder: Path | None) -> None:
        self._catalogue: Future[Catalogue] = Future()
        self._builder: Thread | None = None
        try:
            self.version = version(SOURCE)
        except PackageNotFoundError:
            self.version = ""
            _log.warning("No model has a list price: genai-prices is missing. Do: pip install genai-prices")
            self._catalogue.set_result(Catalogue(_empty("")))
            return
        kept = folder / f"{SOURCE}-{self.version}.{_FORMAT}.json" if folder else None
        table = _read(kept) if kept else None
        if table is not None:
            self._catalogue.set_result(Catalogue(table))
        else:
            self._builder = Thread(target=self._build, args=(kept,), name="prices", daemon=True)
            self._builder.start()

    def find(self, provider: str, model: str) -> Listing | None:
        """See `PriceSource`. Waits for the table when it is being built."""
        return self._catalogue.result().find(provider, model)

    def search(self, provider: str, text: str) -> Iterator[Listing]:
        """See `PriceSource`."""
        return self._catalogue.result().search(provider, text)

    def wait(self) -> None:
        """Returns when the table is read, or built and kept."""
        if self._builder is not None:
            self._builder.join()

    def _build(self, kept: Path | None) -> None:
        try:
            content = _ask_for_table()
            catalogue = Catalogue(orjson.loads(content))
        except Exception:  # noqa: BLE001 - the end of a thread: whatever it was, calls go on, unpriced
            _log.exception("genai-prices gave no table: no model has a list price until the next start")
            self._catalogue.set_result(Catalogue(_empty(self.version)))
            return
        self._catalogue.set_result(catalogue)
        if kept is not None:
            _keep(kept, content)


def _ask_for_table() -> bytes:
    """The table as JSON, made in another process so that this one need not import the package.

    Where no process can be started (the program is bundled, say), it is made here after all.
    """
    command = [sys.executable, "-P", "-m", __name__]
    try:
        answer = subprocess.run(command, capture_output=True, check=True, timeout=_LONGEST_BUILD)  # noqa: S603 - our own module
    except (OSError, subprocess.SubprocessError):
        return orjson.dumps(flatten(version(SOURCE)))
    return answer.stdout


def _read(kept: Path) -> dict[str, Any] | None:
    try:
        table = orjson.loads(kept.read_bytes())
        return table if isinstance(table["providers"]["openai"], dict) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep(kept: Path, content: bytes) -> None:
    """Whole or not at all. A folder that cannot be written costs a second at the next start."""
    half = kept.with_suffix(".half")
    with suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        half.write_bytes(content)
        half.replace(kept)
        for old in kept.parent.glob(f"{SOURCE}-*.json"):
            if old != kept:
                old.unlink()


def _empty(package_version: str) -> dict[str, Any]:
    return {"source": SOURCE, "version": package_version, "providers": {}}


def flatten(package_version: str) -> dict[str, Any]:
    """All of genai-prices' data, as `pricing.catalogue` describes it. Imports the package."""
    from genai_prices.data import providers  # noqa: PLC0415 - 0.5 s and more, and only here

    return {
        "source": SOURCE,
        "version": package_version,
        "providers": {
            provider.id: {
                "fallbacks": list(provider.fallback_model_providers or ()),
                "models": [_entry(model, provider.id) for model in provider.models],
            }
            for provider in providers
        },
    }


def _entry(model: Any, provider: str) -> dict[str, Any]:
    listed = model.prices if isinstance(model.prices, list) else None
    periods = (
        [_period(part.prices, part.constraint, provider) for part in listed]
        if listed is not None
        else [_period(model.prices, None, provider)]
    )
    variants = [variant for part in model.price_variants or () for variant in _variant(part)]
    return {"id": model.id, "match": _clause(model.match), "periods": periods, "variants": variants}


def _period(prices: Any, constraint: Any, provider: str) -> dict[str, Any]:
    rates = _rates(prices)
    fees = _fees(prices)
    if provider == "google" and "uncached" in rates:
        # Google lists audio apart only where it costs another price than text.
        rates.setdefault("audio_in", rates["uncached"])
        if rates["audio_in"] == rates["uncached"] and "cache_read" in rates:
            rates.setdefault("cache_read_audio", rates["cache_read"])
    if provider == "google" and "web_search" in fees:
        fees["grounding"] = fees["web_search"]  # Gemini's only search
    start: time | None = getattr(constraint, "start_time", None)
    hours = [f"{start:%H:%M}", f"{constraint.end_time:%H:%M}"] if start else None  # it writes them in UTC
    return {"from": _first_day(constraint), "hours": hours, "rates": rates, "fees": fees}


def _variant(variant: Any) -> Iterable[dict[str, Any]]:
    if len(variant.when) != 1:
        return
    [(key, value)] = variant.when.items()
    if key not in _TIERS or value == "default":
        return
    values = _TIERS[key]
    if values is None or value in values:
        yield {
            "tier": value,
            "from": _first_day(variant.constraint),
            "rates": _rates(variant.prices),
            "fees": _fees(variant.prices),
        }


def _first_day(constraint: Any) -> str | None:
    day = getattr(constraint, "start_date", None)
    return day.isoformat() if day else None


def _rates(prices: Any) -> dict[str, list[Any]]:
    listed: Mapping[str, Any] = {key: rate for key, rate in vars(prices).items() if rate is not None}
    if any(fee in listed for fee in _UNTOLD):
        return {}
    return {_BUCKETS[key]: _rate(rate) for key, rate in listed.items() if key in _BUCKETS}


def _fees(prices: Any) -> dict[str, str]:
    listed: Mapping[str, Any] = {key: rate for key, rate in vars(prices).items() if rate is not None}
    if any(fee in listed for fee in _UNTOLD):
        return {}
    return {
        _FEES[key][0]: text_of(rounded(rate / _FEES[key][1]))
        for key, rate in listed.items()
        if key in _FEES and isinstance(rate, Decimal)
    }


def _rate(rate: Any) -> list[Any]:
    if isinstance(rate, Decimal):
        return [text_of(rate)]
    return [text_of(rate.base), *([step.start, text_of(step.price)] for step in rate.tiers)]


_CLAUSES = {"equals": "=", "starts_with": "^", "ends_with": "$", "contains": "*"}


def _clause(clause: Any) -> list[Any]:
    for attribute, sign in (("or_", "|"), ("and_", "&")):
        if hasattr(clause, attribute):
            return [sign, *(_clause(part) for part in getattr(clause, attribute))]
    if hasattr(clause, "regex"):
        return ["~", clause.regex]
    for attribute, sign in _CLAUSES.items():
        if hasattr(clause, attribute):
            return [sign, getattr(clause, attribute).lower()]
    raise TypeError(f"genai-prices matches models in a way that we do not know: {clause!r}")


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(flatten(version(SOURCE))))
