"""Rows for a store without a server: runs, payloads and feedback that show only what matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from econome.domain.project import DEFAULT_WORKSPACE, project_id
from econome.domain.run import NO_ID, Run
from econome.store.client import Store

NOON = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)
PROJECT = project_id(DEFAULT_WORKSPACE, "default")


def an_id(name: str) -> UUID:
    """The same id for the same name."""
    return uuid5(NO_ID, name)


def a_run(
    name: str, *, parent: Run | None = None, after: float = 0.0, lasts: float | None = 1.0, **said: Any
) -> Run:
    """A run that began `after` seconds past noon, or after its parent; its id is a function of its name."""
    started = (parent.started_at if parent else NOON) + timedelta(seconds=after)
    id_ = said.pop("id", an_id(name))
    segment = f"{started:%Y%m%dT%H%M%S%fZ}{id_}"
    run = Run(
        workspace=parent.workspace if parent else DEFAULT_WORKSPACE,
        key_time=started,
        id=id_,
        version=1,
        pieces=3,
        project=parent.project if parent else PROJECT,
        trace_id=parent.trace_id if parent else id_,
        parent_id=parent.id if parent else None,
        dotted_order=f"{parent.dotted_order}.{segment}" if parent else segment,
        name=name,
        status="success",
        started_at=started,
        ended_at=started + timedelta(seconds=lasts) if lasts is not None else None,
        received_at=started,
    )
    for column, value in said.items():
        setattr(run, column, value)
    return run


def a_call(name: str, tokens: tuple[int | None, int | None] = (None, None), **said: Any) -> Run:
    """A counted call to a model that used this input and output."""
    given, generated = tokens
    known = given is not None or generated is not None
    facts: dict[str, Any] = {
        "kind": "llm",
        "counted": True,
        "usage_source": "reported" if known else "unknown",
        "uncached": given,
        "text_out": generated,
        "input_tokens": given,
        "output_tokens": generated,
    }
    return a_run(name, **{**facts, **said})


def insert_runs(store: Store, *runs: Run) -> None:
    """Stores the rows as they are."""
    names = [column.name for column in fields(Run)]
    store.insert("runs", {name: [getattr(run, name) for run in runs] for name in names})


def insert_payload(store: Store, run: Run, piece: str = "post", **texts: str) -> None:
    """Stores what one piece of a run was given and gave, as JSON texts."""
    insert_rows(
        store,
        "payloads",
        [
            {
                "workspace": run.workspace,
                "key_time": run.key_time,
                "id": run.id,
                "piece": piece,
                "version": 1,
                **texts,
            }
        ],
    )


def insert_rows(store: Store, table: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Stores rows that all have the same columns."""
    store.insert(table, {name: [row[name] for row in rows] for name in rows[0]})
