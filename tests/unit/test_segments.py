from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from econome.wire.segments import PREVIEW, preview_of_inputs, preview_of_outputs, segments_of

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("messages", "content", "role", "type", "kwargs", "text", "tools", "prompts", "context"),
                    *("generations", "message", "id", "data", "choices", "output", "tool_calls", "input"),
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


def message(role: str, content: Any, **more: Any) -> dict[str, Any]:
    return {"role": role, "content": content, **more}


def lc(name: str, content: Any, **kwargs: Any) -> dict[str, Any]:
    """A message as LangChain serialises it."""
    path = ["langchain", "schema", "messages", name]
    return {"lc": 1, "type": "constructor", "id": path, "kwargs": {"content": content, **kwargs}}


def used(inputs: Any, extra: Any = None) -> dict[str, int]:
    """The segments that hold anything."""
    return {name: size for name, size in segments_of(inputs, extra).items() if size}


def test_an_openai_conversation_is_measured_by_role() -> None:
    inputs = {
        "messages": [
            message("system", "s" * 10),
            message("user", "u" * 7),
            message("assistant", "a" * 5),
            message("user", "n" * 3),
        ]
    }
    assert used(inputs) == {"system": 10, "history": 7 + 5, "user": 3}


def test_a_langchain_conversation_is_measured_the_same() -> None:
    messages = [
        lc("SystemMessage", "s" * 10, type="system"),
        lc("HumanMessage", "u" * 7),
        lc("AIMessageChunk", "a" * 5),
        lc("ToolMessage", "t" * 4),
        lc("HumanMessage", "n" * 3, type="human"),
    ]
    expected = {"system": 10, "history": 7 + 5, "tool_results": 4, "user": 3}
    assert used({"messages": [messages]}) == expected
    assert used({"messages": messages}) == expected


@pytest.mark.parametrize("role", ["human", "user", "HumanMessage"])
def test_the_user_has_several_names(role: str) -> None:
    assert used({"messages": [{"type": role, "content": "why"}]}) == {"user": 3}


def test_langchains_older_spelling_is_understood() -> None:
    assert used({"messages": [{"type": "human", "data": {"content": "why"}}]}) == {"user": 3}


def test_what_tools_answered_is_apart_even_inside_a_message() -> None:
    blocks = [
        {"type": "tool_result", "tool_use_id": "x", "content": "r" * 9},
        {"type": "text", "text": "why"},
    ]
    sizes = used({"messages": [message("user", blocks)]})
    assert sizes["tool_results"] >= 9
    assert sizes["user"] == 3


def test_documents_are_retrieved() -> None:
    blocks = [{"type": "document", "text": "d" * 40}, {"type": "text", "text": "why"}]
    assert used({"messages": [message("user", blocks)]}) == {"retrieved": 40, "user": 3}
    assert used({"context": "c" * 12, "question": "why"}) == {"retrieved": 12, "user": 3}


def test_pictures_are_no_text() -> None:
    blocks = [
        {"type": "image_url", "image_url": {"url": "data:" + "x" * 1000}},
        {"type": "text", "text": "why"},
    ]
    assert used({"messages": [message("user", blocks)]}) == {"user": 3}


def test_tools_are_measured_as_they_are_sent() -> None:
    tools = [{"type": "function", "function": {"name": "f", "parameters": {}}}]
    size = len('[{"type":"function","function":{"name":"f","parameters":{}}}]')
    assert used({"messages": [], "tools": tools}) == {"tools": size}
    assert used({}, {"invocation_params": {"tools": tools}}) == {"tools": size}


def test_anthropics_system_prompt_stands_beside_the_messages() -> None:
    inputs = {"system": [{"type": "text", "text": "s" * 8}], "messages": [message("user", "why")]}
    assert used(inputs) == {"system": 8, "user": 3}


def test_openais_responses_have_an_input_and_instructions() -> None:
    inputs = {"instructions": "s" * 8, "input": [message("user", [{"type": "input_text", "text": "why"}])]}
    assert used(inputs) == {"system": 8, "user": 3}


def test_prompts_of_a_text_model_are_the_users() -> None:
    assert used({"prompts": ["Explain gravity."]}) == {"user": 16}


def test_what_a_model_said_after_the_question_belongs_to_the_turn() -> None:
    inputs = {"messages": [message("user", "why"), message("assistant", "hm"), message("tool", "42")]}
    assert used(inputs) == {"user": 3 + 2, "tool_results": 2}


