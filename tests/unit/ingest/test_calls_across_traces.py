"""A call that two instrumentations report counts once, wherever its runs lie and whenever they come."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from econome.counting.tokenizers import Tokenizers
from econome.domain.project import workspace_id
from econome.ingest.commit import Accepted, Committer
from econome.ingest.costing import Costing
from econome.ingest.measuring import Measuring
from econome.ingest.projects import Projects
from econome.pricing.book import PriceBook
from econome.pricing.sources.overrides import Overrides
from econome.store.client import Store
from econome.store.question import Question
from econome.wire.protocols.langsmith import decode_batch

MOMENT = 0x019D0118F600  # of the ids, which are UUIDv7s
BEGAN = datetime.fromtimestamp(MOMENT / 1000, UTC)
NOW = BEGAN + timedelta(hours=1)
ANSWER = "chatcmpl-0a1b2c3d4e5f"
Make = Callable[[], Committer]


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    counted: bool
    uncounted: str
    notes: list[str]
    inherited_user: str
    inherited_tags: list[str]
    inherited_metadata: dict[str, str]


ROWS = Question(
    "rows",
    "select name, counted, uncounted, notes, inherited_user, inherited_tags, inherited_metadata"
    " from runs final where workspace = {workspace:UUID} order by name",
)


@pytest.fixture
def make(store: Store, tmp_path: Path) -> Make:
    """Makes committers that remember nothing: each is the server after a restart."""
    book = PriceBook([], Overrides.read(tmp_path / "none.json"))
    return lambda: Committer(store, Projects(store), Measuring(Tokenizers()), Costing(store, book))


@pytest.mark.parametrize("restarts", [False, True])
def test_one_answer_in_two_traces_counts_once(store: Store, make: Make, restarts: bool) -> None:
    first = make()
    first.commit([sent(run("a", answer=ANSWER, usage=usage(100, 10)))])
    assert uncounted(store) == {"a": ""}
    better = usage(100, 10) | {"input_token_details": {"cache_read": 60}}
    (make() if restarts else first).commit([sent(run("b", answer=ANSWER, usage=better))])
    assert uncounted(store) == {"a": "repeated", "b": ""}
    assert [row.name for row in rows(store) if row.counted] == ["b"]


def test_of_siblings_that_say_as_much_the_earliest_stands(store: Store, make: Make) -> None:
    pair = [run(name, parent="root", answer=ANSWER, usage=usage(100, 10)) for name in ("b", "a")]
    make().commit([sent(run("root", kind="chain"), *pair)])
    assert uncounted(store) == {"root": "", "a": "", "b": "repeated"}


def test_retries_count_each(store: Store, make: Make) -> None:
    make().commit(
        [sent(run("a", answer=ANSWER, usage=usage(9, 1)), run("b", answer=ANSWER + "x", usage=usage(9, 1)))]
    )
    assert uncounted(store) == {"a": "", "b": ""}


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"answer": "resp-1"}, id="the id is too short"),
        pytest.param(
            {"usage": {"input_tokens": 7, "output_tokens": 8, "total_tokens": 15}}, id="other tokens"
        ),
        pytest.param({"hours": 25}, id="a day later"),
        pytest.param({"project": "another"}, id="another project"),
    ],
)
def test_what_may_be_another_call_counts(store: Store, make: Make, other: dict[str, Any]) -> None:
    same = {"answer": other.get("answer", ANSWER), "usage": usage(100, 10)}
    make().commit([sent(run("a", **same), run("b", **(same | other)))])
    assert uncounted(store) == {"a": "", "b": ""}


@pytest.mark.parametrize("restarts", [False, True])
def test_an_id_that_a_server_gives_to_every_answer_is_none(store: Store, make: Make, restarts: bool) -> None:
    here = make()
    for number in range(10):
        here = make() if restarts else here
        here.commit([sent(run(f"r{number}", answer="cmpl-0000000000000", usage=usage(5, 5)))])
        if number == 7:
            assert sum(row.counted for row in rows(store)) == 1
    assert all(row.counted for row in rows(store))


@pytest.mark.parametrize("restarts", [False, True])
def test_a_run_that_turns_out_to_be_a_wrapper_gives_its_answer_back(
    store: Store, make: Make, restarts: bool
) -> None:
    """It was the best report of the call; its late child says it is part of another's."""
    first = make()
    better = usage(100, 10) | {"output_token_details": {"reasoning": 3}}
    first.commit([sent(run("a", answer=ANSWER, usage=better), run("b", answer=ANSWER, usage=usage(100, 10)))])
    assert uncounted(store) == {"a": "", "b": "repeated"}
    (make() if restarts else first).commit([sent(run("c", parent="a", usage=usage(90, 10)))])
    assert uncounted(store) == {"a": "wrapper", "b": "", "c": ""}
    (noted,) = [row for row in rows(store) if row.notes]
    assert noted.name == "a"
    assert noted.notes == ["the calls below it report fewer tokens than it does: 10 input"]


