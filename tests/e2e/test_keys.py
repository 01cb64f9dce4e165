"""Keys and login: who is let in."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from clients.serving import Running
from e2e.viewer import Viewer


def admin_token(server: Running) -> str:
    """What lies beside the lock, for the owner's eyes only."""
    return (server.data / "admin-token").read_text().strip()


def test_a_key_is_shown_once_and_ends_the_open_house(
    empty_server: Running, open_viewer: Callable[..., Viewer]
) -> None:
    page = open_viewer(empty_server).goes_to("keys")
    expect(page.get_by_text("There are no keys yet")).to_be_visible()
    expect(page.get_by_role("note")).to_contain_text("DATA/admin-token")
    page.get_by_label("Name").fill("production")
    page.get_by_role("button", name="Make a key").click()
    expect(page.get_by_text("Copy the key now")).to_be_visible()
    expect(page.locator(".key")).to_contain_text("eco_")
    page.get_by_role("button", name="I have copied it").click()
    expect(page.get_by_role("cell", name="production", exact=True)).to_be_visible()
    page.reload()  # whoever made it stays logged in, and is told no secret again
    expect(page.get_by_role("cell", name="production", exact=True)).to_be_visible()
    expect(page.locator(".key")).to_have_count(0)


def test_others_must_log_in_once_there_is_a_key(
    empty_server: Running, open_viewer: Callable[..., Viewer]
) -> None:
    key = empty_server.post("/econome/v1/keys", {"name": "app", "role": "ingest"})["key"]
    viewer = open_viewer(empty_server)
    viewer.expects("401 (Unauthorized)", "403 (Forbidden)")
    page = viewer.goes_to("")
    expect(page.get_by_text("econome doctor")).to_be_visible()
    field = page.get_by_label("Admin token or key")
    field.fill(key)
    field.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("--role read")


def test_a_wrong_token_is_refused_and_the_right_one_opens(
    empty_server: Running, open_viewer: Callable[..., Viewer]
) -> None:
    token = admin_token(empty_server)
    empty_server.post("/econome/v1/keys", {"name": "app", "role": "ingest"})
    viewer = open_viewer(empty_server)
    viewer.expects("401 (Unauthorized)")
    page = viewer.goes_to("runs")
    field = page.get_by_label("Admin token or key")
    expect(field).to_be_focused()
    field.fill("guess")
    field.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("does not know that token")
    field.fill(token)
    field.press("Enter")
    expect(field).to_be_hidden()  # until then letters go into it
    expect(page).to_have_url(re.compile("/ui/runs"))
    page.keyboard.press("g")
    page.keyboard.press("k")
    expect(page.get_by_role("cell", name="app", exact=True)).to_be_visible()

    page.get_by_role("button", name="Settings").click()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
