"""Builders that show only what matters: `a_run(model="gpt-5", uncached=900)`.

Runs get ids in the order they are made, times around a noon that never moves, and sums that
follow from their buckets. What a test names wins.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from uuid import UUID

from econome.domain.project import DEFAULT_WORKSPACE, project_id
from econome.domain.run import CALLS, Run, Status
from econome.domain.usage import INPUT, OUTPUT, Bucket, UsageSource
from econome.store.client import Store

NOON = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)
SINCE = NOON - timedelta(hours=12)
UNTIL = NOON + timedelta(hours=12)
PROJECT = project_id(DEFAULT_WORKSPACE, "default")

_numbers = itertools.count(1)


def an_id(number: int | None = None) -> UUID:
    """A new id, or the one of that number. It carries no time: version 4."""
    return UUID(int=(0x4000 << 64) | (1 << 63) | (next(_numbers) if number is None else number << 32))


def a_run(**columns: object) -> Run:
    """A run: the root of its own trace, ended after a second, unless said otherwise.

    A call (a run with a model, a kind that calls one, or a bucket) is counted, and its usage
    reported if it has any. `parent` takes the run it stands under.
    """
    parent = columns.pop("parent", None)
    run = Run(
        workspace=DEFAULT_WORKSPACE,
        id=an_id(),
        version=1,
        pieces=3,
        project=PROJECT,
        name="run",
        kind="chain",
        status=Status.SUCCESS,
        started_at=NOON,
    )
    if isinstance(parent, Run):
        run.workspace, run.project, run.started_at = parent.workspace, parent.project, parent.started_at
        run.parent_id = parent.id
        run.trace_id = parent.trace_id
    if "model" in columns or any(bucket.value in columns for bucket in Bucket):
        run.kind = "llm"
    for name, value in columns.items():
        if name not in _COLUMNS:
            message = f"A run has no column {name!r}"
            raise TypeError(message)
        setattr(run, name, value)
    _complete(run, columns)
    return run


def insert_runs(store: Store, runs: Iterable[Run]) -> None:
    """Puts runs into the store as they are."""
    rows = list(runs)
    store.insert("runs", {name: [getattr(run, name) for run in rows] for name in _COLUMNS})


def put_payload(store: Store, run: Run, piece: str = "post", **parts: str) -> None:
    """Puts one piece of what a run was given and gave into the store."""
    empty = dict.fromkeys(("inputs", "outputs", "events", "extra", "serialized", "error", "usage"), "")
    columns = {
        "workspace": run.workspace,
        "key_time": run.key_time,
        "id": run.id,
        "piece": piece,
        "version": 1,
        "is_deleted": 0,
    }
    store.insert("payloads", {name: [value] for name, value in {**columns, **empty, **parts}.items()})


_COLUMNS = [field.name for field in fields(Run)]


def _complete(run: Run, given: Iterable[str]) -> None:
    if run.parent_id is None and "trace_id" not in given:
        run.trace_id = run.id
    if "key_time" not in given:
        run.key_time = run.started_at
    if "received_at" not in given:
        run.received_at = run.started_at
    if "ended_at" not in given and run.status != Status.PENDING:
        run.ended_at = run.started_at + timedelta(seconds=1)
    run.input_tokens = _sum(run, INPUT) if "input_tokens" not in given else run.input_tokens
    run.output_tokens = _sum(run, OUTPUT) if "output_tokens" not in given else run.output_tokens
    if run.kind in CALLS and "counted" not in given:
        run.counted = True
    if run.kind in CALLS and "usage_source" not in given:
        is_known = run.input_tokens is not None or run.output_tokens is not None
        run.usage_source = UsageSource.REPORTED if is_known else UsageSource.UNKNOWN


def _sum(run: Run, buckets: Iterable[Bucket]) -> int | None:
    known = [tokens for bucket in buckets if (tokens := getattr(run, bucket.value)) is not None]
    return sum(known) if known else None
