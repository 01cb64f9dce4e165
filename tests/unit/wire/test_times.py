"""Clients write instants in five ways."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from econome.wire.times import instant

MOMENT = datetime(2026, 3, 18, 12, 0, 0, 123000, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-18T12:00:00.123000+00:00",
        "2026-03-18T12:00:00.123",
        "2026-03-18T12:00:00.123000Z",
        "2026-03-18T14:00:00.123000+02:00",
        1773835200123,
        1773835200.123,
    ],
)
def test_every_way_tells_the_same_instant(written: object) -> None:
    assert instant(written) == MOMENT


@pytest.mark.parametrize(
    "written", [None, "", "yesterday", True, [], {}, float("nan"), float("inf"), 10**30, "9999-99-99"]
)
def test_what_is_no_instant_is_none(written: object) -> None:
    assert instant(written) is None


def test_the_edges_of_the_calendar_do_not_break() -> None:
    assert instant("0001-01-01T00:00:00+14:00") is None
    assert instant("9999-12-31T23:59:59-14:00") is None
