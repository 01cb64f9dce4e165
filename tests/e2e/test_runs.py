"""Runs: from any number down to the calls behind it."""

from __future__ import annotations

import csv
import io
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
    expect(page.get_by_text(re.compile(r"^3\d\d runs$"))).to_be_visible()
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
    model = facets.get_by_role("button", name=re.compile(r"^our-own-model-7b"))
    model.click()
    expect(page.get_by_text("1 run", exact=True)).to_be_visible()
    expect(page.get_by_role("combobox", name="Filter")).to_have_value("model:our-own-model-7b")
    model.click()
    expect(page.get_by_text(re.compile(r"^3\d\d runs$"))).to_be_visible()


def test_a_facet_takes_several_values_and_leaves_others_out(viewer: Viewer) -> None:
    page = viewer.goes_to("runs?view=runs")
    line = page.get_by_role("combobox", name="Filter")
    facets = page.get_by_role("navigation", name="Filters")
    facets.get_by_role("button", name=re.compile(r"^our-own-model-7b")).click()
    expect(line).to_have_value("model:our-own-model-7b")
    other = facets.locator("button.value").filter(has_text=re.compile(r"^\s*gpt-4o\s*\d"))
    other.click()  # though no run that is shown has it
    expect(line).to_have_value("model:our-own-model-7b,gpt-4o")
    other.click(modifiers=["Alt"])
    expect(line).to_have_value("model:our-own-model-7b -model:gpt-4o")
    leave = facets.get_by_role("button", name="Leave out gpt-4o", exact=True)
    expect(leave).to_have_attribute("aria-pressed", "true")
    page.go_back()
    expect(line).to_have_value("model:our-own-model-7b,gpt-4o")


def test_a_facet_of_many_values_is_searched(viewer: Viewer) -> None:
    page = viewer.goes_to("runs?view=runs")
    facets = page.get_by_role("navigation", name="Filters")
    searched = page.get_by_role("searchbox", name="Search in Name")
    searched.fill("CALL-29")
    names = facets.locator("section").filter(has=searched).locator("button.value")
    expect(names).to_have_text([re.compile(r"call-29\d?")] * 11)


def test_a_filter_is_completed_as_it_is_typed(viewer: Viewer) -> None:
    page = viewer.goes_to("runs?view=runs")
    line = page.get_by_role("combobox", name="Filter")
    line.press_sequentially("mod")
    expect(page.get_by_role("option", name="model", exact=True)).to_be_visible()
    line.press("Tab")
    expect(line).to_have_value("model:")
    line.press_sequentially("our")
    expect(page.get_by_role("option", name=re.compile("our-own-model-7b"))).to_be_visible()
    line.press("ArrowDown")
    line.press("Enter")
    expect(line).to_have_value("model:our-own-model-7b ")
    line.press_sequentially("-status:error")
    line.press("Escape")
    line.press("Enter")
    expect(page.get_by_text("1 run", exact=True)).to_be_visible()
    page.get_by_role("button", name="Remove model:our-own-model-7b").click()
    expect(line).to_have_value("-status:error")


def test_a_bad_filter_is_explained_where_it_was_typed(viewer: Viewer) -> None:
    page = viewer.goes_to("runs?view=runs")
    expect(page.get_by_role("row", name=re.compile(r"\bask\b"))).to_be_visible()
    page.keyboard.press("/")
    line = page.get_by_role("combobox", name="Filter")
    expect(line).to_be_focused()
    line.fill("status:error colour:red")
    line.press("Enter")
    expect(page.get_by_role("alert").locator("mark")).to_have_text("colour")
    expect(page.get_by_role("row", name=re.compile(r"\bask\b"))).to_be_visible()  # what was there stays
    line.fill("status:error")
    line.press("Enter")
    expect(page.get_by_role("row", name=re.compile("broken"))).to_be_visible()


