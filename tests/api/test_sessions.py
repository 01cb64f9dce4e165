"""Conversations: which there are, how their context grows, and what was said in one."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from asking import Asking
from builders import NOON, a_run, insert_runs
from econome.analytics.conversation import added
from econome.domain.key import Role
from econome.domain.project import DEFAULT_WORKSPACE, workspace_id
from econome.domain.run import UNDATED, Run
from econome.store.client import Store
from econome.web.api.path_names import in_path, name_in
from econome.web.auth import Caller

STRANGE = ["a/b", "..", ".", "~x", "été", "a b", "50%", "?x=1#y", "-", "a\nb", "x" * 300]


@pytest.fixture
def asking(store: Store) -> Asking:
    return Asking(store)


def a_turn(session: str, minute: float, *inputs: int, **said: object) -> list[Run]:
    """A chain of that minute, with a call for each number of input tokens."""
    started = NOON + timedelta(minutes=minute)
    root = a_run(session=session, started_at=started, user=said.pop("user", ""))
    calls = [
        a_run(
            parent=root,
            inherited_session=session,
            uncached=tokens,
            started_at=started + timedelta(seconds=place),
            **said,
        )
        for place, tokens in enumerate(inputs, 1)
    ]
    return [root, *calls]


def insert(asking: Asking, *turns: list[Run]) -> None:
    insert_runs(asking.store, [run for turn in turns for run in turn])


# --- which there are --------------------------------------------------------------------


def test_nothing_is_said_of_nothing(asking: Asking) -> None:
    answer = asking.ask("sessions")
    assert (answer["rows"], answer["next"]) == ([], None)
    assert answer["total"]["sessions"] == 0
    assert answer["total"]["cost"] is None


def test_a_conversation_is_one_row_with_its_turns_users_models_and_sums(asking: Asking) -> None:
    insert(
        asking,
        a_turn("chat", 0, 100, 150, cost=Decimal("0.5"), model="m1", text_out=10, user="ann"),
        a_turn("chat", 5, 300, cost=Decimal("0.25"), model="m2", user="bob"),
        a_turn("other", 1, 7),
    )
    row, other = asking.ask("sessions")["rows"]
    assert (row["session"], row["turns"], row["runs"], row["calls"]) == ("chat", 2, 5, 3)
    assert (row["users"], row["models"]) == (["ann", "bob"], ["m1", "m2"])
    assert row["cost"] == "1.25"
    assert row["tokens"]["input"] == 100 + 150 + 300
    assert row["tokens"]["output"] == 10 + 10
    assert (row["first_at"], row["last_at"]) == ("2026-03-18T12:00:00Z", "2026-03-18T12:05:01Z")
    assert (row["coverage"]["calls"], row["coverage"]["priced"]) == (3, 3)
    assert (other["session"], other["cost"], other["coverage"]["unpriced"]) == ("other", None, 1)


def test_a_conversation_that_grows_tells_by_how_much_each_turn(asking: Asking) -> None:
    insert(asking, *(a_turn("chat", turn, 50, 100 + 40 * turn) for turn in range(6)))
    (row,) = asking.ask("sessions")["rows"]
    assert row["contexts"] == [100 + 40 * turn for turn in range(6)]  # of the largest call
    assert row["growth"] == pytest.approx(40)
    assert row["known_turns"] == 6


def test_growth_is_fitted_over_the_turns_that_are_known(asking: Asking) -> None:
    unknown = a_turn("chat", 2)
    insert(asking, a_turn("chat", 0, 100), a_turn("chat", 1, 200), unknown, a_turn("chat", 3, 400))
    (row,) = asking.ask("sessions")["rows"]
    assert row["contexts"] == [100, 200, None, 400]
    assert (row["known_turns"], row["growth"]) == (3, pytest.approx(100))


def test_two_turns_make_no_trend(asking: Asking) -> None:
    insert(asking, a_turn("chat", 0, 100), a_turn("chat", 1, 900))
    (row,) = asking.ask("sessions")["rows"]
    assert row["growth"] is None


def test_an_estimated_context_is_no_known_one(asking: Asking) -> None:
    insert(asking, *(a_turn("chat", turn, 100 * turn, usage_source="estimated") for turn in range(4)))
    (row,) = asking.ask("sessions")["rows"]
    assert row["contexts"] == [None] * 4
    assert (row["growth"], row["tokens"]["input"]) == (None, None)
    assert row["estimated"]["input"] == 100 * (0 + 1 + 2 + 3)


def test_of_many_turns_fifty_are_drawn_the_first_and_the_last_among_them(asking: Asking) -> None:
    insert(asking, *(a_turn("chat", turn, 1 + turn) for turn in range(120)))
    (row,) = asking.ask("sessions")["rows"]
    assert row["turns"] == 120
    assert len(row["contexts"]) == 50
    assert (row["contexts"][0], row["contexts"][-1]) == (1, 120)
    assert row["contexts"] == sorted(row["contexts"])
    assert row["growth"] == pytest.approx(1)


def test_traces_of_no_conversation_are_no_row_and_are_told(asking: Asking) -> None:
    insert(asking, a_turn("chat", 0, 5, cost=Decimal(1)), a_turn("", 1, 7, cost=Decimal(2)), a_turn("", 2, 9))
    answer = asking.ask("sessions")
    assert [row["session"] for row in answer["rows"]] == ["chat"]
    total = answer["total"]
    assert (total["sessions"], total["turns"], total["traces_in_none"]) == (1, 1, 2)
    assert (total["cost"], total["cost_in_none"]) == ("3", "2")
    assert total["coverage"]["unpriced"] == 1


def test_a_turn_that_failed_is_counted(asking: Asking) -> None:
    failed = a_turn("chat", 0, 5)
    failed[0].status = "error"
    insert(asking, failed, a_turn("chat", 1, 5, status="error"))
    (row,) = asking.ask("sessions")["rows"]
    assert (row["errors"], row["failed_calls"]) == (1, 1)


def test_a_filter_keeps_the_runs_that_pass_it(asking: Asking) -> None:
    insert(asking, a_turn("chat", 0, 5, model="m1"), a_turn("chat", 1, 70, model="m2"), a_turn("x", 2, 9))
    (row,) = asking.ask("sessions", filter='eq(model, "m2")')["rows"]
    assert (row["turns"], row["runs"], row["tokens"]["input"]) == (1, 1, 70)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("cost", ["dear", "long", "last"]),
        ("tokens", ["last", "long", "dear"]),
        ("turns", ["long", "dear", "last"]),
        ("growth", ["long", "dear", "last"]),
        ("last", ["last", "dear", "long"]),
    ],
)
def test_conversations_come_in_the_order_asked_for(asking: Asking, sort: str, expected: list[str]) -> None:
    insert(
        asking,
        *(a_turn("long", turn, 10 * turn, cost=Decimal("0.1")) for turn in range(4)),
        a_turn("dear", 10, 1, cost=Decimal(9)),
        a_turn("last", 20, 1000),
    )
    assert [row["session"] for row in asking.ask("sessions", sort=sort)["rows"]] == expected


@pytest.mark.parametrize("sort", ["cost", "tokens", "turns", "growth", "last"])
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_pages_join_without_gap_or_repetition(asking: Asking, sort: str, order: str) -> None:
    for number in range(7):
        cost = None if number in (2, 5) else Decimal(number % 3)
        turns = [a_turn(f"s{number}", turn, 10 + turn * (number % 2), cost=cost) for turn in range(3)]
        insert(asking, *turns)
    whole = [row["session"] for row in asking.ask("sessions", sort=sort, order=order)["rows"]]
    assert sorted(whole) == [f"s{number}" for number in range(7)]
    joined, cursor = [], None
    while True:
        more: dict[str, object] = {"cursor": cursor} if cursor else {}
        page = asking.ask("sessions", sort=sort, order=order, limit=2, **more)
        joined += [row["session"] for row in page["rows"]]
        assert (page["total"] is None) == (cursor is not None)
        cursor = page["next"]
        if not cursor:
            break
    assert joined == whole


def test_a_cursor_of_another_order_or_of_nobody_is_refused(asking: Asking) -> None:
    insert(asking, a_turn("a", 0, 1), a_turn("b", 0, 1))
    cursor = asking.ask("sessions", limit=1)["next"]
    assert "another order" in asking.refusal("sessions", cursor=cursor, sort="tokens")
    assert "not one that an answer gave" in asking.refusal("sessions", cursor="x")
    assert "none of cost, tokens, turns, growth, last" in asking.refusal("sessions", sort="name")
    assert "no parameter here" in asking.refusal("sessions", by="x")


def test_a_conversation_of_another_workspace_is_never_seen(asking: Asking) -> None:
    turn = a_turn("chat", 0, 5)
    for run in turn:
        run.workspace = workspace_id("other")
    insert(asking, turn)
    assert asking.ask("sessions")["rows"] == []
    assert asking.get("sessions/chat").status_code == 404


# --- one of them ------------------------------------------------------------------------


def test_a_conversation_is_whole_whenever_it_was(asking: Asking) -> None:
    insert(asking, a_turn("chat", -40 * 24 * 60, 5), a_turn("chat", 0, 7), a_turn("chat", 90, 9))
    told = asking.tell("sessions/chat")
    assert [turn["context"] for turn in told["turns"]] == [5, 7, 9]
    assert [turn["number"] for turn in told["turns"]] == [1, 2, 3]
    assert told["turns_in_all"] == 3


def test_a_run_whose_id_carries_no_time_is_in_its_conversation(asking: Asking) -> None:
    insert_runs(asking.store, [a_run(session="chat", key_time=UNDATED, uncached=4)])
    assert [turn["context"] for turn in asking.tell("sessions/chat")["turns"]] == [4]


def test_cost_is_told_turn_by_turn_and_cumulated(asking: Asking) -> None:
    insert(
        asking,
        a_turn("chat", 0, 5, 5, cost=Decimal("0.1")),
        a_turn("chat", 1, 5),
        a_turn("chat", 2, 5, cost=Decimal("0.3")),
    )
    told = asking.tell("sessions/chat")
    assert [turn["cost"] for turn in told["turns"]] == ["0.2", None, "0.3"]
    assert [turn["cumulated_cost"] for turn in told["turns"]] == ["0.2", "0.2", "0.5"]
    assert told["cost"] == "0.5"
    assert [turn["latency"] for turn in told["turns"]] == [1, 1, 1]


def test_history_sent_again_is_told_apart_from_what_is_new(asking: Asking) -> None:
    # Each turn sends all before it, and some more: no text is known, so that the turn before decides.
    insert(asking, a_turn("chat", 0, 100), a_turn("chat", 1, 180), a_turn("chat", 2, 300))
    told = asking.tell("sessions/chat")
    assert [turn["split"] for turn in told["turns"]] == [
        {"repeated": 0, "new": 100},
        {"repeated": 100, "new": 80},
        {"repeated": 180, "new": 120},
    ]
    assert (told["repeated"], told["context"]) == (100 + 180, 100 + 180 + 300)


def test_no_more_is_sent_again_than_the_prompt_holds_of_old_text(asking: Asking) -> None:
    # Half of the characters are instructions; the rest is the user's, each time another question.
    texts = {"chars_system": 100, "chars_user": 100}
    insert(asking, *(a_turn("chat", turn, 1000, **texts) for turn in range(3)))
    splits = [turn["split"] for turn in asking.tell("sessions/chat")["turns"]]
    assert splits == [
        {"repeated": 0, "new": 1000},
        {"repeated": 500, "new": 500},
        {"repeated": 500, "new": 500},
    ]


def test_a_context_that_nobody_told_is_not_split_and_does_not_break_the_chain(asking: Asking) -> None:
    insert(asking, a_turn("chat", 0, 100), a_turn("chat", 1), a_turn("chat", 2, 300))
    turns = asking.tell("sessions/chat")["turns"]
    assert [turn["split"] for turn in turns] == [
        {"repeated": 0, "new": 100},
        None,
        {"repeated": 100, "new": 200},
    ]


def test_the_cache_of_the_largest_call_is_told(asking: Asking) -> None:
    insert(asking, a_turn("chat", 0, 100, 20, cache_read=None), a_turn("chat", 1, 30, cache_read=200))
    turns = asking.tell("sessions/chat")["turns"]
    assert [(turn["context"], turn["context_cached"]) for turn in turns] == [(100, None), (230, 200)]


@pytest.mark.parametrize("name", STRANGE)
def test_any_name_can_stand_in_a_path(asking: Asking, name: str) -> None:
    insert(asking, a_turn(name, 0, 5))
    (row,) = asking.ask("sessions")["rows"]
    assert row["session"] == name
    assert asking.tell(f"sessions/{row['path']}")["session"] == name
    assert asking.tell(f"sessions/{row['path']}/texts")["turns"][0]["number"] == 1


@pytest.mark.parametrize("name", [*STRANGE, "chat-1", "7c0de111-24d6", "user@example.org"])
def test_a_name_in_a_path_is_plain_and_comes_back(name: str) -> None:
    told = in_path(name)
    assert name_in(told) == name
    assert told not in {".", ".."}
    assert not set(told) & set("/?#% \n")


def test_a_path_that_is_no_name_is_refused(asking: Asking) -> None:
    assert "no base64" in asking.refusal("sessions/~_w")
    assert asking.get("sessions/nobody").status_code == 404
    assert asking.get("sessions/~").status_code == 404


def test_a_key_for_some_projects_sees_no_conversation_of_another(asking: Asking) -> None:
    shop = asking.projects.by_name(DEFAULT_WORKSPACE, "shop")
    turn = a_turn("chat", 0, 5)
    for run in turn:
        run.project = shop
    insert(asking, turn)
    asking.caller = Caller(DEFAULT_WORKSPACE, Role.READ, "shop")
    assert len(asking.tell("sessions/chat")["turns"]) == 1
    asking.caller = Caller(DEFAULT_WORKSPACE, Role.READ, "lab*")
    assert asking.get("sessions/chat").status_code == 404


# --- what was said ----------------------------------------------------------------------


def test_of_a_prompt_only_what_the_turn_added_is_told() -> None:
    system, first, answer, second = (
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hello!"},
        {"role": "user", "content": "How late is it?"},
    )
    assert added({"messages": [system, first, answer, second]}) == {"messages": [second]}
    assert added({"messages": [[system, first, answer, second]]}) == {"messages": [second]}
    tool = {"role": "tool", "content": "noon"}
    assert added({"messages": [first, answer, second, tool]}) == {"messages": [second, tool]}
    last = {"role": "assistant", "content": "Noon."}
    assert added({"messages": [first, answer, second, last]}, answered=True) == {"messages": [last]}


@pytest.mark.parametrize(
    "payload", [None, "text", {"question": "x"}, {"messages": []}, {"messages": "x"}, [1]]
)
def test_what_holds_no_messages_is_told_as_it_is(payload: object) -> None:
    assert added(payload) == payload
    assert added(payload, answered=True) == payload
