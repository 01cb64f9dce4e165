"""What can be read can be written again, and what cannot says so."""

from __future__ import annotations

import json

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


def test_half_a_surrogate_pair_is_replaced() -> None:
    assert json.loads(dump(["\ud800"])) == ["?"]
