"""The list prices, as the installed genai-prices has them.

The package itself is imported only by the tests that compare with it: it takes a second.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from importlib import import_module
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest

from econome.domain.money import line_cost, total_of
from econome.domain.usage import Bucket, Usage
from econome.pricing.book import PriceBook
from econome.pricing.cost import cost_of
from econome.pricing.sources import genai_prices as module
from econome.pricing.sources.genai_prices import GenaiPrices

NOVEMBER = datetime(2026, 11, 23, 12, tzinfo=UTC)
JANUARY = datetime(2026, 1, 15, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where the table was built once."""
    folder = tmp_path_factory.mktemp("prices")
    prices = GenaiPrices(folder)
    assert prices.find("openai", "gpt-4o") is not None  # asked while it is being built
    prices.wait()
    return folder


@pytest.fixture(scope="module")
def book(folder: Path) -> PriceBook:
    return PriceBook([GenaiPrices(folder)])


def mtok(rate: str, tokens: int) -> Decimal:
    """So many tokens at so many dollars per million, as on an invoice."""
    return Decimal(rate) * tokens / 1_000_000


def cost(
    book: PriceBook, provider: str, model: str, usage: Usage, tier: str = "", at: datetime = NOVEMBER
) -> Decimal | None:
    price = book.price(provider, model, at, tier, usage.input or 0)
    bill = cost_of(usage, price) if price else None
    return bill.total if bill else None


# --- invoices, checked by hand -----------------------------------------------------------


def test_gpt_4o_with_a_cached_prompt(book: PriceBook) -> None:
    usage = Usage(uncached=165, cache_read=1_024, text_out=20)
    assert cost(book, "openai", "gpt-4o-2024-08-06", usage) == (
        mtok("2.50", 165) + mtok("1.25", 1_024) + mtok("10", 20)
    )


def test_gpt_5_with_cache_and_reasoning(book: PriceBook) -> None:
    usage = Usage(uncached=100, cache_read=900, text_out=50, reasoning=150)
    assert cost(book, "openai", "gpt-5", usage) == (
        mtok("1.25", 100) + mtok("0.125", 900) + mtok("10", 50) + mtok("10", 150)
    )


def test_sonnet_with_both_writes_and_a_read(book: PriceBook) -> None:
    usage = Usage(uncached=30, cache_read=200, cache_write_5m=60, cache_write_1h=40, text_out=50)
    assert cost(book, "anthropic", "claude-sonnet-4-5-20250929", usage) == (
        mtok("3", 30) + mtok("0.30", 200) + mtok("3.75", 60) + mtok("6", 40) + mtok("15", 50)
    )


@pytest.mark.parametrize(("tokens", "rate"), [(200_000, "3"), (200_001, "6")])
def test_a_long_call_pays_more_for_all_of_it(book: PriceBook, tokens: int, rate: str) -> None:
    assert cost(book, "anthropic", "claude-sonnet-4-5", Usage(uncached=tokens, text_out=0)) == mtok(
        rate, tokens
    )


def test_cached_tokens_count_towards_a_long_call(book: PriceBook) -> None:
    usage = Usage(uncached=1, cache_read=200_000, text_out=0)
    assert cost(book, "anthropic", "claude-sonnet-4-5", usage) == mtok("6", 1) + mtok("0.60", 200_000)


def test_an_embedding(book: PriceBook) -> None:
    assert cost(book, "openai", "text-embedding-3-small", Usage(uncached=8)) == mtok("0.02", 8)


def test_audio_to_gemini_at_its_own_rate(book: PriceBook) -> None:
    usage = Usage(uncached=10, audio_in=1_000, text_out=10)
    assert cost(book, "google_genai", "gemini-2.5-flash", usage) == (
        mtok("0.30", 10) + mtok("1", 1_000) + mtok("2.50", 10)
    )


def test_audio_of_gpt_4o_audio_preview_is_unpriced_for_its_rate_is_missing(book: PriceBook) -> None:
    assert cost(book, "openai", "gpt-4o-audio-preview", Usage(uncached=10, text_out=10)) is not None
    assert cost(book, "openai", "gpt-4o-audio-preview", Usage(uncached=10, audio_in=10, text_out=10)) is None


def test_o3_before_and_after_its_price_was_cut(book: PriceBook) -> None:
    usage = Usage(uncached=1_000, text_out=100)
    before, after = datetime(2025, 6, 9, tzinfo=UTC), datetime(2025, 6, 11, tzinfo=UTC)
    assert cost(book, "openai", "o3", usage, at=before) == mtok("10", 1_000) + mtok("40", 100)
    assert cost(book, "openai", "o3", usage, at=after) == mtok("2", 1_000) + mtok("8", 100)


