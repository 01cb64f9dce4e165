"""A key that is narrowed to some projects touches no run of others, whatever it says of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

from econome.domain.key import matches
from econome.domain.piece import Delivery, Reason, Refusal
from econome.domain.project import DEFAULT_PROJECT
from econome.ingest.memory import Memory, run_key
from econome.ingest.projects import Projects

Item = TypeVar("Item")


def narrow(delivery: Delivery, workspace: UUID, patterns: str, memory: Memory, projects: Projects) -> None:
    """Moves to the refusals what is about runs of other projects.

    The pieces that name such a project themselves have been stopped at the door. What counts
    here is where a run lies already: its pieces, files and feedback may name another project,
    or none. The runs of the pieces must be in memory, if the store has them.
    """
    arriving = {piece.id for piece in delivery.pieces}
    named = {piece.id for piece in delivery.pieces if piece.project is not None}
    beside = {one.run_id for one in delivery.attachments}
    beside |= {row["run_id"] for row in delivery.feedback if row["run_id"] is not None}
    memory.load_by_id(
        workspace, [run_id for run_id in beside - arriving if memory.get(run_key(workspace, run_id)) is None]
    )

    def refusal(run_id: UUID | None, what: str) -> Refusal | None:
        run = memory.get(run_key(workspace, run_id)) if run_id else None
        known = projects.get(workspace, run.project) if run is not None else None
        if known is None:
            if run_id in named or (run_id in arriving and matches(patterns, DEFAULT_PROJECT)):
                return None
            return Refusal(Reason.NO_RUN, what, "This key sees no such run")
        if matches(patterns, known.name):
            return None
        return Refusal(Reason.FORBIDDEN_PROJECT, what, f"This key writes to {patterns} only")

    delivery.pieces = _admitted(
        delivery, ((piece, refusal(piece.id, f"{piece.op}.{piece.id}")) for piece in delivery.pieces)
    )
    delivery.attachments = _admitted(
        delivery, ((one, refusal(one.run_id, f"attachment.{one.run_id}")) for one in delivery.attachments)
    )
    delivery.feedback = _admitted(
        delivery, ((row, refusal(row["run_id"], f"feedback.{row['id']}")) for row in delivery.feedback)
    )


def _admitted(delivery: Delivery, judged: Iterable[tuple[Item, Refusal | None]]) -> list[Item]:
    """The items that nothing speaks against; what speaks against the others is told."""
    kept = []
    for item, refusal in judged:
        if refusal is None:
            kept.append(item)
        else:
            delivery.refusals.append(refusal)
    return kept
