"""The same cases, sent as a client sends them, and read back through the API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from starlette.testclient import TestClient

from conformance import served
from conformance.cases import cases
from econome.domain.usage import Bucket

NOW = datetime.now(UTC).replace(microsecond=0).isoformat()
AT_ONCE = 100
JSON = dict[str, Any]


def test_what_is_sent_is_what_is_read_back(server: TestClient) -> None:
    sent = {str(uuid4()): case for case in served.cases()}
    rows = send(
        server,
        {
            run_id: post(case["kind"], case["outputs"], case["extra"], f"{number} {case['id']}")
            for number, (run_id, case) in enumerate(sent.items())
        },
    )
    wrong = {}
    for run_id, row in rows.items():
        case = sent[run_id]
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


def test_every_golden_case_is_stored_as_it_is_read(server: TestClient) -> None:
    sent = {str(uuid4()): case for case in cases()}
    rows = send(
        server,
        {
            run_id: post(case.kind, case.outputs, case.extra, f"{number} {case.id}")
            for number, (run_id, case) in enumerate(sent.items())
        },
    )
    wrong = {}
    for run_id, row in rows.items():
        case = sent[run_id]
        found: tuple[object, ...] = (row["usage_source"] in {"", "estimated", "counted", "unknown"},)
        expected: tuple[object, ...] = (True,)
        if case.source == "reported":
            known = {bucket: row["tokens"][bucket] for bucket in Bucket if row["tokens"][bucket] is not None}
            found = (row["usage_source"], known, row["usage_convention"], row["fees"])
            expected = ("reported", case.buckets, case.convention, case.fees)
        if found != expected or not set(case.notes) <= set(row["notes"]):
            wrong[case.id] = (found, expected, row["notes"])
    assert wrong == {}


def post(kind: str, outputs: object, extra: object, project: str) -> JSON:
    """A run that ended, in a project of its own: cases share the ids of answers."""
    return {
        "name": "call",
        "run_type": kind,
        "start_time": NOW,
        "end_time": NOW,
        "inputs": {},
        "outputs": outputs,
        "extra": extra or {},
        "session_name": project,
    }


def send(server: TestClient, posts: Mapping[str, JSON]) -> dict[str, JSON]:
    """Sends runs, some at once, and reads all of them back."""
    runs = [{"id": run_id, **run} for run_id, run in posts.items()]
    for start in range(0, len(runs), AT_ONCE):
        answer = server.post("/runs/batch", json={"post": runs[start : start + AT_ONCE], "patch": []})
        assert answer.status_code < 300, answer.text
    rows = {row["id"]: row for row in server.get("/econome/v1/runs", params={"limit": 1000}).json()["rows"]}
    assert rows.keys() == posts.keys()
    return rows
