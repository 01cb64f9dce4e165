"""The page of the documentation shows the cases as they are."""

from __future__ import annotations

from conformance.render import PAGE, page, rows


def test_the_page_is_written_from_these_cases() -> None:
    assert PAGE.read_text("utf-8") == page(), "the page is stale: make conformance"


def test_each_case_has_a_line_of_the_page() -> None:
    lines = [line for line in page().splitlines() if line.startswith("| ") and line.count(" | ") >= 6]
    headings = sum(line.startswith("## ") for line in page().splitlines())
    assert len(lines) == len(rows()) + 2 * headings