def test_a_bad_filter_in_an_address_is_explained_too(viewer: Viewer) -> None:
    viewer.expects("400 (Bad Request)")
    page = viewer.goes_to("runs?view=runs&filter=eq(colour, 1)")
    expect(page.get_by_role("alert").first).to_contain_text("colour")
    page.get_by_role("button", name="status:error", exact=True).click()
    expect(page.get_by_role("row", name=re.compile("broken"))).to_be_visible()


def test_plain_words_search(viewer: Viewer) -> None:
    page = viewer.goes_to("runs?view=runs")
    line = page.get_by_role("combobox", name="Filter")
    line.fill("no such ticket")
    line.press("Enter")
    expect(page).to_have_url(re.compile("search"))
    expect(page.get_by_role("row", name=re.compile("broken"))).to_be_visible()
    expect(page.get_by_role("row", name=re.compile(r"\bask\b"))).to_have_count(0)


def test_the_bar_stands_for_all_rows_and_goes_far_without_reading_them(viewer: Viewer) -> None:
    page = viewer.goes_to("runs?view=runs&sort=started_at&order=asc")
    grid = page.get_by_role("grid")
    expect(page.get_by_text(re.compile(r"^3\d\d runs$"))).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("call-299"))).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/v1/runs?" in request.url else None)
    grid.focus()
    page.keyboard.press("End")
    expect(page.get_by_role("complementary", name="Run")).to_be_visible()
    expect(grid.locator("[role=row].chosen")).to_be_in_viewport()
    assert any("skip=" in url for url in asked)


def test_columns_are_chosen_moved_and_made_wider_by_keyboard(viewer: Viewer) -> None:
    page = viewer.goes_to("runs?view=runs&columns=name,model,cost")
    heads = page.get_by_role("columnheader")
    expect(heads).to_have_text(["Pick", "Name", "Model", re.compile("Cost")])
    model = page.get_by_role("columnheader", name="Model")
    model.focus()
    page.keyboard.press("Alt+ArrowLeft")
    expect(heads).to_have_text(["Pick", "Model", "Name", re.compile("Cost")])
    page.keyboard.press("Shift+ArrowRight")
    expect(page).to_have_url(re.compile(r"columns=model%3A1\d\d%2Cname%2Ccost"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("sort=cost"))
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("checkbox", name="Tokens", exact=True).check()
    expect(heads).to_have_count(5)
    page.get_by_role("button", name="Usual columns").click()
    expect(heads).to_have_count(10)


def test_picked_rows_are_added_up_and_compared(viewer: Viewer) -> None:
    page = viewer.goes_to("runs?view=runs&filter=name:ask,broken,homemade")
    expect(page.get_by_role("row", name=re.compile(r"\bask\b"))).to_be_visible()
    page.get_by_role("row", name=re.compile(r"\bask\b")).locator(".hit").click()
    region = page.get_by_role("region", name="Picked rows")
    expect(region).to_contain_text("1 run picked")
    expect(region).to_contain_text("1,200 tokens")  # 1,000 in and 200 out
    expect(region).to_contain_text("$0.0045")
    page.get_by_role("row", name=re.compile("homemade")).locator(".hit").click()
    expect(region).to_contain_text("1 call without a price")
    expect(region.get_by_role("link", name="Compare")).to_have_attribute(
        "href", re.compile(r"/ui/compare\?.*by=run&a=.*&b=")
    )
    page.keyboard.press("Escape")
    expect(region).to_have_count(0)


def test_a_view_is_saved_found_renamed_and_deleted(
    empty_server: Running, open_viewer: Callable[..., Viewer]
) -> None:
    sender = Sender()
    sender.call("first", "gpt-4o", USED, minutes_ago=5)
    sender.send(empty_server)
    page = open_viewer(empty_server).goes_to("runs?view=runs&sort=cost")
    expect(page.get_by_role("row", name=re.compile("first"))).to_be_visible()
    menu = page.get_by_role("button", name=re.compile("^Saved views"))
    menu.click()
    page.get_by_role("textbox", name="Save what you see now as").fill("dear")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name="dear")).to_be_visible()
    page.get_by_role("button", name="Rename “dear”").click()
    page.get_by_role("textbox", name="Name of the view").fill("the dearest")
    page.get_by_role("button", name="Rename", exact=True).click()
    expect(page.get_by_role("link", name="the dearest")).to_be_visible()
    page.goto(f"{empty_server.address}/ui/runs")
    menu.click()
    page.get_by_role("link", name="the dearest").click()
    expect(page).to_have_url(re.compile("sort=cost"))
    menu.click()
    page.get_by_role("button", name="Delete “the dearest”").click()
    expect(page.get_by_role("link", name="the dearest")).to_have_count(0)


