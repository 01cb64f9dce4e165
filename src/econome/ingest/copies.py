"""What a piece may still say of a run that is known: agents copy their sessions from file to file.

A call that was resumed, forked or handed to a subagent stands in several files, each of which
gives it a session and a time of its own. The file that told it first is believed, so that
totals by session and by day do not move when a copy comes later.
"""

from __future__ import annotations

from econome.domain.piece import Payload, Piece
from econome.domain.run import Run

_FIRST_TOLD = ("session", "started_at", "user", "trace_id", "parent_id")


def told_again(piece: Piece, run: Run) -> None:
    """Takes from a copy what its run already knows; from a less complete one, everything."""
    if run.pieces == 0 or piece.begins_at is None:
        return
    piece.metadata = {key: value for key, value in piece.metadata.items() if key not in run.metadata}
    if piece.reading is not None and piece.reading.place > run.usage_place:
        piece.fields, piece.payload = {}, Payload()
        return
    for column in _FIRST_TOLD:
        piece.fields.pop(column, None)
