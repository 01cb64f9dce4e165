"""What texts of one template have in common is found, and every one of them still fits it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from econome.domain.skeleton import MOST_SLOTS, Skeleton, general, skeleton_of

WORDS = st.sampled_from(("rose", "tulip", "water", "shade", "in 3 days", "\n", "- ", "Ünïcode", "x"))
TEXTS = st.lists(WORDS, max_size=40).map(" ".join)


def test_what_differs_is_a_slot() -> None:
    found = general(
        skeleton_of("Summarise in one line:\nRoses like sun."), "Summarise in one line:\nIvy climbs."
    )
    assert found.literals == ("Summarise in one line:\n", ".")


def test_a_slot_holds_whole_words() -> None:
    found = general(
        skeleton_of("You help a customer called Ada to choose."),
        "You help a customer called Adele to choose.",
    )
    assert found.literals == ("You help a customer called ", " to choose.")


@pytest.mark.parametrize(
    "text",
    [
        "Today is 2026-11-24 10:32, be kind.",
        "Order 8123456 is late.",
        "Of ada@example.org, write kindly.",
        "The run 019d0118-f600-7000-8000-000000000001 failed.",
    ],
)
def test_dates_and_ids_are_slots_at_first_sight(text: str) -> None:
    assert not skeleton_of(text).is_constant


def test_a_limit_is_wording() -> None:
    assert skeleton_of("Answer in at most 50 words, in 3 points.").is_constant


@pytest.mark.parametrize(
    ("text", "fits"),
    [("a one b two c", True), ("a b c", False), ("a  b  c", True), ("x a 1 b 2 c", False), ("", False)],
)
def test_wording_must_be_there_in_order_from_beginning_to_end(text: str, fits: bool) -> None:
    assert Skeleton(("a ", " b ", " c")).fits(text) is fits


def test_the_end_is_not_found_within_the_beginning() -> None:
    assert not Skeleton(("ab", "ba")).fits("aba")
    assert Skeleton(("ab", "ba")).fits("abba")


@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_every_text_fits_what_was_learned_from_all(texts: list[str]) -> None:
    skeleton = skeleton_of(texts[0])
    for text in texts:
        wording = skeleton.size
        skeleton = general(skeleton, text)
        assert skeleton.size <= wording, "wording only ever goes"
    assert all(skeleton.fits(text) for text in texts)
    assert len(skeleton.literals) <= max(MOST_SLOTS + 1, len(skeleton_of(texts[0]).literals))


@given(TEXTS)
def test_a_text_fits_its_own_skeleton_and_teaches_it_nothing(text: str) -> None:
    skeleton = skeleton_of(text)
    assert skeleton.fits(text)
    assert general(skeleton, text) is skeleton


@given(TEXTS, TEXTS, TEXTS)
def test_learning_twice_changes_nothing(one: str, two: str, three: str) -> None:
    learned = general(general(skeleton_of(one), two), three)
    assert general(general(learned, two), three) == learned


def test_very_long_texts_are_compared_by_lines() -> None:
    lines = "".join(f"line {number} of the handbook says much\n" for number in range(2_000))
    found = general(skeleton_of("Handbook A\n" + lines + "ask one"), "Handbook B\n" + lines + "ask two")
    assert found.literals == ("Handbook ", lines, "")
