"""What a usage object says that cannot be, per convention: what is believed, and the note of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from econome.domain.usage import Bucket, Fee, Usage
from econome.wire.conventions import Account, recognise
from econome.wire.usage import read_usage


def read(usage: dict[str, Any]) -> Account:
    account = recognise(usage)
    assert account is not None
    return account


def tokens(account: Account) -> dict[str, int]:
    """What it says, but for the zeros."""
    return {bucket.value: many for bucket, many in account.buckets.items() if many}


@pytest.mark.parametrize(
    ("usage", "expected", "note"),
    [
        (
            {"prompt_tokens": 8, "input_tokens": 9, "completion_tokens": 2},
            {"uncached": 9, "text_out": 2},
            "prompt_tokens and input_tokens differ",
        ),
        (
            {"prompt_tokens": 8, "completion_tokens": 2, "output_tokens": 3, "total_tokens": 10},
            {"uncached": 8, "text_out": 2},
            "completion_tokens and output_tokens differ",
        ),
        (
            {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 30}},
            {"uncached": 9, "cache_read": 30, "text_out": 2},
            "the input did not contain the cached tokens, which exceed it",
        ),
        (
            {
                "input_tokens": 9,
                "output_tokens": 2,
                "total_tokens": 46,
                "input_token_details": {"cache_read": 30},
                "output_token_details": {"reasoning": 5},
            },
            {"uncached": 9, "cache_read": 30, "text_out": 2, "reasoning": 5},
            "the input did not contain the cached tokens, as the total shows",
        ),
        (
            {"input_tokens": 9, "output_tokens": 2, "input_token_details": {"audio": 30}},
            {"audio_in": 9, "text_out": 2},
            "the parts of the input exceed it and were cut",
        ),
        (
            {
                "input_tokens": 30,
                "output_tokens": 2,
                "total_tokens": 32,
                "input_token_details": {
                    "audio_tokens": 4,
                    "cached_tokens": 10,
                    "cached_tokens_details": {"audio_tokens": 6},
                },
            },
            {"uncached": 20, "cache_read": 6, "cache_read_audio": 4, "text_out": 2},
            "more sound was cached than the cache or the input has, and it was cut",
        ),
        (
            {
                "prompt_tokens": 10,
                "completion_tokens": 2,
                "total_tokens": 12,
                "prompt_cache_hit_tokens": 4,
                "prompt_cache_miss_tokens": 5,
            },
            {"uncached": 6, "cache_read": 4, "text_out": 2},
            "hits and misses of the cache are not the prompt",
        ),
        (
            {
                "prompt_tokens": 10,
                "completion_tokens": 2,
                "cache_read_input_tokens": 4,
                "prompt_tokens_details": {"cached_tokens": 5},
            },
            {"uncached": 6, "cache_read": 4, "text_out": 2},
            "cached_tokens and cache_read_input_tokens differ",
        ),
        (
            {"inputTokens": 9, "outputTokens": 2, "totalTokens": 12, "cacheReadInputTokens": 5},
            {"uncached": 9, "cache_read": 5, "text_out": 2},
            "the total is not the sum of input and output",
        ),
        (
            {"inputTokens": 9, "outputTokens": 2, "totalTokens": 11, "cachedInputTokens": 30},
            {"uncached": 9, "cache_read": 30, "text_out": 2},
            "the input did not contain the cached tokens, which exceed it",
        ),
        (
            {"inputTokens": {"total": 9, "noCache": 5, "cacheRead": 3, "cacheWrite": 0}, "outputTokens": {}},
            {"uncached": 6, "cache_read": 3},
            "the total of the input is not the sum of its parts",
        ),
        (
            {
                "promptTokenCount": 9,
                "candidatesTokenCount": 8,
                "thoughtsTokenCount": 5,
                "totalTokenCount": 17,
            },
            {"uncached": 9, "text_out": 3, "reasoning": 5},
            "the answer contained the thoughts, as the total shows",
        ),
        (
            {"promptTokenCount": 9, "candidatesTokenCount": 8, "totalTokenCount": 20},
            {"uncached": 9, "text_out": 8},
            "the total is not the sum of input and output",
        ),
        (
            {
                "input_tokens": 9,
                "output_tokens": 2,
                "cache_creation_input_tokens": 5,
                "cache_creation": {"ephemeral_5m_input_tokens": 4, "ephemeral_1h_input_tokens": 3},
            },
            {"uncached": 9, "cache_write_5m": 4, "cache_write_1h": 3, "text_out": 2},
            "the parts of what was written to the cache exceed it",
        ),
    ],
)
def test_what_cannot_be_is_mended_and_noted(
    usage: dict[str, Any], expected: dict[str, int], note: str
) -> None:
    account = read(usage)
    assert tokens(account) == expected
    assert account.notes == [note]


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"promptTokenCount": 9, "totalTokenCount": 9}, Usage(uncached=9, text_out=0)),
        ({"promptTokenCount": 9}, Usage(uncached=9)),
        ({"candidatesTokenCount": 4, "totalTokenCount": 13}, Usage(uncached=9, text_out=4)),
        (
            {"promptTokenCount": 9, "thoughtsTokenCount": 4, "totalTokenCount": 15},
            Usage(uncached=9, text_out=2, reasoning=4),
        ),
        ({"promptTokenCount": 9, "responseTokenCount": 4}, Usage(uncached=9, text_out=4)),
        ({"eval_count": 4}, Usage(text_out=4)),
        ({"output_tokens": 4, "cache_read_input_tokens": 3}, Usage(text_out=4)),
        ({"timings": {"prompt_n": 5, "cache_n": 4, "predicted_n": 2}}, Usage(5, 4, text_out=2)),
        ({"tokens_evaluated": 9, "tokens_predicted": 2, "tokens_cached": 11}, Usage(9, text_out=2)),
    ],
)
def test_what_is_not_told_is_unknown_unless_the_rest_tells_it(usage: dict[str, Any], expected: Usage) -> None:
    account = read(usage)
    assert Usage.of(account.buckets) == expected
    assert account.notes == []


def test_an_hour_has_two_names_in_langsmiths_sdks() -> None:
    for hour in ("ephemeral_1h_input_tokens", "ephemeral_1hr_input_tokens"):
        usage = {"input_tokens": 330, "output_tokens": 5, "total_tokens": 335}
        account = read({**usage, "input_token_details": {"cache_read": 200, hour: 100}})
        assert tokens(account) == {"uncached": 30, "cache_read": 200, "cache_write_1h": 100, "text_out": 5}


def test_cached_pictures_and_sound_of_gemini_are_in_one_bucket_each() -> None:
    account = read(
        {
            "promptTokenCount": 100,
            "cachedContentTokenCount": 50,
            "candidatesTokenCount": 1,
            "promptTokensDetails": [
                {"modality": "IMAGE", "tokenCount": 40},
                {"modality": "AUDIO", "tokenCount": 30},
                {"modality": "TEXT", "tokenCount": 30},
            ],
            "cacheTokensDetails": [
                {"modality": "IMAGE", "tokenCount": 30},
                {"modality": "AUDIO", "tokenCount": 20},
            ],
        }
    )
    expected = {"uncached": 30, "cache_read": 30, "cache_read_audio": 20, "image_in": 10, "audio_in": 10}
    assert tokens(account) == {**expected, "text_out": 1}


def test_reasoning_of_xai_is_outside_a_completion_even_without_a_total() -> None:
    usage = {"prompt_tokens": 9, "completion_tokens": 5, "num_sources_used": 0}
    account = read({**usage, "completion_tokens_details": {"reasoning_tokens": 3}})
    assert tokens(account) == {"uncached": 9, "text_out": 5, "reasoning": 3}


def test_costs_that_providers_state_are_kept() -> None:
    usage = {"prompt_tokens": 9, "completion_tokens": 5}
    assert read({**usage, "cost_in_usd_ticks": 37_756_000}).cost == Decimal("0.0037756")
    routed = {**usage, "cost": 0.01, "cost_details": {"upstream_inference_cost": 0.2}}
    assert read({**routed, "is_byok": False}).cost == Decimal("0.01")
    assert read({**routed, "is_byok": True}).cost == Decimal("0.21")
    assert read({"native_tokens_prompt": 9, "total_cost": "0.5"}).cost == Decimal("0.5")


def test_what_xais_tools_did_is_billed_by_the_call() -> None:
    calls = {"web_search_calls": 2, "x_search_calls": 1, "code_interpreter_calls": 4, "mcp_calls": 9}
    usage = {"input_tokens": 9, "output_tokens": 5, "num_sources_used": 7}
    account = read({**usage, "server_side_tool_usage_details": calls})
    assert account.convention == "xai.chat"
    assert account.fees == {Fee.WEB_SEARCH: 3, Fee.CODE_EXECUTION: 4}


def test_a_reranking_of_coheres_is_billed_by_searches_alone() -> None:
    reading = read_usage("llm", {"meta": {"billed_units": {"search_units": 2}}}, None)
    assert reading is not None
    assert not reading.usage.is_known
    assert reading.fees == {"web_search": 2}


def test_summing_up_a_long_conversation_is_billed_beside_the_answer() -> None:
    usage = {
        "input_tokens": 23,
        "output_tokens": 10,
        "cache_read_input_tokens": 0,
        "iterations": [
            {"type": "compaction", "input_tokens": 180, "output_tokens": 35, "cache_read_input_tokens": 7},
            {"type": "message", "input_tokens": 23, "output_tokens": 10},
        ],
    }
    account = read(usage)
    assert tokens(account) == {"uncached": 203, "cache_read": 7, "text_out": 45}
    assert account.notes == []
    advised = read({**usage, "iterations": [{"type": "advisor_message", "input_tokens": 5}]})
    assert tokens(advised) == {"uncached": 23, "text_out": 10}
    assert advised.notes == [
        "an advisor's tokens are billed at another model's price and are not in the cost"
    ]


def test_what_geminis_tools_read_is_input_where_langsmiths_wrapper_drops_it() -> None:
    usage = {"input_tokens": 50, "output_tokens": 10, "total_tokens": 72}
    account = read({**usage, "output_token_details": {"reasoning": 7, "over_200k": 0}})
    assert tokens(account) == {"uncached": 55, "text_out": 10, "reasoning": 7}
    assert account.notes == ["the input did not contain what tools read, as the total shows"]


def test_a_transcription_may_be_billed_by_the_second() -> None:
    account = read({"type": "duration", "seconds": 12.4})
    assert (account.convention, account.fees) == ("openai.responses", {Fee.AUDIO_SECOND: 12})
    for strange in (-1, float("nan"), True, "12", None):
        assert read({"type": "duration", "seconds": strange}).fees == {}


def test_perplexitys_cost_is_an_object_and_not_openrouters() -> None:
    account = read({"prompt_tokens": 9, "completion_tokens": 5, "cost": {"total_cost": 0.006}})
    assert (account.convention, account.cost, account.notes) == ("openai.chat", None, [])


def test_fast_and_batched_calls_of_anthropic_say_so() -> None:
    usage = {"input_tokens": 9, "output_tokens": 5}
    assert read({**usage, "service_tier": "batch"}).service_tier == "batch"
    assert read({**usage, "service_tier": "standard", "speed": "fast"}).service_tier == "fast"


@pytest.mark.parametrize(
    ("outputs", "place", "convention"),
    [
        ({"message": {"content": "x"}, "prompt_eval_count": 3, "eval_count": 1}, 7, "ollama"),
        ({"content": "x", "tokens_evaluated": 3, "tokens_predicted": 1}, 7, "llama.cpp"),
        ({"usageMetadata": {"promptTokenCount": 3}}, 7, "gemini.generate_content"),
        ({"usage_metadata": {"prompt_token_count": 3}}, 2, "gemini.generate_content"),
        ({"meta": {"billed_units": {"input_tokens": 3}}}, 7, "cohere.chat"),
        ({"x_groq": {"usage": {"prompt_tokens": 3, "queue_time": 0.1}}}, 7, "groq.chat"),
        ({"output": {"usage": {"inputTokens": 3, "outputTokens": 1}}}, 7, "bedrock.converse"),
        ({"message": {"response_metadata": {"usage": {"inputTokens": 3}}}}, 6, "bedrock.converse"),
        ({"message": {"response_metadata": {"eval_count": 3}}}, 6, "ollama"),
        ({"generations": [[{"generation_info": {"prompt_eval_count": 3}}]]}, 6, "ollama"),
        ({"generations": [[{"generation_info": {"usage_metadata": {"promptTokenCount": 3}}}]]}, 6, None),
    ],
)
def test_usage_is_found_where_each_provider_puts_it(
    outputs: dict[str, Any], place: int, convention: str | None
) -> None:
    reading = read_usage("llm", outputs, None)
    assert reading is not None
    assert reading.place == place
    assert reading.convention == (convention or "gemini.generate_content")
    assert 3 in dict(reading.usage.known()).values()


def test_zeros_beside_an_answer_are_unknown_in_every_place() -> None:
    for usage in ({"usage": {"prompt_tokens": 0, "completion_tokens": 0}}, {"eval_count": 0}):
        reading = read_usage("llm", {"content": "Because.", **usage}, None)
        assert reading is not None
        assert reading.usage == Usage()
        assert reading.notes == ("no token was reported for an answer that has some",)


def test_keys_alone_do_not_make_a_usage_object() -> None:
    strange: list[dict[str, Any]] = [
        {"tokens": 5},
        {"timings": None},
        {"total_cost": 1},
        {"output_tokens_details": {}},
        {},
    ]
    assert [recognise(usage) for usage in strange] == [None] * 5
    assert recognise({str(number): number for number in range(100)} | {"prompt_tokens": 5}) == Account(
        "openai.chat", {Bucket.UNCACHED: 5}
    )


@pytest.mark.parametrize(
    ("convention", "entry", "marks"),
    [
        ("groq.chat", "prompt_tokens", "queue_time prompt_time completion_time total_time"),
        ("deepseek.chat", "prompt_tokens", "prompt_cache_hit_tokens prompt_cache_miss_tokens"),
        ("litellm", "prompt_tokens", "cache_read_input_tokens cache_creation_input_tokens"),
        ("openrouter.chat", "prompt_tokens", "cost cost_details is_byok"),
        ("mistral.chat", "prompt_tokens", "prompt_audio_seconds num_cached_tokens"),
        ("xai.chat", "input_tokens", "num_sources_used cost_in_usd_ticks server_side_tool_usage_details"),
        ("openai.responses", "input_tokens", "input_tokens_details"),
        (
            "anthropic.messages",
            "input_tokens",
            "cache_read_input_tokens cache_creation_input_tokens cache_creation server_tool_use iterations",
        ),
        ("anthropic.messages", "input_tokens", "service_tier inference_geo speed output_tokens_details"),
        (
            "ai_sdk",
            "inputTokens",
            "inputTokenDetails outputTokenDetails cachedInputTokens reasoningTokens",
        ),
    ],
)
def test_one_mark_is_enough(convention: str, entry: str, marks: str) -> None:
    for mark in marks.split():
        assert read({entry: 5, mark: None}).convention == convention
        assert recognise({mark: None}) is None or mark == "prompt_tokens"


@pytest.mark.parametrize("name", ["text_tokens", "audio_tokens", "cached_tokens", "image_tokens"])
def test_openais_names_in_langchains_details_are_openais(name: str) -> None:
    for side in ("input", "output"):
        assert read({"input_tokens": 5, f"{side}_token_details": {name: 1}}).convention == "openai.responses"
    thought = {"output_tokens": 5, "output_tokens_details": {"reasoning_tokens": 1}}
    assert read(thought).convention == "openai.responses"


@pytest.mark.parametrize(
    ("traffic", "tier"),
    [
        ("ON_DEMAND", ""),
        ("ON_DEMAND_FLEX", "flex"),
        ("TrafficType.ON_DEMAND_PRIORITY", "priority"),
        (7, ""),
    ],
)
def test_geminis_kind_of_traffic_is_its_tier(traffic: object, tier: str) -> None:
    for name in ("trafficType", "traffic_type"):
        assert read({"promptTokenCount": 5, name: traffic}).service_tier == tier


def test_cached_pictures_of_a_realtime_call_are_in_the_cache() -> None:
    details = {"image_tokens": 9, "cached_tokens": 6, "cached_tokens_details": {"image_tokens": 4}}
    account = read({"input_tokens": 20, "output_tokens": 1, "input_token_details": details})
    assert tokens(account) == {"uncached": 9, "cache_read": 6, "image_in": 5, "text_out": 1}


def test_a_cohere_answer_without_a_bill_is_what_the_model_saw() -> None:
    account = read({"tokens": {"input_tokens": 9, "output_tokens": 2}, "cached_tokens": 4})
    assert tokens(account) == {"uncached": 5, "cache_read": 4, "text_out": 2}
    camel = {"billedUnits": {"inputTokens": 9, "outputTokens": 2, "imageTokens": 3, "searchUnits": 1}}
    account = read(camel)
    assert tokens(account) == {"uncached": 9, "image_in": 3, "text_out": 2}
    assert account.fees == {Fee.WEB_SEARCH: 1}
    assert tokens(read({"billed_units": {"image_tokens": 3}})) == {"image_in": 3}


def test_each_cost_is_read_without_the_others() -> None:
    usage = {"input_tokens": 9, "output_tokens": 2}
    assert read({**usage, "input_cost": 1}).input_cost == 1
    assert read({**usage, "output_cost": 2}).output_cost == 2
    assert read({**usage, "total_cost": 3}).cost == 3


def test_llama_cpps_prompt_without_a_count_is_what_it_processed_and_had() -> None:
    assert tokens(read({"tokens_predicted": 2, "timings": {"prompt_n": 5}})) == {"uncached": 5, "text_out": 2}
    assert tokens(read({"tokens_evaluated": 9, "timings": {"prompt_n": 5}})) == {
        "uncached": 5,
        "cache_read": 4,
    }
