"""What is billed by the piece, and stands in the answer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from econome.domain.usage import Fee
from econome.wire.fees import fees_in
from econome.wire.usage import read_usage

SEARCHED = {"type": "web_search_call", "status": "completed", "action": {"type": "search"}}
OPENED = {"type": "web_search_call", "status": "completed", "action": {"type": "open_page"}}
USAGE = {"input_tokens": 9, "output_tokens": 3, "total_tokens": 12}


def test_openais_searches_are_billed_and_opening_a_page_is_not() -> None:
    outputs = {"output": [SEARCHED, OPENED, SEARCHED, {"type": "message", "content": []}]}
    assert fees_in(outputs) == {Fee.WEB_SEARCH: 2}


def test_a_search_that_failed_is_not_billed() -> None:
    assert fees_in({"output": [{**SEARCHED, "status": "failed"}]}) == {}


def test_openais_own_count_of_its_searches_is_believed() -> None:
    outputs: dict[str, Any] = {
        "output": [SEARCHED, SEARCHED],
        "tool_usage": {"web_search": {"num_requests": 1}},
    }
    assert fees_in(outputs) == {Fee.WEB_SEARCH: 1}
    outputs["tool_usage"]["web_search"]["num_requests"] = 0
    assert fees_in(outputs) == {}


def test_a_container_is_billed_once_whatever_runs_in_it() -> None:
    ran = [{"type": "code_interpreter_call", "container_id": name} for name in ("a", "a", "b")]
    found = {"type": "file_search_call", "status": "completed"}
    assert fees_in({"output": [*ran, found]}) == {Fee.CODE_EXECUTION: 2, Fee.FILE_SEARCH: 1}


def test_pictures_that_a_tool_made_are_billed_beside_the_answer() -> None:
    made = {"type": "image_generation_call", "status": "completed", "result": "aGVsbG8="}
    assert fees_in({"output": [made, made, {**made, "status": "failed"}]}) == {Fee.IMAGE: 2}


def test_anthropics_searches_are_found_where_a_wrapper_dropped_their_count() -> None:
    content = [
        {"type": "server_tool_use", "name": "web_search", "input": {"query": "apples"}},
        {"type": "server_tool_use", "name": "web_fetch", "input": {}},
        {"type": "text", "text": "Because."},
    ]
    assert fees_in({"content": content}) == {Fee.WEB_SEARCH: 1}
    wrapped = {"generations": [[{"message": {"kwargs": {"content": content}}}]]}
    assert fees_in(wrapped) == {Fee.WEB_SEARCH: 1}


def test_langchains_tool_outputs_are_openais_calls() -> None:
    message = {"content": "Because.", "additional_kwargs": {"tool_outputs": [SEARCHED]}}
    assert fees_in({"generations": [[{"message": message}]]}) == {Fee.WEB_SEARCH: 1}


@pytest.mark.parametrize(
    ("model", "billed"),
    [("gemini-3-pro", 2), ("models/gemini-3-flash", 2), ("gemini-2.5-flash", 1), ("models/gemini-2.0", 1)],
)
def test_gemini_bills_queries_from_its_third_generation_on(model: str, billed: int) -> None:
    grounding = {"groundingMetadata": {"webSearchQueries": ["apples", "falling", ""]}}
    assert fees_in({"modelVersion": model, "candidates": [grounding]}) == {Fee.GROUNDING: billed}


def test_an_answer_without_queries_is_not_grounded() -> None:
    assert fees_in({"candidates": [{"groundingMetadata": {"groundingChunks": []}}]}) == {}


def test_a_count_in_the_usage_goes_before_what_the_answer_shows() -> None:
    block = {"type": "server_tool_use", "name": "web_search"}
    usage = {"input_tokens": 9, "output_tokens": 3, "server_tool_use": {"web_search_requests": 3}}
    reading = read_usage("llm", {"content": [block], "usage": usage}, None)
    assert reading is not None
    assert reading.fees == {"web_search": 3}


def test_fees_of_a_batch_are_summed() -> None:
    messages = [
        [
            {
                "message": {
                    "content": [{"type": "server_tool_use", "name": "web_search"}],
                    "usage_metadata": USAGE,
                }
            }
        ]
        for _ in range(3)
    ]
    reading = read_usage("llm", {"generations": messages}, None)
    assert reading is not None
    assert reading.fees == {"web_search": 3}


KEYS = (
    *("output", "content", "message", "generations", "candidates", "type", "action", "kwargs"),
    *("groundingMetadata", "webSearchQueries", "tool_usage", "web_search", "num_requests"),
    *("additional_kwargs", "tool_outputs", "response_metadata", "modelVersion", "container_id"),
)
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.just("web_search_call"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(KEYS), junk))
def test_whatever_an_answer_holds_nothing_raises(outputs: dict[str, Any]) -> None:
    assert all(times > 0 for times in fees_in(outputs).values())
