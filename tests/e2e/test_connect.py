"""Connect: an empty server is a beginning."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from clients.serving import Running
from e2e.seed import USED, Sender
from e2e.viewer import Viewer


def test_an_empty_server_waits_for_the_first_run_and_shows_it(
    empty_server: Running, open_viewer: Callable[..., Viewer]
) -> None:
    page = open_viewer(empty_server).goes_to("")
    expect(page.get_by_role("heading", name="Waiting for the first run")).to_be_visible()
    expect(page.get_by_text(f"LANGSMITH_ENDPOINT={empty_server.address}/api/v1")).to_be_visible()
    for client in ("LangChain", "JavaScript", "curl"):
        page.get_by_role("tab", name=client).click()
        expect(page.get_by_role("tabpanel")).to_contain_text(f"{empty_server.address}/api/v1")

    sender = Sender()
    sender.call("hello", "gpt-4o", USED, minutes_ago=1)
    sender.send(empty_server)
    expect(page.get_by_role("heading", name="Waiting for the first run")).to_have_count(0)
    expect(page.locator("dl.figures")).to_contain_text("$0.0045")


def test_sample_data_come_and_go_with_a_button(
    empty_server: Running, open_viewer: Callable[..., Viewer]
) -> None:
    page = open_viewer(empty_server).goes_to("")
    page.get_by_role("button", name="Load sample data").click()
    expect(page.locator("dl.figures")).to_contain_text("Spend")
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("button", name="Remove the sample data").click()
    expect(page.get_by_role("heading", name="Waiting for the first run")).to_be_visible()


def test_the_way_to_connect_stays_in_the_menu(viewer: Viewer) -> None:
    page = viewer.goes_to("")
    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(page.get_by_role("heading", name="Connect an app")).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="Latest trace")).to_contain_text(re.compile(r"\w"))
