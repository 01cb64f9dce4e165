"""Pricing a period again: a proposal first, then exactly that, also when it is cut short."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from builders import NOON, SINCE, UNTIL, a_run, insert_runs
from econome.app import create_app
from econome.domain.key import Role
from econome.domain.price import STATED
from econome.ingest import repricing, rows
from econome.store import client
from econome.store.client import StoreBusy, StoreDown, StoreError

ASKED = {"since": SINCE.isoformat(), "until": UNTIL.isoformat()}


def store_of(server: TestClient) -> Any:
    return server.app.state.econome.store  # type: ignore[attr-defined]


def propose(server: TestClient, **said: object) -> dict[str, Any]:
    answer = server.post("/econome/v1/repricings", json={**ASKED, **said})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    assert made["state"] == "proposed"
    return made


def wait(server: TestClient, one: str) -> dict[str, Any]:
    said: dict[str, Any] = {"state": "running"}
    for _ in range(1000):
        if said["state"] not in {"running", "measuring"}:
            return said
        time.sleep(0.02)
        said = server.get(f"/econome/v1/repricings/{one}").json()
    raise AssertionError(said)


def apply(server: TestClient, one: str) -> dict[str, Any]:
    answer = server.post(f"/econome/v1/repricings/{one}/apply")
    assert answer.status_code == 202, answer.text
    return wait(server, one)


def total(server: TestClient) -> str | None:
    cost: str | None = server.get("/econome/v1/overview", params=ASKED).json()["totals"]["cost"]
    return cost


def fill(server: TestClient, many: int = 7) -> None:
    runs = [a_run(model="house-7b", uncached=1000, text_out=100) for _ in range(many)]
    runs.append(a_run(model="gpt-4o", provider="openai", uncached=1000, text_out=0, cost=Decimal(9)))
    insert_runs(store_of(server), runs)


def test_a_proposal_tells_the_difference_and_changes_nothing(server: TestClient) -> None:
    fill(server)
    server.post(
        "/econome/v1/prices", json={"model": "house-7b", "rates": {"uncached": "2", "text_out": "10"}}
    )
    made = propose(server)
    assert (made["runs"], made["changed"]) == (8, 8)
    assert (made["cost_before"], made["cost_after"], made["difference"]) == ("9", "0.0235", "-8.9765")
    by_model = {model["model"]: (model["before"], model["after"]) for model in made["by_model"]}
    assert by_model == {"house-7b": ("0", "0.021"), "gpt-4o": ("9", "0.0025")}
    assert total(server) == "9"


def test_applied_it_is_exactly_what_was_proposed_and_twice_it_is_nothing(server: TestClient) -> None:
    fill(server)
    server.post(
        "/econome/v1/prices", json={"model": "house-7b", "rates": {"uncached": "2", "text_out": "10"}}
    )
    proposed = propose(server, filter='eq(model, "house-7b")')
    done = apply(server, proposed["id"])
    assert done["state"] == "done"
    assert {name: done[name] for name in ("runs", "changed", "difference", "by_model")} == {
        name: proposed[name] for name in ("runs", "changed", "difference", "by_model")
    }
    assert total(server) == "9.021"
    assert propose(server, filter='eq(model, "house-7b")')["changed"] == 0


def test_a_cost_that_the_app_stated_stays_and_ours_stands_beside(server: TestClient) -> None:
    stated = a_run(
        model="gpt-4o",
        provider="openai",
        uncached=1000,
        text_out=0,
        cost=Decimal(7),
        cost_reported=Decimal(7),
        price=STATED.id,
    )
    insert_runs(store_of(server), [stated])
    apply(server, propose(server)["id"])
    run = server.get(f"/econome/v1/runs/{stated.id}").json()["run"]
    assert (run["cost"], run["our_cost"], run["cost_reported"]) == ("7", "0.0025", "7")


def test_only_the_period_and_the_projects_asked_for_change(server: TestClient) -> None:
    fill(server)
    insert_runs(
        store_of(server),
        [a_run(model="house-7b", uncached=1000, text_out=0, started_at=NOON - timedelta(days=3))],
    )
    server.post(
        "/econome/v1/prices", json={"model": "house-7b", "rates": {"uncached": "2", "text_out": "10"}}
    )
    assert propose(server)["runs"] == 8
    refused = server.post("/econome/v1/repricings", json={**ASKED, "project": ["nowhere"]})
    assert refused.status_code == 400
    assert "nowhere" in refused.json()["detail"]


def test_cut_short_after_the_sums_it_goes_on_and_counts_nothing_twice(
    server: TestClient, settings_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(server, 20)
    server.post(
        "/econome/v1/prices", json={"model": "house-7b", "rates": {"uncached": "2", "text_out": "10"}}
    )
    proposed = propose(server)
    server.app.state.econome.repricings._batch = 6  # type: ignore[attr-defined]
    write, batches = rows.write_runs, iter(range(100))

    def fail(*given: Any) -> None:
        if next(batches) == 2:
            raise StoreError("killed here")
        write(*given)

    monkeypatch.setattr(rows, "write_runs", fail)
    assert apply(server, proposed["id"])["state"] == "failed"
    monkeypatch.undo()
    with TestClient(create_app(settings_of(), "eca_test"), base_url="http://localhost") as other:
        stopped = other.get(f"/econome/v1/repricings/{proposed['id']}").json()
        assert stopped["state"] == "failed"
        assert (stopped["runs"], stopped["expected"]) == (18, 21)
        done = apply(other, proposed["id"])
        assert done["state"] == "done"
        assert {name: done[name] for name in ("runs", "changed", "difference")} == {
            name: proposed[name] for name in ("runs", "changed", "difference")
        }
        assert total(other) == "0.0625"


def test_a_server_that_was_killed_goes_on_by_itself(
    server: TestClient, settings_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(server, 20)
    server.post(
        "/econome/v1/prices", json={"model": "house-7b", "rates": {"uncached": "2", "text_out": "10"}}
    )
    proposed = propose(server)
    repricings = server.app.state.econome.repricings  # type: ignore[attr-defined]
    monkeypatch.setattr(repricings, "_start", lambda work: work.close())  # it dies before it begins
    server.post(f"/econome/v1/repricings/{proposed['id']}/apply")
    with TestClient(create_app(settings_of(), "eca_test"), base_url="http://localhost") as other:
        assert wait(other, proposed["id"])["state"] == "done"
        assert total(other) == "0.0625"


def test_the_journal_says_who_priced_what_again(server: TestClient) -> None:
    fill(server)
    apply(server, propose(server)["id"])
    done, started = server.get("/econome/v1/journal").json()["rows"][:2]
    assert (started["action"], started["author"]) == ("re-pricing started", "admin")
    assert (done["action"], done["detail"]["changed"]) == ("re-pricing done", 1)


def test_a_piece_that_comes_later_is_folded_into_the_run_as_it_was_priced_again(server: TestClient) -> None:
    run_id = str(uuid4())
    said = {
        "id": run_id,
        "name": "call",
        "run_type": "llm",
        "start_time": NOON.isoformat(),
        "inputs": {},
        "outputs": {"usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}},
        "extra": {"metadata": {"ls_model_name": "house-7b"}},
    }
    server.post("/runs/batch", json={"post": [said], "patch": []})
    server.post(
        "/econome/v1/prices", json={"model": "house-7b", "rates": {"uncached": "2", "text_out": "10"}}
    )
    apply(server, propose(server)["id"])
    patch = {"id": run_id, "end_time": (NOON + timedelta(seconds=2)).isoformat(), "tags": ["late"]}
    server.post("/runs/batch", json={"post": [], "patch": [patch]})
    run = server.get(f"/econome/v1/runs/{run_id}").json()["run"]
    assert (run["cost"], run["latency"], run["tags"]) == ("0.003", 2.0, ["late"])


@pytest.mark.parametrize("since", ["", "lately", None, 5])
def test_a_period_that_is_none_is_refused(server: TestClient, since: object) -> None:
    answer = server.post("/econome/v1/repricings", json={"since": since})
    assert answer.status_code == 400
    assert "since" in answer.json()["detail"]


def test_what_is_done_cannot_be_applied_again(server: TestClient) -> None:
    fill(server)
    one = propose(server)["id"]
    apply(server, one)
    assert server.post(f"/econome/v1/repricings/{one}/apply").status_code == 409
    assert server.post(f"/econome/v1/repricings/{uuid4()}/apply").status_code == 404


def test_a_proposal_that_is_applied_by_many_at_once_is_applied_once(server: TestClient) -> None:
    fill(server, 20)
    server.post(
        "/econome/v1/prices", json={"model": "house-7b", "rates": {"uncached": "2", "text_out": "10"}}
    )
    proposed = propose(server)
    with ThreadPoolExecutor(8) as pool:
        where = f"/econome/v1/repricings/{proposed['id']}/apply"
        answers = list(pool.map(lambda _: server.post(where).status_code, range(8)))
    assert sorted(answers) == [202, *[409] * 7]
    done = wait(server, proposed["id"])
    assert {name: done[name] for name in ("runs", "changed", "difference")} == {
        name: proposed[name] for name in ("runs", "changed", "difference")
    }


def test_a_difference_that_could_not_be_found_cannot_be_applied(
    server: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(server)
    repricings = server.app.state.econome.repricings  # type: ignore[attr-defined]

    def fail(*_: object) -> None:
        raise StoreError("away")

    monkeypatch.setattr(repricings, "_read", fail)
    made = server.post("/econome/v1/repricings", json=ASKED).json()
    monkeypatch.undo()
    assert made["state"] == "abandoned"
    for _ in range(2):  # and nobody talks it into it
        refused = server.post(f"/econome/v1/repricings/{made['id']}/apply")
        assert refused.status_code == 409
        assert "propose it again" in refused.json()["detail"]
    assert total(server) == "9"


def test_a_proposal_that_a_stop_cut_short_cannot_be_applied(
    server: TestClient, settings_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(server)
    repricings = server.app.state.econome.repricings  # type: ignore[attr-defined]

    async def stop(_: object) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr(repricings, "_measure", stop)
    made = server.post("/econome/v1/repricings", json=ASKED).json()
    assert made["state"] == "measuring"
    with TestClient(create_app(settings_of(), "eca_test"), base_url="http://localhost") as other:
        assert other.get(f"/econome/v1/repricings/{made['id']}").json()["state"] == "abandoned"
        refused = other.post(f"/econome/v1/repricings/{made['id']}/apply")
        assert refused.status_code == 409
        assert "propose it again" in refused.json()["detail"]
        assert total(other) == "9"


@pytest.mark.parametrize("trouble", [StoreBusy, StoreDown])
def test_a_batch_that_the_store_refuses_for_a_moment_is_tried_again_and_counted_once(
    server: TestClient, monkeypatch: pytest.MonkeyPatch, trouble: type[StoreError]
) -> None:
    fill(server, 20)
    server.post(
        "/econome/v1/prices", json={"model": "house-7b", "rates": {"uncached": "2", "text_out": "10"}}
    )
    repricings = server.app.state.econome.repricings  # type: ignore[attr-defined]
    monkeypatch.setattr(repricings, "_batch", 6)
    monkeypatch.setattr(repricing, "PAUSES", (0.0, 0.0))

    def now_and_then(work: Callable[..., Any]) -> Callable[..., Any]:
        calls = iter(range(100))

        def fails(*given: Any) -> Any:
            if next(calls) % 3 < 2:  # once more, and the pauses were too few
                raise trouble("in a moment")
            return work(*given)

        return fails

    monkeypatch.setattr(repricings, "_read", now_and_then(repricings._read))
    proposed = propose(server)
    monkeypatch.undo()
    monkeypatch.setattr(repricings, "_batch", 6)
    monkeypatch.setattr(repricing, "PAUSES", (0.0, 0.0))
    monkeypatch.setattr(rows, "write_runs", now_and_then(rows.write_runs))
    done = apply(server, proposed["id"])
    assert done["state"] == "done"
    assert {name: done[name] for name in ("runs", "changed", "difference")} == {
        name: proposed[name] for name in ("runs", "changed", "difference")
    }
    assert total(server) == "0.0625"


def test_a_store_that_stays_away_ends_it_as_failed(
    server: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(server)
    proposed = propose(server)
    monkeypatch.setattr(repricing, "PAUSES", (0.0,))

    def fail(*_: object) -> None:
        raise StoreDown("away")

    monkeypatch.setattr(rows, "write_runs", fail)
    assert apply(server, proposed["id"])["state"] == "failed"
    monkeypatch.undo()
    assert apply(server, proposed["id"])["state"] == "done"


def test_it_does_not_wait_for_those_who_ask(server: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(server)
    monkeypatch.setattr(client, "WAIT_SECONDS", 0.01)
    readers = store_of(server)._readers
    taken = [readers.get() for _ in range(readers.qsize())]  # all of them ask something heavy
    assert propose(server)["changed"] == 1
    for one in taken:
        readers.put(one)


def test_a_key_for_some_projects_sees_nothing_of_what_was_priced_in_others(server: TestClient) -> None:
    for name in ("mine-1", "theirs"):
        said = {"id": str(uuid4()), "name": "x", "run_type": "llm", "session_name": name}
        server.post("/runs/batch", json={"post": [{**said, "start_time": NOON.isoformat()}], "patch": []})
        price = {"model": "house-7b", "rates": {"uncached": "2"}, "project": f"{name}*"}
        server.post("/econome/v1/prices", json=price)
    seen = propose(server, project=["mine-1"])["id"]
    hidden = [propose(server, project=["mine-1", "theirs"])["id"], propose(server)["id"]]
    keys = server.app.state.econome.keys  # type: ignore[attr-defined]
    _, key = keys.create("narrow", Role.READ, projects="mine-*")
    mine = {"authorization": f"Bearer {key}"}
    listed = server.get("/econome/v1/repricings", headers=mine).json()["rows"]
    assert [one["id"] for one in listed] == [seen]
    assert server.get(f"/econome/v1/repricings/{seen}", headers=mine).status_code == 200
    for one in hidden:
        assert server.get(f"/econome/v1/repricings/{one}", headers=mine).status_code == 404
    assert server.get("/econome/v1/journal", headers=mine).status_code == 403
    prices = server.get("/econome/v1/prices?source=overrides", headers=mine).json()["rows"]
    assert [price["project"] for price in prices] == ["mine-1*"]
    explain = "/econome/v1/prices/explain?model=house-7b&project="
    assert server.get(f"{explain}theirs", headers=mine).status_code == 403
    assert server.get(f"{explain}mine-1", headers=mine).json()["price"]["project"] == "mine-1*"


def test_calls_without_a_price_are_counted_apart_and_never_look_like_a_saving(server: TestClient) -> None:
    fill(server, 3)
    made = propose(server)
    assert (made["unpriced_before"], made["unpriced_after"]) == (3, 3)
    server.post(
        "/econome/v1/prices", json={"model": "house-7b", "rates": {"uncached": "2", "text_out": "10"}}
    )
    made = propose(server)
    assert (made["unpriced_before"], made["unpriced_after"]) == (3, 0)
    server.post(
        "/econome/v1/prices",
        json={
            "model": "gpt-4o",
            "provider": "openai",
            "valid_from": "2026-01-01",
            "rates": {"text_out": "1"},
        },
    )
    made = propose(server, filter='eq(model, "gpt-4o")')
    assert (made["unpriced_before"], made["unpriced_after"]) == (0, 1)
    assert [model["unpriced_after"] for model in made["by_model"]] == [1]
