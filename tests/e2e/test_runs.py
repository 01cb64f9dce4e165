"""Runs: from any number down to the calls behind it."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from clients.serving import Running
from e2e.seed import USED, Sender
from e2e.viewer import Look, Viewer


def test_each_run_shows_its_tokens_and_cost_or_why_not(viewer: Viewer) -> None:
    page = viewer.goes_to("runs?view=runs&range=24h")
    asked = page.get_by_role("row", name=re.compile(r"\bask\b"))
    expect(asked).to_contain_text("1,000")
    expect(asked).to_contain_text("200")
    expect(asked).to_contain_text("$0.0045")  # 1,000 at $2.50/M and 200 at $10/M
    expect(page.get_by_role("row", name=re.compile("mystery"))).to_contain_text("unknown")
    expect(page.get_by_role("row", name=re.compile("homemade"))).to_contain_text("unpriced")


def test_the_table_opens_on_traces(viewer: Viewer) -> None:
    page = viewer.goes_to("runs")
    expect(page.get_by_role("row", name=re.compile("answer_ticket"))).to_contain_text("2,000")
    page.get_by_role("link", name="Runs", exact=True).last.click()
    expect(page).to_have_url(re.compile("view=runs"))


def test_only_what_is_seen_is_in_the_page(viewer: Viewer) -> None:
    page = viewer.goes_to("runs?view=runs")
    grid = page.get_by_role("grid")
    expect(page.get_by_text(re.compile(r"^30\d runs$"))).to_be_visible()
    for _ in range(12):
        grid.evaluate("grid => grid.scrollBy(0, 1600)")
        page.wait_for_timeout(80)
    expect(page.get_by_role("row", name=re.compile(r"call-299\b"))).to_be_visible()
    assert page.get_by_role("row").count() < 80


def test_the_panel_is_stepped_through_by_keyboard(viewer: Viewer) -> None:
    page = viewer.goes_to("runs?view=runs")
    expect(page.get_by_role("row", name=re.compile(r"\bask\b"))).to_be_visible()
    page.keyboard.press("j")
    panel = page.get_by_role("complementary", name="Run")
    expect(panel.get_by_role("heading", level=2)).to_be_visible()
    first = panel.get_by_role("heading", level=2).inner_text()
    page.keyboard.press("j")
    expect(panel.get_by_role("heading", level=2)).not_to_have_text(first)
    page.keyboard.press("k")
    expect(panel.get_by_role("heading", level=2)).to_have_text(first)
    page.keyboard.press("2")
    expect(panel.get_by_role("tab", name="Usage and cost")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)


def test_enter_opens_the_trace(viewer: Viewer) -> None:
    page = viewer.goes_to("runs?view=traces")
    expect(page.get_by_role("row", name=re.compile("answer_ticket"))).to_be_visible()
    page.get_by_role("row", name=re.compile("answer_ticket")).click()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/ui/traces/"))
    expect(page.get_by_role("treegrid")).to_be_visible()


def test_traces_show_what_all_their_calls_used(viewer: Viewer) -> None:
    page = viewer.goes_to("runs?view=traces")
    trace = page.get_by_role("row", name=re.compile("answer_ticket"))
    expect(trace).to_contain_text("2,000")
    expect(trace).to_contain_text("$0.0048")  # 0.0045, 1,000 at $0.15/M and 200 at $0.60/M


def test_a_facet_narrows_and_widens(viewer: Viewer) -> None:
    page = viewer.goes_to("runs?view=runs")
    facets = page.get_by_role("navigation", name="Filters")
    model = facets.get_by_role("button", name=re.compile(r"our-own-model-7b"))
    model.click()
    expect(page.get_by_text("1 run", exact=True)).to_be_visible()
    expect(page.get_by_role("textbox", name="Filter")).to_have_value('eq(model, "our-own-model-7b")')
    model.click()
    expect(page.get_by_text(re.compile(r"^30\d runs$"))).to_be_visible()


def test_a_bad_filter_is_explained_where_it_was_typed(viewer: Viewer) -> None:
    viewer.expects("400 (Bad Request)")
    page = viewer.goes_to("runs?view=runs")
    expect(page.get_by_role("row", name=re.compile(r"\bask\b"))).to_be_visible()
    page.keyboard.press("/")
    line = page.get_by_role("textbox", name="Filter")
    expect(line).to_be_focused()
    line.fill('eq(colour, "red")')
    line.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("colour")
    page.get_by_role("button", name='eq(status, "error")').click()
    expect(page.get_by_role("row", name=re.compile("broken"))).to_be_visible()


def test_plain_words_search(viewer: Viewer) -> None:
    page = viewer.goes_to("runs?view=runs")
    line = page.get_by_role("textbox", name="Filter")
    line.fill("no such ticket")
    line.press("Enter")
    expect(page).to_have_url(re.compile("search"))
    expect(page.get_by_role("row", name=re.compile("broken"))).to_be_visible()
    expect(page.get_by_role("row", name=re.compile(r"\bask\b"))).to_have_count(0)


def test_an_address_brings_back_the_same_view(viewer: Viewer) -> None:
    page = viewer.goes_to("runs?view=traces&sort=cost&columns=cost,name&range=7d&unit=tokens")
    heads = page.get_by_role("columnheader")
    expect(heads).to_have_text([re.compile("Cost"), "Name"])
    expect(heads.first).to_have_attribute("aria-sort", "descending")
    expect(page.get_by_role("button", name="Time span: Last 7 days")).to_be_visible()
    expect(page.get_by_role("button", name="Tokens", exact=True)).to_have_attribute("aria-pressed", "true")


def test_new_runs_appear_by_themselves_and_wait_while_paused(
    empty_server: Running, open_viewer: Callable[..., Viewer]
) -> None:
    sender = Sender()
    sender.call("first", "gpt-4o", USED, minutes_ago=5)
    sender.send(empty_server)
    page = open_viewer(empty_server).goes_to("runs?view=runs")
    expect(page.get_by_role("row", name=re.compile("first"))).to_be_visible()
    expect(page.get_by_text("Live")).to_be_visible()

    later = Sender()
    later.call("second", "gpt-4o", USED, minutes_ago=4)
    later.send(empty_server)
    expect(page.get_by_role("row", name=re.compile("second"))).to_be_visible()

    page.keyboard.press("p")
    expect(page.get_by_text("Paused")).to_be_visible()
    third = Sender()
    third.call("third", "gpt-4o", USED, minutes_ago=3)
    third.send(empty_server)
    page.wait_for_timeout(3_000)  # twice the pace of hints
    expect(page.get_by_role("row", name=re.compile("third"))).to_have_count(0)
    page.keyboard.press("p")
    expect(page.get_by_role("row", name=re.compile("third"))).to_be_visible()


def test_a_narrow_screen_keeps_tokens_and_cost(
    server: Running, ids: dict[str, str], open_viewer: Callable[..., Viewer]
) -> None:
    assert ids
    page = open_viewer(server, Look(width=390, height=844)).goes_to("runs?view=runs")
    expect(page.get_by_role("columnheader")).to_have_text(
        ["Name", re.compile("in"), re.compile("out"), re.compile("Cost")]
    )
