"""Overview: how much, is it normal, and where does it go?"""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from clients.serving import Running
from e2e.viewer import Look, Viewer


def figures(page: Page) -> str:
    return page.locator("dl.figures").inner_text()


def test_spend_stands_beside_tokens_calls_errors_and_latency(viewer: Viewer) -> None:
    page = viewer.goes_to("")
    expect(page.get_by_role("heading", name="Overview")).to_be_focused()
    expect(page.locator("dl.figures")).to_contain_text("Spend")
    text = figures(page)
    assert re.search(r"\$0\.\d+", text), text
    for word in ("in", "out", "Calls", "Errors", "p50", "p95"):
        assert word in text


def test_the_coverage_of_the_total_leads_to_the_calls_that_it_lacks(viewer: Viewer) -> None:
    page = viewer.goes_to("")
    page.get_by_label("How complete the totals are").first.get_by_role(
        "link", name=re.compile("unpriced")
    ).click()
    expect(page).to_have_url(re.compile(r"/ui/runs\?.*filter="))
    expect(page.get_by_role("row", name=re.compile("homemade"))).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("ask"))).to_have_count(0)


def test_one_switch_changes_every_chart(viewer: Viewer) -> None:
    page = viewer.goes_to("")
    expect(page.get_by_role("heading", name="Spend over time")).to_be_visible()
    page.get_by_role("button", name="Tokens", exact=True).click()
    for title in ("Tokens over time", "Tokens per request", "Input against output"):
        expect(page.get_by_role("heading", name=title)).to_be_visible()
    page.get_by_role("button", name="Time", exact=True).click()
    expect(page.get_by_role("heading", name="p95 latency over time")).to_be_visible()
    expect(page).to_have_url(re.compile("unit=time"))


def test_dragging_over_the_chart_narrows_the_span_and_back_widens_it(viewer: Viewer) -> None:
    page = viewer.goes_to("?range=24h")
    chart = page.locator(".u-over").first
    expect(chart).to_be_visible()
    box = chart.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.95, box["y"] + 60, steps=6)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"since=.*until="))
    expect(page.get_by_role("button", name="Reset")).to_be_visible()
    page.go_back()
    expect(page).not_to_have_url(re.compile("since="))


def test_spend_is_split_by_any_key_of_the_metadata(viewer: Viewer) -> None:
    page = viewer.goes_to("")
    page.get_by_role("button", name="Split by").click()
    search = page.get_by_role("combobox", name="Search dimensions and metadata")
    expect(search).to_be_focused()
    search.fill("release")
    expect(page.get_by_role("option", name=re.compile("release"))).to_contain_text("runs")
    search.press("Enter")
    expect(page).to_have_url(re.compile(r"by=metadata\.release"))
    expect(page.get_by_role("columnheader", name="release")).to_be_visible()
    page.get_by_role("rowheader").get_by_role("link", name="7", exact=True).last.click()
    expect(page.get_by_role("row", name=re.compile("answer_ticket"))).to_be_visible()


def test_the_picker_of_a_dimension_is_worked_by_the_keyboard_alone(viewer: Viewer) -> None:
    page = viewer.goes_to("")
    button = page.get_by_role("button", name="Split by")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("option", selected=True)).to_contain_text("Model")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("envir")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("by=environment"))
    page.go_back()
    expect(page).not_to_have_url(re.compile("by="))


def test_a_chart_has_the_same_numbers_as_a_table(viewer: Viewer) -> None:
    page = viewer.goes_to("?unit=tokens")
    card = page.get_by_role("region", name="Tokens over time")
    expect(card.get_by_role("img")).to_be_visible()
    card.get_by_role("button", name="Show as a table").click()
    expect(card.get_by_role("columnheader", name="gpt-4o-mini")).to_be_visible()


def test_a_value_of_the_table_leads_to_its_runs(viewer: Viewer) -> None:
    page = viewer.goes_to("?by=project")
    page.get_by_role("rowheader").get_by_role("link", name="nightly").last.click()
    expect(page).to_have_url(re.compile(r"/ui/runs\?.*project="))
    expect(page.get_by_role("row", name=re.compile("judge"))).to_be_visible()


def test_an_unknown_is_never_a_zero(viewer: Viewer) -> None:
    page = viewer.goes_to("?by=name&filter=" + 'eq(name, "mystery")')
    row = page.get_by_role("row", name=re.compile("mystery")).last
    expect(row).to_contain_text("unknown")
    assert "$0" not in row.inner_text()


def test_numbers_follow_the_language(
    server: Running, ids: dict[str, str], open_viewer: Callable[..., Viewer]
) -> None:
    assert ids
    page = open_viewer(server, Look("fr-FR")).goes_to("")
    expect(page.get_by_role("heading", name="Aperçu")).to_be_visible()
    expect(page.locator("dl.figures")).to_contain_text(re.compile(r"0,\d+\s\$"))
    expect(page.locator("html")).to_have_attribute("lang", "fr")


def test_a_choice_of_language_and_theme_is_remembered(viewer: Viewer) -> None:
    page = viewer.goes_to("")
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("button", name="Français").click()
    page.get_by_role("button", name="Sombre").click()
    page.reload()
    expect(page.get_by_role("heading", name="Aperçu")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_a_span_without_runs_says_when_the_last_came(viewer: Viewer) -> None:
    page = viewer.goes_to("?since=2020-01-01T00:00:00Z&until=2020-01-02T00:00:00Z")
    expect(page.get_by_text("Nothing in this span")).to_be_visible()
    page.get_by_role("button", name="Show the last day with runs").click()
    expect(page.locator("dl.figures")).to_contain_text("Spend")
