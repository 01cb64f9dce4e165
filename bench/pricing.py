"""What reading usage, finding a price and making a bill cost, in microseconds a call.

    python bench/pricing.py
    python bench/pricing.py --hope     only what the hope is about: 20 µs a run for usage and price

The alternative, `genai_prices.calc_price` on usage that was read already, runs in the same minute.

Prints the time to build the table of list prices (once per version of genai-prices), to read
it at start, and per call: usage, model and segments read from a run as LangChain sends it,
price found, bill made. Per call it is processor time, the best of several rounds: others may
use the machine too.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from importlib import import_module
from importlib.metadata import version
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any
from uuid import UUID

from econome.domain.usage import Bucket, Usage
from econome.pricing.book import PriceBook
from econome.pricing.cost import cost_of
from econome.pricing.override import read_override
from econome.pricing.sources.genai_prices import GenaiPrices
from econome.pricing.sources.overrides import Overrides
from econome.pricing.sums import Sums, sums_of
from econome.wire.model import read_model, read_parameters
from econome.wire.segments import preview_of_inputs, preview_of_outputs, segments_of
from econome.wire.usage import read_usage

ROUNDS, CALLS = 15, 2_000
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

USAGE = {
    "input_tokens": 1_189,
    "output_tokens": 20,
    "total_tokens": 1_209,
    "input_token_details": {"audio": 0, "cache_read": 1_024},
    "output_token_details": {"audio": 0, "reasoning": 8},
}
MESSAGE = {
    "lc": 1,
    "type": "constructor",
    "id": ["langchain", "schema", "messages", "AIMessage"],
    "kwargs": {
        "content": "Because masses attract each other. " * 5,
        "usage_metadata": USAGE,
        "response_metadata": {"model_name": "gpt-4o-2024-08-06", "service_tier": "default"},
    },
}
OUTPUTS: dict[str, Any] = {"generations": [[{"text": "Because.", "message": MESSAGE}]], "llm_output": {}}
EXTRA: dict[str, Any] = {
    "metadata": {
        "usage_metadata": USAGE,
        "ls_provider": "openai",
        "ls_model_name": "gpt-4o",
        "ls_temperature": 0.2,
    },
    "invocation_params": {"model": "gpt-4o", "temperature": 0.2, "max_tokens": 200, "stream": False},
}
INPUTS: dict[str, Any] = {
    "messages": [
        [
            {"lc": 1, "id": ["SystemMessage"], "kwargs": {"content": "Be brief. " * 20, "type": "system"}},
            {"lc": 1, "id": ["HumanMessage"], "kwargs": {"content": "Why do apples fall?", "type": "human"}},
        ]
    ]
}


def microseconds(work: Callable[[], object], calls: int = CALLS) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        start = process_time()
        for _ in range(calls):
            work()
        best = min(best, (process_time() - start) / calls)
    return best * 1e6


def seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


ANTHROPIC: dict[str, Any] = {
    "id": "msg_01XFDUDYJgAACzvnptvVoYEL",
    "model": "claude-sonnet-4-5-20250929",
    "type": "message",
    "content": [{"type": "text", "text": "Because masses attract each other. " * 5}],
    "usage": {
        "input_tokens": 21,
        "cache_creation_input_tokens": 1_500,
        "cache_read_input_tokens": 8_000,
        "cache_creation": {"ephemeral_5m_input_tokens": 1_000, "ephemeral_1h_input_tokens": 500},
        "output_tokens": 50,
        "server_tool_use": {"web_search_requests": 1},
        "service_tier": "standard",
    },
}
GEMINI: dict[str, Any] = {
    "responseId": "abcdefghijklmnopqrst",
    "modelVersion": "gemini-2.5-flash",
    "candidates": [{"content": {"parts": [{"text": "Because masses attract each other."}]}}],
    "usageMetadata": {
        "promptTokenCount": 1_200,
        "cachedContentTokenCount": 1_000,
        "candidatesTokenCount": 40,
        "thoughtsTokenCount": 60,
        "totalTokenCount": 1_300,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 1_200}],
    },
}
CALLS_TO_PRICE: dict[str, tuple[str, str, dict[str, Any], dict[str, Any]]] = {
    "OpenAI through LangChain": ("openai", "gpt-4o", OUTPUTS, EXTRA),
    "Anthropic's message": ("anthropic", "claude-sonnet-4-5", ANTHROPIC, {}),
    "Gemini's answer": ("google", "gemini-2.5-flash", GEMINI, {}),
}
WORKSPACE = UUID(int=1)
COUNTS = attrgetter(*(bucket.value for bucket in Bucket))  # a run's, which ingest has as attributes


def hope(prices: GenaiPrices) -> None:
    """Usage and price of a run, which should take less than 20 µs, beside the package itself."""
    package = import_module("genai_prices")
    book = PriceBook([prices])
    own = Overrides()
    offer = {"model": "*", "project": "shop-*", "discount": "0.15"}
    own.put([read_override(offer, "offer")])
    discounted = PriceBook([prices], own)
    print(f"{'µs a run':28} {'usage':>8} {'price':>8} {'both':>8} {'discounted':>11} {'genai_prices':>13}")
    for name, (provider, model, outputs, extra) in CALLS_TO_PRICE.items():
        reading = read_usage("llm", outputs, extra)
        assert reading is not None
        usage = reading.usage

        def both(
            outputs: Any = outputs, extra: Any = extra, provider: str = provider, model: str = model
        ) -> object:
            read = read_usage("llm", outputs, extra)
            assert read is not None
            return priced(book, provider, model, read.usage, read.fees)

        theirs = package.Usage(
            input_tokens=usage.input,
            cache_read_tokens=usage.cache_read,
            cache_write_tokens=(usage.cache_write_5m or 0) + (usage.cache_write_1h or 0) or None,
            output_tokens=usage.output,
        )
        figures = (
            microseconds(lambda: read_usage("llm", outputs, extra)),  # noqa: B023 - measured at once
            microseconds(lambda: priced(book, provider, model, usage, reading.fees)),  # noqa: B023
            microseconds(both),
            microseconds(lambda: priced(discounted, provider, model, usage, reading.fees)),  # noqa: B023
        )
        slow = microseconds(
            lambda: package.calc_price(theirs, model, provider_id=provider, genai_request_timestamp=NOW),  # noqa: B023
            calls=200,
        )
        print(f"{name:28}{''.join(f'{one:9.1f}' for one in figures[:3])}{figures[3]:12.1f}{slow:14.1f}")
    print(f"genai_prices {version('genai-prices')} is given usage that was read, no fees, no cache lifetimes")


def priced(book: PriceBook, provider: str, model: str, usage: Usage, fees: Mapping[str, int]) -> Sums:
    """What ingest does of each run: its price, its bill, and the sums that are stored."""
    price = book.price(provider, model, NOW, "", usage.input or 0, WORKSPACE, "shop-fr")
    sums = sums_of(COUNTS(usage), price, fees) if price else None
    assert sums is not None
    return sums


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--hope", action="store_true", help="only the time of usage and price")
    only_hope = parser.parse_args().hope
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    with TemporaryDirectory() as folder:
        cold = seconds(lambda: GenaiPrices(Path(folder)).wait())
        warm = min(seconds(lambda: GenaiPrices(Path(folder))) for _ in range(5))
        [table] = Path(folder).iterdir()
        size = table.stat().st_size / 1e3
        print(f"list prices: built in {cold:.2f} s, read in {warm * 1e3:.1f} ms, {size:.0f} kB")
        prices = GenaiPrices(Path(folder))
    hope(prices)
    if only_hope:
        return
    book = PriceBook([prices])
    usage = Usage(uncached=165, cache_read=1_024, text_out=12, reasoning=8)
    price = book.price("openai", "gpt-4o", NOW)
    assert price is not None
    days = [NOW - timedelta(days=day) for day in range(400)]
    lines: dict[str, Callable[[], object]] = {
        "usage read": lambda: read_usage("llm", OUTPUTS, EXTRA),
        "model read": lambda: read_model(OUTPUTS, EXTRA),
        "parameters read": lambda: read_parameters(INPUTS, EXTRA),
        "segments measured": lambda: segments_of(INPUTS, EXTRA),
        "previews made": lambda: (preview_of_inputs(INPUTS), preview_of_outputs(OUTPUTS)),
        "price found": lambda: book.price("openai", "gpt-4o", NOW, "default", 1_189),
        "price of a long call at a tier": lambda: book.price("openai", "gpt-5.4", NOW, "priority", 300_000),
        "bill made": lambda: cost_of(usage, price),
        "price and total": lambda: _total(book, usage),
    }
    for name, work in lines.items():
        print(f"{name:32} {microseconds(work):6.2f} µs")
    first = seconds(lambda: PriceBook([prices]).price("openrouter", "openai/gpt-4o", NOW))
    missed = seconds(lambda: PriceBook([prices]).price("openrouter", "nobody/nothing", NOW))
    print(f"first look-up among 923 models: {first * 1e3:.2f} ms found, {missed * 1e3:.2f} ms not")
    spread = seconds(lambda: [book.price("openai", "o3", day) for day in days]) / len(days)
    print(f"one model on 400 days: {spread * 1e6:.2f} µs a look-up")


def _total(book: PriceBook, usage: Usage) -> object:
    price = book.price("openai", "gpt-4o", NOW, "", 1_189)
    cost = cost_of(usage, price) if price else None
    return (cost.total, cost.input, cost.output) if cost else None


if __name__ == "__main__":
    main()
