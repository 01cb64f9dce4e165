"""Prices: what has none, setting one, pricing a span again, and amounts at other prices."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from clients.serving import Running
from e2e.seed import USED, Sender
from e2e.viewer import Look, Viewer


@pytest.fixture
def unpriced(empty_server: Running) -> Running:
    """A server with two calls: of a model that has a list price, and of one that nobody knows."""
    sender = Sender()
    sender.call("listed", "gpt-4o-mini", USED, minutes_ago=5)
    sender.call("homemade", "our-own-model-7b", USED, minutes_ago=4)
    sender.send(empty_server)
    return empty_server


def price_it(page: Page, **rates: str) -> None:
    """Fills in the form of the unpriced model, and saves it."""
    page.get_by_role("button", name="Price it: our-own-model-7b").click()
    form = page.get_by_role("form", name="A price of your own")
    for label, amount in rates.items():
        form.get_by_label(label.replace("_", " "), exact=True).fill(amount)
    form.get_by_role("button", name="Save the price").click()


def test_an_unpriced_model_is_priced_and_its_span_priced_again(
    unpriced: Running, open_viewer: Callable[..., Viewer]
) -> None:
    page = open_viewer(unpriced).goes_to("prices")
    price_it(page, Uncached_input="2", Text_out="10")
    again = page.get_by_role("region", name="Price this span again", exact=True)
    again.get_by_role("button", name="Show what would change").click()
    expect(again).to_contain_text("1 of 1 calls would change: $0.0040")
    before = unpriced.get("/econome/v1/overview")["totals"]
    assert before["coverage"]["priced"] == 1  # a proposal changes nothing

    again.get_by_role("button", name="Apply").click()
    expect(again).to_contain_text("1 of 1 calls priced again")
    expect(page.get_by_text("Every call of this span whose tokens are known has a price.")).to_be_visible()
    expect(page.get_by_role("region", name="What was changed")).to_contain_text("Priced again")
    page.get_by_role("link", name="Overview").click()
    badge = page.get_by_label("How complete the totals are").first
    expect(badge).to_contain_text("All calls are in the totals")


def test_what_is_wrong_in_the_form_is_said_beside_it(
    unpriced: Running, open_viewer: Callable[..., Viewer]
) -> None:
    page = open_viewer(unpriced).goes_to("prices")
    price_it(page, Uncached_input="two")
    field = page.get_by_label("Uncached input").first
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    expect(page.get_by_text("An amount such as 2.50.")).to_be_visible()
    assert unpriced.get("/econome/v1/prices?source=overrides")["rows"] == []


def test_a_price_of_ones_own_is_changed_from_today_and_removed_after_a_question(
    unpriced: Running, open_viewer: Callable[..., Viewer]
) -> None:
    said = {"model": "our-own-model-7b", "valid_from": "2026-01-01", "rates": {"uncached": "1"}}
    unpriced.post("/econome/v1/prices", said)
    page = open_viewer(unpriced).goes_to("prices")
    page.get_by_role("button", name="New price for our-own-model-7b").click()
    form = page.get_by_role("form", name="A price of your own")
    expect(form.get_by_label("Uncached input", exact=True)).to_have_value("1")
    form.get_by_label("Uncached input", exact=True).fill("3")
    form.get_by_role("button", name="Save the price").click()
    own = page.get_by_role("region", name="Your own prices").first
    expect(own.get_by_role("row")).to_have_count(3)  # its head, what held, what holds
    own.get_by_role("button", name="Remove the price of our-own-model-7b").first.click()
    assert len(unpriced.get("/econome/v1/prices?source=overrides")["rows"]) == 2
    own.get_by_role("button", name="Remove it").click()
    expect(own.get_by_role("row")).to_have_count(2)


def test_a_key_that_may_read_sees_no_form_and_why(
    unpriced: Running, open_viewer: Callable[..., Viewer]
) -> None:
    key = unpriced.post("/econome/v1/keys", {"name": "look", "role": "read"})["key"]
    viewer = open_viewer(unpriced)
    viewer.expects("401 (Unauthorized)")
    page = viewer.goes_to("prices")
    page.get_by_label("Admin token or key").fill(key)
    page.keyboard.press("Enter")
    expect(page.get_by_role("note")).to_contain_text("may read only")
    expect(
        page.get_by_role("cell", name="our-own-model-7b").or_(page.get_by_text("our-own-model-7b"))
    ).to_be_visible()
    expect(page.get_by_role("button", name="Price it: our-own-model-7b")).to_have_count(0)
    expect(page.get_by_role("button", name="Add a price")).to_have_count(0)


def test_all_listed_prices_can_be_searched(viewer: Viewer) -> None:
    page = viewer.goes_to("prices")
    page.get_by_label("Find a model").fill("gpt-4o-mini")
    expect(page.get_by_role("region", name="All prices").first).to_contain_text("gpt-4o-mini")
    page.get_by_label("Find a model").fill("no-such-model-anywhere")
    expect(page.get_by_text("No price of a model with “no-such-model-anywhere” in its name.")).to_be_visible()


def test_each_part_of_the_coverage_leads_to_just_its_calls(
    unpriced: Running, open_viewer: Callable[..., Viewer]
) -> None:
    page = open_viewer(unpriced).goes_to("?range=1h")
    page.get_by_role("button", name=re.compile("How complete the totals are")).click()
    page.get_by_role("dialog").get_by_role("link", name="1 call has no price").click()
    expect(page).to_have_url(re.compile("runs.*range=1h|range=1h.*"))
    expect(page.get_by_text("1 run", exact=True)).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="homemade")).to_be_visible()


def test_amounts_at_the_prices_of_a_day_are_marked_and_kept_in_the_address(
    unpriced: Running, open_viewer: Callable[..., Viewer]
) -> None:
    unpriced.post(
        "/econome/v1/prices", {"model": "our-own-model-7b", "rates": {"uncached": "2", "text_out": "10"}}
    )
    today = unpriced.get("/econome/v1/overview")["until"][:10]
    page = open_viewer(unpriced).goes_to("")
    expect(page.get_by_text("50% of the calls are in the spend").first).to_be_visible()
    page.get_by_role("button", name="Prices and currency").click()
    page.get_by_label("At the prices of a day").fill(today)
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page).to_have_url(re.compile(f"prices={today}"))
    expect(page.get_by_text("All calls are in the totals").first).to_be_visible()
    expect(page.get_by_role("note")).to_contain_text("Not the recorded amounts")
    page.get_by_role("button", name="Back to the recorded amounts").click()
    expect(page.get_by_text("50% of the calls are in the spend").first).to_be_visible()


def test_amounts_are_shown_in_another_currency_that_has_rates(
    unpriced: Running, open_viewer: Callable[..., Viewer]
) -> None:
    unpriced.post("/econome/v1/currency", {"currency": "EUR", "day": "2026-01-01", "rate": "0.9"})
    page = open_viewer(unpriced, Look("fr-FR")).goes_to("")
    page.get_by_role("button", name="Tarifs et devise").click()
    page.get_by_role("button", name="Montants en EUR").click()
    expect(page.locator(".figure").first).to_contain_text("€")
    expect(page.get_by_role("note")).to_contain_text("Montants autres")


def test_a_run_tells_why_its_price_and_where_one_was_looked_for(viewer: Viewer, ids: dict[str, str]) -> None:
    page = viewer.goes_to(f"traces/{ids['ticket']}?run={ids['ask']}&tab=usage")
    panel = page.get_by_role("tabpanel")
    expect(panel).to_contain_text("Price of gpt-4o (openai), from genai-prices")
    panel.get_by_text("Where a price was looked for").click()
    expect(panel).to_contain_text("your own prices")


def test_the_page_is_french_for_who_reads_french(
    unpriced: Running, open_viewer: Callable[..., Viewer]
) -> None:
    page = open_viewer(unpriced, Look("fr-FR")).goes_to("prices")
    expect(page.get_by_role("heading", name="Tarifs", exact=True)).to_be_visible()
    expect(page.get_by_text("pas de tarif pour ce modèle")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("no price")