@pytest.mark.parametrize("tier", ["batch", "flex", "priority"])
def test_a_tier_is_priced_from_the_day_that_its_price_is_known(book: PriceBook, tier: str) -> None:
    usage = Usage(uncached=1_000, text_out=100)
    standard = cost(book, "openai", "gpt-5", usage)
    now = cost(book, "openai", "gpt-5", usage, tier)
    assert now is not None
    assert standard is not None
    assert now > standard if tier == "priority" else now == standard / 2
    assert cost(book, "openai", "gpt-5", usage, tier, JANUARY) is None


def test_bedrock_costs_a_tenth_more_in_a_region(book: PriceBook) -> None:
    usage = Usage(uncached=1_000, text_out=0)
    name = "anthropic.claude-sonnet-4-5-20250929-v1:0"
    assert cost(book, "amazon_bedrock", f"us.{name}", usage) == mtok("3.30", 1_000)
    assert cost(book, "amazon_bedrock", f"global.{name}", usage) == mtok("3", 1_000)


def test_a_price_names_the_model_that_matched(book: PriceBook) -> None:
    price = book.price("openai", "gpt-4o-mini-2024-07-18", NOVEMBER)
    assert price is not None
    assert (price.source, price.provider, price.model) == ("genai-prices", "openai", "gpt-4o-mini")
    assert price.source_version


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("", "gpt-4o"),
        ("", "text-embedding-3-small"),
        ("", "claude-sonnet-4-5"),
        ("", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
        ("azure.ai.openai", "gpt-4o"),
        ("gcp.vertex_ai", "claude-sonnet-4-5@20250929"),
        ("x_ai", "grok-4"),
        ("openrouter", "openai/gpt-4o"),
        ("openai", "gpt-5-20250807"),
    ],
)
def test_common_names_are_found(book: PriceBook, provider: str, model: str) -> None:
    assert book.price(provider, model, NOVEMBER) is not None


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("ollama", "llama3.1"),
        ("vllm", "gpt-4o"),
        ("huggingfacepipeline", "google/flan-t5-base"),
        ("", "mistralai/Mistral-7B-Instruct-v0.3"),
        ("openai", "Qwen/Qwen3-8B"),
        ("openai", "gpt-9"),
        ("", "my-own-model"),
        ("perplexity", "sonar"),  # every request costs a fee besides, by options that nobody tells
    ],
)
def test_what_has_no_list_price_is_unpriced(book: PriceBook, provider: str, model: str) -> None:
    assert book.price(provider, model, NOVEMBER) is None


def test_what_is_sold_by_the_second_has_a_price_and_a_cost_once_the_seconds_are_told(book: PriceBook) -> None:
    price = book.price("openai", "whisper-1", NOVEMBER)
    assert price is not None
    assert price.rates == {}
    assert cost_of(Usage(), price) is None
    bill = cost_of(Usage(), price, {"audio_second": 90})
    assert bill is not None
    assert bill.total == bill.fee == Decimal("0.009")  # $0.006 a minute


# --- the same as the package itself ------------------------------------------------------

THEIR_BUCKETS = {
    Bucket.UNCACHED: ("input_mtok",),
    Bucket.CACHE_READ: ("cache_read_mtok",),
    Bucket.CACHE_WRITE_5M: ("cache_write_5m_mtok", "cache_write_mtok"),
    Bucket.CACHE_WRITE_1H: ("cache_write_1h_mtok",),
    Bucket.TEXT_OUT: ("output_mtok",),
}


@pytest.mark.parametrize("at", [JANUARY, NOVEMBER], ids=["January", "November"])
@pytest.mark.parametrize("input_tokens", [1_000, 300_000])
def test_a_sample_of_all_models_has_the_rates_of_the_package(
    folder: Path, at: datetime, input_tokens: int
) -> None:
    providers = import_module("genai_prices.data").providers
    lists = GenaiPrices(folder)
    compared = 0
    for provider in providers:
        for model in provider.models[::9]:
            for reference in _references(model.match):
                theirs = provider.find_model(reference, all_providers=providers)
                ours = lists.find(provider.id, reference.lower())
                assert theirs is not None
                assert ours is not None
                assert ours.model == theirs.id
                price = ours.price(at, "", input_tokens)
                if price is not None:
                    _assert_same_rates(dict(price.rates), theirs.get_prices(at), input_tokens)
                    compared += 1
    assert compared > 200