def test_the_note_on_a_wrapper_goes_when_its_other_child_comes(store: Store, make: Make) -> None:
    here = make()
    here.commit([sent(run("a", usage=usage(100, 10)), run("b", parent="a", usage=usage(60, 6)))])
    assert next(row.notes for row in rows(store)) == [
        "the calls below it report fewer tokens than it does: 40 input, 4 output"
    ]
    here.commit([sent(run("c", parent="a", usage=usage(40, 4)))])
    assert [row.notes for row in rows(store)] == [[], [], []]
    assert uncounted(store) == {"a": "wrapper", "b": "", "c": ""}


@pytest.mark.parametrize("restarts", [False, True])
def test_a_run_whose_trace_is_named_late_does_not_repeat_itself(
    store: Store, make: Make, restarts: bool
) -> None:
    first = make()
    whole = run("b", parent="a", answer=ANSWER, usage=usage(100, 10))
    early = whole | {"trace_id": whole["id"], "parent_run_id": None}
    first.commit([sent(early)])
    (make() if restarts else first).commit([sent(whole | {"trace_id": an_id("a")}, run("a", kind="chain"))])
    assert uncounted(store) == {"a": "", "b": ""}
    assert [row.name for row in rows(store) if row.counted] == ["b"]


def test_a_failed_commit_leaves_no_count_behind(
    store: Store, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = make()
    here.commit([sent(run("a", answer=ANSWER, usage=usage(100, 10)))])
    better = sent(run("b", answer=ANSWER, usage=usage(100, 10) | {"input_token_details": {"cache_read": 60}}))

    def full(table: str, columns: dict[str, Any]) -> None:
        raise OSError(f"{table} {len(columns)}")

    monkeypatch.setattr(store, "insert", full)
    with pytest.raises(OSError, match="payloads"):
        here.commit([better])
    monkeypatch.undo()
    here.commit([better])
    assert uncounted(store) == {"a": "repeated", "b": ""}


def test_a_removed_project_takes_no_count_from_what_comes_after(store: Store, make: Make) -> None:
    here = make()
    here.commit([sent(run("a", answer=ANSWER, usage=usage(100, 10)))])
    workspace = workspace_id("test")
    here.remove_project(workspace, Projects(store).by_name(workspace, "maths"))
    here.commit([sent(run("b", answer=ANSWER, usage=usage(100, 10)))])
    assert uncounted(store) == {"b": ""}


names = st.sampled_from("abcdef")
posts = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["llm", "llm", "chain"]),
        "parent": st.one_of(st.none(), names),
        "answer": st.sampled_from(["", ANSWER, ANSWER, ANSWER + "x"]),
        "usage": st.sampled_from([None, (100, 10), (100, 12), (50, 5)]),
        "user": st.sampled_from(["", "", "anna", "bob"]),
        "tags": st.lists(st.sampled_from(["x", "y"]), max_size=2, unique=True),
    }
)
forests = st.lists(posts, min_size=2, max_size=6)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(forests, st.data())
def test_neither_order_nor_grouping_nor_restarts_change_what_counts(
    store: Store, make: Make, forest: list[dict[str, Any]], data: st.DataObject
) -> None:
    pieces = list(pieces_of(forest))
    expected = outcome(store, make, [pieces], [False])
    shuffled = data.draw(st.permutations(pieces))
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, len(pieces) - 1)), max_size=4)))
    groups = [shuffled[low:high] for low, high in zip([0, *cuts], [*cuts, len(pieces)], strict=True)]
    restarts = data.draw(st.lists(st.booleans(), min_size=len(groups), max_size=len(groups)))
    assert outcome(store, make, groups, restarts) == expected
    assert outcome(store, make, [pieces, pieces], [True, True]) == expected


