"""What a piece may still say of a run that is known: agents copy their sessions from file to file.

A call that was resumed, forked or handed to a subagent stands in several files, each of which
gives it a session and a time of its own. The file that told it first is believed, so that
totals by session and by day do not move when a copy comes later.
"""

from __future__ import annotations

from econome.domain.piece import Payload, Piece, Reading
from econome.domain.run import Run

_FIRST_TOLD = ("session", "started_at", "user", "trace_id", "parent_id")


def told_again(piece: Piece, run: Run) -> None:
    """Takes from a copy what its run already knows; from one that tells no more of the usage, everything."""
    if run.pieces == 0 or piece.begins_at is None:
        return
    piece.metadata = {key: value for key, value in piece.metadata.items() if key not in run.metadata}
    if piece.reading is not None and not _tells_more(piece.reading, run):
        piece.fields, piece.payload, piece.reading = {}, Payload(), None
        return
    for column in _FIRST_TOLD:
        piece.fields.pop(column, None)


def _tells_more(reading: Reading, run: Run) -> bool:
    """Whether it was written later in the answer: at a better place, or at the same with more generated."""
    if reading.place != run.usage_place:
        return reading.place < run.usage_place
    return (reading.usage.output or 0) > (run.output_tokens or 0)
