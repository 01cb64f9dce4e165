"""LiteLLM's map of prices: its keys and suffixes, exactly, and what it does not say."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from econome.domain.price import Price
from econome.domain.usage import Bucket, Fee, Usage
from econome.pricing.book import PriceBook
from econome.pricing.cost import cost_of
from econome.pricing.source import Listing
from econome.pricing.sources.litellm import BadMap, LiteLLM, parse

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)

# In the form of LiteLLM's file; the numbers are ours.
MAP = """{
  "sample_spec": {"input_cost_per_token": 0.0, "output_cost_per_token": 0.0, "litellm_provider": "any"},
  "gpt-x": {
    "litellm_provider": "openai", "mode": "chat",
    "input_cost_per_token": 1.1e-06, "output_cost_per_token": 4.4e-06,
    "cache_read_input_token_cost": 2.75e-07,
    "input_cost_per_token_flex": 5.5e-07, "output_cost_per_token_flex": 2.2e-06,
    "cache_read_input_token_cost_flex": 1.375e-07,
    "input_cost_per_token_priority": 1.9e-06, "output_cost_per_token_priority": 7.7e-06,
    "input_cost_per_token_batches": 5.5e-07, "output_cost_per_token_batches": 2.2e-06,
    "search_context_cost_per_query": {
      "search_context_size_low": 0.01, "search_context_size_medium": 0.01, "search_context_size_high": 0.01}
  },
  "gpt-half": {
    "litellm_provider": "openai", "input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06,
    "input_cost_per_token_batches": 5e-07
  },
  "vertex_ai/claude-x@20260101": {
    "litellm_provider": "vertex_ai-anthropic_models",
    "input_cost_per_token": 3e-06, "output_cost_per_token": 1.5e-05,
    "input_cost_per_token_above_200k_tokens": 6e-06, "output_cost_per_token_above_200k_tokens": 2.25e-05,
    "cache_creation_input_token_cost": 3.75e-06, "cache_creation_input_token_cost_above_1hr": 6e-06,
    "cache_creation_input_token_cost_above_200k_tokens": 7.5e-06,
    "cache_creation_input_token_cost_above_1hr_above_200k_tokens": 1.2e-05
  },
  "gemini/gemini-x": {
    "litellm_provider": "gemini", "input_cost_per_token": 3e-07, "output_cost_per_token": 2.5e-06,
    "input_cost_per_audio_token": 1e-06, "output_cost_per_reasoning_token": 2.5e-06,
    "search_context_cost_per_query": {"search_context_size_low": 0.035, "search_context_size_high": 0.035}
  },
  "azure/eu/gpt-x": {"litellm_provider": "azure", "input_cost_per_token": 1.21e-06},
  "us.anthropic.claude-x-v1:0": {
    "litellm_provider": "bedrock_converse", "input_cost_per_token": 3e-06, "output_cost_per_token": 1.5e-05},
  "ollama/llama-x": {"litellm_provider": "ollama", "input_cost_per_token": 0.0, "output_cost_per_token": 0.0},
  "dashscope/qwen-x": {
    "litellm_provider": "dashscope", "input_cost_per_token": 1e-06, "output_cost_per_token": 1e-06,
    "tiered_pricing": [{"range": [0, 32000], "input_cost_per_token": 1e-06}]},
  "dall-e-x": {"litellm_provider": "openai", "mode": "image_generation", "output_cost_per_image": 0.04},
  "whisper-x": {"litellm_provider": "openai", "mode": "audio_transcription", "input_cost_per_second": 0.0001},
  "mistral/ocr-x": {"litellm_provider": "mistral", "mode": "ocr", "ocr_cost_per_page": 0.001},
  "cohere/rerank-x": {"litellm_provider": "cohere", "mode": "rerank", "input_cost_per_query": 0.002,
    "input_cost_per_token": 0.0, "output_cost_per_token": 0.0},
  "sonar-x": {
    "litellm_provider": "perplexity", "input_cost_per_token": 1e-06, "output_cost_per_token": 1e-06,
    "search_context_cost_per_query": {"search_context_size_low": 0.005, "search_context_size_high": 0.012}},
  "absurd": {"litellm_provider": "openai", "input_cost_per_token": 1e999999, "output_cost_per_token": -1}
}"""


@pytest.fixture
def lists(tmp_path: Path) -> LiteLLM:
    path = tmp_path / "litellm.json"
    path.write_text(MAP)
    return LiteLLM.read(path)


def priced(lists: LiteLLM, provider: str, model: str, tier: str = "", tokens: int = 0) -> Price:
    price = PriceBook([lists]).price(provider, model, NOON, tier, tokens)
    assert price is not None
    return price


def test_a_price_per_token_is_read_as_it_is_written_and_not_as_a_float(lists: LiteLLM) -> None:
    price = priced(lists, "openai", "gpt-x")
    assert price.rates == {
        Bucket.UNCACHED: Decimal("1.1"),
        Bucket.TEXT_OUT: Decimal("4.4"),
        Bucket.CACHE_READ: Decimal("0.275"),
    }
    assert (price.source, price.provider, price.model) == ("litellm", "openai", "gpt-x")
    assert price.source_version == lists.version != ""


@pytest.mark.parametrize(
    ("tier", "uncached", "cached"),
    [("flex", "0.55", "0.1375"), ("priority", "1.9", "0.275"), ("batch", "0.55", "0.275")],
)
def test_each_tier_has_the_rates_of_its_suffix(lists: LiteLLM, tier: str, uncached: str, cached: str) -> None:
    price = priced(lists, "openai", "gpt-x", tier)
    assert (price.rates[Bucket.UNCACHED], price.rates[Bucket.CACHE_READ]) == (
        Decimal(uncached),
        Decimal(cached),
    )
    assert price.tier == tier


def test_a_tier_that_prices_one_side_only_is_no_tier(lists: LiteLLM) -> None:
    """Else the other side would be billed at the standard rate, silently."""
    assert PriceBook([lists]).price("openai", "gpt-half", NOON, "batch") is None
    assert PriceBook([lists]).price("openai", "gpt-half", NOON) is not None


@pytest.mark.parametrize(
    ("tokens", "rates"), [(200_000, ("3", "15", "3.75", "6")), (200_001, ("6", "22.5", "7.5", "12"))]
)
def test_a_long_call_has_the_rates_of_long_calls_for_caches_too(
    lists: LiteLLM, tokens: int, rates: tuple[str, ...]
) -> None:
    price = priced(lists, "google_vertexai", "claude-x@20260101", tokens=tokens)
    buckets = (Bucket.UNCACHED, Bucket.TEXT_OUT, Bucket.CACHE_WRITE_5M, Bucket.CACHE_WRITE_1H)
    assert tuple(price.rates[bucket] for bucket in buckets) == tuple(map(Decimal, rates))


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai", "gpt-x"),
        ("openai", "openai/gpt-x"),
        ("", "vertex_ai/claude-x@20260101"),
        ("google_genai", "models/gemini-x"),
        ("azure.ai.openai", "eu/gpt-x"),
        ("litellm", "azure/eu/gpt-x"),
        ("aws.bedrock", "us.anthropic.claude-x-v1:0"),
        ("cohere", "rerank-x"),
    ],
)
def test_its_keys_are_found_by_the_names_of_the_emitters(lists: LiteLLM, provider: str, model: str) -> None:
    assert priced(lists, provider, model).source == "litellm"


@pytest.mark.parametrize(
    ("provider", "model"),
    [("openai", "sample_spec"), ("ollama", "llama-x"), ("dashscope", "qwen-x"), ("openai", "absurd")],
)
def test_zeros_steps_that_nobody_explains_and_absurd_amounts_say_nothing(
    lists: LiteLLM, provider: str, model: str
) -> None:
    assert PriceBook([lists]).price(provider, model, NOON) is None


def test_audio_and_reasoning_have_their_own_rates(lists: LiteLLM) -> None:
    price = priced(lists, "google", "gemini-x")
    bill = cost_of(Usage(uncached=10, audio_in=1_000, text_out=1, reasoning=9), price)
    assert bill is not None
    assert bill.total == Decimal("0.001028")  # 0.000003 + 0.001 + 0.000025
    assert price.fees[Fee.GROUNDING] == price.fees[Fee.WEB_SEARCH] == Decimal("0.035")


@pytest.mark.parametrize(
    ("provider", "model", "fee", "rate"),
    [
        ("openai", "gpt-x", Fee.WEB_SEARCH, "0.01"),
        ("openai", "dall-e-x", Fee.IMAGE, "0.04"),
        ("openai", "whisper-x", Fee.AUDIO_SECOND, "0.0001"),
        ("mistral", "ocr-x", Fee.PAGE, "0.001"),
        ("cohere", "rerank-x", Fee.REQUEST, "0.002"),
    ],
)
def test_what_is_sold_by_the_piece_has_its_price(
    lists: LiteLLM, provider: str, model: str, fee: Fee, rate: str
) -> None:
    assert priced(lists, provider, model).fees[fee] == Decimal(rate)


def test_a_search_whose_price_depends_on_what_nobody_tells_has_none(lists: LiteLLM) -> None:
    assert priced(lists, "perplexity", "sonar-x").fees == {}


def test_it_is_asked_only_for_what_the_list_before_it_lacks(lists: LiteLLM) -> None:
    first = PriceBook([_Knows("gpt-x", lists.find("openai", "gpt-half")), lists])
    known, lacking = first.price("openai", "gpt-x", NOON), first.price("openai", "whisper-x", NOON)
    assert known is not None
    assert known.model == "gpt-half"
    assert lacking is not None
    assert lacking.source == "litellm"


def test_without_a_file_it_knows_nothing(tmp_path: Path) -> None:
    lists = LiteLLM.read(tmp_path / "litellm.json")
    assert len(lists) == 0
    assert lists.version == ""


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"{", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 200_000, "not JSON"),
        (b"[]", "not LiteLLM's map"),
        (json.dumps({"gpt-x": {"price": 1}}).encode(), "not LiteLLM's map"),
    ],
)
def test_a_file_that_is_not_such_a_map_is_refused(content: bytes, complaint: str) -> None:
    with pytest.raises(BadMap, match=complaint):
        parse(content)


class _Knows:
    name, version = "first", "1"

    def __init__(self, model: str, listing: Listing | None) -> None:
        self._known = {("openai", model): listing}

    def find(self, provider: str, model: str) -> Listing | None:
        return self._known.get((provider, model))

    def search(self, provider: str, text: str) -> Any:
        del provider, text
        return iter(())
