"""Prompts: what their calls used, segment by segment, checked by arithmetic."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asking import Asking
from builders import NOON, PROJECT, a_run, insert_runs
from econome.analytics.segments import IN_ORDER, Ends, Shares, add, counted_out, shared_out
from econome.domain.price import Price
from econome.domain.project import DEFAULT_WORKSPACE
from econome.domain.run import Run
from econome.domain.usage import Bucket
from econome.store.client import Store

RATES = {Bucket.UNCACHED: Decimal(3), Bucket.CACHE_READ: Decimal("0.3"), Bucket.TEXT_OUT: Decimal(15)}
PRICE = Price("overrides", "1", "", "m", None, "", RATES)


@pytest.fixture
def asking(store: Store) -> Asking:
    store.insert(
        "prices",
        {
            "id": [PRICE.id],
            "source": ["overrides"],
            "source_version": ["1"],
            "model": ["m"],
            "rates": [{bucket.value: rate for bucket, rate in RATES.items()}],
            "version": [1],
        },
    )
    return Asking(store)


def mtok(rate: str, tokens: int) -> Decimal:
    return Decimal(rate) * tokens / 1_000_000


def a_call(
    prompt: str = "triage", version: str = "1", *, read: int = 0, fresh: int = 100, **said: Any
) -> Run:
    """A call of 100 tokens, at three dollars a million, of texts of 100 characters."""
    given: dict[str, Any] = {
        "model": "m",
        "prompt": prompt,
        "prompt_version": version,
        "call_site": "app > ask",
        "uncached": fresh,
        "cache_read": read,
        "text_out": 10,
        "price": PRICE.id,
        "input_cost": mtok("3", fresh) + mtok("0.3", read),
        "cost": mtok("3", fresh) + mtok("0.3", read) + mtok("15", 10),
        "chars_system": 60,
        "chars_user": 40,
    }
    return a_run(**(given | said))


def segments(row: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["segment"]: one for one in row["segments"]}


def test_nothing_is_said_of_no_calls(asking: Asking) -> None:
    answer = asking.ask("prompts")
    assert (answer["rows"], answer["next"]) == ([], None)
    assert (answer["total"]["prompts"], answer["total"]["unseen"]) == (0, 0)


def test_tokens_are_shared_out_by_characters(asking: Asking) -> None:
    insert_runs(asking.store, [a_call(), a_call()])
    (row,) = asking.ask("prompts")["rows"]
    found = segments(row)
    assert (row["name"], row["calls"], row["input"]) == (
        "triage",
        2,
        {"mean": 100.0, "p50": 100.0, "p95": 100.0},
    )
    assert (found["system"]["tokens"], found["user"]["tokens"], found["tools"]["tokens"]) == (120, 80, 0)
    assert found["system"]["cost"] == str(mtok("3", 120).normalize())
    assert (found["tools"]["cost"], row["unpriced_tokens"]) == (None, 0)


def test_what_was_cached_lies_in_front(asking: Asking) -> None:
    insert_runs(asking.store, [a_call(read=70, fresh=30)])
    found = segments(asking.ask("prompts")["rows"][0])
    assert (found["system"]["cache_read"], found["system"]["uncached"]) == (60, 0)
    assert (found["user"]["cache_read"], found["user"]["uncached"]) == (10, 30)
    assert Decimal(found["user"]["cost"]) == mtok("0.3", 10) + mtok("3", 30)


def test_what_was_written_to_the_cache_follows_what_was_read(asking: Asking) -> None:
    insert_runs(asking.store, [a_call(read=50, fresh=20, cache_write_5m=30)])
    found = segments(asking.ask("prompts")["rows"][0])
    assert [found["system"][name] for name in ("cache_read", "cache_write", "uncached")] == [50, 10, 0]
    assert [found["user"][name] for name in ("cache_read", "cache_write", "uncached")] == [0, 20, 20]


def test_pictures_are_no_text_and_unknown_texts_are_no_segment(asking: Asking) -> None:
    insert_runs(asking.store, [a_call(image_in=900), a_call(chars_system=0, chars_user=0)])
    (row,) = asking.ask("prompts")["rows"]
    assert row["media_tokens"] == 900
    assert segments(row)["unsplit"]["tokens"] == 100
    assert sum(one["tokens"] for one in row["segments"]) + row["media_tokens"] == row["tokens"]["input"]


def test_a_call_without_a_price_has_tokens_and_no_cost(asking: Asking) -> None:
    insert_runs(asking.store, [a_call(price=UUID(int=0), cost=None, input_cost=None)])
    (row,) = asking.ask("prompts")["rows"]
    assert (segments(row)["system"]["tokens"], segments(row)["system"]["cost"]) == (60, None)
    assert (row["unpriced_tokens"], row["coverage"]["unpriced"]) == (100, 1)


def test_a_cost_that_the_app_states_is_not_shared_out(asking: Asking) -> None:
    insert_runs(asking.store, [a_call(price=UUID(int=9), input_cost=Decimal(5), cost=Decimal(6))])
    (row,) = asking.ask("prompts")["rows"]
    assert (segments(row)["system"]["cost"], row["unshared_cost"], row["cost"]) == (None, "5", "6")


def test_an_estimate_is_in_no_segment(asking: Asking) -> None:
    insert_runs(asking.store, [a_call(), a_call(usage_source="estimated")])
    (row,) = asking.ask("prompts")["rows"]
    assert (row["calls"], row["coverage"]["estimated"], segments(row)["system"]["tokens"]) == (2, 1, 60)


def test_calls_that_nobody_looked_at_are_told_apart(asking: Asking) -> None:
    insert_runs(asking.store, [a_call(), a_call("", ""), a_call("", "", call_site="")])
    total = asking.ask("prompts")["total"]
    assert (total["calls"], total["prompts"], total["without"], total["unseen"]) == (3, 1, 1, 1)


def test_pages_follow_each_other(asking: Asking) -> None:
    insert_runs(asking.store, [a_call(f"p{number}", fresh=10 * number) for number in range(1, 6)])
    for sort in ("cost", "tokens", "length", "calls", "versions", "last"):
        names, cursor = [], None
        while True:
            page = asking.ask("prompts", sort=sort, limit=2, **({"cursor": cursor} if cursor else {}))
            names += [row["name"] for row in page["rows"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert sorted(names) == ["p1", "p2", "p3", "p4", "p5"], sort
        if sort in ("cost", "tokens", "length"):
            assert names == ["p5", "p4", "p3", "p2", "p1"]


def test_call_sites_are_rows_too(asking: Asking) -> None:
    insert_runs(
        asking.store, [a_call("x", call_site="app > a"), a_call("y", call_site="app > a"), a_call("x")]
    )
    rows = {row["name"]: row for row in asking.ask("prompts", by="call_site")["rows"]}
    assert (rows["app > a"]["calls"], rows["app > a"]["prompts"]) == (2, 2)
    whole = asking.ask(f"call-sites/{rows['app > a']['path']}")
    assert [row["name"] for row in whole["prompts"]] == ["x", "y"]
    assert (whole["versions"], whole["wordings"]) == ([], [])


def test_a_prompt_tells_its_versions_sites_and_samples(asking: Asking) -> None:
    later = NOON + timedelta(hours=1)
    long, other = a_call(fresh=500), a_call(version="2", call_site="app > b", started_at=later)
    insert_runs(asking.store, [a_call(), long, other, a_call("another"), a_call(counted=False)])
    whole = asking.ask("prompts/triage")
    assert [row["name"] for row in whole["versions"]] == ["triage @ 2", "triage @ 1"]
    assert {row["name"]: row["calls"] for row in whole["call_sites"]} == {"app > ask": 2, "app > b": 1}
    assert whole["samples"]["longest"][0]["id"] == str(long.id)
    assert whole["samples"]["latest"][0]["id"] == str(other.id)
    assert len(whole["samples"]["latest"]) == 3


def test_a_tool_costs_its_share_of_the_schemas_and_may_never_be_called(asking: Asking) -> None:
    asking.store.insert(
        "toolsets",
        {
            "workspace": [DEFAULT_WORKSPACE],
            "id": [7],
            "names": [["find", "order"]],
            "sizes": [[30, 10]],
            "version": [1],
        },
    )
    told: dict[str, Any] = {"toolset": 7, "chars_tools": 40, "chars_system": 30, "chars_user": 30}
    insert_runs(asking.store, [a_call(**told, tools_called=["find", "find"]), a_call(**told), a_call()])
    find, order = asking.ask("prompts/triage")["tools"]
    assert (find["name"], find["offered"], find["called"], find["calling"], find["tokens"]) == (
        "find",
        2,
        2,
        1,
        60,
    )
    assert (order["name"], order["offered"], order["called"], order["tokens"]) == ("order", 2, 0, 20)
    assert Decimal(find["cost"]) == mtok("3", 60)


def test_a_tool_that_was_called_and_never_offered_is_told(asking: Asking) -> None:
    insert_runs(asking.store, [a_call(tools_called=["web_search"])])
    (tool,) = asking.ask("prompts/triage")["tools"]
    assert (tool["name"], tool["offered"], tool["called"], tool["cost"]) == ("web_search", 0, 1, None)


def test_two_versions_are_compared_segment_by_segment(asking: Asking) -> None:
    insert_runs(asking.store, [a_call(), a_call(), a_call(version="2", fresh=200, chars_system=160)])
    asking.store.insert("templates", a_template(version="1", system=["Be kind."], user=["", ""]))
    answer = asking.ask("prompts/triage/compare", a="1", b="2")
    found = {one["segment"]: one for one in answer["segments"]}
    assert (found["system"]["tokens"], found["system"]["difference"]) == ([60, 160], 100)
    assert found["user"]["difference"] == 0
    assert Decimal(found["system"]["cost_difference"]) == mtok("3", 100)
    assert answer["wordings"][0]["system"] == ["Be kind."]
    assert answer["wordings"][1] is None
    assert answer["output"] == [10, 10]


def a_template(version: str, system: list[str], user: list[str]) -> dict[str, list[object]]:
    return {
        "workspace": [DEFAULT_WORKSPACE],
        "project": [PROJECT],
        "prompt": ["triage"],
        "prompt_version": [version],
        "name": ["ask"],
        "is_told": [True],
        "number": [1],
        "system": [system],
        "user": [user],
        "calls": [1],
        "distinct": [1],
        "found_at": [NOON],
        "version": [1],
    }


@pytest.mark.parametrize(
    ("parameters", "says"),
    [({"a": "1"}, "b: name a version"), ({"by": "name", "a": "1", "b": "1"}, '"by" is no parameter')],
)
def test_a_comparison_of_nothing_is_refused(asking: Asking, parameters: dict[str, str], says: str) -> None:
    assert says in asking.refusal("prompts/triage/compare", **parameters)


def test_what_is_not_there_is_not_found(asking: Asking) -> None:
    assert asking.get("prompts/nothing").status_code == 404
    assert asking.get("prompts/nothing/compare", a="1", b="2").status_code == 404


def test_amounts_of_another_currency_are_shared_out_as_well(asking: Asking) -> None:
    insert_runs(asking.store, [a_call()])
    half = asking.ask("prompts", filter='eq(prompt, "triage")')
    assert len(half["rows"]) == 1
    assert asking.ask("prompts", filter='eq(prompt_version, "triage @ 2")')["rows"] == []


NUMBERS = st.lists(st.integers(0, 10**9), min_size=1, max_size=8)


@given(st.integers(0, 10**9), NUMBERS)
def test_counting_out_conserves_tokens(amount: int, weights: list[int]) -> None:
    parts = counted_out(amount, weights)
    assert sum(parts) == (amount if sum(weights) else 0)
    assert all(part >= 0 for part in parts)
    for part, weight in zip(parts, weights, strict=True):
        assert not sum(weights) or abs(part - amount * weight / sum(weights)) <= 1


@given(st.decimals(0, 10**6, places=12), st.lists(st.decimals(0, 10**9, places=3), min_size=1, max_size=8))
def test_sharing_out_conserves_money(amount: Decimal, weights: list[Decimal]) -> None:
    parts = shared_out(amount, weights)
    assert sum(parts) == (amount if sum(weights) else 0)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 10**5),
            st.integers(0, 10**5),
            st.lists(st.integers(0, 10**4), min_size=6, max_size=6),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_segments_and_states_add_up_to_what_was_billed(calls: list[tuple[int, int, list[int]]]) -> None:
    shares = Shares()
    for read, fresh, chars in calls:
        add(shares, ends_of(read, fresh, chars), {PRICE.id: PRICE})
    assert shares.tokens == sum(read + fresh for read, fresh, _ in calls)
    assert sum(share.by_state[Bucket.CACHE_READ] for share in shares.all) == sum(read for read, _, _ in calls)
    billed = sum(mtok("3", fresh) + mtok("0.3", read) for read, fresh, _ in calls)
    assert sum(share.cost or 0 for share in shares.all) == billed


def ends_of(read: int, fresh: int, chars: list[int]) -> Ends:
    whole, text = max(sum(chars), 1), read + fresh
    ends = [text * sum(chars[:until]) // whole for until in range(1, len(IN_ORDER) + 1)] + [text]
    cached = [min(read, end) for end in ends]
    cost = mtok("3", fresh) + mtok("0.3", read)
    return Ends("", PRICE.id, 1, cost, ends, cached, cached, cached, chars, 0, 0, 0, 0)
