"""Laws of reading usage, whatever a client sends."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langsmith._internal._usage import _create_usage_metadata

from econome.domain.piece import Reading
from econome.domain.usage import Bucket, Usage, UsageSource
from econome.wire.conventions import MOST_DOLLARS, MOST_TOKENS, REPLAYED
from econome.wire.usage import read_usage

tokens = st.integers(min_value=0, max_value=10**7)
maybe = st.none() | tokens

# What a hostile or careless client may put where a number is expected.
hostile = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.sampled_from(["cached_tokens", "cache_read", "audio"]), st.integers(), max_size=2),
)
KEYS = [
    *("prompt_tokens", "completion_tokens", "total_tokens", "input_tokens", "output_tokens", "promptTokens"),
    *("prompt_tokens_details", "completion_tokens_details", "input_tokens_details", "output_tokens_details"),
    *("input_token_details", "output_token_details", "cache_read_input_tokens", "cache_creation"),
    *("cache_creation_input_tokens", "total_cost", "input_cost", "service_tier", "server_tool_use"),
]
DETAILS = [
    *(
        "cached_tokens",
        "reasoning_tokens",
        "audio_tokens",
        "cache_read",
        "cache_creation",
        "reasoning",
        "audio",
    ),
    *("priority", "priority_cache_read", "flex_reasoning", "ephemeral_5m_input_tokens", "cache_write_tokens"),
    *("ephemeral_1h_input_tokens", "image", "cache_read_over_200k"),
]
usages = st.dictionaries(
    st.sampled_from(KEYS),
    hostile | st.dictionaries(st.sampled_from(DETAILS), hostile, max_size=4),
    max_size=8,
)
json_values = st.recursive(
    hostile | usages,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                ["message", "kwargs", "usage_metadata", "response_metadata", "token_usage", "usage", "0"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
outputs_of_strangers = st.none() | st.dictionaries(
    st.sampled_from(
        ["usage_metadata", "generations", "message", "output", "messages", "llm_output", "llmOutput", "usage"]
    ),
    json_values | st.lists(st.lists(json_values, max_size=2), max_size=2),
    max_size=4,
)
extra_of_strangers = st.none() | st.fixed_dictionaries(
    {"metadata": st.fixed_dictionaries({"usage_metadata": json_values})}
)


@st.composite
def openai_usages(draw: st.DrawFn) -> dict[str, Any]:
    """What OpenAI answers: the parts never exceed the whole."""
    cached, audio, rest = draw(tokens), draw(tokens), draw(tokens)
    reasoning, spoken, text = draw(tokens), draw(tokens), draw(st.integers(1, 10**7))
    given, generated = cached + audio + rest, reasoning + spoken + text
    return {
        "prompt_tokens": given,
        "completion_tokens": generated,
        "total_tokens": given + generated,
        "prompt_tokens_details": {"cached_tokens": cached, "audio_tokens": audio},
        "completion_tokens_details": {"reasoning_tokens": reasoning, "audio_tokens": spoken},
    }


@given(
    outputs=outputs_of_strangers,
    extra=extra_of_strangers,
    kind=st.sampled_from(["llm", "embedding", "chain"]),
)
def test_whatever_is_sent_nothing_raises_and_no_bucket_is_negative(
    outputs: Any, extra: Any, kind: str
) -> None:
    reading = read_usage(kind, outputs, extra)
    if reading is not None:
        assert all(0 <= count <= 8 * MOST_TOKENS for _, count in reading.usage.known())
        assert reading == read_usage(kind, outputs, extra)
        assert reading.source != UsageSource.REPORTED or reading.usage.is_known or reading.fees


@pytest.mark.parametrize("strange", [None, [], "text", 7, math.nan, True, [[]], {"metadata": []}])
def test_what_is_no_object_says_nothing(strange: Any) -> None:
    assert read_usage("llm", strange, strange) is None


@given(openai_usages())
def test_the_buckets_of_openai_sum_to_what_is_billed(usage: dict[str, Any]) -> None:
    reading = _read({"usage": usage})
    assert reading.usage.input == usage["prompt_tokens"]
    assert reading.usage.output == usage["completion_tokens"]
    assert reading.notes == ()


@given(openai_usages(), st.sampled_from([None, "default", "priority", "flex"]))
def test_what_langsmiths_wrapper_makes_of_openais_usage_reads_as_the_original(
    usage: dict[str, Any], tier: str | None
) -> None:
    original = _read({"usage": usage})
    wrapped = _read({"usage_metadata": _create_usage_metadata(usage, tier)})
    assert wrapped.usage == original.usage
    assert wrapped.service_tier == (tier if tier in {"priority", "flex"} else "")


@given(uncached=tokens, read=maybe, five=maybe, hour=maybe, generated=st.integers(1, 10**7))
def test_the_buckets_of_anthropic_are_the_counts_that_it_reports(
    uncached: int, read: int | None, five: int | None, hour: int | None, generated: int
) -> None:
    reading = _read(
        {
            "usage": {
                "input_tokens": uncached,
                "cache_read_input_tokens": read,
                "cache_creation_input_tokens": (five or 0) + (hour or 0),
                "cache_creation": {"ephemeral_5m_input_tokens": five, "ephemeral_1h_input_tokens": hour},
                "output_tokens": generated,
            }
        }
    )
    assert reading.usage.input == uncached + (read or 0) + (five or 0) + (hour or 0)
    assert reading.usage.output == generated
    assert reading.usage.cache_read == read
    assert reading.usage.cache_write_1h == hour


@given(st.lists(openai_usages(), min_size=2, max_size=4))
def test_a_batch_is_the_sum_of_its_prompts(parts: list[dict[str, Any]]) -> None:
    generations = [
        [{"message": {"kwargs": {"usage_metadata": _create_usage_metadata(usage)}}}] for usage in parts
    ]
    reading = _read({"generations": generations})
    assert reading.place == 3
    assert reading.usage.input == sum(usage["prompt_tokens"] for usage in parts)
    assert reading.usage.output == sum(usage["completion_tokens"] for usage in parts)


@given(
    given_tokens=tokens,
    parts=st.dictionaries(st.sampled_from(["cache_read", "cache_creation", "audio"]), tokens),
)
def test_parts_that_exceed_the_input_are_cut_to_it(given_tokens: int, parts: dict[str, int]) -> None:
    total = given_tokens + 1
    usage = {"input_tokens": given_tokens, "output_tokens": 1, "total_tokens": total}
    reading = _read({"usage_metadata": {**usage, "input_token_details": parts}})
    assert reading.usage.input == given_tokens
    assert bool(reading.notes) == (sum(parts.values()) > given_tokens)


@given(given_tokens=tokens, read=tokens, written=tokens)
def test_a_cache_that_exceeds_an_input_without_total_stands_besides_it(
    given_tokens: int, read: int, written: int
) -> None:
    details = {"cache_read": read, "cache_creation": written}
    usage = {"input_tokens": given_tokens, "output_tokens": 1, "input_token_details": details}
    reading = _read({"usage_metadata": usage})
    is_outside = read + written > given_tokens
    assert reading.usage.input == given_tokens + (read + written if is_outside else 0)
    assert (reading.usage.cache_read, reading.usage.cache_write_5m) == (read, written)
    assert bool(reading.notes) == is_outside


def test_reasoning_that_the_total_counts_besides_the_output_is_billed_besides_it() -> None:
    usage = {
        "input_tokens": 50,
        "output_tokens": 10,
        "total_tokens": 67,
        "output_token_details": {"reasoning": 7},
    }
    assert _read({"usage_metadata": usage}).usage == Usage(uncached=50, text_out=10, reasoning=7)


def test_reasoning_inside_the_output_is_taken_from_it() -> None:
    usage = {
        "input_tokens": 50,
        "output_tokens": 10,
        "total_tokens": 60,
        "output_token_details": {"reasoning": 7},
    }
    assert _read({"usage_metadata": usage}).usage == Usage(uncached=50, text_out=3, reasoning=7)


def test_reasoning_larger_than_an_output_without_total_stands_besides_it() -> None:
    reading = _read(
        {
            "usage": {
                "prompt_tokens": 5,
                "completion_tokens": 3,
                "completion_tokens_details": {"reasoning_tokens": 9},
            }
        }
    )
    assert reading.usage == Usage(uncached=5, text_out=3, reasoning=9)
    assert reading.notes == ("the output did not contain the reasoning, which exceeds it",)


def test_an_input_alone_leaves_the_output_unknown() -> None:
    assert _read({"usage": {"prompt_tokens": 5}}).usage == Usage(uncached=5)


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"prompt_tokens": 5, "input_tokens": None}, Usage(uncached=5)),
        ({"prompt_tokens": None, "input_tokens": 5}, Usage(uncached=5)),
        ({"prompt_tokens": 5, "completion_tokens": None, "output_tokens": 2}, Usage(uncached=5, text_out=2)),
        ({"completion_tokens": 2}, Usage(text_out=2)),
        ({"completionTokens": 2}, Usage(text_out=2)),
        ({"output_tokens": 2}, Usage(text_out=2)),
        ({"outputTokens": 2}, Usage(text_out=2)),
    ],
)
def test_a_count_alone_is_known_under_any_of_its_names(usage: dict[str, Any], expected: Usage) -> None:
    assert _read({"usage": usage}).usage == expected


def test_whole_numbers_written_as_floats_are_numbers() -> None:
    assert _read({"usage": {"prompt_tokens": 5.0, "completion_tokens": 2.0}}).usage == Usage(
        uncached=5, text_out=2
    )


@pytest.mark.parametrize("absurd", [MOST_TOKENS + 1, 10**30, -1, 1e300])
def test_absurd_counts_are_refused_and_said(absurd: float) -> None:
    reading = read_usage("llm", {"usage": {"prompt_tokens": absurd, "completion_tokens": 2}}, None)
    assert reading is not None
    assert reading.source == UsageSource.UNKNOWN
    assert not reading.usage.is_known
    assert reading.notes


def test_a_reported_cost_that_is_negative_is_left_out_and_said() -> None:
    reading = _read({"usage_metadata": {"input_tokens": 1, "output_tokens": 1, "total_cost": -1}})
    assert reading.cost_reported is None
    assert reading.notes == ("a reported cost was negative and was left out",)


def test_a_reported_cost_of_nothing_beside_its_parts_is_no_cache_hit() -> None:
    usage = {"input_tokens": 1, "output_tokens": 1, "input_cost": 0, "output_cost": 0, "total_cost": 0}
    reading = _read({"usage_metadata": usage})
    assert reading.cost_reported == Decimal(0)
    assert REPLAYED not in reading.notes


@pytest.mark.parametrize("place", ["copy", "outputs", "messages"])
def test_a_free_model_is_no_cache_hit(place: str) -> None:
    usage = {"input_tokens": 1, "output_tokens": 1, "total_cost": 0}
    traced_by_langchain = {"runtime": {"library": "langchain-core"}}
    places: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "copy": ({}, {**traced_by_langchain, "metadata": {"usage_metadata": usage}}),
        "outputs": ({"usage_metadata": usage}, traced_by_langchain),
        "messages": ({"generations": [[{"message": {"usage_metadata": usage}}]]}, {}),
    }
    reading = read_usage("llm", *places[place])
    assert reading is not None
    assert reading.cost_reported == 0
    assert reading.usage == Usage(uncached=1, text_out=1)
    assert REPLAYED not in reading.notes


@pytest.mark.parametrize("library", ["langchain-core", "langchain-js"])
def test_a_batch_is_a_cache_hit_when_all_its_prompts_are(library: str) -> None:
    extra = {"runtime": {"library": library}}
    asked = {"message": {"usage_metadata": {"input_tokens": 1, "output_tokens": 1}}}
    replayed = {"message": {"usage_metadata": {"input_tokens": 1, "output_tokens": 1, "total_cost": 0}}}
    for generations, is_hit in (([[replayed], [replayed]], True), ([[asked], [replayed]], False)):
        reading = read_usage("llm", {"generations": generations}, extra)
        assert reading is not None
        assert (REPLAYED in reading.notes) is is_hit


@pytest.mark.parametrize("absurd", ["9e19", 9e19, 10**15, MOST_DOLLARS + 1])
def test_a_reported_cost_beyond_all_measure_is_left_out_and_said(absurd: object) -> None:
    usage = {"input_tokens": 1, "output_tokens": 1, "input_cost": str(absurd), "output_cost": str(absurd)}
    reading = _read({"usage_metadata": usage})
    assert reading.usage == Usage(uncached=1, text_out=1)
    assert (reading.cost_reported, reading.input_cost_reported, reading.output_cost_reported) == (None,) * 3
    assert reading.notes == ("a reported cost was beyond all measure and was left out",)
    tool = read_usage("tool", {"usage_metadata": {"total_cost": str(absurd)}}, None)
    assert tool is None


def test_sums_beyond_all_measure_are_left_out_too() -> None:
    usage = {"input_tokens": 1, "output_tokens": 1, "input_cost": 9e8, "output_cost": 9e8}
    reading = _read({"usage_metadata": usage})
    assert reading.cost_reported is None
    assert reading.input_cost_reported == Decimal("9e8")
    dear = {"message": {"usage_metadata": {**usage, "total_cost": 9e8}}}
    reading = _read({"generations": [[dear], [dear]]})
    assert reading.cost_reported is None
    assert reading.usage == Usage(uncached=2, text_out=2)
    many = {"message": {"usage_metadata": {"input_tokens": MOST_TOKENS, "output_tokens": 1}}}
    told = read_usage("llm", {"generations": [[many], [many]]}, None)
    assert told is not None
    assert not told.usage.is_known
    assert told.notes == ("a count of tokens was beyond all measure",)


def test_a_sum_of_costs_is_exact() -> None:
    parts = {"input_cost": "123456789.000000000000000001", "output_cost": "0.000000000000000001"}
    reading = _read({"usage_metadata": {"input_tokens": 1, "output_tokens": 1, **parts}})
    assert reading.cost_reported == Decimal("123456789.000000000000000002")


def test_a_cost_that_is_no_amount_is_left_out_and_said() -> None:
    reading = _read({"usage_metadata": {"input_tokens": 1, "output_tokens": 1, "total_cost": "1_0"}})
    assert reading.cost_reported is None
    assert reading.notes == ("a reported cost was no amount of money and was left out",)


def test_only_calls_use_tokens() -> None:
    outputs = {"usage_metadata": {"input_tokens": 1, "output_tokens": 1}}
    for kind in ("chain", "tool", "retriever", "prompt", "parser", "something new"):
        assert read_usage(kind, outputs, None) is None
    for kind in ("llm", "embedding"):
        assert read_usage(kind, outputs, None) is not None


def test_a_chain_may_report_a_cost_but_no_tokens() -> None:
    reading = read_usage(
        "chain", None, {"metadata": {"usage_metadata": {"total_cost": "0.5", "input_tokens": 9}}}
    )
    assert reading == Reading(Usage(), "", 1, UsageSource.NONE, cost_reported=Decimal("0.5"))


def _read(outputs: dict[str, Any]) -> Reading:
    reading = read_usage("llm", outputs, None)
    assert reading is not None
    assert set(dict(reading.usage.known())) <= set(Bucket)
    return reading
