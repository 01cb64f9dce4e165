from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from econome.domain.price import Price
from econome.domain.usage import Bucket
from econome.pricing.book import PriceBook
from econome.pricing.sources.overrides import BadPrice, Overrides

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def priced(
    folder: Path, prices: Any, provider: str, model: str, at: datetime = NOON, tier: str = ""
) -> Price | None:
    path = folder / "prices.json"
    path.write_text(prices if isinstance(prices, str) else json.dumps(prices))
    return PriceBook([], Overrides.read(path)).price(provider, model, at, tier)


def a_price(**fields: Any) -> dict[str, Any]:
    return {"model": "llama-3.1", "rates": {"uncached": "0.10", "text_out": 0.4}, **fields}


def test_a_model_of_ones_own_has_the_price_that_its_owner_gives(tmp_path: Path) -> None:
    price = priced(tmp_path, [a_price()], "ollama", "Llama-3.1")
    assert price is not None
    assert price.source == "overrides"
    assert price.rates == {Bucket.UNCACHED: Decimal("0.10"), Bucket.TEXT_OUT: Decimal("0.4")}


def test_without_a_file_nothing_is_overridden(tmp_path: Path) -> None:
    assert Overrides.read(tmp_path / "prices.json").entries == ()


def test_a_star_stands_for_any_characters(tmp_path: Path) -> None:
    assert priced(tmp_path, [a_price(model="gpt-4o*")], "openai", "gpt-4o-mini") is not None
    assert priced(tmp_path, [a_price(model="gpt-4o")], "openai", "gpt-4o-mini") is None


def test_a_provider_narrows_by_any_of_its_names(tmp_path: Path) -> None:
    mine = [a_price(model="gpt-4o", provider="azure_openai")]
    assert priced(tmp_path, mine, "azure.ai.openai", "gpt-4o") is not None
    assert priced(tmp_path, mine, "openai", "gpt-4o") is None


def test_a_negotiated_price_does_not_reach_back(tmp_path: Path) -> None:
    mine = [a_price(valid_from="2026-07-01"), a_price(valid_from="2026-09-01", rates={"uncached": "0.05"})]
    june, july, october = (datetime(2026, month, 1, tzinfo=UTC) for month in (6, 7, 10))
    assert priced(tmp_path, mine, "", "llama-3.1", june) is None
    first, second = (priced(tmp_path, mine, "", "llama-3.1", at) for at in (july, october))
    assert first is not None
    assert second is not None
    assert first.rates[Bucket.UNCACHED] == Decimal("0.10")
    assert second.rates[Bucket.UNCACHED] == Decimal("0.05")
    assert second.valid_from == datetime(2026, 9, 1, tzinfo=UTC)


def test_a_tier_may_be_priced_alone(tmp_path: Path) -> None:
    mine = [a_price(model="gpt-4o", tier="priority")]
    assert priced(tmp_path, mine, "openai", "gpt-4o", NOON, "priority") is not None
    assert priced(tmp_path, mine, "openai", "gpt-4o", NOON) is None


def test_another_file_makes_another_version(tmp_path: Path) -> None:
    one = priced(tmp_path, [a_price()], "", "llama-3.1")
    other = priced(tmp_path, [a_price(), a_price(model="other")], "", "llama-3.1")
    assert one is not None
    assert other is not None
    assert one.source_version != other.source_version


@pytest.mark.parametrize(
    ("prices", "complaint"),
    [
        ("{", "is not JSON"),
        ("{}", "must hold a list"),
        ([1], "price 1: must be an object"),
        ([a_price(), a_price(modle="x")], "price 2: unknown modle"),
        ([a_price(model="")], '"model" must be the name'),
        ([a_price(rates={})], '"rates" must give'),
        ([a_price(rates={"input": "1"})], "no bucket is called 'input'; buckets are audio_in"),
        ([a_price(rates={"uncached": "-1"})], "the rate of uncached must be"),
        ([a_price(rates={"uncached": "cheap"})], "the rate of uncached must be"),
        ([a_price(rates={"uncached": 1e9})], "the rate of uncached must be"),
        ([a_price(valid_from="yesterday")], '"valid_from" must be a day'),
        ([a_price(tier=3)], '"tier" must be a text'),
    ],
)
def test_a_price_that_cannot_be_read_is_named_with_what_is_wrong(
    tmp_path: Path, prices: Any, complaint: str
) -> None:
    with pytest.raises(BadPrice) as refusal:
        priced(tmp_path, prices, "", "llama-3.1")
    assert complaint in str(refusal.value)
    assert "prices.json" in str(refusal.value)


def test_the_example_of_the_documentation_is_read(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "prices.md").read_text()
    [example] = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    assert priced(tmp_path, example, "openai", "gpt-4o-mini") is not None
    free = priced(tmp_path, example, "ollama", "llama-3.1-8b")
    assert free is not None
    assert set(free.rates.values()) == {Decimal(0)}
