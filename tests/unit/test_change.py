"""Why a cost changed: the parts by hand, and the law that they add up."""

from __future__ import annotations

from decimal import Context, Decimal

from hypothesis import given
from hypothesis import strategies as st

from econome.analytics.change import Cause, ModelUse, causes_of


def use(model: str, calls: int, tokens: int, cost: str) -> ModelUse:
    return ModelUse("acme", model, calls, tokens, Decimal(cost))


def test_more_calls_of_the_same_kind_change_only_their_number() -> None:
    found = causes_of([use("m", 10, 1_000, "2")], [use("m", 30, 3_000, "6")], Decimal(2), Decimal(6))
    assert found is not None
    assert found[Cause.CALLS] == Decimal(2) * 30 / 10 - 2
    assert {amount for cause, amount in found.items() if cause is not Cause.CALLS} == {Decimal(0)}


def test_longer_calls_and_a_dearer_model_are_told_apart() -> None:
    """Ten calls of 100 tokens at 0.002; then ten of 150, a third of them by a model at 0.01."""
    before = [use("small", 10, 1_000, "2")]
    after = [use("small", 7, 1_000, "2"), use("large", 3, 500, "5")]
    found = causes_of(before, after, Decimal(2), Decimal(7))
    assert found is not None
    assert found[Cause.CALLS] == 0
    assert found[Cause.TOKENS_PER_CALL] == Decimal(2) * 1_500 / 1_000 - 2
    assert found[Cause.MODELS] == Decimal(2) + Decimal(5) - Decimal(3)
    assert found[Cause.PRICE] == 0


def test_a_price_that_rises_changes_only_the_price() -> None:
    found = causes_of([use("m", 4, 100, "1")], [use("m", 4, 100, "1.5")], Decimal(1), Decimal("1.5"))
    assert found is not None
    assert found[Cause.PRICE] == Decimal("0.5")


def test_what_costs_something_and_tells_no_tokens_stands_apart() -> None:
    found = causes_of([use("m", 1, 10, "1")], [use("m", 1, 10, "1")], Decimal(1), Decimal("1.25"))
    assert found is not None
    assert found[Cause.OTHER] == Decimal("0.25")


def test_without_tokens_on_a_side_nothing_is_said() -> None:
    assert causes_of([], [use("m", 1, 10, "1")], Decimal(1), Decimal(1)) is None
    assert causes_of([use("m", 1, 0, "0")], [use("m", 1, 10, "1")], Decimal(0), Decimal(1)) is None


uses = st.lists(
    st.builds(
        ModelUse,
        st.sampled_from(["acme", "other"]),
        st.sampled_from(["small", "large", "huge"]),
        st.integers(1, 1_000),
        st.integers(1, 10**9),
        st.decimals(min_value=0, max_value=10**6, places=18),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda of: (of.provider, of.model),
)


@given(uses, uses, st.decimals(min_value=0, max_value=10, places=18))
def test_the_parts_add_up_exactly(a: list[ModelUse], b: list[ModelUse], beside: Decimal) -> None:
    exact = Context(prec=100)
    whole_a, whole_b = beside, Decimal(0)
    for one in a:
        whole_a = exact.add(whole_a, one.cost)
    for one in b:
        whole_b = exact.add(whole_b, one.cost)
    found = causes_of(a, b, whole_a, whole_b)
    assert found is not None
    assert list(found) == list(Cause)
    whole = Decimal(0)
    for amount in found.values():
        whole = exact.add(whole, amount)
    assert whole == exact.subtract(whole_b, whole_a)
