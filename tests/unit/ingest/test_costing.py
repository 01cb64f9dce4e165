"""What a run's cost is made of: notes on fees, the batch tier, seconds, and what repeating it changes."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from builders import NOON, a_run
from econome.domain.run import seconds_between
from econome.ingest.costing import Costing
from econome.pricing.book import PriceBook
from econome.pricing.override import read_override
from econome.pricing.sources.overrides import Overrides
from econome.store.client import Store

TOKENS = {"uncached": "2", "text_out": "10"}
CALL: dict[str, Any] = {"model": "my-model", "provider": "vllm", "uncached": 1_000, "text_out": 100}


@pytest.fixture
def costing(store: Store) -> Callable[..., Costing]:
    def make(*prices: dict[str, Any]) -> Costing:
        entries = [read_override({"model": "my-model", **price}, "a price") for price in prices]
        return Costing(store, PriceBook([], Overrides(entries, "1")))

    return make


def test_a_fee_without_a_rate_leaves_the_call_unpriced_with_a_note(costing: Callable[..., Costing]) -> None:
    run = a_run(**CALL, fees={"web_search": 2})
    costing({"rates": TOKENS}).price(run)
    assert (run.cost, run.our_cost) == (None, None)
    assert run.notes == ["web_search is billed apart and has no price here, so the call has none"]


def test_the_note_goes_when_the_fee_has_a_price(costing: Callable[..., Costing]) -> None:
    run = a_run(**CALL, fees={"web_search": 2}, notes=["something else"])
    costing({"rates": TOKENS}).price(run)
    costing({"rates": TOKENS, "fees": {"web_search": "0.01"}}).price(run)
    assert run.notes == ["something else"]
    assert (run.cost, run.fee_cost) == (Decimal("0.023"), Decimal("0.02"))
    assert (run.input_cost, run.output_cost) == (Decimal("0.002"), Decimal("0.001"))


def test_pricing_twice_changes_nothing(costing: Callable[..., Costing]) -> None:
    for fees in ({}, {"web_search": 2}):
        once = a_run(**CALL, fees=fees)
        costing({"rates": TOKENS}).price(once)
        twice = deepcopy(once)
        costing({"rates": TOKENS}).price(twice)
        assert twice == once


def test_a_batch_call_is_one_whatever_its_answer_says(costing: Callable[..., Costing]) -> None:
    prices = ({"rates": TOKENS}, {"tier": "batch", "rates": {"uncached": "1", "text_out": "5"}})
    for tier in ("default", "batch", ""):
        run = a_run(**CALL, service_tier=tier, metadata={"service_tier": "Batch"})
        costing(*prices).price(run)
        assert (run.cost, run.service_tier) == (Decimal("0.0015"), "batch")


def test_a_call_by_the_second_has_a_cost_once_it_has_ended(costing: Callable[..., Costing]) -> None:
    price = {"fees": {"second": "0.001"}}
    run = a_run(**CALL, ended_at=None)
    costing(price).price(run)
    assert run.cost is None
    run.ended_at = NOON + timedelta(seconds=1, microseconds=500_001)
    costing(price).price(run)
    assert seconds_between(run.started_at, run.ended_at) == Decimal("1.500001")
    assert run.cost == run.fee_cost == Decimal("0.001500001")


def test_a_stated_cost_goes_first_and_ours_stands_beside_it(costing: Callable[..., Costing]) -> None:
    run = a_run(**CALL, cost_reported=Decimal("0.004"))
    costing({"rates": TOKENS}).price(run)
    assert (run.cost, run.our_cost) == (Decimal("0.004"), Decimal("0.003"))