def test_the_strip_narrows_by_keyboard_and_back_widens(viewer: Viewer) -> None:
    page = viewer.goes_to("runs?view=runs&range=24h")
    strip = page.get_by_role("slider", name="Runs over time")
    strip.focus()
    page.keyboard.press("End")
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("since=.*until="))
    page.go_back()
    expect(page).not_to_have_url(re.compile("since="))


def test_what_is_exported_is_what_is_filtered(viewer: Viewer) -> None:
    page = viewer.goes_to("runs?view=runs&filter=status:error")
    expect(page.get_by_role("row", name=re.compile("broken"))).to_be_visible()
    page.get_by_role("button", name="Export").click()
    link = page.get_by_role("link", name=re.compile("^CSV"))
    with page.expect_download() as waiting:
        link.click()
    rows = [*csv.DictReader(io.StringIO(waiting.value.path().read_text("utf-8")))]
    assert {row["status"] for row in rows} == {"error"}
    assert "broken" in {row["name"] for row in rows}
    expect(page.get_by_text(f"{len(rows)} runs", exact=True)).to_be_visible()


def test_new_rows_wait_for_whoever_has_scrolled(
    empty_server: Running, open_viewer: Callable[..., Viewer]
) -> None:
    sender = Sender()
    for number in range(60):
        sender.call(f"old-{number}", "gpt-4o", USED, minutes_ago=60 + number)
    sender.send(empty_server)
    page = open_viewer(empty_server).goes_to("runs?view=runs")
    expect(page.get_by_role("row", name=re.compile(r"old-0\b"))).to_be_visible()
    grid = page.get_by_role("grid")
    grid.evaluate("grid => grid.scrollBy(0, 320)")
    expect(page.get_by_role("row", name=re.compile(r"old-12\b"))).to_be_in_viewport()
    place = page.get_by_role("row", name=re.compile(r"old-12\b")).bounding_box()
    later = Sender()
    later.call("new", "gpt-4o", USED, minutes_ago=0)
    later.send(empty_server)
    pill = page.get_by_role("button", name="1 new run")
    expect(pill).to_be_visible()
    assert page.get_by_role("row", name=re.compile(r"old-12\b")).bounding_box() == place
    pill.click()
    expect(page.get_by_role("row", name=re.compile(r"\bnew\b"))).to_be_in_viewport()


def test_an_address_brings_back_the_same_view(viewer: Viewer) -> None:
    page = viewer.goes_to("runs?view=traces&sort=cost&columns=cost,name&range=7d&unit=tokens")
    heads = page.get_by_role("columnheader")
    expect(heads).to_have_text(["Pick", re.compile("Cost"), "Name"])
    expect(heads.nth(1)).to_have_attribute("aria-sort", "descending")
    expect(page.get_by_role("button", name="Time span: Last 7 days")).to_be_visible()
    expect(page.get_by_role("button", name="Tokens", exact=True).first).to_have_attribute(
        "aria-pressed", "true"
    )


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
    expect(page.get_by_role("columnheader").filter(visible=True)).to_have_text(
        ["Name", re.compile("in"), re.compile("out"), re.compile("Cost")]
    )
