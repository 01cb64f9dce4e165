"""Each call counts once: whatever repeats it, and in whichever order it comes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "traces" / "counting.json").read_text("utf-8")
)
ORDERS: dict[str, Callable[[list[Any]], list[Any]]] = {
    "as it happened": lambda posts: posts,
    "backwards": lambda posts: posts[::-1],
    "every second one late": lambda posts: posts[::2] + posts[1::2],
}
NOW = datetime.now(UTC).replace(microsecond=0)


def posts_of(case: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The runs of a case by name, as a client would send them: a name that occurs twice is sent twice."""
    names = list(dict.fromkeys(run["name"] for run in case["runs"]))
    ids = {name: str(uuid4()) for name in names}
    root: dict[str, str] = {}
    for run in case["runs"]:
        root[run["name"]] = root[run["parent"]] if "parent" in run else ids[run["name"]]
    return {
        f"{run['name']} {place}": {
            "id": ids[run["name"]],
            "name": run["name"],
            "run_type": run["run_type"],
            "trace_id": root[run["name"]],
            "parent_run_id": ids[run["parent"]] if "parent" in run else None,
            "start_time": (NOW + timedelta(milliseconds=place)).isoformat(),
            "end_time": (NOW + timedelta(milliseconds=place + 1)).isoformat(),
            "inputs": {},
            "outputs": run["outputs"],
            "error": run.get("error"),
            "extra": run.get("extra", {}),
        }
        for place, run in enumerate(case["runs"])
    }


@pytest.mark.parametrize("together", [True, False], ids=["in one request", "one by one"])
@pytest.mark.parametrize(
    ("case", "order"),
    [
        pytest.param(case, order, id=f"{case['id']}, {order}")
        for case in CASES
        for order in list(ORDERS)[: len(case["runs"])]  # of two runs there are two orders
    ],
)
def test_each_call_counts_once(server: TestClient, case: dict[str, Any], order: str, together: bool) -> None:
    posts = ORDERS[order](list(posts_of(case).values()))
    for batch in [posts] if together else [[post] for post in posts]:
        answer = server.post("/runs/batch", json={"post": batch, "patch": []})
        assert answer.status_code < 300, answer.text
    rows = {row["name"]: row for row in server.get("/econome/v1/runs").json()["rows"]}
    expected = case["expected"]
    assert sorted(name for name, row in rows.items() if row["counted"]) == sorted(expected["counted"])
    assert {name: row["uncounted"] for name, row in rows.items() if row["uncounted"]} == expected["uncounted"]
    tokens = server.get("/econome/v1/overview").json()["totals"]["tokens"]
    assert (tokens["input"], tokens["output"]) == (expected["input"], expected["output"])
    for name, note in expected.get("note", {}).items():
        assert any(note in said for said in rows[name]["notes"])
