"""Two runs, or two traces by their roots, held together."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from asking import Asking
from builders import a_run, an_id, insert_runs
from econome.domain.run import Run
from econome.store.client import Store


@pytest.fixture
def asking(store: Store) -> Asking:
    return Asking(store)


def named(rows: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(row for row in rows if row["name"] == name)


def compared(asking: Asking, a: Run, b: Run) -> Any:
    return asking.tell("compare/runs", a=str(a.id), b=str(b.id))


def test_two_calls_differ_in_tokens_money_time_and_what_was_asked(asking: Asking) -> None:
    root = a_run()
    one = a_run(
        parent=root, model="small", uncached=100, text_out=20, cost=Decimal("0.5"), temperature=0.0,
        chars_user=400, metadata={"release": "1"},
    )  # fmt: skip
    other = a_run(
        parent=root, model="large", uncached=160, text_out=10, cost=Decimal("0.75"), max_tokens=50,
        chars_user=440, metadata={"release": "2"},
    )  # fmt: skip
    other.ended_at = other.started_at + timedelta(seconds=3)
    insert_runs(asking.store, [root, one, other])
    answer = compared(asking, one, other)
    assert answer["of"] == "run"
    assert answer["same_model"] is False
    assert named(answer["money"], "cost") == {"name": "cost", "a": "0.5", "b": "0.75", "difference": "0.25"}
    assert named(answer["money"], "fee_cost")["difference"] is None
    assert named(answer["tokens"], "uncached")["difference"] == 60
    assert named(answer["tokens"], "text_out")["difference"] == -10
    assert [row["name"] for row in answer["tokens"]] == ["uncached", "text_out", "input", "output", "total"]
    assert answer["seconds"] == [{"name": "latency", "a": 1, "b": 3, "difference": 2}]
    assert answer["characters"] == [{"name": "user", "a": 400, "b": 440, "difference": 40}]
    assert named(answer["settings"], "temperature") == {
        "name": "temperature",
        "a": "0.0",
        "b": None,
        "same": False,
    }
    assert named(answer["settings"], "kind")["same"] is True
    assert named(answer["settings"], "metadata.release")["b"] == "2"


def test_two_roots_are_held_together_by_what_their_traces_used(asking: Asking) -> None:
    roots = [a_run(), a_run()]
    steps = [
        a_run(parent=root, model="small", uncached=10, cost=Decimal(cost))
        for root, cost in zip([roots[0], *[roots[1]] * 2], (1, 2, 3), strict=True)
    ]
    insert_runs(asking.store, [*roots, *steps])
    answer = compared(asking, *roots)
    assert answer["of"] == "trace"
    assert named(answer["money"], "cost")["difference"] == str(2 + 3 - 1)
    assert named(answer["tokens"], "input") == {"name": "input", "a": 10, "b": 20, "difference": 10}
    assert answer["b"]["trace"]["calls"] == 2


def test_a_run_that_is_not_there_is_named(asking: Asking) -> None:
    run = a_run()
    insert_runs(asking.store, [run])
    assert asking.refusal("compare/runs", a=str(run.id)) == "b: the id of a run is missing"
    assert asking.refusal("compare/runs", a="7", b=str(run.id)) == '"7" is not the id of a run'
    missing = asking.get("compare/runs", a=str(run.id), b=str(an_id()))
    assert missing.status_code == 404
    assert "b: there is no run" in missing.json()["detail"]
