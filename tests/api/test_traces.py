"""Inside one trace: its bottleneck, a text in it, and the neighbours of one of its calls."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from asking import Asking
from builders import NOON, a_run, an_id, insert_runs, put_payload
from econome.domain.key import Role
from econome.domain.project import DEFAULT_WORKSPACE, workspace_id
from econome.domain.run import Run
from econome.store.client import Store
from econome.web.auth import Caller


@pytest.fixture
def asking(store: Store) -> Asking:
    return Asking(store)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def an_ask(seconds: float, **said: object) -> Run:
    """A call of the place "ask" that began so many seconds past noon."""
    return a_run(**{"name": "ask", "model": "gpt-5", "started_at": at(seconds), **said})


# --- the bottleneck ---------------------------------------------------------------------


def test_a_trace_names_what_takes_most_of_it_by_each_unit(asking: Asking) -> None:
    top = a_run(name="top", ended_at=at(10))
    slow = a_run(name="rewrite", model="gpt-5-mini", parent=top, started_at=at(1), ended_at=at(9))
    slow.first_token_at = at(7)
    dear = a_run(name="judge", model="gpt-5", parent=top, ended_at=at(1), uncached=900, cost=Decimal("0.9"))
    insert_runs(asking.store, [top, slow, dear])
    found = asking.tell(f"traces/{top.id}")["bottleneck"]
    assert found["time"] == {
        "name": "rewrite",
        "kind": "llm",
        "run": str(slow.id),
        "runs": 1,
        "amount": "8",
        "share": 8 / 10,
        "why": "first_token",
        "why_amount": "6",
    }
    assert (found["cost"], found["tokens"]["name"], found["tokens"]["why"]) == (None, "judge", "uncached")


def test_a_row_of_a_tree_is_narrow(asking: Asking) -> None:
    run = an_ask(0, uncached=5, text_out=2, input_preview="so long", error="why " * 200, status="error")
    insert_runs(asking.store, [run])
    (row,) = asking.tell(f"traces/{run.id}")["runs"]
    assert row["tokens"] == {"uncached": 5, "text_out": 2, "input": 5, "output": 2, "total": 5 + 2}
    assert "input_preview" not in row
    assert len(row["error"]) == 400


# --- a text in it -----------------------------------------------------------------------


def places(answer: Any) -> dict[str, list[str]]:
    return {match["id"]: [spot["place"] for spot in match["places"]] for match in answer["matches"]}


def test_a_text_is_found_in_all_that_the_runs_of_a_trace_hold(asking: Asking) -> None:
    top = a_run(name="Plan the trip", error="no plan")
    given = a_run(name="ask", parent=top, tags=["planned"])
    other = a_run(name="ask", parent=top)
    elsewhere = a_run(name="plan")
    insert_runs(asking.store, [top, given, other, elsewhere])
    put_payload(asking.store, given, inputs='{"q":"What PLAN?"}', outputs='{"a":"This plan."}')
    put_payload(asking.store, other, inputs='{"q":"nothing"}')
    put_payload(asking.store, elsewhere, inputs='{"q":"plan"}')
    assert places(asking.tell(f"traces/{top.id}/search", q="plan")) == {
        str(top.id): ["name", "error"],
        str(given.id): ["tags", "inputs", "outputs"],
    }


def test_what_is_found_is_shown_as_it_would_be_read(asking: Asking) -> None:
    run = a_run(name="ask")
    insert_runs(asking.store, [run])
    put_payload(asking.store, run, inputs='{"q":"Say \\"caf\\u00e9\\"\\nnow"}')
    for text in ("café", 'say "caf', "CAFÉ"):
        (match,) = asking.tell(f"traces/{run.id}/search", q=text)["matches"]
        (spot,) = match["places"]
        assert 'Say "café" now' in spot["excerpt"], text


def test_the_marks_of_json_are_no_text(asking: Asking) -> None:
    run = a_run(name="ask")
    insert_runs(asking.store, [run])
    put_payload(asking.store, run, inputs='{"q":"a"}')
    assert asking.tell(f"traces/{run.id}/search", q='"q"')["matches"] == []


def test_an_error_is_found_as_it_was_written(asking: Asking) -> None:
    run = a_run(name="ask")
    insert_runs(asking.store, [run])
    put_payload(asking.store, run, error='File "C:\\new.py"\nKeyError')
    (match,) = asking.tell(f"traces/{run.id}/search", q="C:\\NEW")["matches"]
    assert match["places"] == [{"place": "error", "excerpt": 'File "C:\\new.py"\nKeyError'}]


def test_a_text_of_nothing_or_of_too_much_is_refused(asking: Asking) -> None:
    for text in ("", " ", "x" * 401):
        assert "400 characters" in asking.refusal(f"traces/{an_id()}/search", q=text)


def test_a_text_is_not_found_in_anothers_trace(asking: Asking) -> None:
    foreign = a_run(name="secret", workspace=workspace_id("other"))
    insert_runs(asking.store, [foreign])
    put_payload(asking.store, foreign, inputs='{"q":"secret"}')
    assert asking.tell(f"traces/{foreign.id}/search", q="secret")["matches"] == []
    run = a_run(name="secret")
    insert_runs(asking.store, [run])
    put_payload(asking.store, run, inputs='{"q":"secret"}')
    asking.caller = Caller(DEFAULT_WORKSPACE, Role.READ, projects="elsewhere")
    assert asking.tell(f"traces/{run.id}/search", q="secret")["matches"] == []


# --- neighbours -------------------------------------------------------------------------


def test_the_neighbours_of_a_call_are_the_nearest_of_its_place(asking: Asking) -> None:
    run = an_ask(0, uncached=100, text_out=20, cost=Decimal("0.3"), ended_at=at(2))
    before = an_ask(-60, uncached=90, text_out=30, cost=Decimal("0.1"), ended_at=at(-60 + 3))
    after = an_ask(60, text_out=20, ended_at=None, status="pending")
    others = [
        an_ask(-600),
        an_ask(600),
        an_ask(-1, name="other"),
        an_ask(-1, model="gpt-5-mini"),
        an_ask(-1, kind="chain", model=""),
        an_ask(-1, project=an_id()),
        an_ask(-1, workspace=workspace_id("other")),
    ]
    insert_runs(asking.store, [run, before, after, *others])
    answer = asking.tell(f"runs/{run.id}/neighbours")
    assert (answer["previous"]["id"], answer["next"]["id"]) == (str(before.id), str(after.id))
    assert answer["previous"]["difference"] == {
        "latency": 2 - 3,
        "input": 100 - 90,
        "output": 20 - 30,
        "cost": "0.2",
        "same_answer": None,
    }
    assert answer["next"]["difference"] == {
        "latency": None,
        "input": None,
        "output": 0,
        "cost": None,
        "same_answer": None,
    }


def test_calls_of_one_call_site_are_neighbours_whatever_model_they_ask(asking: Asking) -> None:
    run = an_ask(0, call_site="agent > ask")
    before = an_ask(-60, call_site="agent > ask", model="gpt-5-mini")
    elsewhere = [an_ask(-1, call_site="judge > ask"), an_ask(-1)]
    insert_runs(asking.store, [run, before, *elsewhere])
    answer = asking.tell(f"runs/{run.id}/neighbours")
    assert answer["by"] == ["project", "call_site"]
    assert answer["previous"]["id"] == str(before.id)


def test_neighbours_of_one_moment_are_each_others(asking: Asking) -> None:
    twins = [an_ask(0) for _ in range(4)]
    insert_runs(asking.store, twins)
    walked = set()
    here = next(run.id for run in twins if asking.tell(f"runs/{run.id}/neighbours")["previous"] is None)
    answer: Any = {"next": {"id": str(here)}}
    while answer["next"]:
        walked.add(answer["next"]["id"])
        back = answer["next"]["id"]
        answer = asking.tell(f"runs/{back}/neighbours")
        if answer["next"]:
            assert asking.tell(f"runs/{answer['next']['id']}/neighbours")["previous"]["id"] == back
    assert walked == {str(run.id) for run in twins}


def test_an_answer_is_the_same_when_only_ids_usage_and_times_differ(asking: Asking) -> None:
    runs = [an_ask(second) for second in range(3)]
    insert_runs(asking.store, runs)
    told = '{"id":"%s","created":%d,"usage":{"total_tokens":%d},"choices":[{"message":{"content":"%s"}}]}'
    for run, said in zip(runs, ("Yes.", "Yes.", "No."), strict=True):
        put_payload(asking.store, run, outputs=told % (run.id, run.started_at.second, 3, said))
    answer = asking.tell(f"runs/{runs[1].id}/neighbours")
    assert answer["previous"]["difference"]["same_answer"] is True
    assert answer["next"]["difference"]["same_answer"] is False


def test_neighbours_are_looked_for_within_a_week(asking: Asking) -> None:
    run = an_ask(0)
    week = 7 * 24 * 3600
    near, far = an_ask(-week + 1), an_ask(week + 1)
    insert_runs(asking.store, [run, near, far])
    answer = asking.tell(f"runs/{run.id}/neighbours")
    assert (answer["previous"]["id"], answer["next"], answer["reach"]) == (str(near.id), None, week)


def test_the_neighbours_of_a_run_that_is_not_there_are_not_found(asking: Asking) -> None:
    assert asking.get(f"runs/{an_id()}/neighbours").status_code == 404
