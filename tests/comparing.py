"""Calls to compare, and what was thought of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from builders import NOON, a_run, an_id
from econome.domain.project import DEFAULT_WORKSPACE
from econome.domain.run import Run
from econome.store.client import Store


def calls(count: int, *, cost: str = "0.5", **said: Any) -> list[Run]:
    """So many traces of one call each, a second apart."""
    common: dict[str, Any] = {"model": "small", "uncached": 100, "text_out": 20, **said}
    return [
        a_run(**{"started_at": NOON + timedelta(seconds=at), **common, "cost": Decimal(cost)})
        for at in range(count)
    ]


def judge(store: Store, runs: Iterable[Run], scores: Iterable[float], **said: Any) -> None:
    """A score for each run."""
    rows = [
        {
            "workspace": DEFAULT_WORKSPACE,
            "id": an_id(),
            "run_id": run.id,
            "trace_id": run.trace_id,
            "project": None,
            "key": "helpful",
            "score": score,
            "value": "",
            "comment": "",
            "correction": "",
            "source": "",
            "extra": "",
            "created_at": NOON,
            "modified_at": NOON,
            "version": 1,
            "is_deleted": 0,
            **said,
        }
        for run, score in zip(runs, scores, strict=True)
    ]
    store.insert("feedback", {name: [row[name] for row in rows] for name in rows[0]})
