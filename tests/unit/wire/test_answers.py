"""The id and the length of an answer, wherever a client puts them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from econome.domain.piece import Piece
from econome.domain.run import Op
from econome.wire.answers import characters_of, response_id_of
from econome.wire.calls import describe_call

ID = "chatcmpl-9Xn2LQk3vYc7"
RUN = UUID("019cfbd1-3c00-7000-8000-000000000001")


def of_message(message: dict[str, Any]) -> dict[str, Any]:
    return {"generations": [[{"text": "", "message": {"lc": 1, "id": ["langchain"], "kwargs": message}}]]}


@pytest.mark.parametrize(
    "outputs",
    [
        {"id": ID, "object": "chat.completion", "choices": []},
        {"output": {"id": ID, "choices": []}},
        {"responseId": ID, "candidates": []},
        {"response_id": ID, "usage_metadata": {}},
        {"response": {"id": ID}},
        {"llm_output": {"id": ID}, "generations": [[{"text": "Because."}]]},
        {"messages": [{"role": "user"}, {"role": "assistant", "response_metadata": {"id": ID}}]},
        of_message({"id": "run--019cfbd1-3c00-7000", "response_metadata": {"id": ID}}),
        of_message({"id": ID}),
    ],
)
def test_the_id_that_the_provider_gave_is_found(outputs: dict[str, Any]) -> None:
    assert response_id_of(outputs) == ID


@pytest.mark.parametrize(
    "outputs",
    [
        {"id": "chatcmpl-123", "choices": []},
        {"id": "x" * 201, "choices": []},
        {"id": 12345678901234567890, "choices": []},
        {"id": str(RUN), "choices": []},
        {"id": "conversation-of-monday", "answer": "an app's own id, and no sign of a provider"},
        of_message({"id": "run-019cfbd1-3c00-7000-8000-000000000001"}),
        of_message({"id": "lc_run--019cfbd1-3c00-7000-8000-000000000001"}),
        {"generations": [[{"message": {"id": ID}}], [{"message": {"id": ID}}]]},
        {},
    ],
)
def test_what_does_not_identify_the_answer_is_no_id_of_it(outputs: dict[str, Any]) -> None:
    assert response_id_of(outputs, str(RUN)) == ""


@pytest.mark.parametrize(
    ("outputs", "characters"),
    [
        ({"choices": [{"message": {"role": "assistant", "content": "four"}}]}, 4),
        ({"choices": [{"text": "four"}, {"text": "4"}]}, 5),
        ({"generations": [[{"text": "four", "message": {"kwargs": {"content": "four"}}}]]}, 4),
        ({"generations": [[{"text": "four"}], [{"text": "five!"}]]}, 9),
        ({"content": [{"type": "thinking", "thinking": "2+2"}, {"type": "text", "text": "four"}]}, 7),
        ({"candidates": [{"content": {"role": "model", "parts": [{"text": "four"}]}}]}, 4),
        ({"output": {"message": {"role": "assistant", "content": [{"text": "four"}]}}}, 4),
        ({"output": [{"type": "message", "status": "completed", "content": [{"text": "four"}]}]}, 4),
        ({"output": "four"}, 4),
        ({"message": {"role": "assistant", "content": "four"}, "eval_count": 1}, 4),
        ({"messages": [{"content": "two and two?"}, {"content": "four"}]}, 4),
        (
            {
                "choices": [
                    {"message": {"tool_calls": [{"function": {"name": "add", "arguments": '{"a":2}'}}]}}
                ]
            },
            7,
        ),
        ({"content": [{"type": "tool_use", "name": "add", "input": {"a": "2"}}]}, 2),
        ({"content": [{"type": "image", "source": {"data": "aGVsbG8="}}]}, 0),
        ({"usage": {"prompt_tokens": 3}}, 0),
    ],
)
def test_the_length_of_an_answer_is_that_of_its_texts(outputs: dict[str, Any], characters: int) -> None:
    assert characters_of(outputs) == characters


def test_a_call_tells_both_and_a_piece_without_an_answer_neither() -> None:
    asked, answered = Piece(RUN, Op.POST, None), Piece(RUN, Op.PATCH, None)
    describe_call(asked, {"messages": []}, None, {})
    describe_call(answered, None, {"id": ID, "choices": [{"message": {"content": "four"}}]}, {})
    assert not {"response_id", "chars_answer"} & set(asked.fields)
    assert (answered.fields["response_id"], answered.fields["chars_answer"]) == (ID, 4)


def test_texts_are_kept_to_be_counted_where_the_usage_contradicts_itself() -> None:
    piece = Piece(RUN, Op.PATCH, None)
    outputs = {"content": "Because.", "usage": {"prompt_tokens": -1, "completion_tokens": 2}}
    describe_call(piece, None, outputs, {})
    assert piece.outputs == outputs


junk = st.recursive(
    st.none() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "message", "kwargs", "content", "text", "args", "response_metadata"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.sampled_from(["id", "generations", "choices", "output", "message", "messages", "response"]), junk
    )
)
def test_whatever_an_answer_holds_nothing_raises(outputs: dict[str, Any]) -> None:
    assert len(response_id_of(outputs)) in {0, *range(16, 201)}
    assert characters_of(outputs) >= 0
