"""Each case of the suite: what a client sent is read as what the provider served, and costs as much.

The expected numbers were made the other way round, from what was served to what is reported, by
the provider's own documentation: never by this reader.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from conformance.served import Case, cases, rates
from econome.domain.money import text_of
from econome.domain.price import Price
from econome.domain.usage import Bucket, Fee, Usage, UsageSource
from econome.pricing.cost import cost_of
from econome.wire.conventions import CONVENTIONS
from econome.wire.usage import read_usage

ALL = list(cases())
RATES, FEES = rates()
PRICE = Price(
    source="the suite",
    source_version="1",
    provider="",
    model="",
    valid_from=None,
    tier="",
    rates={Bucket(name): rate for name, rate in RATES.items()},
    fees={Fee(name): rate for name, rate in FEES.items()},
)
each = pytest.mark.parametrize("case", ALL, ids=[case["id"] for case in ALL])


@each
def test_usage_is_read_as_it_was_served(case: Case) -> None:
    expected = case["expected"]
    reading = read_usage(case["kind"], case["outputs"], case["extra"])
    if expected["source"] == "unknown":
        assert reading is None or reading.source is UsageSource.UNKNOWN
        if "note" in expected:
            assert reading is not None
            assert any(expected["note"] in note for note in reading.notes), reading.notes
        return
    assert reading is not None
    assert reading.source is UsageSource.REPORTED
    known = {bucket.value: tokens for bucket, tokens in reading.usage.known() if tokens}
    assert known == expected["buckets"]
    assert {name: count for name, count in reading.fees.items() if count} == expected.get("fees", {})
    assert reading.convention == expected["convention"]
    if "service_tier" in expected:
        assert reading.service_tier == expected["service_tier"]
    if "note" in expected:
        assert any(expected["note"] in note for note in reading.notes), reading.notes


@each
def test_the_bill_is_the_one_that_was_added_up_by_hand(case: Case) -> None:
    if "cost" not in case:
        assert case["expected"]["source"] == "unknown"
        return
    expected = case["expected"]
    usage = Usage.of({Bucket(name): tokens for name, tokens in expected["buckets"].items()})
    known = Usage.of({**dict.fromkeys((Bucket.UNCACHED, Bucket.TEXT_OUT), 0), **dict(usage.known())})
    bill = cost_of(known, PRICE, expected.get("fees", {}))
    assert bill is not None
    assert text_of(bill.total) == case["cost"]
    again = sum((RATES[name] * tokens for name, tokens in expected["buckets"].items()), Decimal(0)) / 10**6
    again += sum((FEES[name] * count for name, count in expected.get("fees", {}).items()), Decimal(0))
    assert text_of(again) == case["cost"]


def test_each_case_has_a_name_of_its_own_and_says_where_its_numbers_come_from() -> None:
    assert [name for name, count in Counter(case["id"] for case in ALL).items() if count > 1] == []
    assert [case["id"] for case in ALL if len(case["why"]) < 20] == []


def test_each_convention_stands_in_three_cases_or_more() -> None:
    counts = Counter(case["expected"]["convention"] for case in ALL)
    assert {name for name in {one.name for one in CONVENTIONS} if counts[name] < 3} == set()


def test_each_bucket_and_each_told_fee_occurs() -> None:
    buckets = {name for case in ALL for name in case["expected"]["buckets"]}
    assert buckets == set(Bucket)
    assert {name for case in ALL for name in case["expected"].get("fees", {})} == set(FEES)


def test_no_two_rates_are_the_same_so_that_no_mistake_hides() -> None:
    assert len(set(RATES.values())) == len(RATES)
