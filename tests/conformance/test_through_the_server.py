"""The same cases, sent as a client sends them, and read back through the API."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from starlette.testclient import TestClient

from conformance.served import cases

NOW = datetime.now(UTC).replace(microsecond=0).isoformat()


def test_what_is_sent_is_what_is_read_back(server: TestClient) -> None:
    sent = {str(uuid4()): case for case in cases()}
    posts = [
        {
            "id": run_id,
            "name": case["situation"],
            "run_type": case["kind"],
            "start_time": NOW,
            "inputs": {},
            "outputs": case["outputs"],
            "extra": case["extra"] or {},
            "session_name": case["id"],  # apart: cases share the ids of answers
        }
        for run_id, case in sent.items()
    ]
    answer = server.post("/runs/batch", json={"post": posts, "patch": []})
    assert answer.status_code < 300, answer.text
    rows = server.get("/econome/v1/runs", params={"limit": 1000}).json()["rows"]
    assert len(rows) == len(sent)
    wrong = {}
    for row in rows:
        case = sent[row["id"]]
        names = (*case["expected"]["buckets"], "uncached", "text_out", "cache_read")
        known = {name: row["tokens"][name] for name in names if row["tokens"][name]}
        if row["usage_source"] == "reported":
            found = (known, row["usage_convention"], {k: n for k, n in row["fees"].items() if n})
            expected = case["expected"]
            if found != (expected["buckets"], expected["convention"], expected.get("fees", {})):
                wrong[case["id"]] = found
        elif case["expected"]["source"] == "reported":
            wrong[case["id"]] = row["usage_source"]
    assert wrong == {}
