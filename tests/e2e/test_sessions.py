"""Sessions: which conversations there are, how their context grows, and what was said in one."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from clients.serving import Running
from e2e.viewer import Viewer


def row(page: Page, session: str) -> str:
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=session, exact=True)).inner_text()


def test_a_conversation_tells_its_turns_and_how_much_each_adds(viewer: Viewer) -> None:
    page = viewer.goes_to("sessions")
    expect(page.get_by_role("link", name="chat-of-ada", exact=True)).to_be_visible()
    text = row(page, "chat-of-ada")
    assert "+400" in text  # tokens per turn
    assert "ada" in text
    assert f"{(6 * 1_000 + 400 * (1 + 2 + 3 + 4 + 5 + 6)) / 1_000}K" in text
    expect(page.locator("dl")).to_contain_text("Traces in no session")


def test_the_order_lies_in_the_address_and_back_undoes_it(viewer: Viewer) -> None:
    page = viewer.goes_to("sessions")
    expect(page.get_by_role("columnheader", name="Cost")).to_have_attribute("aria-sort", "descending")
    page.get_by_role("button", name="Turns").click()
    expect(page).to_have_url(re.compile("sort=turns"))
    expect(page.get_by_role("rowheader").first).to_contain_text("chat-of-ada")
    page.get_by_role("button", name="Turns").click()
    expect(page.get_by_role("rowheader").first).to_contain_text("a/strange name?")
    page.go_back()
    page.go_back()
    expect(page).not_to_have_url(re.compile("sort="))


def test_one_switch_changes_what_comes_first(viewer: Viewer) -> None:
    page = viewer.goes_to("sessions")
    page.get_by_role("button", name="Tokens", exact=True).first.click()
    expect(page.get_by_role("columnheader", name="Tokens")).to_have_attribute("aria-sort", "descending")


def test_a_conversation_opens_with_all_that_was_said(viewer: Viewer) -> None:
    page = viewer.goes_to("sessions")
    page.get_by_role("link", name="chat-of-ada", exact=True).click()
    expect(page.get_by_role("heading", name="chat-of-ada")).to_be_focused()
    talk = page.get_by_role("region", name="The conversation")
    for turn in range(1, 7):
        expect(talk.get_by_text(f"Question {turn}?", exact=True)).to_have_count(
            1
        )  # the history is not repeated
        expect(talk.get_by_text(f"Answer {turn}.", exact=True)).to_have_count(1)
    expect(talk).to_contain_text("read from a cache")


def test_a_turn_is_picked_by_the_keyboard_and_leads_to_its_trace(viewer: Viewer) -> None:
    page = viewer.goes_to("sessions/chat-of-ada")
    chart = page.get_by_role("slider", name="Context per turn")
    chart.focus()
    page.keyboard.press("End")
    expect(chart).to_have_attribute("aria-valuetext", re.compile(r"Turn 6\. Sent again: 3,000, New: 400"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("turn=6"))
    page.get_by_role("link", name="Turn 6").click()
    expect(page.get_by_role("heading", name="chat-of-ada-turn-6").first).to_be_visible()


def test_the_charts_have_the_same_numbers_as_tables(viewer: Viewer) -> None:
    page = viewer.goes_to("sessions/chat-of-ada")
    card = page.get_by_role("region", name="Context per turn")
    card.get_by_role("button", name="Show as a table").click()
    expect(card.get_by_role("row", name=re.compile("^3 2,200 1,800 400 1,024$"))).to_be_visible()
    card = page.get_by_role("region", name="Cost per turn")
    card.get_by_role("button", name="Show as a table").click()
    expect(card.get_by_role("columnheader", name="Cost until there")).to_be_visible()


def test_a_name_that_no_path_can_hold_is_a_page_as_any(viewer: Viewer) -> None:
    page = viewer.goes_to("sessions")
    page.get_by_role("link", name="a/strange name?", exact=True).click()
    expect(page.get_by_role("heading", name="a/strange name?")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/sessions/~[A-Za-z0-9_-]+$"))
    page.reload()
    expect(page.get_by_role("heading", name="a/strange name?")).to_be_visible()
    page.get_by_role("link", name="bob@example.org").click()
    expect(page.get_by_role("heading", name="bob@example.org")).to_be_visible()


def test_a_conversation_that_is_not_there_is_said(viewer: Viewer) -> None:
    viewer.expects("404")
    page = viewer.goes_to("sessions/nobody")
    expect(page.get_by_role("alert")).to_contain_text("nothing at this address")


def test_where_no_run_names_a_session_the_page_says_how(
    empty_server: Running, open_viewer: Callable[..., Viewer]
) -> None:
    page = open_viewer(empty_server).goes_to("sessions")
    expect(page.get_by_role("heading", name="Waiting for the first run")).to_be_visible()
    empty_server.post("/runs", {"id": "0c6cf1a4-9d3e-4c1c-8a5b-7d1f6c1f2a11", "name": "x", "run_type": "llm"})
    page.reload()
    expect(page.get_by_role("heading", name=re.compile("No run here says"))).to_be_visible()
    page = open_viewer(empty_server).goes_to("users")
    expect(page.get_by_role("heading", name=re.compile("No run here says who"))).to_be_visible()
