from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest

from econome.domain.price import Price
from econome.domain.usage import Bucket, Fee, Usage
from econome.pricing.book import PriceBook
from econome.pricing.cost import cost_of
from econome.pricing.override import BadPrice, Override, read_override, written
from econome.pricing.source import Listing, Period, Rate
from econome.pricing.sources import overrides as module
from econome.pricing.sources.overrides import Overrides

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
WORKSPACE = UUID(int=1)


def priced(
    folder: Path, prices: Any, provider: str, model: str, at: datetime = NOON, tier: str = ""
) -> Price | None:
    path = folder / "prices.json"
    path.write_text(prices if isinstance(prices, str) else json.dumps(prices))
    return PriceBook([], Overrides.read(path)).price(provider, model, at, tier)


def a_price(**fields: Any) -> dict[str, Any]:
    return {"model": "llama-3.1", "rates": {"uncached": "0.10", "text_out": 0.4}, **fields}


def test_a_model_of_ones_own_has_the_price_that_its_owner_gives(tmp_path: Path) -> None:
    price = priced(tmp_path, [a_price()], "ollama", "Llama-3.1")
    assert price is not None
    assert price.source == "overrides"
    assert price.rates == {Bucket.UNCACHED: Decimal("0.10"), Bucket.TEXT_OUT: Decimal("0.4")}


def test_without_a_file_nothing_is_overridden(tmp_path: Path) -> None:
    assert Overrides.read(tmp_path / "prices.json").entries == ()


def test_a_star_stands_for_any_characters(tmp_path: Path) -> None:
    assert priced(tmp_path, [a_price(model="gpt-4o*")], "openai", "gpt-4o-mini") is not None
    assert priced(tmp_path, [a_price(model="gpt-4o")], "openai", "gpt-4o-mini") is None


def test_a_provider_narrows_by_any_of_its_names(tmp_path: Path) -> None:
    mine = [a_price(model="gpt-4o", provider="azure_openai")]
    assert priced(tmp_path, mine, "azure.ai.openai", "gpt-4o") is not None
    assert priced(tmp_path, mine, "openai", "gpt-4o") is None


def test_a_negotiated_price_does_not_reach_back(tmp_path: Path) -> None:
    mine = [a_price(valid_from="2026-07-01"), a_price(valid_from="2026-09-01", rates={"uncached": "0.05"})]
    june, july, october = (datetime(2026, month, 1, tzinfo=UTC) for month in (6, 7, 10))
    assert priced(tmp_path, mine, "", "llama-3.1", june) is None
    first, second = (priced(tmp_path, mine, "", "llama-3.1", at) for at in (july, october))
    assert first is not None
    assert second is not None
    assert first.rates[Bucket.UNCACHED] == Decimal("0.10")
    assert second.rates[Bucket.UNCACHED] == Decimal("0.05")
    assert second.valid_from == datetime(2026, 9, 1, tzinfo=UTC)


def test_a_tier_may_be_priced_alone(tmp_path: Path) -> None:
    mine = [a_price(model="gpt-4o", tier="priority")]
    assert priced(tmp_path, mine, "openai", "gpt-4o", NOON, "priority") is not None
    assert priced(tmp_path, mine, "openai", "gpt-4o", NOON) is None


def test_another_file_makes_another_version(tmp_path: Path) -> None:
    one = priced(tmp_path, [a_price()], "", "llama-3.1")
    other = priced(tmp_path, [a_price(), a_price(model="other")], "", "llama-3.1")
    assert one is not None
    assert other is not None
    assert one.source_version != other.source_version


