from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from econome.wire.model import ModelNames, Parameters, read_model, read_parameters

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                [
                    *(
                        "metadata",
                        "invocation_params",
                        "generations",
                        "message",
                        "kwargs",
                        "response_metadata",
                    ),
                    *(
                        "model",
                        "temperature",
                        "max_tokens",
                        "stream",
                        "service_tier",
                        "llm_output",
                        "messages",
                    ),
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def chat(response: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What LangChain sends for one answer."""
    message = {
        "lc": 1,
        "id": ["langchain", "schema", "messages", "AIMessage"],
        "kwargs": {"content": "Because."},
    }
    message["kwargs"]["response_metadata"] = response  # type: ignore[index]
    return {"generations": [[{"text": "Because.", "message": message}]], **more}


def test_langchain_tells_who_was_asked_and_who_answered() -> None:
    names = read_model(
        chat({"model_name": "gpt-4o-2024-08-06", "model_provider": "openai", "service_tier": "Flex"}),
        {"metadata": {"ls_model_name": "gpt-4o", "ls_provider": "azure"}},
    )
    assert names == ModelNames("gpt-4o", "gpt-4o-2024-08-06", "azure", "flex")
    assert names.priced == "gpt-4o-2024-08-06"


def test_langsmiths_wrapper_tells_the_tier_that_was_served() -> None:
    names = read_model(
        {"model": "gpt-5-2025-08-07", "service_tier": "default"},
        {"metadata": {"ls_model_name": "gpt-5", "ls_invocation_params": {"service_tier": "priority"}}},
    )
    assert names.answered == "gpt-5-2025-08-07"
    assert names.service_tier == "default"


def test_a_tier_that_was_asked_holds_when_the_answer_names_none() -> None:
    assert read_model({}, {"invocation_params": {"service_tier": "flex"}}).service_tier == "flex"


def test_anthropics_usage_names_the_tier() -> None:
    assert read_model({"usage": {"service_tier": "batch"}}, None).service_tier == "batch"


@pytest.mark.parametrize(
    ("invocation", "asked"),
    [
        ({"model": "a", "model_name": "b"}, "a"),
        ({"model_name": "b", "model_id": "c"}, "b"),
        ({"model_id": "google/flan-t5-base", "model_path": "d"}, "google/flan-t5-base"),
        ({"model_path": "/models/t5"}, "/models/t5"),
        ({"endpoint_name": "my-endpoint"}, "my-endpoint"),
        ({"model": None, "model_name": ""}, ""),
        ({"model": 7}, ""),
    ],
)
def test_the_model_asked_for_has_many_names(invocation: dict[str, Any], asked: str) -> None:
    assert read_model(None, {"invocation_params": invocation}).asked == asked


def test_the_metadata_names_the_model_before_the_invocation_does() -> None:
    extra = {"metadata": {"ls_model_name": "gpt-4o"}, "invocation_params": {"model": "my-deployment"}}
    assert read_model(None, extra).asked == "gpt-4o"


@pytest.mark.parametrize(
    "outputs",
    [
        chat({"model_name": "m"}),
        chat({"model": "m"}),
        {"llm_output": {"model_name": "m"}, "generations": [[{"text": "Because."}]]},
        {"output": {"content": "Because.", "response_metadata": {"model_name": "m"}}},
        {"messages": [{"content": "Why?"}, {"kwargs": {"response_metadata": {"model_name": "m"}}}]},
        {"response_metadata": {"model_name": "m"}},
        {"model": "m"},
        {"output": {"model": "m"}},
        {"modelVersion": "m", "candidates": []},
        {"model_version": "m", "candidates": []},
        {"response": {"modelId": "other"}, "modelId": "m"},
    ],
)
def test_the_model_that_answered_may_stand_in_several_places(outputs: dict[str, Any]) -> None:
    assert read_model(outputs, None).answered == "m"


def test_a_model_that_did_not_tell_is_priced_by_what_was_asked() -> None:
    assert read_model(None, {"metadata": {"ls_model_name": "gpt-4o"}}).priced == "gpt-4o"


def test_parameters_come_from_the_metadata_first() -> None:
    extra = {
        "metadata": {"ls_temperature": 0.2, "ls_max_tokens": 100},
        "invocation_params": {"temperature": 0.9, "top_p": 0.5, "max_tokens": 7, "stream": True},
    }
    assert read_parameters({"temperature": 1}, extra) == Parameters(0.2, 0.5, 100, streamed=True)


@pytest.mark.parametrize(
    "name", ["max_tokens", "max_completion_tokens", "max_output_tokens", "max_new_tokens"]
)
def test_a_cap_on_the_answer_has_many_names(name: str) -> None:
    assert read_parameters({name: 64}, None).max_tokens == 64
    assert read_parameters(None, {"invocation_params": {name: 64.0}}).max_tokens == 64
    assert read_parameters(None, {"invocation_params": {"pipeline_kwargs": {name: 64}}}).max_tokens == 64


@pytest.mark.parametrize("cap", [-1, 0, True, "64", 1.5, math.nan, 2**64, None])
def test_what_is_no_cap_is_none(cap: object) -> None:
    assert read_parameters({"max_tokens": cap}, None).max_tokens is None


@pytest.mark.parametrize("temperature", [True, "0.5", math.nan, math.inf, 10**400, None])
def test_what_is_no_temperature_is_none(temperature: object) -> None:
    assert read_parameters({"temperature": temperature}, None).temperature is None


def test_a_temperature_of_zero_is_known() -> None:
    assert read_parameters({"temperature": 0}, None).temperature == 0.0


def test_whether_a_call_streamed_is_unknown_until_somebody_says() -> None:
    assert read_parameters({}, {}).streamed is None
    assert read_parameters({"stream": False}, {}).streamed is False


@given(json_values, json_values)
def test_whatever_is_sent_nothing_raises(payload: Any, extra: Any) -> None:
    names, parameters = read_model(payload, extra), read_parameters(payload, extra)
    assert all(len(name) <= 200 for name in (names.asked, names.answered, names.provider))
    assert parameters.temperature is None or math.isfinite(parameters.temperature)
    assert parameters.max_tokens is None or 0 < parameters.max_tokens < 2**63
