"""The change of an amount, divided into causes: by arithmetic, and by laws."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from econome.analytics.movement import STEPS, Cause, NotComparable, Side, leading, parts

CENT = Decimal("0.01")
FINEST = Decimal(1).scaleb(-18)


def a_side(calls: int, tokens: tuple[int, int], rates: tuple[str, str], **more: object) -> Side:
    """Calls of a model, all known: tokens a call, and what a token costs."""
    given_, generated = (calls * each for each in tokens)
    of_input, of_output = given_ * Decimal(rates[0]), generated * Decimal(rates[1])
    facts: dict[str, object] = {
        "calls": calls,
        "known": calls,
        "amount": of_input + of_output,
        "of_input": of_input,
        "of_output": of_output,
        "input": given_,
        "output": generated,
    }
    return Side(**{**facts, **more})  # type: ignore[arg-type]


BEFORE = {"m": a_side(10, (100, 20), ("0.01", "0.03"))}


def test_twice_the_calls_are_volume_and_nothing_else() -> None:
    now = {"m": a_side(20, (100, 20), ("0.01", "0.03"))}
    assert parts(BEFORE, now, CENT) == {Cause.VOLUME: 10 * (100 * Decimal("0.01") + 20 * Decimal("0.03"))}


def test_longer_prompts_and_longer_answers_stand_apart() -> None:
    now = {"m": a_side(10, (150, 30), ("0.01", "0.03"))}
    assert parts(BEFORE, now, CENT) == {
        Cause.PROMPTS: 10 * 50 * Decimal("0.01"),
        Cause.ANSWERS: 10 * 10 * Decimal("0.03"),
    }


def test_a_dearer_token_is_the_price() -> None:
    now = {"m": a_side(10, (100, 20), ("0.02", "0.03"))}
    assert parts(BEFORE, now, CENT) == {Cause.PRICE: 10 * 100 * Decimal("0.01")}


def test_what_volume_and_length_do_together_goes_to_the_length() -> None:
    now = {"m": a_side(20, (150, 20), ("0.01", "0.03"))}
    assert parts(BEFORE, now, CENT) == {
        Cause.VOLUME: 10 * (100 * Decimal("0.01") + 20 * Decimal("0.03")),
        Cause.PROMPTS: 20 * 50 * Decimal("0.01"),
    }


def test_calls_that_move_to_a_cheaper_model_are_the_models_doing() -> None:
    now = {
        "m": a_side(5, (100, 20), ("0.01", "0.03")),
        "cheap": a_side(5, (100, 20), ("0.001", "0.003")),
    }
    assert parts(BEFORE, now, CENT) == {Cause.MODELS: 5 * (100 * Decimal("-0.009") + 20 * Decimal("-0.027"))}


def test_a_better_use_of_the_cache_is_told_apart_from_the_price() -> None:
    """Read tokens cost a tenth: nine tenths read from the cache make an input token cost 0.19 of one."""
    before = {"m": a_side(10, (100, 0), ("0.01", "0"), weight=Decimal(1))}
    now = {"m": a_side(10, (100, 0), ("0.0019", "0"), weight=Decimal("0.19"))}
    assert parts(before, now, CENT) == {Cause.CACHE: 10 * 100 * (Decimal("0.0019") - Decimal("0.01"))}
    dearer = {"m": a_side(10, (100, 0), ("0.0038", "0"), weight=Decimal("0.19"))}
    assert parts(before, dearer, CENT) == {
        Cause.CACHE: 10 * 100 * (Decimal("0.0019") - Decimal("0.01")),
        Cause.PRICE: 10 * 100 * Decimal("0.0019"),
    }


def test_calls_that_got_a_price_are_coverage_not_volume() -> None:
    before = {"m": replace(a_side(10, (100, 20), ("0.01", "0.03")), calls=20)}
    now = {"m": a_side(20, (100, 20), ("0.01", "0.03"))}
    assert parts(before, now, CENT) == {Cause.COVERAGE: 10 * (100 * Decimal("0.01") + 20 * Decimal("0.03"))}


def test_what_is_paid_beside_tokens_is_a_fee() -> None:
    before = {"m": Side(calls=2, known=2, amount=Decimal(2))}
    now = {"m": Side(calls=2, known=2, amount=Decimal(5))}
    assert parts(before, now, CENT) == {Cause.FEES: Decimal(3)}


def test_new_and_gone_are_whole() -> None:
    assert parts({}, BEFORE, CENT) == {Cause.NEW: Decimal(16)}
    assert parts(BEFORE, {}, CENT) == {Cause.GONE: Decimal(-16)}
    assert parts({}, {}, CENT) == {}


@pytest.mark.parametrize("unpriced_before", [True, False])
def test_calls_without_any_known_amount_are_compared_with_nothing(unpriced_before: bool) -> None:
    unpriced = {"m": Side(calls=3)}
    with pytest.raises(NotComparable):
        parts(*((unpriced, BEFORE) if unpriced_before else (BEFORE, unpriced)), CENT)


def test_the_leading_cause_pulls_the_way_the_amount_went() -> None:
    assert leading({Cause.VOLUME: Decimal(-9), Cause.PROMPTS: Decimal(7), Cause.PRICE: Decimal(5)}) is (
        Cause.PROMPTS
    )
    assert leading({Cause.VOLUME: Decimal(-7), Cause.PROMPTS: Decimal(7)}) is None
    assert leading({}) is None


AMOUNTS = st.decimals(0, 10**9, places=18)
COUNTS = st.integers(0, 10**9)


@st.composite
def sides(draw: st.DrawFn) -> Side:
    known = draw(st.integers(0, 10**6))
    if not known:
        return Side(calls=draw(st.integers(0, 10**6)))
    of_input, of_output, beside = draw(AMOUNTS), draw(AMOUNTS), draw(AMOUNTS)
    return Side(
        calls=known + draw(st.integers(0, 10**6)),
        known=known,
        amount=of_input + of_output + beside,
        of_input=of_input,
        of_output=of_output,
        input=draw(COUNTS),
        output=draw(COUNTS),
        weight=draw(st.none() | st.decimals(0, 2, places=6)),
    )


SPANS = st.dictionaries(st.sampled_from("abcd"), sides(), max_size=4)


@given(SPANS, SPANS)
def test_the_parts_add_up_to_the_change_exactly(before: dict[str, Side], now: dict[str, Side]) -> None:
    try:
        found = parts(before, now, FINEST)
    except NotComparable:
        return
    with localcontext(prec=120):
        change = sum(side.amount for side in now.values()) - sum(side.amount for side in before.values())
        assert sum(found.values()) == change
    assert all(found.values())
    assert set(found) <= {*STEPS} or set(found) <= {Cause.NEW, Cause.GONE}
    assert (leading(found) is None) == (change == 0)


@given(SPANS)
def test_a_span_compared_with_itself_has_no_causes(span: dict[str, Side]) -> None:
    try:
        assert parts(span, span, FINEST) == {}
    except NotComparable:
        return
