"""A thread may have any name, also one that looks like a path."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote
from uuid import uuid4

import pytest
from starlette.testclient import TestClient


@pytest.mark.parametrize("thread", ["user/1", "stats", "a b?c#d", "/", "été"])
def test_a_thread_is_found_by_its_name_whatever_stands_in_it(server: TestClient, thread: str) -> None:
    run, now = str(uuid4()), datetime.now(UTC).isoformat()
    body = {
        "id": run,
        "trace_id": run,
        "name": "turn",
        "run_type": "chain",
        "start_time": now,
        "end_time": now,
        "session_name": "chat",
        "extra": {"metadata": {"thread_id": thread}},
    }
    server.post("/runs", json=body).raise_for_status()
    (project,) = server.get("/sessions", params={"name": "chat"}).json()
    path = f"/api/v2/threads/{quote(thread, safe='')}"
    stats = server.get(f"{path}/stats", params={"session_id": project["id"], "selects": "TURNS"})
    assert stats.json() == {"turns": 1}
    turns = server.get(f"{path}/traces", params={"project_id": project["id"]}).json()["items"]
    assert [turn["trace_id"] for turn in turns] == [run]
