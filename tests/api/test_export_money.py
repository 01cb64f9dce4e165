"""Exports at the prices of another day, and in another currency, are what every question says."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from starlette.testclient import TestClient

from builders import NOON, a_run, insert_runs
from econome.store.client import Store

SPAN = "since=2026-03-18&until=2026-03-19"


@pytest.fixture
def server(server: TestClient, store: Store) -> TestClient:
    """A server with one call of a known model, recorded at no price, and a rate for euros."""
    call = a_run(
        model="gpt-4o-mini",
        provider="openai",
        uncached=1_000_000,
        text_out=0,
        key_time=NOON,
        tags=["t"],
        metadata={"folder": "/a"},
    )
    insert_runs(store, [call])
    rate = {"currency": "EUR", "day": "2026-01-01", "rate": "0.5"}
    assert server.post("/econome/v1/currency", json=rate).status_code == 201
    return server


def lines(server: TestClient, path: str) -> list[Any]:
    answer = server.get(f"/econome/v1/export/{path}&{SPAN}&format=jsonl")
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


PATHS = ("runs?", "spend?by=model", "spend?by=metadata.folder,tag&step=day")
TERMS = ("", "&prices=2026-03-01", "&prices=2026-03-01&currency=EUR")


def test_amounts_are_those_that_were_asked_for(server: TestClient) -> None:
    for path, terms in product(PATHS, TERMS):
        [row] = lines(server, path + terms)
        totals = server.get(f"/econome/v1/overview?{SPAN}{terms}").json()["totals"]
        assert row["cost"] == totals["cost"], (path, terms)
        assert row["currency"] == ("EUR" if "EUR" in terms else "USD")
        assert (row["cost"] is None) == (not terms)


def test_a_filter_and_other_prices_go_together(server: TestClient) -> None:
    [row] = lines(server, 'runs?prices=2026-03-01&payloads=yes&filter=eq(model, "gpt-4o-mini")')
    assert Decimal(row["cost"]) > 0
    assert row["tags"] == ["t"]
    assert lines(server, 'runs?prices=2026-03-01&filter=eq(model, "another")') == []
