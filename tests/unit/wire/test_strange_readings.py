"""What a dialect tells may be of a shape that nobody thought of: neither span nor neighbour is lost by it."""

from __future__ import annotations

import json

import pytest

from econome.wire.conventions import MOST_TOKENS, Contradiction, anthropic_messages
from econome.wire.dialects import Dialect, Told
from econome.wire.dialects.values import python_literal
from econome.wire.otlp import json_form, pieces
from econome.wire.otlp.span import Source, Span


def test_a_span_whose_reading_makes_no_run_is_kept_as_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    strange = Dialect("strange", lambda _: True, lambda span: Told(inputs={(1, 2): span}))
    monkeypatch.setattr(pieces, "dialect_of", lambda _: strange)
    span = Span(b"t" * 16, b"s" * 8, b"", "chat", 0, None, None, {"a": 1}, Source({}, "x"))
    (piece,) = pieces.delivery_of([span]).pieces
    assert piece.notes == ("it could not be read as strange, and was kept as sent",)
    assert json.loads(piece.payload.extra)["otel"]["attributes"] == {"a": 1}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("{'a': (1, None), b'b': {2}}", {"a": [1, None], "b'b'": [2]}),
        ("{(1, 2): 1j, 'raw': b'\\xff', 'more': ...}", {"(1, 2)": "1j", "raw": "\ufffd", "more": "Ellipsis"}),
        ("{'a'", "{'a'"),
    ],
)
def test_pythons_spelling_becomes_what_json_can_say(said: str, meant: object) -> None:
    assert python_literal(said) == meant
    json.dumps(python_literal(said))


def test_what_summing_up_took_is_not_beyond_all_measure_either() -> None:
    request = {"type": "compaction", "input_tokens": MOST_TOKENS, "output_tokens": 1}
    with pytest.raises(Contradiction, match="beyond all measure"):
        anthropic_messages.read({"input_tokens": 1, "output_tokens": 1, "iterations": [request, request]})


@pytest.mark.parametrize(
    ("said", "meant"),
    [("12", 12), (12, 12), ("abc", "abc"), ("12.5", "12.5"), (None, None), ([], "[]"), (2**70, str(2**70))],
)
def test_a_whole_number_that_is_none_is_not_zero(said: object, meant: object) -> None:
    assert json_form.value_of({"intValue": said}) == meant