@pytest.mark.parametrize(
    ("inputs", "preview"),
    [
        (
            {
                "messages": [
                    message("system", "Be brief."),
                    message("user", "Why?"),
                    message("assistant", "Hm"),
                ]
            },
            "Why?",
        ),
        ({"messages": [[lc("SystemMessage", "Be brief."), lc("HumanMessage", "Why?")]]}, "Why?"),
        (
            {
                "messages": [
                    message("user", [{"type": "text", "text": "Why"}, {"type": "text", "text": "so?"}])
                ]
            },
            "Why so?",
        ),
        ({"messages": [message("assistant", "Hm")]}, "Hm"),
        ({"prompts": ["Explain gravity."]}, "Explain gravity."),
        ({"input": "Why?"}, "Why?"),
        ({"question": "Why?", "k": 4}, '{"question":"Why?","k":4}'),
        ("Why?", "Why?"),
        ({}, ""),
        (None, ""),
        ({"text": "two\n\n  lines"}, "two lines"),
    ],
)
def test_a_prompt_is_shown_by_what_was_asked(inputs: Any, preview: str) -> None:
    assert preview_of_inputs(inputs) == preview


@pytest.mark.parametrize(
    ("outputs", "preview"),
    [
        ({"choices": [{"message": message("assistant", "Because.")}]}, "Because."),
        ({"choices": [{"text": "Because."}]}, "Because."),
        ({"output": {"choices": [{"message": message("assistant", "Because.")}]}}, "Because."),
        ({"generations": [[{"text": "", "message": lc("AIMessage", "Because.")}]]}, "Because."),
        ({"generations": [[{"text": "Because."}]]}, "Because."),
        ({"content": [{"type": "text", "text": "Because."}], "role": "assistant"}, "Because."),
        (
            {"output": [{"type": "message", "content": [{"type": "output_text", "text": "Because."}]}]},
            "Because.",
        ),
        ({"output": "Because."}, "Because."),
        ({"output": lc("AIMessage", "Because.")}, "Because."),
        ({"messages": [message("user", "Why?"), message("assistant", "Because.")]}, "Because."),
        (
            {"choices": [{"message": {"content": None, "tool_calls": [{"function": {"name": "f"}}]}}]},
            '[{"function":{"name":"f"}}]',
        ),
        ({"documents": [{"page_content": "x"}]}, '{"documents":[{"page_content":"x"}]}'),
        ({"usage": {"prompt_tokens": 1}, "model": "gpt-4o"}, ""),
        ({}, ""),
        (None, ""),
        (42, "42"),
        (0, "0"),
    ],
)
def test_an_answer_is_shown_by_its_text(outputs: Any, preview: str) -> None:
    assert preview_of_outputs(outputs) == preview


def test_a_preview_is_short_and_says_where_it_was_cut() -> None:
    preview = preview_of_inputs({"input": "word " * 10_000})
    assert len(preview) == PREVIEW
    assert preview.endswith("…")


def test_a_preview_of_megabytes_writes_out_only_its_start() -> None:
    many = {"documents": [{"text": "x" * 10_000, "number": n} for n in range(1_000)]}
    assert preview_of_inputs(many).startswith('{"documents":[{"text":"xxx')


def test_a_deep_prompt_is_measured_no_deeper_than_messages_go() -> None:
    deep: Any = "text"
    for _ in range(5_000):
        deep = [deep]
    assert segments_of({"messages": [message("user", deep)]}, None)["user"] == 0
    assert preview_of_inputs({"messages": [message("user", deep)]}) == ""


@given(json_values, json_values)
def test_whatever_is_sent_nothing_raises(value: Any, extra: Any) -> None:
    for part in (value, {"messages": value}, {"prompts": value}, {"input": value}):
        assert all(0 <= size < 2**32 for size in segments_of(part, extra).values())
        assert len(preview_of_inputs(part)) <= PREVIEW
    for part in (value, {"generations": value}, {"choices": value}, {"output": value}, {"messages": value}):
        assert len(preview_of_outputs(part)) <= PREVIEW


@pytest.mark.parametrize(
    "outputs",
    [
        {"candidates": [{"content": {"role": "model", "parts": [{"text": "four"}]}}]},
        {"output": {"message": {"role": "assistant", "content": [{"text": "four"}]}}, "usage": {}},
        {"output": {"candidates": [{"content": {"parts": [{"text": "four"}]}}]}},
    ],
)
def test_the_answers_of_gemini_and_bedrock_are_previewed_as_text(outputs: dict[str, Any]) -> None:
    assert preview_of_outputs(outputs) == "four"