def pieces_of(forest: list[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    """Posts and patches of runs a, b, … whose parents stand before them in the alphabet."""
    pieces: list[dict[str, Any]] = []
    trees: dict[str, str] = {}
    for name, made in zip("abcdef", forest, strict=False):
        parent = made["parent"] if made["parent"] is not None and made["parent"] < name else None
        trees[name] = trees.get(parent, name) if parent else name
        post = run(name, kind=made["kind"], parent=parent, root=trees[name])
        post["tags"] = made["tags"]
        if made["user"]:
            post["extra"] = {"metadata": {"user_id": made["user"], "ls_model_name": "m"}}
        whole = run(
            name,
            kind=made["kind"],
            answer=made["answer"],
            usage=usage(*made["usage"]) if made["usage"] else None,
        )
        pieces += [
            {"post": post},
            {"patch": {key: whole[key] for key in ("id", "end_time", "outputs")}
             | {key: post[key] for key in ("trace_id", "parent_run_id", "dotted_order")}},
        ]  # fmt: skip
    return pieces


turn = iter(range(1_000_000))


def outcome(
    store: Store, make: Make, groups: Sequence[Sequence[dict[str, Any]]], restarts: Sequence[bool]
) -> list[Row]:
    """What is stored at the end, in a workspace of its own."""
    workspace = workspace_id(f"turn {next(turn)}")
    committer = make()
    for group, is_new in zip(groups, restarts, strict=True):
        committer = make() if is_new else committer
        committer.commit(
            [
                Accepted(
                    workspace,
                    decode_batch(
                        json.dumps(
                            {half: [one[half] for one in group if half in one] for half in ("post", "patch")}
                        ).encode()
                    ),
                    NOW,
                )
            ]
        )
    found = store.ask(Row, ROWS, workspace=workspace)
    assert len(found) == sum("post" in piece for piece in groups[0]) or len(groups) > 1
    return found


def run(
    name: str,
    *,
    kind: str = "llm",
    parent: str | None = None,
    root: str | None = None,
    answer: str = "",
    usage: dict[str, Any] | None = None,
    project: str = "maths",
    hours: float = 0,
) -> dict[str, Any]:
    started = BEGAN - timedelta(hours=hours)
    identity, tree = an_id(name), an_id(root or parent or name)
    message: dict[str, Any] = {"response_metadata": {"id": answer}} if answer else {}
    return {
        "id": identity,
        "trace_id": tree,
        "parent_run_id": an_id(parent) if parent else None,
        "dotted_order": f"{started:%Y%m%dT%H%M%S%fZ}{identity}",
        "name": name,
        "run_type": kind,
        "start_time": started.isoformat(),
        "end_time": (started + timedelta(seconds=1)).isoformat(),
        "session_name": project,
        "inputs": {},
        "outputs": {"text": "four", **({"id": answer} if answer else {}), **message}
        | ({"usage_metadata": usage} if usage else {}),
    }


def an_id(name: str) -> str:
    """A UUIDv7 of that hour, in the order of names."""
    number = sum(ord(letter) << (8 * place) for place, letter in enumerate(reversed(name)))
    return str(UUID(int=(MOMENT << 80) | (0x7000 << 64) | (0x8 << 60) | number))


def usage(given: int, generated: int) -> dict[str, Any]:
    return {"input_tokens": given, "output_tokens": generated, "total_tokens": given + generated}


def sent(*runs: dict[str, Any]) -> Accepted:
    delivery = decode_batch(json.dumps({"post": runs}).encode())
    assert not delivery.refusals
    return Accepted(workspace_id("test"), delivery, NOW)


def rows(store: Store) -> list[Row]:
    return store.ask(Row, ROWS, workspace=workspace_id("test"))


def uncounted(store: Store) -> dict[str, str]:
    return {row.name: row.uncounted for row in rows(store)}
