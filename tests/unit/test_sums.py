"""The quick sums of ingest are those of the bill, to the last decimal."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from econome.domain.price import Price
from econome.domain.usage import INPUT, OUTPUT, Bucket, Fee, Usage
from econome.pricing import sums
from econome.pricing.cost import cost_of
from econome.pricing.sums import Sums, sums_of

counts = st.tuples(*(st.none() | st.integers(0, 10**9) for _ in Bucket))
rates = st.dictionaries(
    st.sampled_from(list(Bucket)),
    st.decimals(0, 10_000, places=10) | st.decimals(0, 10_000, places=18) | st.just(Decimal(0)),
    max_size=len(Bucket),
)
fees = st.dictionaries(st.sampled_from(list(Fee)), st.decimals(0, 10, places=6), max_size=3)
used = st.dictionaries(st.sampled_from([fee.value for fee in Fee][2:]), st.integers(0, 9), max_size=2)
seconds = st.none() | st.decimals(0, 3600, places=6)


def a_price(rates: dict[Bucket, Decimal], fees: dict[Fee, Decimal] | None = None) -> Price:
    return Price("list", "1", "openai", "gpt-4o", None, "", rates, fees or {})


def the_bill(counts: Any, price: Price, used: dict[str, int], seconds: Decimal | None) -> Sums | None:
    cost = cost_of(Usage(*counts), price, used, seconds)
    return Sums(cost.total, cost.input, cost.output, cost.fee) if cost else None


@given(counts, rates, fees, used, seconds)
def test_the_sums_are_those_of_the_bill(
    counts: Any,
    rates: dict[Bucket, Decimal],
    fees: dict[Fee, Decimal],
    used: dict[str, int],
    seconds: Decimal | None,
) -> None:
    price = a_price(rates, fees)
    assert sums_of(counts, price, used, seconds) == the_bill(counts, price, used, seconds)


@given(counts, st.fixed_dictionaries({bucket: st.decimals(0, 100, places=6) for bucket in Bucket}))
def test_they_are_at_a_price_of_everything_too(counts: Any, rates: dict[Bucket, Decimal]) -> None:
    price = a_price(rates)
    assert sums_of(counts, price, {}) == the_bill(counts, price, {}, None)


def test_the_buckets_stand_in_the_order_that_sums_take_for_granted() -> None:
    assert (*INPUT, *OUTPUT) == tuple(Bucket)


def test_a_rate_finer_than_a_token_s_smallest_amount_is_rounded_as_in_a_bill() -> None:
    price = a_price({Bucket.UNCACHED: Decimal("0.0000000000005")})
    counts = (3, *[None] * 7, 0, *[None] * 3)
    found = sums_of(counts, price, {})
    assert found == the_bill(counts, price, {}, None)
    assert found is not None
    assert found.total == Decimal("0.000000000000000002")  # 1.5, half to even


def test_strange_names_do_not_fill_the_memory() -> None:
    for number in range(sums._REMEMBERED + 10):
        sums_of((number, *[None] * 11), a_price({Bucket.UNCACHED: Decimal(number)}), {})
    assert len(sums._plans) <= sums._REMEMBERED
