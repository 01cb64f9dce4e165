"""Metric points into the metered ledger. It is read by `analytics.metered`, and by no question about runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from econome.domain.key import matches
from econome.domain.metered import MeteredPoint
from econome.domain.piece import Reason, Refusal
from econome.domain.project import DEFAULT_PROJECT
from econome.ingest.projects import Projects
from econome.store.client import Store
from econome.store.version import next_version
from econome.wire.otlp.metrics import MetricsDelivery

_SAME = (
    *("stream", "source", "started_at", "told_at", "temporality", "is_monotonic", "total", "measure", "part"),
    *("modality", "metric", "family", "scope", "is_wrapper", "service", "provider", "model", "model_asked"),
    "service_tier",
)
"""The columns that are called as the fields of a point are."""


def narrow(delivery: MetricsDelivery, patterns: str) -> None:
    """Moves the points of projects that the key is not for to the refusals."""
    kept = []
    for point in delivery.points:
        name = point.project or DEFAULT_PROJECT
        if matches(patterns, name):
            kept.append(point)
        else:
            why = f"This key writes to {patterns}, not to {name}"
            delivery.refusals.append(Refusal(Reason.FORBIDDEN_PROJECT, point.metric, why))
    delivery.points = kept


def counted(delivery: MetricsDelivery) -> Counter[str]:
    """What became of its points, for the server's own counters."""
    counters = Counter(f"refused_{refusal.reason}" for refusal in delivery.refusals)
    counters["metric_points"] = len(delivery.points)
    counters["ignored_metric_points"] = delivery.ignored.total()
    return +counters


def store_points(store: Store, projects: Projects, workspace: UUID, points: Sequence[MeteredPoint]) -> None:
    """Stores the points, in the writer's turn: it makes the projects that they name.

    A point that is there already is replaced. Raises `StoreError` when the store did not take them.
    """
    if not points:
        return
    names = {point.project for point in points}
    known = {name: projects.by_name(workspace, name or DEFAULT_PROJECT) for name in names}
    columns: dict[str, list[object]] = {name: [getattr(point, name) for point in points] for name in _SAME}
    store.insert(
        "metered",
        {
            "workspace": [workspace] * len(points),
            "project": [known[point.project] for point in points],
            **columns,
            "calls": [point.count for point in points],
            "version": [next_version(0)] * len(points),
        },
    )
