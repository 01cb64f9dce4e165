from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from econome.domain.money import PLACES, line_cost, read_money, rounded, text_of, total_of

amounts = st.decimals(min_value=0, max_value=10**6, places=PLACES)
rates = st.decimals(min_value=0, max_value=10**4, places=12)
counts = st.integers(min_value=0, max_value=10**12)


def test_a_line_is_tokens_times_rate_per_million() -> None:
    assert line_cost(1_189, Decimal("2.50")) == 1_189 * Decimal("2.50") / 1_000_000


def test_a_line_is_rounded_once_to_eighteen_decimals_half_to_even() -> None:
    half = Decimal("0.000000000001") / 2  # a token at this rate costs half of the last decimal
    assert line_cost(1, half) == 0
    assert line_cost(3, half) == Decimal("0.000000000000000002")
    assert line_cost(5, half) == Decimal("0.000000000000000002")


@given(tokens=counts, rate=rates)
def test_rates_with_twelve_decimals_make_exact_lines(tokens: int, rate: Decimal) -> None:
    million = 10**6 * 10**12
    assert int(line_cost(tokens, rate).scaleb(PLACES)) * million == tokens * int(rate.scaleb(12)) * 10**PLACES


@given(st.lists(amounts, max_size=5))
def test_a_sum_is_exact_whatever_its_size(parts: list[Decimal]) -> None:
    assert int(total_of(parts).scaleb(PLACES)) == sum(int(part.scaleb(PLACES)) for part in parts)


def test_a_sum_keeps_more_digits_than_python_does_by_default() -> None:
    large, small = Decimal(10**12), Decimal("0.000000000000000001")
    assert text_of(total_of([large, small])) == "1000000000000.000000000000000001"


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Decimal(0), "0"),
        (Decimal("0E-18"), "0"),
        (Decimal("-0.0"), "0"),
        (Decimal("1E-18"), "0.000000000000000001"),
        (Decimal("1E+3"), "1000"),
        (Decimal("2.500000"), "2.5"),
        (Decimal("-1.20"), "-1.2"),
        (Decimal(100), "100"),
    ],
)
def test_money_is_written_without_exponent_and_without_trailing_zeros(amount: Decimal, text: str) -> None:
    assert text_of(amount) == text


@given(amounts)
def test_a_written_amount_reads_as_itself(amount: Decimal) -> None:
    assert Decimal(text_of(amount)) == amount


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        (0.1, Decimal("0.1")),
        (1e-06, Decimal("0.000001")),
        ("0.0000025", Decimal("0.0000025")),
        (3, Decimal(3)),
        (-1, Decimal(-1)),
        ("1e-20", Decimal(0)),
    ],
)
def test_a_strangers_amount_is_read_as_it_is_written(value: object, amount: Decimal) -> None:
    assert read_money(value) == amount


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        math.nan,
        math.inf,
        "NaN",
        "sNaN",
        "-Infinity",
        "",
        "two",
        [],
        {},
        10**20,
        "1e400",
        1e300,
        pytest.param(10**5000, id="huge"),
        "1" * 100,
        "1_0",
        "\u0661",
        " 1",
        "1\n",
    ],
)
def test_what_is_no_amount_of_money_is_refused(value: object) -> None:
    assert read_money(value) is None


def test_rounding_leaves_what_fits_alone() -> None:
    assert rounded(Decimal("0.1")) == Decimal("0.1")
    assert rounded(Decimal("1E-30")) == 0
