"""Users: who used what."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from e2e.viewer import Viewer


def test_a_user_leads_to_what_they_did(viewer: Viewer) -> None:
    page = viewer.goes_to("users?project=chats")
    expect(page.get_by_role("rowheader")).to_have_count(2)
    expect(page.locator("dl")).to_contain_text("Traces of nobody")
    page.get_by_role("link", name="ada", exact=True).click()
    expect(page.get_by_role("heading", name="ada")).to_be_focused()
    expect(page).to_have_url(re.compile(r"/users/ada\?project=chats"))
    expect(page.get_by_role("heading", name="Spend over time")).to_be_visible()
    sessions = page.get_by_role("region", name="Sessions")
    expect(sessions.get_by_role("link", name="chat-of-ada", exact=True)).to_be_visible()
    expect(
        page.get_by_role("region", name="Spend by model").get_by_role("link", name="gpt-4o")
    ).to_be_visible()


def test_the_numbers_of_a_user_lead_to_the_runs_behind_them(viewer: Viewer) -> None:
    page = viewer.goes_to("users?project=chats")
    ada = page.get_by_role("row").filter(has=page.get_by_role("link", name="ada", exact=True))
    ada.get_by_role("link", name="6", exact=True).first.click()  # its traces, or its calls
    expect(page).to_have_url(re.compile(r"/runs\?.*filter=eq"))
    expect(page.get_by_role("row", name=re.compile("chat-of-ada-turn-6"))).to_be_visible()


def test_users_come_in_the_order_of_a_column(viewer: Viewer) -> None:
    page = viewer.goes_to("users?project=chats")
    page.get_by_role("button", name="Last run").click()
    expect(page).to_have_url(re.compile("sort=last"))
    expect(page.get_by_role("columnheader", name="Last run")).to_have_attribute("aria-sort", "descending")


def test_a_user_who_is_not_there_did_nothing(viewer: Viewer) -> None:
    page = viewer.goes_to("users/nobody")
    expect(page.get_by_text("Nothing in this span")).to_be_visible()