@pytest.mark.parametrize(
    ("prices", "complaint"),
    [
        ("{", "is not JSON"),
        ("{}", "must hold a list"),
        ([1], "price 1: must be an object"),
        ([a_price(), a_price(modle="x")], "price 2: unknown modle"),
        ([a_price(model="")], '"model" must be the name'),
        ([a_price(rates={})], '"rates" must give'),
        ([a_price(rates={"input": "1"})], "no bucket is called 'input'; buckets are audio_in"),
        ([a_price(rates={"uncached": "-1"})], "the rate of uncached must be"),
        ([a_price(rates={"uncached": "cheap"})], "the rate of uncached must be"),
        ([a_price(rates={"uncached": 1e9})], "the rate of uncached must be"),
        ([a_price(valid_from="yesterday")], '"valid_from" must be a day'),
        ([a_price(tier=3)], '"tier" must be a text'),
    ],
)
def test_a_price_that_cannot_be_read_is_named_with_what_is_wrong(
    tmp_path: Path, prices: Any, complaint: str
) -> None:
    with pytest.raises(BadPrice) as refusal:
        priced(tmp_path, prices, "", "llama-3.1")
    assert complaint in str(refusal.value)
    assert "prices.json" in str(refusal.value)


def test_the_example_of_the_documentation_is_read(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "prices.md").read_text()
    [example] = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    assert priced(tmp_path, example, "openai", "gpt-4o-mini") is not None
    free = priced(tmp_path, example, "ollama", "llama-3.1-8b")
    assert free is not None
    assert set(free.rates.values()) == {Decimal(0)}


# --- while the server runs ---------------------------------------------------------------


def own(where: str = "shop-fr", **fields: Any) -> Override:
    entry = read_override(a_price(**fields), "a price")
    return replace(entry, workspace=WORKSPACE, id=uuid5(WORKSPACE, where), author="admin")


def asked(book: PriceBook, workspace: UUID | None = None, project: str = "", tier: str = "") -> Price | None:
    return book.price("", "llama-3.1", NOON, tier, 0, workspace or WORKSPACE, project)


def test_a_price_that_is_set_anew_holds_at_once_though_its_id_is_the_same() -> None:
    overrides = Overrides()
    book = PriceBook([], overrides)
    seen = []
    for rate in ("1", "2"):
        overrides.put([own(rates={"uncached": rate})])
        price = asked(book)
        assert price is not None
        seen.append((price.rates[Bucket.UNCACHED], book.version, price.id))
    assert [rate for rate, *_ in seen] == [Decimal(1), Decimal(2)]
    assert len({version for _, version, _ in seen}) == 2
    assert len({price for *_, price in seen}) == 2


def test_a_price_that_was_removed_holds_no_longer() -> None:
    overrides = Overrides()
    overrides.put([own()])
    book = PriceBook([], overrides)
    assert asked(book) is not None
    overrides.put([])
    assert asked(book) is None


def test_a_price_is_its_workspace_s_alone() -> None:
    overrides = Overrides()
    overrides.put([own()])
    book = PriceBook([], overrides)
    assert asked(book, UUID(int=2)) is None
    assert asked(book) is not None


def test_a_price_of_some_projects_goes_before_one_of_all() -> None:
    overrides = Overrides()
    everywhere = own("all", rates={"uncached": "9"}, valid_from="2026-11-01")
    overrides.put([own(project="shop-*,blog", rates={"uncached": "1"}), everywhere])
    book = PriceBook([], overrides)
    rates = {}
    for project in ("shop-fr", "blog", "other", ""):
        price = asked(book, project=project)
        assert price is not None
        rates[project] = (price.rates[Bucket.UNCACHED], price.project)
    assert rates["shop-fr"] == rates["blog"] == (Decimal(1), "shop-*,blog")
    assert rates["other"] == rates[""] == (Decimal(9), "")


def test_of_two_names_that_match_from_the_same_day_the_one_that_leaves_less_open_holds() -> None:
    overrides = Overrides()
    overrides.put(
        [own("exact", rates={"uncached": "1"}), own("open", model="llama*", rates={"uncached": "2"})]
    )
    price = asked(PriceBook([], overrides))
    assert price is not None
    assert (price.model, price.rates[Bucket.UNCACHED]) == ("llama-3.1", Decimal(1))


def test_a_price_names_the_entry_that_was_in_force() -> None:
    overrides = Overrides()
    overrides.put([own("now", model="llama*"), own("later", valid_from="2026-12-01")])
    price = asked(PriceBook([], overrides))
    assert price is not None
    assert price.model == "llama*"


