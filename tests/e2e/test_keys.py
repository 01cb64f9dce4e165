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
    viewer = open_viewer(empty_server)
    viewer.expects("401 (Unauthorized)")
    page = viewer.goes_to("keys")
    expect(page.get_by_text("There are no keys yet")).to_be_visible()
    page.get_by_label("Name").fill("production")
    page.get_by_role("button", name="Make a key").click()
    # From here on the server wants to know who asks: whoever made the key logs in with the token.
    expect(
        page.get_by_text("Copy the key now").or_(page.get_by_role("heading", name="Log in"))
    ).to_be_visible()


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
