"""Users: who used what, and when."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from asking import Asking
from builders import NOON, SINCE, a_run, insert_runs
from econome.store.client import Store


@pytest.fixture
def asking(store: Store) -> Asking:
    return Asking(store)


def test_nothing_is_said_of_nobody(asking: Asking) -> None:
    answer = asking.ask("users")
    assert (answer["rows"], answer["next"], answer["total"]["users"]) == ([], None, 0)


def test_a_user_is_one_row_with_sessions_traces_calls_and_share(asking: Asking) -> None:
    root = a_run(user="ann", session="s1")
    insert_runs(
        asking.store,
        [
            root,
            a_run(parent=root, inherited_user="ann", inherited_session="s1", model="m", cost=Decimal(2)),
            a_run(user="ann", session="s2", model="m", uncached=30, text_out=4, cost=Decimal(1)),
            a_run(user="bob", model="n", uncached=9, cost=Decimal(1)),
            a_run(model="n", uncached=1, cost=Decimal(4)),
        ],
    )
    answer = asking.ask("users")
    ann, bob = answer["rows"]
    assert (ann["user"], ann["sessions"], ann["traces"], ann["runs"], ann["calls"]) == ("ann", 2, 2, 3, 2)
    assert (ann["cost"], ann["share"]) == ("3", (2 + 1) / (2 + 1 + 1 + 4))
    assert (ann["tokens"]["input"], ann["tokens"]["output"]) == (30, 4)
    assert (bob["user"], bob["sessions"], bob["cost"]) == ("bob", 0, "1")
    total = answer["total"]
    assert (total["users"], total["traces"], total["traces_of_nobody"]) == (2, 4, 1)
    assert (total["cost"], total["cost_of_nobody"]) == ("8", "4")
    assert total["coverage"]["calls"] == 4


def test_a_trace_that_lasts_is_counted_once_in_all_parts_together(asking: Asking) -> None:
    root = a_run(user="ann", session="s1")
    later = a_run(parent=root, inherited_user="ann", inherited_session="s1")
    later.started_at += timedelta(hours=5)  # in another bucket of time
    insert_runs(asking.store, [root, later])
    (row,) = asking.ask("users")["rows"]
    assert (row["traces"], row["sessions"], row["runs"]) == (1, 1, 2)


def test_spend_is_told_bucket_by_bucket(asking: Asking) -> None:
    insert_runs(
        asking.store,
        [
            a_run(user="ann", uncached=1, cost=Decimal("0.5"), started_at=SINCE),
            a_run(user="ann", uncached=1, cost=Decimal("0.25"), started_at=NOON),
            a_run(user="ann", uncached=1, cost=Decimal("0.25"), started_at=NOON + timedelta(minutes=29)),
            a_run(user="ann", uncached=1, started_at=NOON + timedelta(hours=11, minutes=59)),
        ],
    )
    answer = asking.ask("users")
    (row,) = answer["rows"]
    assert answer["times"][:2] == ["2026-03-18T00:00:00Z", "2026-03-18T00:30:00Z"]
    assert row["costs"] == ["0.5", *[None] * 23, "0.5", *[None] * 23]
    assert (row["cost"], row["coverage"]["unpriced"]) == ("1", 1)


def test_a_filter_that_keeps_no_root_keeps_their_traces(asking: Asking) -> None:
    root = a_run(user="ann", session="s1")
    call = a_run(parent=root, inherited_user="ann", inherited_session="s1", model="m")
    insert_runs(asking.store, [root, call, a_run(model="m")])
    answer = asking.ask("users", filter='eq(model, "m")')
    assert (answer["rows"][0]["traces"], answer["rows"][0]["sessions"]) == (1, 1)
    assert (answer["total"]["traces"], answer["total"]["traces_of_nobody"]) == (2, 1)
    total = asking.ask("sessions", filter='eq(model, "m")')["total"]
    assert (total["turns"], total["traces_in_none"]) == (1, 1)


def test_what_nobody_priced_has_no_share(asking: Asking) -> None:
    insert_runs(asking.store, [a_run(user="ann", uncached=1), a_run(user="bob", uncached=1, cost=Decimal(1))])
    rows = {row["user"]: row for row in asking.ask("users")["rows"]}
    assert (rows["ann"]["cost"], rows["ann"]["share"]) == (None, None)
    assert rows["bob"]["share"] == 1


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        ("cost", "dear"),
        ("tokens", "wordy"),
        ("calls", "busy"),
        ("traces", "busy"),
        ("sessions", "chatty"),
        ("last", "late"),
    ],
)
def test_users_come_in_the_order_asked_for(asking: Asking, sort: str, first: str) -> None:
    insert_runs(
        asking.store,
        [
            a_run(user="dear", uncached=1, cost=Decimal(9)),
            a_run(user="wordy", uncached=999),
            *(a_run(user="busy", kind="llm") for _ in range(3)),
            *(a_run(user="chatty", session=f"s{number}") for number in range(2)),
            a_run(user="late", started_at=NOON + timedelta(hours=1)),
        ],
    )
    assert asking.ask("users", sort=sort)["rows"][0]["user"] == first


def test_pages_join_without_gap_or_repetition(asking: Asking) -> None:
    costs = [Decimal(1), None, Decimal(2), Decimal(1), None]
    insert_runs(
        asking.store,
        [a_run(user=f"u{number}", uncached=1, cost=cost) for number, cost in enumerate(costs)],
    )
    joined, cursor = [], ""
    while True:
        page = asking.ask("users", limit=2, **({"cursor": cursor} if cursor else {}))
        joined += [row["user"] for row in page["rows"]]
        cursor = page["next"]
        if not cursor:
            break
    assert joined == ["u2", "u0", "u3", "u1", "u4"]


def test_a_strange_name_is_a_user_as_any(asking: Asking) -> None:
    insert_runs(asking.store, [a_run(user="../ann?")])
    (row,) = asking.ask("users")["rows"]
    assert row["user"] == "../ann?"
    assert row["path"].startswith("~")


def test_an_unknown_order_is_refused(asking: Asking) -> None:
    assert "none of cost, tokens, calls" in asking.refusal("users", sort="name")
    assert "from 1 to 200" in asking.refusal("users", limit=201)
