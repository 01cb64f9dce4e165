"""Models: what they cost in fact, how fast they are, and which have no price."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from e2e.viewer import Viewer


def open_model(page: Page, name: str) -> None:
    page.get_by_role("region", name="Models", exact=True).get_by_role("link", name=name, exact=True).click()


def test_models_stand_side_by_side_with_price_cache_and_speed(viewer: Viewer) -> None:
    page = viewer.goes_to("models")
    table = page.get_by_role("region", name="Models", exact=True)
    row = table.get_by_role("row").filter(has=page.get_by_role("link", name="gpt-4o", exact=True))
    expect(row).to_contain_text("list $2.50")
    expect(row).to_contain_text("list $10.00")
    for head in ("In /M", "Out /M", "Cache hits", "Tokens/s", "First token", "p95"):
        expect(table.get_by_role("columnheader", name=head)).to_be_visible()


def test_a_panel_tells_one_model_and_escape_closes_it(viewer: Viewer) -> None:
    page = viewer.goes_to("models")
    open_model(page, "gpt-4o")
    panel = page.get_by_role("complementary", name="gpt-4o")
    expect(panel.get_by_role("heading", name="Where its tokens are")).to_be_visible()
    expect(panel).to_contain_text("Cache read")
    expect(panel.get_by_role("heading", name="How long its calls take")).to_be_visible()
    expect(page).to_have_url(re.compile("model=gpt-4o"))
    panel.get_by_role("button", name="Show as a table").click()
    expect(panel.get_by_role("columnheader", name="Failed")).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    page.go_back()
    expect(panel).to_be_visible()


def test_columns_sort_and_unknowns_come_last(viewer: Viewer) -> None:
    page = viewer.goes_to("models")
    table = page.get_by_role("region", name="Models", exact=True)
    table.get_by_role("button", name="All /M").click()
    expect(table.get_by_role("columnheader", name="All /M")).to_have_attribute("aria-sort", "descending")
    table.get_by_role("button", name="All /M").click()
    expect(page).to_have_url(re.compile("sort=blended.*order=asc"))
    expect(table.get_by_role("rowheader").first).to_contain_text("gpt-4o-mini")


def test_a_point_of_the_scatter_leads_to_its_call(viewer: Viewer) -> None:
    page = viewer.goes_to("models")
    plot = page.get_by_role("slider", name=re.compile("Tokens against latency"))
    plot.focus()
    page.keyboard.press("ArrowRight")
    expect(plot).to_have_attribute("aria-valuetext", re.compile(r"gpt-4o.*: \d+ tokens"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/ui/traces/[0-9a-f-]{36}"))


def test_the_scatter_says_what_it_is_a_sample_of_and_is_a_table_too(viewer: Viewer) -> None:
    page = viewer.goes_to("models")
    card = page.get_by_role("region", name="Tokens against latency")
    expect(card).to_contain_text(re.compile(r"(a sample of|all) [\d,]+ calls"))
    expect(card).to_contain_text("lowest hashes")
    card.get_by_role("combobox", name="Tokens").select_option("input")
    expect(page).to_have_url(re.compile("tokens=input"))
    card.get_by_role("button", name="Show as a table").click()
    expect(card.get_by_role("columnheader", name="Input tokens")).to_be_visible()


def test_a_model_without_a_price_is_one_click_from_getting_one(viewer: Viewer) -> None:
    page = viewer.goes_to("models")
    lacking = page.get_by_role("region", name="Models without a price")
    expect(lacking).to_contain_text("our-own-model-7b")
    lacking.get_by_role("link", name="Set a price for our-own-model-7b").click()
    expect(page).to_have_url(re.compile(r"/ui/prices\?.*model=our-own-model-7b"))
    expect(page.get_by_role("heading", name=re.compile("our-own-model-7b"))).to_be_visible()