def _references(clause: Any) -> Iterator[str]:
    """One name that the clause matches by equality, when it has one."""
    parts = getattr(clause, "or_", [clause])
    yield from [part.equals for part in parts if hasattr(part, "equals")][:1]


def _assert_same_rates(ours: dict[Bucket, Decimal], theirs: Any, input_tokens: int) -> None:
    for bucket, keys in THEIR_BUCKETS.items():
        listed = (getattr(theirs, key) for key in keys)
        rate: Any = next((price for price in listed if price is not None), None)
        if hasattr(rate, "tiers"):
            rate = next((tier.price for tier in reversed(rate.tiers) if input_tokens > tier.start), rate.base)
        assert ours.get(bucket) == rate


def test_bills_are_those_of_the_package(book: PriceBook) -> None:
    package = import_module("genai_prices")
    usage = Usage(uncached=1_000, cache_read=300, cache_write_5m=200, text_out=70)
    theirs = package.Usage(
        input_tokens=1_500, cache_read_tokens=300, cache_write_tokens=200, output_tokens=70
    )
    for provider, model in (
        ("anthropic", "claude-opus-4-1"),
        ("openai", "gpt-4o"),
        ("google", "gemini-2.5-pro"),
    ):
        expected = package.calc_price(theirs, model, provider_id=provider, genai_request_timestamp=NOVEMBER)
        assert cost(book, provider, model, usage) == expected.total_price


# --- how the table is kept ---------------------------------------------------------------


def test_the_package_is_never_imported_by_the_server(folder: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from econome.pricing.sources.genai_prices import GenaiPrices; "
        f"assert GenaiPrices(Path({str(folder)!r})).find('openai', 'gpt-4o'); "
        "assert not [name for name in sys.modules if name.startswith('genai_prices')]"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_a_kept_table_is_read_and_not_built(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_ask_for_table", lambda: pytest.fail("the table was built again"))
    assert GenaiPrices(folder).find("openai", "gpt-4o") is not None


@pytest.mark.parametrize("spoilt", [b"", b"{", b"[]", b'{"providers": {}}', b"\xff\xfe"])
def test_a_spoilt_table_is_built_anew(
    folder: Path, tmp_path: Path, spoilt: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    [kept] = folder.iterdir()
    whole = kept.read_bytes()
    monkeypatch.setattr(module, "_ask_for_table", lambda: whole)
    (tmp_path / kept.name).write_bytes(spoilt)
    prices = GenaiPrices(tmp_path)
    prices.wait()
    assert prices.find("openai", "gpt-4o") is not None
    assert (tmp_path / kept.name).read_bytes() == whole


def test_tables_of_other_versions_are_removed(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [kept] = folder.iterdir()
    monkeypatch.setattr(module, "_ask_for_table", kept.read_bytes)
    (tmp_path / "genai-prices-0.0.1.1.json").write_text("{}")
    (tmp_path / "other.json").write_text("{}")
    GenaiPrices(tmp_path).wait()
    assert {path.name for path in tmp_path.iterdir()} == {kept.name, "other.json"}


def test_a_folder_that_cannot_be_made_costs_only_the_keeping(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [kept] = folder.iterdir()
    monkeypatch.setattr(module, "_ask_for_table", kept.read_bytes)
    (tmp_path / "file").write_text("in the way")
    prices = GenaiPrices(tmp_path / "file" / "folder")
    prices.wait()
    assert prices.find("openai", "gpt-4o") is not None


def test_where_no_process_can_be_started_the_table_is_the_same(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing here"))
    prices = GenaiPrices(tmp_path)
    prices.wait()
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [
        path.read_bytes() for path in folder.iterdir()
    ]


def test_without_a_table_nothing_has_a_price_and_the_log_says_why(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails() -> bytes:
        raise OSError("no more processes")

    monkeypatch.setattr(module, "_ask_for_table", fails)
    with caplog.at_level(logging.ERROR):
        assert GenaiPrices(None).find("openai", "gpt-4o") is None
    assert "no model has a list price" in caplog.text


def test_without_the_package_nothing_has_a_price_and_the_log_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(module, "version", missing)
    assert GenaiPrices(None).find("openai", "gpt-4o") is None
    assert "pip install genai-prices" in caplog.text


def test_the_table_holds_no_float(folder: Path) -> None:
    [kept] = folder.iterdir()
    json.loads(kept.read_bytes(), parse_float=lambda text: pytest.fail(f"{text} is not exact"))


def test_lines_are_exact_at_list_prices() -> None:
    assert total_of([line_cost(1, Decimal("0.000001"))]) == Decimal("1E-12")
