"""What can be read can be written again, and what cannot says so."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from econome.wire.json_text import TOO_DEEP, dump, parse


@pytest.mark.parametrize("levels", [1, 253, 254, 255, 300, 800])
def test_what_is_nested_deep_is_written_as_it_was_read(levels: int) -> None:
    text = b'{"a":' * levels + b"{}" + b"}" * levels
    value, _, mended = parse(text)
    assert not mended
    assert dump(value) == text


def test_what_is_nested_too_deep_says_so() -> None:
    value: list[object] = []
    for _ in range(5_000):
        value = [value]
    assert json.loads(dump(value)) == TOO_DEEP


def test_ids_and_times_beside_what_is_nested_deep_are_written_as_ever() -> None:
    beside = {"id": UUID(int=1), "at": datetime(2026, 3, 18, 12, 0, 0, 5, tzinfo=UTC)}
    deep, _, _ = parse(b"[" * 300 + b"]" * 300)
    assert json.loads(dump({**beside, "deep": deep})) == {**json.loads(dump(beside)), "deep": deep}


def test_what_json_does_not_know_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError):
        dump({"a": object()})


def test_half_a_surrogate_pair_is_replaced() -> None:
    assert json.loads(dump(["\ud800"])) == ["?"]
