"""What reading usage, finding a price and making a bill cost, in microseconds a call.

    python bench/pricing.py

Prints the time to build the table of list prices (once per version of genai-prices), to read
it at start, and per call: usage, model and segments read from a run as LangChain sends it,
price found, bill made. Per call it is processor time, the best of several rounds: others may
use the machine too.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

from econome.domain.usage import Usage
from econome.pricing.book import PriceBook
from econome.pricing.cost import cost_of
from econome.pricing.sources.genai_prices import GenaiPrices
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


def microseconds(work: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        start = process_time()
        for _ in range(CALLS):
            work()
        best = min(best, (process_time() - start) / CALLS)
    return best * 1e6


def seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def main() -> None:
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    with TemporaryDirectory() as folder:
        cold = seconds(lambda: GenaiPrices(Path(folder)).wait())
        warm = min(seconds(lambda: GenaiPrices(Path(folder))) for _ in range(5))
        [table] = Path(folder).iterdir()
        size = table.stat().st_size / 1e3
        print(f"list prices: built in {cold:.2f} s, read in {warm * 1e3:.1f} ms, {size:.0f} kB")
        prices = GenaiPrices(Path(folder))
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
