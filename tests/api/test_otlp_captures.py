"""What real libraries sent, sent again: each call counts once, and with the tokens that were served.

`captures` were taken by tests/libraries from the libraries that `expected.json` names, which talked to
a provider whose bill is known; `reference` are bodies that the project was given, with theirs.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

FOLDER = Path(__file__).parents[1] / "conformance" / "otlp"
# What nobody told is counted here, by the model's own tokenizer: it is not what a library tells.
TOLD = {"filter": 'eq(usage_source, "reported")'}
SPAN = {"since": "2020-01-01T00:00:00Z", "until": "2040-01-01T00:00:00Z"}
ENDINGS = {".pb": "application/x-protobuf", ".gz": "application/x-protobuf", ".json": "application/json"}

CAPTURES = sorted(path.parent for path in FOLDER.glob("*/*/expected.json"))


@pytest.mark.parametrize("folder", CAPTURES, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_the_totals_are_those_that_were_served(server: TestClient, folder: Path) -> None:
    expected = json.loads((folder / "expected.json").read_text())
    for body in sorted(folder.glob("*.POST.*")):
        if not body.name.endswith(".headers.json"):
            send(server, body)
    totals = server.get("/econome/v1/overview", params={**SPAN, **TOLD}).json()["totals"]
    tokens, coverage = totals["tokens"], totals["coverage"]
    found = {
        "calls_with_usage": coverage["reported"],
        "input": tokens["input"],
        "output": tokens["output"],
        "cache_read": tokens.get("cache_read") or 0,
        "reasoning": tokens.get("reasoning") or 0,
    }
    wanted = {name: expected[name] for name in found if name in expected}
    assert {name: found[name] for name in wanted} == wanted


def send(server: TestClient, body: Path) -> None:
    headers = headers_of(body)
    answer = server.post(path_of(body), content=body.read_bytes(), headers=headers)
    assert answer.status_code < 300, answer.text


def headers_of(body: Path) -> dict[str, str]:
    beside = body.with_name(body.name.removesuffix(body.suffix).removesuffix(".pb") + ".headers.json")
    said: Any = json.loads(beside.read_text()) if beside.exists() else {}
    sent = {name.lower(): value for name, value in said.get("headers", said).items()}
    kept = {name: sent[name] for name in sent if name.startswith(("langsmith", "x-langfuse"))}
    kept["content-type"] = sent.get("content-type") or ENDINGS[body.suffix]
    if body.suffix == ".gz":
        kept["content-encoding"] = "gzip"
    return kept


def path_of(body: Path) -> str:
    beside = body.with_name(body.name.removesuffix(body.suffix).removesuffix(".pb") + ".headers.json")
    said: Any = json.loads(beside.read_text()) if beside.exists() else {}
    if "path" in said:
        return str(said["path"])
    return "/" + body.name.split(".")[2].replace("_", "/")