def test_a_discount_is_off_the_list_price_at_every_tier() -> None:
    standard, batch = {Bucket.UNCACHED: Rate(Decimal(10))}, {Bucket.UNCACHED: Rate(Decimal(5))}
    fees = {Fee.WEB_SEARCH: Decimal("0.01")}
    listing = Listing(
        *("list", "1", "", "llama-3.1"),
        periods=(Period(standard, fees=fees),),
        variants=(Period(batch, tier="batch"),),
    )
    overrides = Overrides()
    offer = {"model": "llama*", "discount": "0.15"}
    overrides.put([replace(read_override(offer, "offer"), workspace=WORKSPACE, id=WORKSPACE)])
    book = PriceBook([_Listed(listing)], overrides)
    price, less = asked(book), asked(book, tier="batch")
    assert price is not None
    assert less is not None
    assert (price.rates[Bucket.UNCACHED], less.rates[Bucket.UNCACHED]) == (Decimal("8.5"), Decimal("4.25"))
    assert price.fees == {Fee.WEB_SEARCH: Decimal("0.0085")}
    assert (price.source, price.source_version, price.discount) == ("overrides", "list 1", Decimal("0.15"))
    assert asked(book, tier="priority") is None  # no list price, so nothing to take a share off
    assert asked(book) is price  # made once


def test_a_model_of_ones_own_is_priced_by_the_second() -> None:
    overrides = Overrides()
    mine = {"model": "llama-3.1", "fees": {"second": "0.0012"}}
    overrides.put([replace(read_override(mine, "mine"), workspace=WORKSPACE, id=WORKSPACE)])
    price = asked(PriceBook([], overrides))
    assert price is not None
    usage = Usage(uncached=5_000, text_out=100)
    bill = cost_of(usage, price, {}, Decimal("2.5"))
    assert bill is not None
    assert bill.total == bill.fee == Decimal("0.003")
    assert not bill.lines
    assert cost_of(usage, price) is None  # nobody knows how long it took


def test_the_file_is_read_again_when_it_changes_and_a_broken_one_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "_LOOK_EVERY", 0.0)
    path = tmp_path / "prices.json"
    book = PriceBook([], Overrides.read(path))
    assert asked(book) is None
    path.write_text(json.dumps([a_price()]))
    first = asked(book)
    assert first is not None
    path.write_text(json.dumps([a_price(rates={"uncached": "7.125"})]))
    second = asked(book)
    assert second is not None
    assert second.rates[Bucket.UNCACHED] == Decimal("7.125")
    path.write_text("[{]")
    assert asked(book) == second
    assert asked(book) == second
    assert len(caplog.records) == 1
    assert "is not JSON" in caplog.text
    path.unlink()
    assert asked(book) is None


class _Listed:
    name, version = "list", "1"

    def __init__(self, listing: Listing) -> None:
        self._listing = listing

    def find(self, provider: str, model: str) -> Listing | None:
        del provider
        return self._listing if model == self._listing.model else None

    def search(self, provider: str, text: str) -> Iterator[Listing]:
        del provider, text
        yield self._listing


def test_only_a_star_stands_for_other_characters_in_a_model_s_name(tmp_path: Path) -> None:
    prices = [a_price(model="claude-opus[1m]"), a_price(model="what?")]
    assert priced(tmp_path, prices, "", "claude-opus[1m]") is not None
    assert priced(tmp_path, prices, "", "claude-opus1") is None
    assert priced(tmp_path, prices, "", "what?") is not None
    assert priced(tmp_path, prices, "", "whatx") is None


def test_a_price_that_is_looked_up_while_it_is_set_is_forgotten_when_it_is_removed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    overrides = Overrides()
    book = PriceBook([], overrides)
    entry = replace(read_override(a_price(), "here"), workspace=WORKSPACE, id=UUID(int=2))
    seen: list[Price | None] = []

    def look_up(entry: Override) -> dict[str, Any]:  # as another thread may
        seen.append(book.price("", "llama-3.1", NOON, workspace=WORKSPACE))
        return written(entry)

    monkeypatch.setattr(module, "written", look_up)
    overrides.put([entry])
    overrides.put([])
    assert seen[0] is not None
    assert book.price("", "llama-3.1", NOON, workspace=WORKSPACE) is None
