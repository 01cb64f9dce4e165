"""Connect: an empty server is a beginning."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from playwright.sync_api import Locator, Page, expect

from clients.serving import Running
from e2e.seed import USED, Sender
from e2e.viewer import Look, Viewer
from metric_bodies import NOON, a_point, a_sum, an_export


def test_an_empty_server_waits_for_the_first_run_and_shows_it(
    empty_server: Running, open_viewer: Callable[..., Viewer]
) -> None:
    page = open_viewer(empty_server).goes_to("")
    expect(page.get_by_role("heading", name="Waiting for the first run")).to_be_visible()
    expect(page.get_by_text(f"LANGSMITH_ENDPOINT={empty_server.address}/api/v1")).to_be_visible()
    for client, line in {
        "LangChain and LangGraph Python": f"LANGSMITH_ENDPOINT={empty_server.address}/api/v1",
        "Langfuse JavaScript": f"LANGFUSE_BASE_URL={empty_server.address}",
        "OTLP/gRPC, port 4317 Python": "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4317",
        "curl": f"curl {empty_server.address}/api/v1/runs",
    }.items():
        page.get_by_role("link", name=client, exact=True).click()
        expect(shown(page)).to_contain_text(line)

    sender = Sender()
    sender.call("hello", "gpt-4o", USED, minutes_ago=1)
    sender.send(empty_server)
    expect(page.get_by_role("heading", name="Waiting for the first run")).to_have_count(0)
    expect(page.locator("dl.figures")).to_contain_text("$0.0045")


def shown(page: Page) -> Locator:
    """What is to be pasted for the chosen client."""
    return page.locator("section[aria-labelledby=client-title]")


def test_a_client_is_found_by_a_word_and_reached_by_the_keyboard(viewer: Viewer) -> None:
    page = viewer.goes_to("connect")
    search = page.get_by_label("Search clients")
    search.fill("cobol")
    expect(page.get_by_text("No client for")).to_be_visible()
    search.fill("coding")
    search.press("Enter")
    expect(page.get_by_role("heading", name="Claude Code")).to_be_visible()
    search.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Codex CLI")).to_be_focused()
    expect(page).to_have_url(re.compile(r"client=codex"))
    expect(shown(page)).to_contain_text('/v1/logs"')
    for _ in range(2):
        page.keyboard.press("ArrowUp")
    expect(search).to_be_focused()


def test_an_address_opens_its_client_where_it_can_be_seen(viewer: Viewer) -> None:
    page = viewer.goes_to("connect?client=curl")
    expect(page.get_by_role("heading", name="curl")).to_be_visible()
    expect(page.get_by_role("link", name="curl", exact=True)).to_be_in_viewport()


def test_on_a_phone_clients_are_a_list_to_choose_from(
    server: Running, open_viewer: Callable[..., Viewer]
) -> None:
    page = open_viewer(server, Look("fr-FR", "dark", width=390)).goes_to("connect")
    page.get_by_label("Client", exact=True).select_option("openlit")
    expect(shown(page)).to_contain_text("import openlit")
    expect(shown(page)).to_contain_text("Dans le terminal")
    expect(page.get_by_label("Chercher un client")).to_be_hidden()


def test_what_is_shown_is_what_is_copied(server: Running, open_viewer: Callable[..., Viewer]) -> None:
    page = open_viewer(server).goes_to("connect?client=logfire")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown(page).get_by_role("button", name="Copy").first.click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert f"export OTEL_EXPORTER_OTLP_ENDPOINT={server.address}\n" in copied
    assert copied == shown(page).locator("pre").first.inner_text()


def test_once_there_are_keys_the_place_of_one_is_marked(
    empty_server: Running, open_viewer: Callable[..., Viewer]
) -> None:
    viewer = open_viewer(empty_server)
    page = viewer.goes_to("connect?client=langchain")
    expect(shown(page)).to_contain_text("LANGSMITH_API_KEY=anything")
    empty_server.post("/econome/v1/keys", {"name": "app", "role": "ingest"})
    viewer.expects("401 (Unauthorized)")
    page = viewer.goes_to("connect?client=langchain")
    page.get_by_label("Admin token or key").fill((empty_server.data / "admin-token").read_text().strip())
    page.keyboard.press("Enter")
    expect(shown(page)).to_contain_text("LANGSMITH_API_KEY=YOUR_KEY")
    shown(page).get_by_role("link", name="Make one").click()
    expect(page.get_by_role("heading", name="Keys", exact=True)).to_be_visible()


def test_where_only_metrics_came_nobody_says_that_nothing_did(
    empty_server: Running, open_viewer: Callable[..., Viewer]
) -> None:
    now = (datetime.now(UTC) - NOON).total_seconds()
    told = {"gen_ai__provider__name": "openai", "gen_ai__request__model": "gpt-4o-mini"}
    metrics = [
        a_sum(f"gen_ai.client.inference.usage.{side}_tokens", a_point(n, since=now - 60, at=now - 1, **told))
        for side, n in (("input", 1_200_000), ("output", 100_000))
    ]
    page = open_viewer(empty_server, Look("fr-FR")).goes_to("")
    expect(page.get_by_role("heading", name="En attente du premier run")).to_be_visible()
    empty_server.post("/v1/metrics", an_export(*metrics, service="nightly"))
    expect(page.get_by_role("heading", name="Des métriques sont arrivées, pas encore de run")).to_be_visible()
    row = page.get_by_role("row", name="nightly")
    # gpt-4o-mini: 0.15 and 0.60 dollars a million
    expect(row).to_contain_text("0,24")
    expect(row).to_contain_text("1,2")


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
    expect(page.locator("h1")).to_be_visible()  # who is not there yet hears no key
    page.keyboard.press("g")
    page.keyboard.press("a")
    expect(page.get_by_role("heading", name="Connect an app")).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="Latest trace")).to_contain_text(re.compile(r"\w"))
