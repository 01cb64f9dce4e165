"""Differences that are planted are named, and what agrees is left alone."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from econome.domain.usage import Bucket
from econome.reconcile.compare import compare
from econome.reconcile.rows import Ours, Row
from econome.reconcile.statement import Line

DAY = date(2026, 10, 1)


def line(amount: int, *, day: date = DAY, model: str = "gpt-4o", tier: str = "") -> Line:
    return Line(day, "openai", model, tier, "uncached", Decimal(amount), (Bucket.UNCACHED,))


def ours(tokens: int, *, day: date = DAY, model: str = "gpt-4o", estimated: int = 0) -> Ours:
    return Ours(day, "openai", model, 3, {Bucket.UNCACHED: tokens}, estimated=estimated)


def rows(lines: list[Line], ledger: list[Ours]) -> list[Row]:
    return compare(lines, ledger, lambda _, model: model.removesuffix("-2024-08-06"))


def kinds(row: Row) -> set[str]:
    return {reason.kind for reason in row.reasons}


@given(st.dictionaries(st.sampled_from(list(Bucket)), st.integers(0, 10**15), min_size=1))
def test_a_statement_of_our_own_ledger_has_no_difference(tokens: dict[Bucket, int]) -> None:
    lines = [Line(DAY, "p", "m", "", one.value, Decimal(n), (one,)) for one, n in tokens.items()]
    assert all(
        row.difference == 0 and not row.reasons for row in rows(lines, [Ours(DAY, "p", "m", 1, tokens)])
    )


def test_a_run_that_never_came_is_missing() -> None:
    (row,) = rows([line(100)], [ours(60)])
    assert (row.difference, kinds(row)) == (Decimal(-40), {"missing runs"})
    (row,) = rows([line(100)], [])
    assert (row.ours, row.difference, kinds(row)) == (None, Decimal(-100), {"missing runs"})


def test_estimated_usage_is_named_with_its_calls() -> None:
    (row,) = rows([line(100)], [ours(60, estimated=2)])
    assert kinds(row) == {"estimated usage"}
    assert row.reasons[0].detail.startswith("2 calls")


def test_a_dated_name_is_compared_with_the_model_of_its_price_unless_the_name_itself_is_there() -> None:
    (row,) = rows([line(100, model="gpt-4o-2024-08-06")], [ours(100)])
    assert row.difference == 0
    both = rows([line(100, model="gpt-4o-2024-08-06"), line(7)], [ours(7)])
    assert [row.difference for row in both] == [0, -100]


def test_what_moved_to_the_next_day_is_a_day_boundary() -> None:
    tomorrow = DAY + timedelta(1)
    first, second = rows([line(100), line(50, day=tomorrow)], [ours(90), ours(60, day=tomorrow)])
    assert "day boundary" in kinds(first)
    assert "day boundary" in kinds(second)


def test_tiers_and_lines_of_another_detail_are_summed_once() -> None:
    broad = Line(DAY, "openai", "gpt-4o", "", "input", Decimal(5), (Bucket.UNCACHED, Bucket.AUDIO_IN))
    (row,) = rows([line(100), line(20, tier="batch"), broad], [ours(125)])
    assert (row.theirs, row.difference) == (Decimal(125), Decimal(0))


def test_what_the_export_does_not_have_is_told() -> None:
    (row,) = rows([], [ours(9)])
    assert (row.theirs, row.difference, kinds(row)) == (None, Decimal(9), {"not in the export"})
