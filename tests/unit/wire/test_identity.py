"""The key of a run comes from what every piece repeats."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from econome.wire.identity import first_id, key_time_of, parent_id, time_in, uuid_of

DATED = UUID("019cfbd1-3c00-7000-8000-000000000001")
RANDOM = UUID("f47ac10b-58cc-4372-a567-0e02b2c3d479")
ROOT = "20260318T120000000000Zf47ac10b-58cc-4372-a567-0e02b2c3d479"
CHILD = f"{ROOT}.20260318T120001500000Z019cfbd1-3c00-7000-8000-000000000001"


def test_the_time_inside_an_id_beats_its_place() -> None:
    assert (
        key_time_of(DATED, CHILD) == time_in(DATED) == datetime(2026, 3, 17, 12, 41, 59, 552000, tzinfo=UTC)
    )


def test_a_random_id_is_dated_by_its_place() -> None:
    assert key_time_of(RANDOM, ROOT) == datetime(2026, 3, 18, 12, tzinfo=UTC)


def test_an_id_without_time_or_place_is_undated() -> None:
    assert key_time_of(RANDOM, "") is None
    assert key_time_of(RANDOM, "nonsense") is None


def test_absurd_years_are_no_time() -> None:
    assert time_in(UUID("ffffffff-ffff-7000-8000-000000000001")) is None
    assert key_time_of(RANDOM, "19010101T000000000000Zf47ac10b-58cc-4372-a567-0e02b2c3d479") is None
    assert key_time_of(RANDOM, "22500101T000000000000Zf47ac10b-58cc-4372-a567-0e02b2c3d479") is None


def test_root_and_parent_stand_in_the_place() -> None:
    assert first_id(CHILD) == RANDOM
    assert parent_id(CHILD) == RANDOM
    assert parent_id(ROOT) is None
    assert first_id("x") is None


def test_ids_are_read_from_text_only() -> None:
    assert uuid_of(str(RANDOM).upper()) == RANDOM
    for strange in (None, 1, "", "x" * 10_000, "f47ac10b"):
        assert uuid_of(strange) is None
