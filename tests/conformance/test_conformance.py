"""Every golden case: what a client sends of a provider's call, and the tokens, fees and cost that it is.

See README.md here for the format; docs/reference/conformance.md shows all of them.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from conformance.cases import Case, cases
from econome.domain.money import text_of
from econome.domain.run import CALLS
from econome.domain.usage import Bucket, Fee, Usage, UsageSource
from econome.pricing.cost import cost_of
from econome.wire.conventions import CONVENTIONS
from econome.wire.usage import read_usage

CASES = cases()
PRICED = [case for case in CASES if case.is_priced]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_call_becomes_the_expected_usage(case: Case) -> None:
    reading = read_usage(case.kind, case.outputs, case.extra)
    if reading is None:
        source = UsageSource.UNKNOWN if case.kind in CALLS else UsageSource.NONE
        assert (case.source, case.buckets, case.notes) == (source, {}, ())
        return
    assert dict(reading.usage.known()) == case.buckets
    assert reading.convention == case.convention
    assert reading.source == UsageSource(case.source)
    assert reading.service_tier == case.service_tier
    assert dict(reading.fees) == case.fees
    assert reading.notes == case.notes
    if case.place is not None:
        assert reading.place == case.place
    for name in ("cost_reported", "input_cost_reported", "output_cost_reported"):
        assert getattr(reading, name) == case.costs_reported.get(name)


@pytest.mark.parametrize("case", PRICED, ids=lambda case: case.id)
def test_a_call_costs_what_the_rates_make_of_it(case: Case) -> None:
    seconds = Decimal(case.seconds) if case.seconds else None
    cost = cost_of(Usage.of(case.buckets), case.price, case.fees, seconds)
    assert (None if cost is None else text_of(cost.total)) == case.cost


def test_the_cases_are_some_hundreds_and_each_is_another() -> None:
    assert len(CASES) >= 250
    assert len(PRICED) >= 80
    ids = Counter(case.id for case in CASES)
    assert [identity for identity, times in ids.items() if times > 1] == []
    same = Counter(repr((case.kind, case.outputs, case.extra)) for case in CASES)
    assert [text for text, times in same.items() if times > 1] == []


def test_each_case_says_where_its_numbers_come_from() -> None:
    assert [case.id for case in CASES if len(case.why) < 15] == []


def test_each_convention_has_cases() -> None:
    told = Counter(case.convention for case in CASES)
    assert {one.name: told[one.name] for one in CONVENTIONS if told[one.name] < 3} == {}
    assert told.keys() - {one.name for one in CONVENTIONS} == {""}


def test_each_bucket_and_each_fee_that_answers_tell_occurs() -> None:
    assert {bucket for case in CASES for bucket, tokens in case.buckets.items() if tokens} == set(Bucket)
    told = {fee for case in CASES for fee in case.fees}
    priced = {fee for case in PRICED for fee in case.fee_rates}
    assert told | priced | {"page", "character"} == {fee.value for fee in Fee}  # those two are in no answer


def test_every_shape_that_is_recognised_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "usage.md").read_text()
    assert [one.name for one in CONVENTIONS if f"`{one.name}`" not in page] == []
    assert [bucket for bucket in Bucket if f"`{bucket.value}`" not in page] == []
    assert [source for source in UsageSource if source and f"`{source.value}`" not in page] == []
