"""Which price a call gets, from hand-made lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from econome.domain.price import Price
from econome.domain.usage import Bucket
from econome.pricing.book import PriceBook
from econome.pricing.catalogue import Catalogue
from econome.pricing.providers import provider_of
from econome.pricing.source import Listing, Period, Rate

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def rates(**dollars: str | Rate) -> dict[Bucket, Rate]:
    return {
        Bucket(name): rate if isinstance(rate, Rate) else Rate(Decimal(rate))
        for name, rate in dollars.items()
    }


def listed(*periods: Period, variants: tuple[Period, ...] = ()) -> Listing:
    return Listing("test", "1", "openai", "gpt-4o", periods, variants)


class OneModel:
    """A source that knows one model, and remembers what it was asked."""

    name = "one"
    version = "1"

    def __init__(self, listing: Listing, provider: str = "openai", model: str = "gpt-4o") -> None:
        self._listing = listing
        self._known = (provider, model)
        self.asked: list[tuple[str, str]] = []

    def search(self, provider: str, text: str) -> Iterable[Listing]:
        return [self._listing] if provider in ("", self._known[0]) and text in self._known[1] else []

    def find(self, provider: str, model: str) -> Listing | None:
        self.asked.append((provider, model))
        return self._listing if (provider, model) == self._known else None


def uncached(price: Price | None) -> Decimal | None:
    return None if price is None else price.rates[Bucket.UNCACHED]


# --- time --------------------------------------------------------------------------------

CUT_IN_JUNE = listed(
    Period(rates(uncached="10", text_out="40")),
    Period(rates(uncached="2", text_out="8"), valid_from=date(2025, 6, 10)),
)


@pytest.mark.parametrize(
    ("at", "dollars"),
    [
        (datetime(2024, 1, 1, tzinfo=UTC), "10"),
        (datetime(2025, 6, 9, 23, 59, 59, 999_999, tzinfo=UTC), "10"),
        (datetime(2025, 6, 10, tzinfo=UTC), "2"),
        (NOON, "2"),
    ],
)
def test_a_price_cut_does_not_reach_back(at: datetime, dollars: str) -> None:
    assert uncached(CUT_IN_JUNE.price(at)) == Decimal(dollars)


def test_a_price_says_since_when_it_holds() -> None:
    before, after = CUT_IN_JUNE.price(datetime(2025, 1, 1, tzinfo=UTC)), CUT_IN_JUNE.price(NOON)
    assert before is not None
    assert after is not None
    assert before.valid_from is None
    assert after.valid_from == datetime(2025, 6, 10, tzinfo=UTC)
    assert before.id != after.id


@pytest.mark.parametrize(
    ("hour", "dollars"), [(time(0, 29), "1"), (time(0, 30), "2"), (time(16, 29), "2"), (time(16, 30), "1")]
)
def test_a_price_may_depend_on_the_hour(hour: time, dollars: str) -> None:
    night = listed(
        Period(rates(uncached="1")), Period(rates(uncached="2"), hours=(time(0, 30), time(16, 30)))
    )
    price = night.price(datetime.combine(NOON.date(), hour, UTC))
    assert uncached(price) == Decimal(dollars)
    assert price is not None
    assert price.tier == ("" if dollars == "1" else "00:30-16:30 UTC")


def test_hours_may_pass_midnight() -> None:
    period = Period(rates(uncached="2"), hours=(time(22), time(6)))
    assert period.holds_at(NOON.replace(hour=23))
    assert period.holds_at(NOON.replace(hour=5))
    assert not period.holds_at(NOON)


# --- the size of the call ----------------------------------------------------------------

LONG_CONTEXT = listed(
    Period(
        rates(
            uncached=Rate(Decimal(3), ((200_000, Decimal(6)),)),
            cache_read="0.30",
            text_out=Rate(Decimal(15), ((200_000, Decimal("22.5")),)),
        )
    )
)


@pytest.mark.parametrize(("input_tokens", "dollars"), [(0, 3), (200_000, 3), (200_001, 6), (10**6, 6)])
def test_a_step_is_taken_by_the_whole_call_once_its_input_exceeds_it(input_tokens: int, dollars: int) -> None:
    assert uncached(LONG_CONTEXT.price(NOON, input_tokens=input_tokens)) == dollars


def test_a_step_is_named_in_the_tier_and_makes_another_price() -> None:
    short, long = LONG_CONTEXT.price(NOON, input_tokens=10), LONG_CONTEXT.price(NOON, input_tokens=300_000)
    assert short is not None
    assert long is not None
    assert (short.tier, long.tier) == ("", ">200000 tokens")
    assert long.rates[Bucket.CACHE_READ] == Decimal("0.30")
    assert long.rates[Bucket.TEXT_OUT] == Decimal("22.5")


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_prices_do_not_depend_on_who_asked_before(one: int, other: int) -> None:
    fresh = listed(*LONG_CONTEXT.periods)
    LONG_CONTEXT.price(NOON, input_tokens=one)
    assert LONG_CONTEXT.price(NOON, input_tokens=other) == fresh.price(NOON, input_tokens=other)


# --- tiers -------------------------------------------------------------------------------

TIERED = listed(
    Period(rates(uncached="2", cache_read="0.5", text_out="8")),
    variants=(
        Period(rates(uncached="3.5", text_out="14"), date(2026, 10, 12), tier="priority"),
        Period(rates(uncached="1", text_out="4"), date(2026, 10, 14), tier="batch"),
        Period(rates(uncached="0.9"), date(2026, 11, 1), tier="batch"),
    ),
)


def test_a_tier_replaces_what_differs_and_keeps_the_rest() -> None:
    price = TIERED.price(NOON, "priority")
    assert price is not None
    assert price.tier == "priority"
    assert price.rates == {
        Bucket.UNCACHED: Decimal("3.5"),
        Bucket.CACHE_READ: Decimal("0.5"),
        Bucket.TEXT_OUT: Decimal(14),
    }


def test_of_two_prices_of_a_tier_the_first_listed_wins() -> None:
    assert uncached(TIERED.price(NOON, "batch")) == 1


def test_a_tier_is_unpriced_before_its_price_is_known_rather_than_standard() -> None:
    assert TIERED.price(datetime(2026, 10, 11, tzinfo=UTC), "priority") is None
    assert TIERED.price(datetime(2026, 10, 11, tzinfo=UTC)) is not None


def test_a_tier_that_nobody_lists_is_unpriced() -> None:
    assert TIERED.price(NOON, "flex") is None


@pytest.mark.parametrize("tier", ["", "default", "Standard", "auto", " on_demand "])
def test_the_ordinary_tier_has_many_names(tier: str) -> None:
    assert PriceBook([OneModel(TIERED)]).price("openai", "gpt-4o", NOON, tier) == TIERED.price(NOON)


def test_a_model_sold_otherwise_than_by_the_token_is_unpriced() -> None:
    assert listed(Period({})).price(NOON) is None


# --- sources and names -------------------------------------------------------------------


def test_the_first_source_that_knows_wins() -> None:
    mine, theirs = listed(Period(rates(uncached="1"))), listed(Period(rates(uncached="9")))
    assert uncached(PriceBook([OneModel(mine), OneModel(theirs)]).price("openai", "gpt-4o", NOON)) == 1


def test_a_source_that_has_no_price_at_that_time_lets_the_next_one_speak() -> None:
    later = listed(Period(rates(uncached="1"), valid_from=date(2027, 1, 1)))
    always = listed(Period(rates(uncached="9")))
    book = PriceBook([OneModel(later), OneModel(always)])
    assert uncached(book.price("openai", "gpt-4o", NOON)) == 9
    assert uncached(book.price("openai", "gpt-4o", NOON + timedelta(days=60))) == 1


def test_what_was_looked_up_is_remembered() -> None:
    source = OneModel(TIERED)
    book = PriceBook([source])
    for _ in range(3):
        book.price("openai", "gpt-4o", NOON)
        book.price("openai", "gpt-9", NOON)
    assert source.asked == [("openai", "gpt-4o"), ("openai", "gpt-9")]


@pytest.mark.parametrize("model", ["gpt-9", "", "x" * 5_000, "\x00", "📈"])
def test_an_unknown_model_has_no_price(model: str) -> None:
    assert PriceBook([OneModel(TIERED)]).price("openai", model, NOON) is None


def test_threads_share_a_book() -> None:
    book = PriceBook([OneModel(TIERED)])
    with ThreadPoolExecutor(4) as threads:
        prices = list(threads.map(lambda _: book.price("openai", "gpt-4o", NOON, "priority"), range(200)))
    assert len({price.id for price in prices if price}) == 1
    assert None not in prices


@pytest.mark.parametrize(
    ("said", "model", "provider"),
    [
        ("openai", "GPT-4o", "openai"),
        ("OpenAI", "gpt-4o", "openai"),
        ("openai.chat", "gpt-4o", "openai"),
        ("azure.ai.openai", "gpt-4o", "azure"),
        ("az.ai.openai", "gpt-4o", "azure"),
        ("gcp.gen_ai", "gemini-2.5-pro", "google"),
        ("google_vertexai", "gemini-2.5-pro", "google"),
        ("amazon_bedrock", "anthropic.claude-3-haiku", "aws"),
        ("x_ai", "grok-4", "x-ai"),
        ("mistralai", "mistral-large-latest", "mistral"),
        ("fireworks_ai", "accounts/fireworks/models/llama", "fireworks"),
        ("ollama", "llama3.1", "ollama"),
        ("huggingfacepipeline", "google/flan-t5-base", "huggingfacepipeline"),
        ("", "gpt-4o-mini-2024-07-18", "openai"),
        ("", "ft:gpt-4o-mini-2024-07-18:acme::x", "openai"),
        ("", "o3-mini", "openai"),
        ("", "text-embedding-3-small", "openai"),
        ("", "claude-sonnet-4-5-20250929", "anthropic"),
        ("", "gemini-2.5-flash", "google"),
        ("", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "aws"),
        ("", "grok-4", "x-ai"),
        ("", "deepseek-chat", "deepseek"),
        ("", "groq/llama-3.3-70b", "groq"),
        ("litellm", "anthropic/claude-sonnet-4-5", "anthropic"),
        ("", "openai/gpt-4o", "openai"),
        # Open models and models of one's own: anybody may serve them, at any price.
        ("", "openai/gpt-oss-120b", ""),
        ("", "openai/whisper-large-v3", ""),
        ("", "gpt-oss-20b", ""),
        ("", "gpt2", ""),
        ("", "mistralai/Mistral-7B-Instruct-v0.3", ""),
        ("", "mistral-7b-instruct", ""),
        ("", "google/flan-t5-base", ""),
        ("", "deepseek-r1", ""),
        ("", "llama-3.3-70b", ""),
        ("", "my-model", ""),
    ],
)
def test_a_provider_has_one_name_whoever_names_it(said: str, model: str, provider: str) -> None:
    assert provider_of(said, model)[0] == provider


def test_a_prefix_that_tells_the_provider_is_no_part_of_the_model() -> None:
    assert provider_of("", "groq/llama-3.3-70b") == ("groq", "llama-3.3-70b")
    assert provider_of("google_genai", "models/gemini-2.5-flash") == ("google", "gemini-2.5-flash")


# --- the compact table -------------------------------------------------------------------


def entry(model: str, match: list[Any], **rates: str) -> dict[str, Any]:
    listed = {name: [rate] for name, rate in (rates or {"uncached": "1"}).items()}
    period = {"from": None, "hours": None, "rates": listed}
    variant = {"tier": "batch", "from": None, "rates": {"uncached": ["0.5"]}}
    return {"id": model, "match": match, "periods": [period], "variants": [variant]}


def catalogue(**providers: Mapping[str, Any]) -> Catalogue:
    return Catalogue({"source": "test", "version": "1", "providers": providers})


@pytest.mark.parametrize(
    ("match", "yes", "no"),
    [
        (["=", "gpt-4o"], "gpt-4o", "gpt-4o-mini"),
        (["^", "gpt-4o"], "gpt-4o-mini", "my-gpt-4o"),
        (["$", "-latest"], "x-latest", "latest-x"),
        (["*", "claude"], "eu.claude-3", "gpt"),
        (["~", r"^o\d$"], "o3", "o3-mini"),
        (["|", ["=", "a"], ["=", "b"]], "b", "c"),
        (["&", ["^", "a"], ["$", "z"]], "az", "a"),
    ],
)
def test_an_entry_is_found_by_its_clause(match: list[Any], yes: str, no: str) -> None:
    lists = catalogue(openai={"fallbacks": [], "models": [entry("found", match)]})
    found = lists.find("openai", yes)
    assert found is not None
    assert found.model == "found"
    assert lists.find("openai", no) is None
    assert lists.find("nobody", yes) is None


def test_of_two_entries_that_match_the_first_one_counts() -> None:
    lists = catalogue(
        openai={"fallbacks": [], "models": [entry("one", ["^", "g"]), entry("two", ["=", "gpt"])]}
    )
    found = lists.find("openai", "gpt")
    assert found is not None
    assert found.model == "one"


def test_a_day_written_together_finds_the_model_of_that_day() -> None:
    lists = catalogue(openai={"fallbacks": [], "models": [entry("gpt-5", ["=", "gpt-5-2025-08-07"])]})
    assert lists.find("openai", "gpt-5-20250807") is not None
    assert lists.find("openai", "gpt-5-20259999") is None


def test_what_is_only_resold_has_the_makers_price_but_not_its_tiers() -> None:
    lists = catalogue(
        azure={"fallbacks": ["openai"], "models": []},
        openai={"fallbacks": [], "models": [entry("gpt-5", ["=", "gpt-5"])]},
    )
    found = lists.find("azure", "gpt-5")
    assert found is not None
    assert found.provider == "azure"
    assert found.price(NOON) is not None
    assert found.price(NOON, "batch") is None
    own = lists.find("openai", "gpt-5")
    assert own is not None
    assert uncached(own.price(NOON, "batch")) == Decimal("0.5")
