"""What holds on every page: it can be used by all, in both languages, in light and dark, on any screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from clients.serving import Running
from e2e.viewer import Look, Viewer

AXE = Path(__file__).parents[2] / "ui" / "node_modules" / "axe-core" / "axe.min.js"
LOOKS = [Look(language, theme) for language in ("en-GB", "fr-FR") for theme in ("light", "dark")]
PHONE = 390  # pixels: the narrowest in wide use
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = {
    "overview": "",
    "overview-time": "?unit=time&by=project",
    "runs": "runs?view=runs",
    "runs-filtered": "runs?view=runs&filter=kind:llm+-status:error&bars=runs",
    "traces-peek": "runs?view=traces&peek={ticket}&tab=usage",
    "trace": "traces/{ticket}",
    "hostile": "traces/{hostile}?tab=facts",
    "sessions": "sessions",
    "session": "sessions/chat-of-ada",
    "users": "users",
    "user": "users/ada",
    "models": "models",
    "model": "models?model=gpt-4o&unit=time",
    "prompts": "prompts",
    "call-sites": "prompts?by=call_site&unit=tokens",
    "explore": "explore",
    "explore-table": "explore?view=table&rows=user&columns=model",
    "compare": "compare?by=model",
    "compare-periods": "compare",
    "compare-runs": "compare?by=run&a={ticket}&b={ask}",
    "prices": "prices",
    "prices-form": "prices?model=our-own-model-7b",
    "connect": "connect",
    "keys": "keys",
    "nowhere": "nowhere",
}


def settle(page: Page) -> None:
    """Until the page has its title and its answers."""
    expect(page.locator("h1")).to_be_visible()
    page.wait_for_timeout(600)


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_and_a_phone_need_not_scroll_sideways(
    name: str, look: Look, server: Running, ids: dict[str, str], open_viewer: Callable[..., Viewer]
) -> None:
    page = open_viewer(server, look).goes_to(PAGES[name].format(**ids))
    settle(page)
    page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    told = [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
    assert told == []
    assert len(found["passes"]) > 15  # it did look

    page.set_viewport_size({"width": PHONE, "height": 844})
    page.wait_for_timeout(200)  # for charts to be drawn anew
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE, f"{name} is {wide} pixels wide"


def test_no_text_of_the_other_language_is_left(
    server: Running, ids: dict[str, str], open_viewer: Callable[..., Viewer]
) -> None:
    page = open_viewer(server, Look("fr-FR")).goes_to(f"traces/{ids['ticket']}?tab=facts")
    settle(page)
    text = page.locator("body").inner_text()
    for english in ("Latency", "Started", "Details", "Usage and cost", "Settings"):
        assert english not in text


def test_the_palette_goes_anywhere(viewer: Viewer, ids: dict[str, str]) -> None:
    page = viewer.goes_to("")
    expect(page.locator("h1")).to_be_visible()
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Go to anything")
    expect(field).to_be_focused()
    field.fill(ids["ticket"])
    field.press("Enter")
    expect(page.get_by_role("heading", name="answer_ticket").first).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_server_that_goes_away_is_said_and_found_again(
    empty_server: Running, open_viewer: Callable[..., Viewer]
) -> None:
    viewer = open_viewer(empty_server)
    viewer.expects("Failed to load resource", "net::ERR")
    with viewer.page.expect_response(lambda answer: "/assets/runs-" in answer.url):
        page = viewer.goes_to("keys")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    page.wait_for_timeout(2_000)  # until what the other pages need has been fetched too
    page.context.set_offline(True)
    page.keyboard.press("g")
    page.keyboard.press("r")
    expect(page.get_by_role("alert").first).to_contain_text("cannot be reached")
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").first.click()
    expect(page.get_by_role("heading", name="Waiting for the first run")).to_be_visible()


def test_a_first_look_is_small(viewer: Viewer) -> None:
    sizes: list[int] = []
    viewer.page.on(
        "requestfinished",
        lambda request: sizes.append(request.sizes()["responseBodySize"]) if "/ui/" in request.url else None,
    )
    settle(viewer.goes_to(""))
    assert 0 < sum(sizes) < 150_000


def test_the_menu_unfolds_where_there_is_no_room_for_it(
    server: Running, ids: dict[str, str], open_viewer: Callable[..., Viewer]
) -> None:
    assert ids
    page = open_viewer(server, Look(width=PHONE, height=844)).goes_to("")
    settle(page)
    expect(page.get_by_role("link", name="Prices")).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Prices").click()
    expect(page.get_by_role("heading", name="Prices", level=1)).to_be_visible()
    expect(page.get_by_role("link", name="Connect")).to_be_hidden()


def test_a_page_that_slept_listens_anew_and_asks_for_what_it_missed(viewer: Viewer) -> None:
    lines: list[str] = []
    viewer.page.on("request", lambda request: lines.append(request.url) if "/live" in request.url else None)
    viewer.page.clock.install()
    page = viewer.goes_to("")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    assert len(lines) == 1
    with page.expect_request(lambda request: "/overview" in request.url):
        page.clock.fast_forward("08:00:00")
    page.clock.run_for(1_000)
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    assert len(lines) == 2
