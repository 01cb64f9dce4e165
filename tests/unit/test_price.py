from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from econome.domain.money import line_cost, total_of
from econome.domain.price import Price
from econome.domain.usage import INPUT, OUTPUT, Bucket, Usage
from econome.pricing.cost import BILLED_AS, cost_of

counts = st.none() | st.integers(min_value=0, max_value=10**9)
usages = st.builds(Usage, **{bucket.value: counts for bucket in Bucket})
known_usages = st.builds(Usage, **{bucket.value: st.integers(0, 10**9) for bucket in Bucket})


def a_price(**rates: str) -> Price:
    given_rates = rates or {"uncached": "2.50", "cache_read": "1.25", "text_out": "10"}
    return Price(
        source="test",
        source_version="1",
        provider="openai",
        model="gpt-4o",
        valid_from=None,
        tier="",
        rates={Bucket(name): Decimal(rate) for name, rate in given_rates.items()},
    )


EVERY_RATE = a_price(**{bucket.value: str(number + 1) for number, bucket in enumerate(Bucket)})


def mtok(rate: str, tokens: int) -> Decimal:
    """So many tokens at so many dollars per million, as on an invoice."""
    return Decimal(rate) * tokens / 1_000_000


def test_a_call_costs_its_input_and_its_output() -> None:
    cost = cost_of(Usage(uncached=1_189, text_out=20), a_price())
    assert cost is not None
    assert cost.input == mtok("2.50", 1_189)
    assert cost.output == mtok("10", 20)
    assert cost.total == mtok("2.50", 1_189) + mtok("10", 20)


def test_a_cached_prompt_costs_its_own_rate() -> None:
    cost = cost_of(Usage(uncached=165, cache_read=1_024, text_out=0), a_price())
    assert cost is not None
    assert cost.total == mtok("2.50", 165) + mtok("1.25", 1_024)
    assert [(line.bucket, line.tokens) for line in cost.lines] == [
        (Bucket.UNCACHED, 165),
        (Bucket.CACHE_READ, 1_024),
    ]


def test_reasoning_is_billed_as_output() -> None:
    cost = cost_of(Usage(uncached=10, text_out=12, reasoning=8), a_price())
    assert cost is not None
    assert cost.output == mtok("10", 12) + mtok("10", 8)


def test_cached_input_without_a_rate_of_its_own_is_billed_as_input() -> None:
    cost = cost_of(Usage(cache_read=100, uncached=0, text_out=0), a_price(uncached="2", text_out="8"))
    assert cost is not None
    assert cost.total == mtok("2", 100)


def test_sonnet_with_a_cache_written_for_five_minutes_and_an_hour() -> None:
    sonnet = a_price(
        uncached="3", cache_read="0.30", cache_write_5m="3.75", cache_write_1h="6", text_out="15"
    )
    usage = Usage(uncached=30, cache_read=200, cache_write_5m=60, cache_write_1h=40, text_out=50)
    cost = cost_of(usage, sonnet)
    assert cost is not None
    assert cost.input == mtok("3", 30) + mtok("0.30", 200) + mtok("3.75", 60) + mtok("6", 40)
    assert cost.output == mtok("15", 50)


def test_audio_without_a_rate_is_unpriced_rather_than_billed_as_text() -> None:
    assert cost_of(Usage(uncached=10, audio_in=50, text_out=5), a_price()) is None
    assert cost_of(Usage(uncached=10, text_out=5, audio_out=50), a_price()) is None


def test_a_cache_written_for_an_hour_is_not_billed_as_five_minutes() -> None:
    price = a_price(uncached="3", cache_write_5m="3.75", text_out="15")
    assert cost_of(Usage(uncached=1, cache_write_1h=1, text_out=1), price) is None


def test_a_bucket_that_was_not_used_needs_no_rate() -> None:
    assert cost_of(Usage(uncached=10, audio_in=0, text_out=5), a_price()) is not None


def test_unknown_usage_has_no_cost_even_where_tokens_are_free() -> None:
    assert cost_of(Usage(), a_price()) is None
    assert cost_of(Usage(), a_price(uncached="0", text_out="0")) is None


def test_half_a_usage_has_no_cost() -> None:
    assert cost_of(Usage(text_out=20), a_price()) is None
    assert cost_of(Usage(uncached=20), a_price()) is None


def test_an_embedding_needs_no_output() -> None:
    cost = cost_of(Usage(uncached=1_000), a_price(uncached="0.02"))
    assert cost is not None
    assert cost.total == mtok("0.02", 1_000)


def test_a_free_model_costs_nothing_and_is_priced() -> None:
    cost = cost_of(Usage(uncached=1_000, text_out=10), a_price(uncached="0", text_out="0"))
    assert cost is not None
    assert cost.total == 0


@given(usages, usages)
def test_cost_is_additive(one: Usage, other: Usage) -> None:
    both = Usage.of(
        {
            bucket: (dict(one.known()).get(bucket) or 0) + (dict(other.known()).get(bucket) or 0)
            for bucket in Bucket
        }
    )
    costs = [cost_of(_filled(usage), EVERY_RATE) for usage in (one, other, both)]
    first, second, sum_of_both = (cost.total for cost in costs if cost is not None)
    assert sum_of_both == total_of((first, second))


@given(known_usages)
def test_the_bill_is_its_lines_and_its_two_sides(usage: Usage) -> None:
    cost = cost_of(usage, EVERY_RATE)
    assert cost is not None
    assert cost.total == total_of((cost.input, cost.output))
    assert cost.total == total_of(
        line_cost(tokens, EVERY_RATE.rates[bucket]) for bucket, tokens in usage.known()
    )
    assert sum(line.tokens for line in cost.lines) == (usage.input or 0) + (usage.output or 0)
    assert all(line.tokens for line in cost.lines)


def test_no_bucket_is_billed_at_the_rate_of_the_other_side() -> None:
    for bucket, ancestor in BILLED_AS.items():
        assert (bucket in INPUT) == (ancestor in INPUT)
        assert (bucket in OUTPUT) == (ancestor in OUTPUT)


def test_a_prices_id_is_its_content() -> None:
    again = Price(
        source="test",
        source_version="1",
        provider="openai",
        model="gpt-4o",
        valid_from=None,
        tier="",
        rates=dict(
            reversed([(b, Decimal(f"{r}.00") if r == int(r) else r) for b, r in a_price().rates.items()])
        ),
    )
    assert again.id == a_price().id
    others = (
        replace(again, tier="flex"),
        replace(again, valid_from=datetime(2026, 1, 1, tzinfo=UTC)),
        replace(again, source_version="2"),
        replace(again, rates={Bucket.UNCACHED: Decimal(3)}),
    )
    assert len({other.id for other in (again, *others)}) == 1 + len(others)


def _filled(usage: Usage) -> Usage:
    return Usage.of({bucket: dict(usage.known()).get(bucket, 0) for bucket in Bucket})
