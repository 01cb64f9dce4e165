"""Trace: what happened in this one request, and where its tokens, money and time went."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from e2e.viewer import Viewer


def test_a_trace_is_a_tree_over_time(viewer: Viewer, ids: dict[str, str]) -> None:
    page = viewer.goes_to(f"traces/{ids['ticket']}")
    tree = page.get_by_role("treegrid")
    expect(tree.get_by_role("row")).to_have_count(5)  # the head and four runs
    expect(tree.get_by_role("row", name=re.compile(r"\bask\b"))).to_have_attribute("aria-level", "2")
    expect(tree.locator(".critical")).not_to_have_count(0)
    expect(page.locator("dl.totals")).to_contain_text("2,000")
    expect(page.locator("dl.totals")).to_contain_text("$0.0048")


def test_the_tree_is_walked_by_keyboard(viewer: Viewer, ids: dict[str, str]) -> None:
    page = viewer.goes_to(f"traces/{ids['ticket']}")
    tree = page.get_by_role("treegrid")
    tree.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("complementary").get_by_role("heading", level=2)).to_contain_text("search")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(tree.get_by_role("row")).to_have_count(2)  # folded
    page.keyboard.press("ArrowRight")
    expect(tree.get_by_role("row")).to_have_count(5)
    page.keyboard.press("End")
    expect(page).to_have_url(re.compile("run="))


def test_what_takes_most_is_named_and_leads_there(viewer: Viewer, ids: dict[str, str]) -> None:
    page = viewer.goes_to(f"traces/{ids['ticket']}?unit=time")
    sentence = page.get_by_text("takes 50%")
    expect(sentence).to_contain_text("ask takes 50% of the time (3.00 s)")
    sentence.get_by_role("button", name="ask").click()
    expect(page.get_by_role("row", name=re.compile(r"\bask\b"))).to_have_attribute("aria-selected", "true")
    page.get_by_role("button", name="Cost").click()
    expect(page.get_by_text("takes 94.3%")).to_contain_text("$0.0025 of it for what is sent")


def test_the_flame_and_the_tree_have_one_selection(viewer: Viewer, ids: dict[str, str]) -> None:
    page = viewer.goes_to(f"traces/{ids['ticket']}")
    flame = page.get_by_role("region", name="Where it went")
    expect(flame.get_by_role("listitem").first).to_have_text(re.compile("Uncached input"))
    plot = flame.locator(".plot")
    size = plot.bounding_box()
    assert size is not None
    plot.click(position={"x": size["width"] * 0.3, "y": size["height"] * 0.75})
    expect(page.get_by_role("row", name=re.compile(r"\bask\b"))).to_have_attribute("aria-selected", "true")
    plot.hover(position={"x": size["width"] - 4, "y": size["height"] * 0.75})
    expect(page.locator(".hovered")).to_contain_text("embellish")


def test_a_stretch_of_time_is_drawn_and_back_undoes_it(viewer: Viewer, ids: dict[str, str]) -> None:
    page = viewer.goes_to(f"traces/{ids['ticket']}")
    tree = page.get_by_role("treegrid")
    expect(tree.get_by_role("row")).to_have_count(5)
    axis = page.get_by_role("columnheader", name="Time since the start").bounding_box()
    assert axis is not None
    page.mouse.move(axis["x"] + axis["width"] * 0.85, axis["y"] + 60)
    page.mouse.down()
    page.mouse.move(axis["x"] + axis["width"] * 0.95, axis["y"] + 60, steps=4)
    page.mouse.up()
    expect(page).to_have_url(re.compile("zoom="))
    expect(tree.get_by_role("row")).to_have_count(3)  # the head, the root and what ran then
    expect(tree).to_contain_text("embellish")
    page.go_back()
    expect(tree.get_by_role("row")).to_have_count(5)
    page.get_by_role("row", name=re.compile(r"\bask\b")).click()
    page.keyboard.press("z")
    expect(page).to_have_url(re.compile("zoom="))
    page.keyboard.press("Escape")
    expect(page).not_to_have_url(re.compile("zoom="))


def test_a_text_is_found_inside_of_a_trace(viewer: Viewer, ids: dict[str, str]) -> None:
    page = viewer.goes_to(f"traces/{ids['ticket']}")
    expect(page.get_by_role("treegrid")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("certainly")
    expect(page.get_by_text(" of 2")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 of 2")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile(r"\bask\b"))).to_have_attribute("aria-selected", "true")
    expect(page.locator("mark").first).to_have_text("Certainly")
    page.keyboard.press("Enter")
    expect(page.get_by_role("row", name=re.compile("embellish"))).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Shift+Enter")
    expect(page.get_by_text("1 of 2")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".found")).to_have_count(0)


def test_only_some_runs_and_levels_are_shown(viewer: Viewer, ids: dict[str, str]) -> None:
    page = viewer.goes_to(f"traces/{ids['ticket']}")
    tree = page.get_by_role("treegrid")
    page.get_by_label("Which runs").select_option("Calls")
    expect(tree.get_by_role("row")).to_have_count(4)  # the head, the root and two calls
    page.get_by_label("Which runs").select_option("Errors")
    expect(tree).to_contain_text("No such run")
    page.go_back()
    page.go_back()
    expect(tree.get_by_role("row")).to_have_count(5)
    page.get_by_label("Levels").select_option("1 level")
    expect(tree.get_by_role("row")).to_have_count(2)


def test_a_row_that_has_most_of_its_parent_is_warm(viewer: Viewer, ids: dict[str, str]) -> None:
    page = viewer.goes_to(f"traces/{ids['ticket']}")
    expect(page.locator(".hot")).to_have_count(1)
    expect(page.locator(".hot")).to_have_attribute("title", "94.3% of what its parent has")


def test_messages_are_readable(viewer: Viewer, ids: dict[str, str]) -> None:
    page = viewer.goes_to(f"traces/{ids['ticket']}")
    page.get_by_role("row", name=re.compile(r"\bask\b")).click()
    panel = page.get_by_role("tabpanel")
    for text in ("System", "Be brief.", "User", "May I?", "Assistant", "Certainly."):
        expect(panel.get_by_text(text, exact=True)).to_be_visible()


def test_a_call_is_laid_beside_the_one_before_and_keys_step_through_them(
    viewer: Viewer, ids: dict[str, str]
) -> None:
    page = viewer.goes_to("runs?view=runs")
    page.get_by_role("row", name=re.compile(r"\bcall-7\b")).click()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("call-7")
    page.goto(f"{viewer.address}/ui/traces/{ids['ticket']}?run={ids['ask']}")
    steps = page.get_by_role("navigation", name="Calls of the same place")
    expect(steps).to_contain_text("No call of this place in the 7 days before")


def test_the_raw_json_is_searched_and_folded(viewer: Viewer, ids: dict[str, str]) -> None:
    page = viewer.goes_to(f"traces/{ids['ticket']}?tab=json&run={ids['ask']}")
    panel = page.get_by_role("tabpanel")
    panel.get_by_label("Search in the JSON").fill("certainly")
    expect(panel.get_by_text("1 time", exact=True)).to_be_visible()
    expect(panel.locator("mark")).to_have_text("Certainly")
    panel.get_by_role("button", name="Fold all", exact=True).click()
    expect(panel.locator("mark")).to_have_count(0)


def test_the_price_lines_make_the_cost(viewer: Viewer, ids: dict[str, str]) -> None:
    page = viewer.goes_to(f"traces/{ids['ticket']}?tab=usage")
    page.get_by_role("row", name=re.compile(r"\bask\b")).click()
    panel = page.get_by_role("tabpanel")
    expect(panel.get_by_text("1,000 × $2.50/M = $0.0025")).to_be_visible()  # noqa: RUF001
    expect(panel.get_by_text("200 × $10.00/M = $0.002", exact=True)).to_be_visible()  # noqa: RUF001
    expect(panel).to_contain_text("Reported")
    expect(panel).to_contain_text("genai-prices")


def test_a_step_shows_what_the_calls_below_it_used(viewer: Viewer, ids: dict[str, str]) -> None:
    page = viewer.goes_to(f"traces/{ids['ticket']}?tab=usage")
    expect(page.get_by_role("tabpanel")).to_contain_text("The 2 calls below it together")
    expect(page.get_by_role("tabpanel")).to_contain_text("2,400")


def test_why_a_run_failed_is_told_on_each_tab(viewer: Viewer) -> None:
    page = viewer.goes_to("runs?tab=usage")
    page.get_by_role("row", name=re.compile("broken")).click()
    panel = page.get_by_role("complementary", name="Run")
    expect(panel.get_by_text("ValueError: no such ticket")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("treegrid")).to_be_visible()
    expect(page.get_by_role("complementary").get_by_text("ValueError: no such ticket")).to_be_visible()


def test_names_are_whole_where_there_is_room_and_as_wide_as_the_viewer_wants(
    viewer: Viewer, ids: dict[str, str]
) -> None:
    page = viewer.goes_to(f"traces/{ids['ticket']}")
    name = page.get_by_role("treegrid").get_by_text("embellish", exact=True)
    assert name.evaluate("name => name.scrollWidth <= name.clientWidth")
    line = page.get_by_role("separator", name="Width of the names")
    before = page.get_by_role("columnheader", name="Name").evaluate("head => head.clientWidth")
    line.press("ArrowRight")
    assert page.get_by_role("columnheader", name="Name").evaluate("head => head.clientWidth") == before + 24


def test_details_hold_who_when_and_with_which_parameters(viewer: Viewer, ids: dict[str, str]) -> None:
    page = viewer.goes_to(f"traces/{ids['ticket']}?tab=facts")
    panel = page.get_by_role("tabpanel")
    for text in ("ada", "beta", "release", ids["ticket"]):
        expect(panel).to_contain_text(text)


def test_hostile_text_is_only_text(viewer: Viewer, ids: dict[str, str]) -> None:
    page = viewer.goes_to(f"traces/{ids['hostile']}")
    for tab in ("Messages", "Usage and cost", "Details", "JSON"):
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("tabpanel")).not_to_be_empty()
        assert page.locator("img").count() == 0
        assert page.locator("main script").count() == 0
        # Not one link that a trace made: only ours, to our own pages and files.
        links = page.locator("main a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
        assert all(link.startswith(("/ui/", "/econome/v1/runs/")) for link in links), links
    assert "owned" not in page.title().replace(page.locator("h1").inner_text(), "")
    page = viewer.goes_to("runs?view=runs&filter=" + 'eq(status, "error")')
    expect(page.get_by_role("row", name=re.compile("onerror")).first).to_be_visible()
    assert page.title() == "Runs · Econome"


def test_a_trace_that_is_not_there_says_so(viewer: Viewer) -> None:
    viewer.expects("404 (Not Found)")
    page = viewer.goes_to("traces/00000000-0000-0000-0000-000000000009")
    expect(page.get_by_role("alert")).to_contain_text("nothing at this address")


def test_a_link_made_by_a_client_of_langsmith_opens_the_trace(viewer: Viewer, ids: dict[str, str]) -> None:
    tenant = project = "00000000-0000-0000-0000-000000000000"
    for run in ("ticket", "ask"):
        viewer.page.goto(f"{viewer.address}/o/{tenant}/projects/p/{project}/r/{ids[run]}?poll=true")
        expect(viewer.page.get_by_role("treegrid")).to_be_visible()
        expect(viewer.page.get_by_role("heading", level=1)).to_have_text("answer_ticket")
        expect(viewer.page).to_have_url(re.compile(f"/ui/traces/{ids['ticket']}"))


def test_a_link_to_a_run_finds_its_trace(viewer: Viewer, ids: dict[str, str]) -> None:
    viewer.expects("404 (Not Found)")
    page = viewer.goes_to(f"traces/{ids['ask']}")
    expect(page.get_by_role("treegrid")).to_be_visible()
    expect(page).to_have_url(re.compile(f"/ui/traces/{ids['ticket']}.run={ids['ask']}"))
