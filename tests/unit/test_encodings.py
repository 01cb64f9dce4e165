"""OpenAI's encodings: the counts that OpenAI itself publishes, and which model has which."""

from __future__ import annotations

import pytest

from econome.counting import Tokenizers, counted_usage
from econome.counting.chat import LONGEST_CHAT, estimated_chat, has_media
from econome.counting.encodings import count_with, encoding_of
from econome.counting.usage import counted_embedding
from econome.domain.usage import Usage

pytest.importorskip("quicktok")


@pytest.mark.parametrize(
    ("text", "o200k", "cl100k"),
    [  # the examples of OpenAI's cookbook, "How to count tokens with tiktoken"
        ("antidisestablishmentarianism", 6, 6),
        ("2 + 2 = 4", 7, 7),
        ("お誕生日おめでとう", 8, 9),
        ("tiktoken is great!", 6, 6),
        ("", 0, 0),
    ],
)
def test_a_text_has_as_many_tokens_as_openai_says(text: str, o200k: int, cl100k: int) -> None:
    assert (count_with("o200k_base", text) or (None,))[0] == o200k
    assert (count_with("cl100k_base", text) or (None,))[0] == cl100k


def test_whoever_counted_is_named_with_its_version() -> None:
    counted = count_with("o200k_base", "a")
    assert counted is not None
    assert counted[1].startswith("o200k_base@quicktok-")


@pytest.mark.parametrize(
    ("model", "encoding"),
    [
        ("gpt-4o", "o200k_base"),
        ("gpt-4o-mini-2024-07-18", "o200k_base"),
        ("openai/gpt-4.1", "o200k_base"),
        ("gpt-5.4", "o200k_base"),
        ("o3", "o200k_base"),
        ("o4-mini", "o200k_base"),
        ("ft:gpt-4o:org::id", "o200k_base"),
        ("GPT-4", "cl100k_base"),
        ("gpt-4-turbo", "cl100k_base"),
        ("gpt-3.5-turbo", "cl100k_base"),
        ("gpt-35-turbo", "cl100k_base"),
        ("text-embedding-3-small", "cl100k_base"),
        ("davinci-002", "cl100k_base"),
        ("claude-sonnet-4-5", None),
        ("o365-helper", None),
        ("my-gpt-4o", None),
        ("", None),
    ],
)
def test_each_model_of_openai_s_has_its_encoding(model: str, encoding: str | None) -> None:
    assert encoding_of(model) == encoding


def test_a_chat_is_its_texts_and_what_openai_puts_around_them() -> None:
    inputs = {"messages": [{"role": "user", "content": "2 + 2 = 4"}]}
    outputs = {"choices": [{"message": {"role": "assistant", "content": "tiktoken is great!"}}]}
    found = estimated_chat(Tokenizers(), "gpt-4o", inputs, outputs)
    assert found is not None
    assert found[0] == Usage(uncached=3 + 3 + 1 + 7, text_out=6)


@pytest.mark.parametrize(
    "inputs",
    [
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]},
        {"messages": [{"role": "user", "content": "a"}], "tools": [{"type": "function"}]},
        {"messages": [{"role": "user", "content": "a"}], "system": "Be kind."},
        {"messages": [{"role": "user", "content": "a " * LONGEST_CHAT}]},
        {"messages": []},
        {"prompt": "a"},
        None,
    ],
)
def test_a_prompt_that_is_more_than_text_is_left_to_others(inputs: object) -> None:
    assert estimated_chat(Tokenizers(), "gpt-4o", inputs, None) is None


@pytest.mark.parametrize(
    "message",
    [
        {"content": None, "tool_calls": [{"function": {"name": "find", "arguments": '{"what": "apples"}'}}]},
        {"content": "I look.", "tool_calls": [{"function": {"name": "find", "arguments": '{"n": 1}'}}]},
    ],
)
def test_an_answer_that_calls_tools_is_left_to_others(message: dict[str, object]) -> None:
    assert estimated_chat(Tokenizers(), "gpt-4o", None, {"choices": [{"message": message}]}) is None


def test_several_answers_are_left_to_others() -> None:
    choices = [{"message": {"content": "one"}}, {"message": {"content": "two"}}]
    assert estimated_chat(Tokenizers(), "gpt-4o", None, {"choices": choices}) is None


@pytest.mark.parametrize(
    ("inputs", "tokens"),
    [
        ({"input": "tiktoken is great!"}, 6),
        ({"texts": ["tiktoken is great!", "2 + 2 = 4"]}, 6 + 7),
        ({"text": ""}, 0),
    ],
)
def test_embedded_texts_are_counted(inputs: dict[str, object], tokens: int) -> None:
    counted = counted_embedding(Tokenizers(), "text-embedding-3-small", inputs)
    assert counted is not None
    assert counted[0] == Usage(uncached=tokens, text_out=0)
    assert counted[1].startswith("counted:cl100k_base@quicktok-")


@pytest.mark.parametrize("inputs", [None, {}, {"input": [[1, 2]]}, {"input": ["a", None]}, {"input": []}])
def test_what_is_no_text_is_not_counted_as_embedded(inputs: object) -> None:
    assert counted_embedding(Tokenizers(), "text-embedding-3-small", inputs) is None


def test_a_text_model_of_somebody_else_is_not_counted_with_openai_s_encodings() -> None:
    assert counted_usage(Tokenizers(), "claude-sonnet-4-5", {"prompts": ["a"]}, None) is None


def test_pictures_and_files_are_seen_and_text_is_not_one() -> None:
    picture = {"type": "image_url", "image_url": {"url": "x"}}
    words = {"type": "text", "text": "a"}
    assert has_media({"messages": [{"role": "user", "content": [words, picture]}]})
    assert not has_media({"messages": [{"role": "user", "content": [words]}]})
    assert not has_media(None)


@pytest.mark.parametrize("kind", [[], {}, 5, None])
def test_a_part_of_no_known_kind_stops_no_estimate(kind: object) -> None:
    inputs = {"messages": [{"role": "user", "content": [{"type": kind, "text": "Beans?"}]}]}
    assert not has_media(inputs)
    assert estimated_chat(Tokenizers(), "gpt-4o", inputs, None) is None
