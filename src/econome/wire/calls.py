"""What a piece of a model call tells beyond what every run has: model, usage, prompt."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from econome.domain.piece import Piece
from econome.domain.run import CALLS, Kind
from econome.domain.usage import UsageSource
from econome.wire.answers import characters_of, response_id_of
from econome.wire.heads import describe_head, tools_called_in
from econome.wire.model import read_model, read_parameters
from econome.wire.segments import segments_of
from econome.wire.usage import read_usage

_MOST_BYTES_TO_COUNT = 2_000_000
"""What is longer is no prompt that a tokenizer here could count in time; and parsed, it takes
up to thirty times its size, until it is stored."""


def describe_call(piece: Piece, inputs: Any, outputs: Any, extra: Mapping[str, Any]) -> None:
    """Adds to `piece` the columns of a call that its texts tell.

    A piece that does not say its kind is read as a call; folding drops what a chain has no
    right to.
    """
    given = piece.fields
    answer = outputs if isinstance(outputs, dict) else None
    asked = inputs if isinstance(inputs, dict) else None
    names = read_model(answer, extra)
    parameters = read_parameters(asked, extra)
    for column, value in (
        ("model_asked", names.asked),
        ("model_answered", names.answered),
        ("provider", names.provider),
        ("service_tier", names.service_tier),
    ):
        if value:
            given[column] = value
    for column, parameter in (
        ("temperature", parameters.temperature),
        ("top_p", parameters.top_p),
        ("max_tokens", parameters.max_tokens),
        ("streamed", parameters.streamed),
    ):
        if parameter is not None:
            given[column] = parameter
    if inputs is not None:
        tools = describe_head(piece, asked, extra)
        for segment, characters in segments_of(asked, extra, tools).items():
            given[f"chars_{segment}"] = characters
        given["prompt_hash"] = digest_of(piece.payload.inputs)
    if outputs is not None:
        given["answer_hash"] = digest_of(piece.payload.outputs)
        given["tools_called"] = tools_called_in(outputs, piece.payload.outputs)
    if answer is not None:
        _describe_answer(piece, answer)
    kind = given.get("kind") or Kind.LLM
    piece.reading = read_usage(kind, answer, extra)
    keep_to_count(piece, kind, inputs, outputs)


def keep_to_count(piece: Piece, kind: str, inputs: Any, outputs: Any) -> None:
    """Keeps what is needed to count the tokens of a call that does not tell them."""
    is_told = piece.reading is not None and piece.reading.source is not UsageSource.UNKNOWN
    if is_told or kind not in CALLS:
        return
    piece.inputs = _if_short(inputs, piece.payload.inputs)
    if kind == Kind.LLM:  # an embedding's answer is numbers, and large
        piece.outputs = _if_short(outputs, piece.payload.outputs)


def _describe_answer(piece: Piece, answer: Mapping[str, Any]) -> None:
    piece.fields["chars_answer"] = characters_of(answer)
    response_id = response_id_of(answer, str(piece.id))
    if not response_id and "generations" in answer:
        # LangChain calls an answer by its run where the provider gave no id; its spans say so too.
        response_id = str(piece.id)
    if response_id:
        piece.fields["response_id"] = response_id


def _if_short(value: Any, text: bytes) -> Any:
    return value if len(text) <= _MOST_BYTES_TO_COUNT else None


def digest_of(text: bytes) -> int:
    """By which equal texts are found: eight bytes of a hash, as a number."""
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest())
