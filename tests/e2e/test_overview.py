"""Overview: how much, is it normal, and where does it go?"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from clients.serving import Running
from e2e.viewer import Look, Viewer


def figures(page: Page) -> str:
    return page.locator("dl.figures").inner_text()


def stamp(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def test_spend_stands_beside_tokens_calls_errors_and_latency(viewer: Viewer) -> None:
    page = viewer.goes_to("")
    expect(page.get_by_role("heading", name="Overview")).to_be_focused()
    expect(page.locator("dl.figures")).to_contain_text(re.compile(r"Spend\s*\$0\.\d+"))
    text = figures(page)
    for word in ("in", "out", "Calls", "Errors", "p50", "p95"):
        assert word in text


def test_the_coverage_badge_tells_each_gap_and_what_mends_it(viewer: Viewer) -> None:
    page = viewer.goes_to("")
    page.get_by_role("button", name=re.compile("of the calls are in the spend")).click()
    told = page.get_by_role("dialog", name="How complete the totals are")
    expect(told.get_by_role("link", name="our-own-model-7b")).to_have_attribute(
        "href", re.compile(r"/ui/prices\?.*model=our-own-model-7b")
    )
    expect(told.get_by_role("link", name="mystery")).to_be_visible()
    told.get_by_role("link", name=re.compile("no price")).click()
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


def test_a_click_in_the_legend_shows_one_value_alone_and_back_shows_all(viewer: Viewer) -> None:
    page = viewer.goes_to("?unit=tokens")
    card = page.get_by_role("region", name="Tokens over time")
    one = card.get_by_role("button", name=re.compile("gpt-4o-mini"))
    expect(one).to_contain_text(re.compile(r"\d"))
    one.click()
    expect(one).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile("only=gpt-4o-mini"))
    card.get_by_role("button", name="Show as a table").click()
    expect(card.get_by_role("columnheader")).to_have_count(2)
    page.go_back()
    expect(card.get_by_role("columnheader", name="gpt-4o", exact=True)).to_be_visible()


def test_the_keyboard_narrows_the_span_and_widens_it_again(viewer: Viewer) -> None:
    page = viewer.goes_to("?range=24h")
    chart = page.get_by_role("img", name="Spend over time")
    expect(page.locator(".u-over").first).to_be_visible()
    chart.focus()
    page.keyboard.press("End")
    expect(page.locator(".tip")).to_contain_text("still running")
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"since=.*until="))
    page.get_by_role("img", name="Spend over time").focus()
    page.keyboard.press("0")
    expect(page).not_to_have_url(re.compile("since="))


def test_what_moved_is_told_with_its_cause_and_leads_to_both_spans(viewer: Viewer) -> None:
    """The calls of an hour ago against those since: 200 calls of gpt-4o-mini, and then one."""
    now = datetime.now(UTC)
    page = viewer.goes_to(f"?since={stamp(now - timedelta(minutes=40))}&until={stamp(now)}")
    movers = page.get_by_role("region", name="What moved")
    expect(movers).to_contain_text("against")
    row = movers.get_by_role("listitem").filter(has_text="gpt-4o-mini")
    expect(row).to_contain_text(re.compile("fewer calls"))
    expect(row).to_contain_text("\N{MINUS SIGN}$")
    row.get_by_role("button", name="Show how it comes about").click()
    expect(row.get_by_role("rowheader", name="Number of calls")).to_be_visible()
    expect(row.get_by_role("link", name="Compare the two spans")).to_have_attribute(
        "href", re.compile(r"/ui/compare\?.*a\.since=.*b\.until=")
    )
    row.get_by_role("link", name=re.compile("before")).click()
    expect(page.get_by_role("row", name=re.compile("call-"))).not_to_have_count(0)


def test_without_a_span_before_nothing_is_compared(viewer: Viewer) -> None:
    page = viewer.goes_to("?range=7d")
    expect(page.get_by_text("no fair measure before")).to_be_visible()
    expect(page.locator(".delta")).to_have_count(0)
    expect(page.get_by_role("region", name="What moved")).to_contain_text("nothing to compare with yet")


def test_where_nothing_has_a_price_the_page_says_so_and_shows_tokens(viewer: Viewer) -> None:
    page = viewer.goes_to("?filter=" + 'eq(model, "our-own-model-7b")')
    notice = page.get_by_role("region", name="Nothing here has a price")
    expect(notice).to_contain_text("1 call used 1,200 tokens")
    expect(page.get_by_role("heading", name="Tokens over time")).to_be_visible()
    expect(page.get_by_text("$0", exact=True)).to_have_count(0)
    notice.get_by_role("link", name="Set a price").click()
    expect(page).to_have_url(re.compile(r"/ui/prices\?.*model=our-own-model-7b"))


def test_the_month_says_how_far_a_forecast_is(viewer: Viewer) -> None:
    page = viewer.goes_to("")
    month = page.get_by_role("region", name="This month")
    expect(month).to_contain_text("so far")
    expect(month).to_contain_text("A forecast needs 14 whole days of runs; there are 0 so far.")


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
