"""How the two pieces of a payload fold."""

from __future__ import annotations

import pytest

from econome.analytics.payloads import Payload, PayloadPiece, fold, read_json


def test_nothing_folds_to_nothing() -> None:
    assert fold([]) == Payload()


@pytest.mark.parametrize("reverse", [False, True])
def test_what_the_patch_gives_beats_the_post_whichever_comes_first(reverse: bool) -> None:
    pieces = [
        PayloadPiece("post", inputs='{"q":1}', outputs='{"a":1}', error="early", events='[{"n":1}]'),
        PayloadPiece("patch", outputs='{"a":2}', error="late", events='[{"n":2}]'),
    ]
    payload = fold(pieces[::-1] if reverse else pieces)
    assert payload.inputs == {"q": 1}
    assert payload.outputs == {"a": 2}
    assert payload.error == "late"
    assert payload.events == [{"n": 2}]


def test_the_halves_of_extra_are_united_to_any_depth() -> None:
    payload = fold(
        [
            PayloadPiece("post", extra='{"metadata":{"a":1,"b":{"x":1}},"runtime":{"sdk":"s"}}'),
            PayloadPiece("patch", extra='{"metadata":{"b":{"y":2},"c":3},"runtime":null}'),
        ]
    )
    assert payload.extra == {"metadata": {"a": 1, "b": {"x": 1, "y": 2}, "c": 3}, "runtime": {"sdk": "s"}}


def test_a_patch_alone_is_a_payload() -> None:
    assert fold([PayloadPiece("patch", inputs="[1]")]).inputs == [1]


def test_given_nothing_on_purpose_is_something() -> None:
    assert fold([PayloadPiece("post", inputs="{}", outputs="null")]) == Payload(inputs={}, outputs=None)


@pytest.mark.parametrize("text", ["{", "NaN", '"\\ud800"', "[" * 5000])
def test_what_is_no_json_is_shown_as_it_stands(text: str) -> None:
    assert read_json(text) == text


def test_events_and_extra_of_the_wrong_shape_are_left_out() -> None:
    payload = fold([PayloadPiece("post", events='{"a":1}', extra="[1]")])
    assert (payload.events, payload.extra) == ([], {})
