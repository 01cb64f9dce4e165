"""What LangSmith's protocol brings stays small enough to be held in memory."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from econome.domain.piece import Piece
from econome.domain.run import Op
from econome.wire.protocols.langsmith import decode_run

RUN_ID = "019d0118-f600-7000-8000-000000000001"
USAGE = {"input_tokens": 1, "output_tokens": 1}


def piece_of(**fields: Any) -> Piece:
    (piece,) = decode_run(orjson.dumps({"id": RUN_ID, **fields}), Op.POST).pieces
    return piece


def test_metadata_and_tags_of_a_usual_size_are_kept_whole() -> None:
    metadata = {"a": "x" * 4_000, "b": [1, {"c": None}], "d": None, **{str(key): "v" for key in range(198)}}
    piece = piece_of(extra={"metadata": metadata}, tags=["t" * 500] * 200)
    assert piece.metadata["a"] == metadata["a"]
    assert piece.metadata["b"] == '[1,{"c":null}]'
    assert len(piece.metadata) == 200
    assert piece.fields["tags"] == ["t" * 500] * 200
    assert piece.notes == ()


@pytest.mark.parametrize(
    "metadata",
    [
        {"long": "x" * 4_001},
        {"long": ["x" * 4_000]},
        {"k" * 501: "x"},
        {str(key): "x" for key in range(201)},
    ],
)
def test_metadata_is_cut_for_filtering_and_kept_whole_in_the_payload(metadata: dict[str, Any]) -> None:
    piece = piece_of(extra={"metadata": metadata})
    assert len(piece.metadata) <= 200
    assert all(len(value) <= 4_000 for value in piece.metadata.values())
    assert piece.notes == ("metadata was cut for filtering",)
    assert orjson.loads(piece.payload.extra)["metadata"] == metadata


@pytest.mark.parametrize("tags", [["t" * 501], ["t"] * 201])
def test_tags_are_cut_for_filtering(tags: list[str]) -> None:
    piece = piece_of(tags=tags)
    assert piece.fields["tags"] == [tag[:500] for tag in tags[:200]]
    assert piece.notes == ("tags were cut for filtering",)


@pytest.mark.parametrize("kind", ["llm", None])
def test_texts_are_kept_parsed_where_tokens_may_be_counted(kind: str | None) -> None:
    piece = piece_of(run_type=kind, inputs={"q": "?"}, outputs={"a": "!"})
    assert (piece.inputs, piece.outputs) == ({"q": "?"}, {"a": "!"})


def test_of_an_embedding_only_the_texts_are_kept_parsed_not_the_vectors() -> None:
    piece = piece_of(run_type="embedding", inputs={"input": "?"}, outputs={"data": [[0.1, 0.2]]})
    assert (piece.inputs, piece.outputs) == ({"input": "?"}, None)


@pytest.mark.parametrize("kind", ["chain", "tool"])
def test_texts_of_what_is_not_counted_are_not_kept_parsed(kind: str) -> None:
    piece = piece_of(run_type=kind, inputs={"q": "?"}, outputs={"a": "!"})
    assert (piece.inputs, piece.outputs) == (None, None)


def test_texts_are_not_kept_parsed_where_usage_is_reported() -> None:
    piece = piece_of(run_type="llm", inputs={"q": "?"}, outputs={"a": "!", "usage_metadata": USAGE})
    assert piece.reading is not None
    assert (piece.inputs, piece.outputs) == (None, None)


def test_large_texts_are_not_kept_parsed() -> None:
    large: dict[str, Any] = {"many": [[]] * 700_000}
    piece = piece_of(run_type="llm", inputs=large, outputs={"a": "!"})
    assert piece.inputs is None
    assert piece.outputs == {"a": "!"}
    assert orjson.loads(piece.payload.inputs) == large
