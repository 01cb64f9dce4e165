"""What sums of tokens cost, and what that supposes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from econome.analytics.metered_bill import Bill, Priced, Supposition, add_up, bill_of
from econome.domain.metered import Part
from econome.domain.project import DEFAULT_WORKSPACE
from econome.domain.usage import Bucket, Usage
from econome.pricing.book import PriceBook
from econome.pricing.source import Listing, Period, Rate

DAY = date(2026, 11, 20)


def mtok(dollars: str, tokens: int) -> Decimal:
    """What so many tokens cost at so many dollars per million."""
    return Decimal(dollars) * tokens / 1_000_000


class OneModel:
    """A source that knows one model, "m"."""

    name, version = "one", "1"

    def __init__(self, **dollars: Rate) -> None:
        rates = {Bucket(bucket): rate for bucket, rate in dollars.items()}
        self._listing = Listing("one", "1", "p", "m", (Period(rates),))

    def search(self, provider: str, text: str) -> Iterable[Listing]:
        del provider, text
        return []

    def find(self, provider: str, model: str) -> Listing | None:
        del provider
        return self._listing if model == "m" else None


def at(**dollars: str | Rate) -> Priced:
    """Where "m" is found at these rates per million."""
    rates = {
        bucket: rate if isinstance(rate, Rate) else Rate(Decimal(rate)) for bucket, rate in dollars.items()
    }
    return Priced(PriceBook([OneModel(**rates)]), "p", "m", "", DEFAULT_WORKSPACE, "")


CACHING = {"uncached": "3", "cache_read": "0.3", "cache_write_5m": "3.75", "text_out": "15"}


def billed(priced: Priced, **tokens: int) -> Bill:
    """The bill of tokens by part, `input__audio` being its audio."""
    named = {
        (part, modality): count
        for name, count in tokens.items()
        for part, _, modality in [name.partition("__")]
    }
    return bill_of(named, priced, DAY, calls=None, seconds=None, reported=None)


def test_a_split_input_costs_what_its_parts_cost() -> None:
    bill = billed(at(**CACHING), input=1_500, cache_read=1_024, cache_write=300, output=50)
    assert bill.usage == Usage(uncached=176, cache_read=1_024, cache_write_5m=300, text_out=50)
    assert bill.cost == mtok("3", 176) + mtok("0.3", 1_024) + mtok("3.75", 300) + mtok("15", 50)
    assert (bill.priced_tokens, bill.supposed_tokens, bill.unpriced_tokens) == (1_550, 0, 0)
    assert bill.supposed == frozenset()


def test_an_input_of_which_nobody_tells_what_was_cached_is_billed_as_uncached_and_says_so() -> None:
    bill = billed(at(**CACHING), input=1_500, output=50)
    assert bill.cost == mtok("3", 1_500) + mtok("15", 50)
    assert bill.supposed == {Supposition.UNCACHED}
    assert (bill.priced_tokens, bill.supposed_tokens) == (1_550, 1_550)
    assert bill.usage.cache_read is None


def test_a_model_without_a_price_of_its_cache_supposes_nothing() -> None:
    bill = billed(at(uncached="0.02"), input=16)
    assert (bill.cost, bill.supposed) == (mtok("0.02", 16), frozenset())


def test_an_input_that_leaves_the_cache_out_says_so() -> None:
    bill = billed(at(**CACHING), uncached=176, output=50)
    assert bill.usage.input == 176
    assert bill.supposed == {Supposition.CACHE_LEFT_OUT}
    assert billed(at(uncached="3", text_out="15"), uncached=176, output=50).supposed == bill.supposed


def test_claude_code_s_kinds_of_tokens_do_not_contain_each_other() -> None:
    bill = billed(at(**CACHING), uncached=8, cache_read=118_243, cache_write=9_254, output=900)
    assert bill.usage.input == 8 + 118_243 + 9_254
    assert bill.cost == mtok("3", 8) + mtok("0.3", 118_243) + mtok("3.75", 9_254) + mtok("15", 900)
    assert bill.supposed == frozenset()


def test_writes_of_which_nobody_tells_how_long_they_live_live_five_minutes_and_say_so() -> None:
    bill = billed(at(**CACHING, cache_write_1h="6"), uncached=8, cache_read=0, cache_write=100, output=1)
    assert bill.supposed == {Supposition.SHORT_WRITES}


def test_gemini_s_thoughts_are_beside_its_answer_and_its_tools_beside_its_input() -> None:
    priced = at(uncached="1.25", cache_read="0.31", text_out="10")
    bill = billed(priced, input=1_000, cache=0, cache_read=400, tool=50, answer=200, reasoning=70)
    assert bill.usage == Usage(uncached=650, cache_read=400, text_out=200, reasoning=70)
    assert bill.cost == mtok("1.25", 650) + mtok("0.31", 400) + mtok("10", 270)


def test_codex_s_reasoning_is_within_its_output() -> None:
    bill = billed(at(**CACHING), input=1_000, cache_read=600, output=500, reasoning=320)
    assert bill.usage == Usage(uncached=400, cache_read=600, text_out=180, reasoning=320)


def test_sound_and_images_have_buckets_of_their_own() -> None:
    priced = at(uncached="1", cache_read="0.1", audio_in="10", image_in="2", text_out="4")
    bill = billed(
        priced, input__text=100, input__audio=30, input__image=200, output__text=9, cache_read__text=80
    )
    assert bill.usage == Usage(uncached=20, cache_read=80, audio_in=30, image_in=200, text_out=9)


def test_cached_tokens_of_unknown_modality_never_exceed_the_input() -> None:
    """Text 100 and image 200, of which 280 were cached: nobody tells how many of these were text."""
    bill = billed(
        at(**CACHING, image_in="3"), input__text=100, input__image=200, cache_read__unknown=280, output=1
    )
    assert bill.usage.input == 300
    assert (bill.usage.cache_read, bill.usage.image_in, bill.usage.uncached) == (280, 20, 0)
    assert bill.notes == ("the parts of the input exceed it and were cut",)


def test_a_sum_does_not_tell_whether_a_call_was_long_enough_to_cost_more() -> None:
    stepped = Rate(Decimal(3), ((200_000, Decimal(6)),))
    bill = billed(at(uncached=stepped, text_out="15"), input=900_000, output=10)
    assert bill.cost == mtok("3", 900_000) + mtok("15", 10)
    assert Supposition.FIRST_STEP in bill.supposed


def test_tokens_without_a_price_are_unpriced_and_not_free() -> None:
    unknown = Priced(PriceBook([]), "p", "m", "", DEFAULT_WORKSPACE, "")
    bill = billed(unknown, input=100, output=5)
    assert (bill.cost, bill.unpriced_tokens, bill.priced_tokens) == (None, 105, 0)
    assert bill.notes == ("there is no price of this model",)


def test_a_side_of_which_nothing_is_told_leaves_the_whole_unpriced() -> None:
    bill = billed(at(**CACHING), input=100)
    assert (bill.usage.output, bill.cost, bill.unpriced_tokens) == (None, None, 100)
    assert "only one of these was told" in bill.notes[0]


def test_a_bucket_without_a_rate_leaves_the_whole_unpriced_and_says_so() -> None:
    bill = billed(at(text_out="15"), input=100, output=5)
    assert (bill.cost, bill.notes) == (None, ("the price lacks a rate of something that was used",))


def test_a_tier_without_a_price_is_unpriced() -> None:
    priced = Priced(PriceBook([OneModel(uncached=Rate(Decimal(1)))]), "p", "m", "flex", DEFAULT_WORKSPACE, "")
    assert bill_of({(Part.INPUT, ""): 5}, priced, DAY, calls=None, seconds=None, reported=None).cost is None


def test_the_sum_of_bills_keeps_what_is_unknown_unknown() -> None:
    known = billed(at(**CACHING), input=1_500, cache_read=500, output=50)
    unknown = Bill(calls=2)
    both = add_up([known, unknown])
    assert (both.usage, both.cost, both.calls, both.seconds) == (known.usage, known.cost, 2, None)
    assert add_up([]) == Bill()
    assert known.cost is not None
    assert add_up([known, known]).cost == 2 * known.cost
