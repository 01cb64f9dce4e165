"""Where scores belong: to the root of the trace that they are of, and to a project that their key is for.

Scores are sent beside spans, and often come before them. That of a trace which nobody knows yet is
kept by the trace's id, which the page of its root looks up; nobody can be harmed by it, for the id
of a trace that has not been sent yet cannot be guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from econome.analytics.langfuse import Place, places_of
from econome.analytics.langsmith_feedback import feedback_of
from econome.domain.piece import Reason, Refusal
from econome.domain.project import project_id
from econome.web.auth import Caller
from econome.web.context import Econome

Row = dict[str, Any]


def identity_of(here: Econome, workspace: UUID, name: str) -> UUID:
    """The id of the project of that name, which need not exist: asking makes none."""
    known = here.projects.find(workspace, name)
    return known.id if known else project_id(workspace, name)


def file_scores(
    here: Econome, caller: Caller, rows: Sequence[Row], project: str
) -> tuple[list[Row], list[Refusal]]:
    """The scores, each on its run, and the refusals of those that the caller's key is not for.

    `project` is the name of the one that scores of no trace stand in.
    """
    is_narrow = caller.projects is not None
    before = _before(here, caller, rows) if is_narrow else {}
    places = _Places(here, caller.workspace, [*rows, *before.values()], with_runs=is_narrow)
    kept, refusals = [], []
    for row in rows:
        of_trace = places.of_trace(row)
        if row["run_id"] == row["trace_id"] and of_trace and of_trace[0].is_root:
            row["run_id"] = of_trace[0].id
        where = set(_projects_of(here, caller, row, places.about(row), project))
        if (old := before.get(row["id"])) is not None:  # which this one would replace
            name = here.projects.name_of(caller.workspace, old["project"]) if old["project"] else project
            where |= set(_projects_of(here, caller, old, places.about(old), name))
        if all(caller.may_see(name) for name in where):
            kept.append(row)
        else:
            detail = f"This key is for {caller.projects}, and what this is about is not among those"
            refusals.append(Refusal(Reason.FORBIDDEN_PROJECT, f"feedback.{row['id']}", detail))
    return kept, refusals


class _Places:
    """Where the runs are that some scores are about; those named by their own ids only `with_runs`."""

    def __init__(self, here: Econome, workspace: UUID, rows: Sequence[Row], *, with_runs: bool) -> None:
        traces = sorted({row["trace_id"] for row in rows if row["trace_id"] is not None})
        runs = sorted({row["run_id"] for row in rows if with_runs and row["run_id"] is not None})
        self._by_trace: dict[UUID, list[Place]] = {}
        self._by_id: dict[UUID, Place] = {}
        for place in places_of(here.store, workspace, traces, runs) if traces or runs else ():
            self._by_trace.setdefault(place.trace_id, []).append(place)
            self._by_id[place.id] = place

    def of_trace(self, row: Row) -> list[Place]:
        """The runs of the trace that a score names, the root first."""
        return self._by_trace.get(row["trace_id"], [])

    def about(self, row: Row) -> list[Place]:
        """The run that a score is of, in whichever trace, else the trace that it names."""
        found = self._by_id.get(row["run_id"])
        return [found] if found is not None else self.of_trace(row)


def _before(here: Econome, caller: Caller, rows: Sequence[Row]) -> dict[UUID, Row]:
    """What has the ids of these scores already."""
    ids = [row["id"] for row in rows]
    found = feedback_of(here.store, caller.workspace, (), ids=ids, limit=len(ids)) if ids else []
    return {one.id: {"run_id": one.run_id, "trace_id": one.trace_id, "project": one.project} for one in found}


def _projects_of(
    here: Econome, caller: Caller, row: Row, about: Sequence[Place], project: str
) -> Iterable[str]:
    """The names of the projects that a score touches."""
    if row["trace_id"] is None and row["run_id"] is None:
        return [project]
    return {here.projects.name_of(caller.workspace, place.project) for place in about}
