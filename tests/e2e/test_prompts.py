"""Prompts: what they are made of, how their versions differ, and which tools nobody calls."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from clients.serving import Running, served
from e2e.seed_prompts import seed_prompts
from e2e.test_every_page import AXE, LOOKS, PHONE, RULES, settle
from e2e.viewer import Look, Viewer

HELPER = re.compile("You are the helper of a garden shop")


@pytest.fixture(scope="module")
def garden(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server of this file's own: its prompts would be in the others' way."""
    with served(tmp_path_factory.mktemp("garden") / "data") as running:
        seed_prompts(running)
        yield running


@pytest.fixture
def page(garden: Running, open_viewer: Callable[..., Viewer]) -> Page:
    return open_viewer(garden).goes_to("prompts?range=6h")


def row_of(page: Page, name: str | re.Pattern[str]) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=name))


def open_helper(page: Page) -> None:
    page.get_by_role("link", name=HELPER).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("You are the helper of a garden shop")


def test_calls_are_grouped_by_the_template_that_they_share(page: Page) -> None:
    row = row_of(page, HELPER)
    expect(row).to_contain_text("2 versions")
    expect(row.get_by_role("link", name="40", exact=True)).to_be_visible()
    bar = row.get_by_role("img")
    expect(bar).to_have_attribute("aria-label", re.compile(r"Tool definitions: .*from the cache; System"))
    expect(row_of(page, "triage")).to_contain_text("10 call sites")


def test_the_unit_and_the_order_are_in_the_address(page: Page) -> None:
    expect(page.get_by_role("columnheader", name="Cost", exact=True)).to_have_attribute(
        "aria-sort", "descending"
    )
    page.get_by_role("button", name="Calls", exact=True).click()
    expect(page).to_have_url(re.compile("sort=calls"))
    page.get_by_role("button", name="Tokens", exact=True).click()
    expect(page.get_by_role("columnheader", name="Made of, by tokens")).to_be_visible()
    expect(page).to_have_url(re.compile("unit=tokens"))


def test_a_number_of_calls_leads_to_them(page: Page) -> None:
    row_of(page, "triage").get_by_role("link", name="10", exact=True).click()
    expect(page).to_have_url(re.compile(r"/ui/runs\?.*prompt"))


def test_a_prompt_tells_its_segments_its_wording_and_its_tools(page: Page) -> None:
    open_helper(page)
    made = page.get_by_role("region", name="Made of", exact=True)
    expect(made.get_by_role("row").filter(has_text="Tool definitions")).to_contain_text("8,192")
    wording = page.get_by_role("region", name="Wording")
    expect(wording).to_contain_text("Answer in at most three sentences.")
    expect(wording).to_contain_text("slot")
    tools = page.get_by_role("region", name="Tools", exact=True)
    expect(tools).to_contain_text("2 tools never called")
    expect(tools.get_by_role("row").filter(has_text="print_label")).to_contain_text("never called")


def test_another_version_has_another_wording_and_back_undoes_it(page: Page) -> None:
    open_helper(page)
    wording = page.get_by_role("region", name="Wording")
    wording.get_by_role("combobox").select_option(label="Version 1")
    expect(wording).to_contain_text("Answer kindly and in full sentences.")
    expect(page).to_have_url(re.compile("version=1"))
    page.go_back()
    expect(wording).to_contain_text("Answer in at most three sentences.")


def test_versions_are_compared_segment_by_segment_and_word_by_word(page: Page) -> None:
    open_helper(page)
    compared = page.get_by_role("region", name="Compare versions")
    expect(compared.get_by_role("row").filter(has_text="System")).to_contain_text("+")
    expect(compared.locator("del").first).to_contain_text("kindly and in full")
    expect(compared.locator("ins").nth(1)).to_contain_text("Name the page of the handbook")
    compared.get_by_label("from").select_option(label="Version 2")
    expect(compared).to_contain_text("The wording is the same.")


def test_a_call_of_the_sample_leads_to_its_trace(page: Page) -> None:
    open_helper(page)
    page.get_by_role("region", name="Latest calls").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile("/ui/traces/[0-9a-f-]{36}"))


def test_call_sites_are_a_click_away_and_tell_their_prompts(page: Page) -> None:
    page.get_by_role("button", name="Call sites").click()
    expect(page).to_have_url(re.compile("by=call_site"))
    page.get_by_role("link", name=re.compile("help_customer")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("help_customer > ChatOpenAI")
    expect(page.get_by_role("region", name="Prompts sent from here")).to_contain_text("garden shop")


def test_a_prompt_that_is_not_there_is_told_so(garden: Running, open_viewer: Callable[..., Viewer]) -> None:
    viewer = open_viewer(garden)
    viewer.expects("404")
    page = viewer.goes_to("prompts/nothing?range=6h")
    expect(page.get_by_role("alert")).to_contain_text('no prompt "nothing"')


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_axe_finds_nothing_on_a_prompt_and_a_phone_need_not_scroll_sideways(
    look: Look, garden: Running, open_viewer: Callable[..., Viewer]
) -> None:
    page = open_viewer(garden, look).goes_to("prompts?range=6h")
    page.get_by_role("link", name=HELPER).click()
    expect(page.locator("del").first).to_be_visible()
    settle(page)
    page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    assert [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in found["violations"]] == []
    page.set_viewport_size({"width": PHONE, "height": 844})
    page.wait_for_timeout(200)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
