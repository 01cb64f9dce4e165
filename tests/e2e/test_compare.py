"""Compare: what differs between two sides, and is it sure?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from clients.serving import Running, served
from e2e.seed import Sender
from e2e.viewer import Look, Viewer

SHORT = {"prompt_tokens": 1_000, "completion_tokens": 100, "total_tokens": 1_100}
LONG = {"prompt_tokens": 3_000, "completion_tokens": 100, "total_tokens": 3_100}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, dict[str, str]]]:
    """A server with forty calls of each of two models, of which the dear one was judged no better."""
    with served(tmp_path_factory.mktemp("judged") / "data") as running:
        sender = Sender(project="judged")
        sent = {}
        for model, usage in (("gpt-4o-mini", SHORT), ("gpt-4o", LONG)):
            for number in range(40):
                words = "Be brief." if model == "gpt-4o-mini" else "Be very brief."
                run = sender.call(
                    f"{model}-{number}",
                    model,
                    usage,
                    minutes_ago=5 + number,
                    inputs={"messages": [{"role": "user", "content": words}]},
                )
                sent[f"{model}-{number}"] = run["id"]
        sender.send(running)
        for number, run in enumerate(sent.values()):
            score = {"run_id": run, "trace_id": run, "key": "helpful", "score": number % 2}
            running.post("/feedback", score)
        yield running, sent


@pytest.fixture
def page(judged: tuple[Running, dict[str, str]], open_viewer: Callable[..., Viewer]) -> Page:
    return open_viewer(judged[0]).goes_to("compare?by=model")


def row(page: Page, name: str) -> str:
    return page.get_by_role("row", name=re.compile(f"^{re.escape(name)}")).first.inner_text()


def test_two_models_stand_side_by_side_with_what_may_be_said(page: Page) -> None:
    expect(page.get_by_role("heading", name="Compare")).to_be_focused()
    expect(page.get_by_label("Side A")).to_have_value("gpt-4o")
    expect(page.get_by_role("row", name=re.compile("^Cost per call"))).to_contain_text("lower")
    assert "better" in row(page, "Cost per call")
    assert "$0.0085" in row(page, "Cost per call")  # 3,000 at $2.50 and 100 at $10 a million
    assert "no difference" in row(page, "Output per call")
    expect(page.get_by_label("In short")).to_contain_text("With gpt-4o-mini, beside gpt-4o:")


def test_swapping_the_sides_turns_better_into_worse_and_back_undoes_it(page: Page) -> None:
    expect(page.get_by_role("row", name=re.compile("^Cost per call"))).to_contain_text("lower")
    page.get_by_role("button", name="Swap the sides").click()
    expect(page).to_have_url(re.compile("a=gpt-4o-mini&b=gpt-4o$"))
    expect(page.get_by_role("row", name=re.compile("^Cost per call"))).to_contain_text("worse")
    expect(page.get_by_label("In short")).to_contain_text("tokens without benefit")
    page.go_back()
    expect(page.get_by_role("row", name=re.compile("^Cost per call"))).to_contain_text("better")


def test_what_is_dear_for_nothing_is_marked_and_said(page: Page) -> None:
    expect(page.get_by_text("gpt-4o costs")).to_contain_text("times as much per call as gpt-4o-mini")
    expect(page.get_by_role("link", name=re.compile("^gpt-4o: .*Dear for nothing"))).to_be_visible()
    card = page.get_by_role("region", name="What the tokens bring")
    card.get_by_role("button", name="as a table", exact=False).click()
    expect(card.get_by_role("row", name=re.compile("^gpt-4o ")).first).to_contain_text("gpt-4o-mini")


def test_the_parts_of_the_change_lead_from_one_cost_to_the_other(page: Page) -> None:
    card = page.get_by_role("region", name="Why the cost changed")
    expect(card).to_contain_text("Choice of models")
    expect(card.get_by_role("listitem").first).to_contain_text("$0.3400")
    expect(card.get_by_role("listitem").last).to_contain_text("$0.0084")


def test_a_side_leads_to_its_runs(page: Page) -> None:
    page.get_by_role("region", name="A: gpt-4o").get_by_role("link", name=re.compile("40 calls")).click()
    expect(page).to_have_url(re.compile(r"/ui/runs\?.*filter=eq"))
    expect(page.get_by_role("row", name=re.compile("gpt-4o-1")).first).to_be_visible()


def test_periods_are_compared_with_the_time_before_or_a_week_earlier(
    judged: tuple[Running, dict[str, str]], open_viewer: Callable[..., Viewer]
) -> None:
    page = open_viewer(judged[0]).goes_to("compare?range=1h")
    expect(page.get_by_role("region", name="B: Later")).to_contain_text("80 calls")
    expect(page.get_by_role("region", name="A: Earlier")).to_contain_text("0 calls")
    expect(page.get_by_label("In short")).to_contain_text("too few traces")
    page.get_by_label("With").select_option("week")
    expect(page).to_have_url(re.compile("against=week"))
    page.get_by_role("button", name="This week / last week").click()
    expect(page).to_have_url(re.compile("since=.*against=week"))
    page.get_by_role("button", name="Swap the sides").click()
    expect(page.get_by_role("region", name="A: Later")).to_contain_text("80 calls")


def test_two_runs_are_laid_side_by_side_with_the_words_that_differ(
    judged: tuple[Running, dict[str, str]], open_viewer: Callable[..., Viewer]
) -> None:
    server, sent = judged
    page = open_viewer(server).goes_to("compare")
    page.get_by_label("By what").select_option("run")
    page.get_by_label("Id of run A").fill(sent["gpt-4o-mini-3"])
    page.get_by_label("Id of run B").fill(sent["gpt-4o-3"])
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_role("row", name=re.compile("^Uncached input"))).to_contain_text("+2,000")
    expect(page.get_by_text("Different models")).to_be_visible()
    changed = page.get_by_role("region", name="What went in").locator("ins")
    expect(changed.first).to_contain_text("very")
    expect(page.get_by_label("What came out").first).to_contain_text("Both are the same")


def test_an_empty_server_has_nothing_to_compare(
    empty_server: Running, open_viewer: Callable[..., Viewer]
) -> None:
    page = open_viewer(empty_server).goes_to("compare?by=model")
    expect(page.get_by_text("No call here to compare.")).to_be_visible()
    page.goto(f"{empty_server.address}/ui/compare")
    expect(page.get_by_text("No call here to compare.")).to_be_visible()


def test_in_french_the_numbers_are_french(
    judged: tuple[Running, dict[str, str]], open_viewer: Callable[..., Viewer]
) -> None:
    page = open_viewer(judged[0], Look("fr-FR")).goes_to("compare?by=model")
    expect(page.get_by_role("row", name=re.compile("^Coût par appel"))).to_contain_text("0,0085")
    expect(page.get_by_label("En bref")).to_contain_text("par rapport à gpt-4o")
