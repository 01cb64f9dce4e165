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
    traces = {row["trace_id"] for row in rows if row["trace_id"] is not None}
    places: dict[UUID, list[Place]] = {}
    for place in places_of(here.store, caller.workspace, sorted(traces)) if traces else ():
        places.setdefault(place.trace_id, []).append(place)
    kept, refusals = [], []
    for row in rows:
        of_trace = places.get(row["trace_id"], [])
        if row["run_id"] == row["trace_id"] and of_trace and of_trace[0].is_root:
            row["run_id"] = of_trace[0].id
        where = _projects_of(here, caller, row, of_trace, project)
        if all(caller.may_see(name) for name in where):
            kept.append(row)
        else:
            detail = f"This key is for {caller.projects}, and what this is about is not among those"
            refusals.append(Refusal(Reason.FORBIDDEN_PROJECT, f"feedback.{row['id']}", detail))
    return kept, refusals


def _projects_of(
    here: Econome, caller: Caller, row: Row, of_trace: Sequence[Place], project: str
) -> Iterable[str]:
    """The names of the projects that a score touches."""
    if row["trace_id"] is None and row["run_id"] is None:
        return [project]
    about = [place for place in of_trace if place.id == row["run_id"]] or of_trace
    return {here.projects.name_of(caller.workspace, place.project) for place in about}
