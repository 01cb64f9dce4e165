"""Explore: where does it go, by any two dimensions at once?"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from clients.serving import Running
from e2e.viewer import Look, Viewer

pytestmark = pytest.mark.usefixtures("ids")


def tile(page: Page, name: str) -> str:
    """What a tile says of itself."""
    return page.get_by_role("link", name=re.compile(f"^{name}")).first.get_attribute("aria-label") or ""


@pytest.fixture
def page(server: Running, open_viewer: Callable[..., Viewer]) -> Page:
    return open_viewer(server).goes_to("explore")


def test_tiles_stand_in_groups_and_say_what_they_are(page: Page) -> None:
    expect(page.get_by_role("heading", name="Explore")).to_be_focused()
    expect(page.get_by_role("link", name=re.compile(r"^support-bot, gpt-4o-mini: \$"))).to_be_visible()
    assert "of all" in tile(page, "support-bot, gpt-4o-mini: ")
    expect(page.get_by_role("link", name=re.compile(r"^nightly, gpt-4o: "))).to_be_visible()
    expect(page.get_by_label("How complete the totals are").first).to_contain_text("unpriced")


def test_areas_are_as_the_measure(page: Page) -> None:
    page.get_by_label("Measure").select_option("calls")
    expect(page).to_have_url(re.compile("measure=calls"))
    many = page.get_by_role("link", name=re.compile("^support-bot, gpt-4o-mini: 301"))
    one = page.get_by_role("link", name=re.compile("^nightly, gpt-4o: 1"))
    large, small = many.bounding_box(), one.bounding_box()
    assert large
    assert small
    assert large["width"] * large["height"] > 100 * small["width"] * small["height"]


def test_a_tile_zooms_in_by_filtering_and_back_zooms_out(page: Page) -> None:
    page.get_by_role("link", name=re.compile("^support-bot, gpt-4o: ")).click()
    expect(page).to_have_url(re.compile(r"filter=and.*eq%28model"))
    expect(page.get_by_text("Only one value of each is left.")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile(r"^Show its \d+ calls"))).to_be_visible()
    page.go_back()
    expect(page.get_by_role("link", name=re.compile("^nightly, gpt-4o: "))).to_be_visible()


def test_the_arrows_move_among_the_tiles(page: Page) -> None:
    first = page.locator(".tile[tabindex='0']")
    first.focus()
    page.keyboard.press("ArrowRight")
    moved = page.locator(".tile:focus")
    expect(moved).to_have_attribute("tabindex", "0")
    assert moved.get_attribute("data-key") != "0/0"
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("filter="))


def test_the_same_as_a_table_whose_cells_lead_to_their_runs(page: Page) -> None:
    page.get_by_role("button", name="Table", exact=True).click()
    expect(page).to_have_url(re.compile("view=table"))
    row = page.get_by_role("row", name=re.compile("^gpt-4o-mini"))
    expect(row).to_contain_text("$")
    expect(page.get_by_role("row", name=re.compile("^Total"))).to_contain_text("$")
    row.get_by_role("cell").first.get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"/ui/runs\?.*filter=and"))
    expect(page.get_by_role("row", name=re.compile("call-0"))).to_be_visible()


def test_dimensions_are_chosen_and_exchanged(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Tiles")).click()
    page.get_by_role("combobox").first.fill("release")
    page.get_by_role("option", name=re.compile("release")).click()
    expect(page).to_have_url(re.compile(r"rows=metadata\.release"))
    page.get_by_role("button", name="Swap both dimensions").click()
    expect(page).to_have_url(re.compile(r"columns=metadata\.release"))
    page.get_by_role("button", name=re.compile("^Tiles")).click()
    page.get_by_role("combobox").first.fill("release")
    page.get_by_role("option", name=re.compile("release")).click()
    expect(page).to_have_url(re.compile(r"rows=metadata\.release"))


def test_every_pair_can_be_taken_away_as_a_file(page: Page) -> None:
    page.get_by_role("button", name="Every pair, as a file").click()
    with page.expect_download() as coming:
        page.get_by_role("link", name="CSV").click()
    lines = coming.value.path().read_text().splitlines()
    assert lines[0].startswith('"model","project"')
    assert any('"gpt-4o-mini","support-bot"' in line for line in lines)


def test_time_is_told_by_colour_and_by_words(page: Page) -> None:
    page.get_by_role("button", name="Time", exact=True).click()
    expect(page.get_by_text("Median latency of calls")).to_be_visible()
    assert re.search(r": [\d.]+ m?s", tile(page, "support-bot, gpt-4o-mini: "))


def test_nothing_to_divide_is_said(empty_server: Running, open_viewer: Callable[..., Viewer]) -> None:
    page = open_viewer(empty_server, Look("fr-FR")).goes_to("explore")
    expect(page.get_by_text("Rien à répartir ici.")).to_be_visible()
