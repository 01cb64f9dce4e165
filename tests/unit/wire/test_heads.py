"""The head of a prompt, the tools offered and the tools called, in the shapes in which clients send them."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from econome.domain.template import Head, told_prompt
from econome.wire.heads import head_of, tools_called_in, toolset_of
from econome.wire.segments import tools_in

LANGCHAIN = {
    "messages": [
        [
            {
                "lc": 1,
                "id": ["langchain", "schema", "messages", "SystemMessage"],
                "kwargs": {"content": "Be kind."},
            },
            {
                "lc": 1,
                "id": ["langchain", "schema", "messages", "HumanMessage"],
                "kwargs": {"content": "Hello"},
            },
        ]
    ]
}


@pytest.mark.parametrize(
    "inputs",
    [
        {"messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello"}]},
        {
            "system": "Be kind.",
            "messages": [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}],
        },
        {"instructions": "Be kind.", "input": "Hello"},
        {"instructions": "Be kind.", "input": [{"role": "user", "content": "Hello"}]},
        {"system_instruction": "Be kind.", "contents": [{"role": "user", "parts": [{"text": "Hello"}]}]},
        LANGCHAIN,
    ],
)
def test_instructions_and_the_first_message_are_the_head(inputs: dict[str, Any]) -> None:
    assert head_of(inputs) == Head("Be kind.", "Hello")


def test_the_head_stays_while_a_conversation_grows() -> None:
    messages = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello"}]
    later = [*messages, {"role": "assistant", "content": "Yes?"}, {"role": "user", "content": "Roses?"}]
    assert head_of({"messages": later}) == head_of({"messages": messages})


@pytest.mark.parametrize("inputs", [{"prompts": ["Hello"]}, {"prompt": "Hello"}, {"q": "Hello", "n": 3}])
def test_a_text_alone_is_the_user_s(inputs: dict[str, Any]) -> None:
    assert head_of(inputs) == Head("", "Hello")


@pytest.mark.parametrize("inputs", [{}, {"messages": [3, None]}, {"a": "x", "b": "y"}, {"messages": "x"}])
def test_what_has_no_head_has_none(inputs: dict[str, Any]) -> None:
    assert head_of(inputs).system == ""


@pytest.mark.parametrize(
    ("tools", "names"),
    [
        (
            [{"type": "function", "function": {"name": "find"}}, {"type": "web_search"}],
            ["find", "web_search"],
        ),
        ([{"name": "find", "input_schema": {}}], ["find"]),
        ([{"functionDeclarations": [{"name": "find"}, {"name": "order"}]}], ["find", "order"]),
        ([{"toolSpec": {"name": "find"}}], ["find"]),
    ],
)
def test_offered_tools_have_their_names_and_sizes(tools: list[Any], names: list[str]) -> None:
    toolset = toolset_of(tools_in({"tools": tools}, None))
    assert [*toolset.sizes] == names
    assert all(toolset.sizes.values())


def test_equal_schemas_are_one_toolset_and_another_order_is_another() -> None:
    one, two = {"name": "find"}, {"name": "order"}
    same = [toolset_of(tools_in({"tools": [one, two]}, None)).id for _ in range(2)]
    assert same[0] == same[1] != toolset_of(tools_in({"tools": [two, one]}, None)).id


@pytest.mark.parametrize(
    "outputs",
    [
        {"choices": [{"message": {"tool_calls": [{"type": "function", "function": {"name": "find"}}]}}]},
        {"content": [{"type": "text", "text": "…"}, {"type": "tool_use", "name": "find", "input": {}}]},
        {"output": [{"type": "function_call", "name": "find", "arguments": "{}"}]},
        {"candidates": [{"content": {"parts": [{"functionCall": {"name": "find"}}]}}]},
        {"output": {"message": {"content": [{"toolUse": {"name": "find"}}]}}},
        {
            "generations": [
                [
                    {
                        "message": {
                            "kwargs": {
                                "content": [{"type": "tool_use", "name": "find"}],
                                "additional_kwargs": {"tool_calls": [{"function": {"name": "find"}}]},
                                "tool_calls": [{"name": "find", "args": {}, "type": "tool_call"}],
                            }
                        }
                    }
                ]
            ]
        },
    ],
)
def test_a_called_tool_is_found_once(outputs: dict[str, Any]) -> None:
    assert tools_called_in(outputs, orjson.dumps(outputs)) == ["find"]


def test_talking_of_a_function_calls_none() -> None:
    outputs = {"choices": [{"message": {"content": "the function of roots"}}]}
    assert tools_called_in(outputs, orjson.dumps(outputs)) == []


@pytest.mark.parametrize(
    ("metadata", "told"),
    [
        ({"prompt_name": "triage", "prompt_version": "3"}, ("triage", "3")),
        ({"lc_hub_repo": "rag", "lc_hub_commit_hash": "abc"}, ("rag", "abc")),
        ({"prompt_version": "3"}, ("", "")),
        ({}, ("", "")),
    ],
)
def test_an_app_may_name_its_prompt(metadata: dict[str, str], told: tuple[str, str]) -> None:
    assert told_prompt(metadata) == told
