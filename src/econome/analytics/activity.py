"""Which projects are alive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from econome.store.client import Store
from econome.store.question import question


@dataclass(frozen=True, slots=True)
class Activity:
    """What a project holds, whenever it happened."""

    project: UUID
    runs: int
    last_run_at: datetime


def project_activity(store: Store, workspace: UUID) -> dict[UUID, Activity]:
    """The activity of each project that has a run."""
    answer = store.ask(Activity, question("project_activity"), workspace=workspace)
    return {activity.project: activity for activity in answer}
