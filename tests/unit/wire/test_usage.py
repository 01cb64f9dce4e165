"""Which of the places where usage stands is believed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from econome.wire.usage import read_usage


def test_a_summary_gives_way_to_the_account_in_full_beside_it() -> None:
    outputs: dict[str, Any] = {
        "usage": {
            "prompt_tokens": 2048,
            "completion_tokens": 60,
            "total_tokens": 2108,
            "prompt_tokens_details": {"cached_tokens": 1536},
        },
        "usage_metadata": {
            "input_tokens": 2048,
            "output_tokens": 60,
            "total_tokens": 2108,
            "total_cost": 0.000228,
        },
    }
    reading = read_usage("llm", outputs, None)
    assert reading is not None
    assert (reading.usage.uncached, reading.usage.cache_read) == (512, 1536)
    assert reading.cost_reported == Decimal("0.000228")

    outputs["usage_metadata"]["output_tokens"] = 61  # another account: the summary goes first, as ever
    reading = read_usage("llm", outputs, None)
    assert reading is not None
    assert (reading.usage.cache_read, reading.usage.output) == (None, 61)
