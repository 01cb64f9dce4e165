"""Log records to pieces of runs: what a library says in events rather than on its spans."""

from __future__ import annotations

from collections.abc import Iterable

from econome.domain.piece import Delivery
from econome.wire import agents
from econome.wire.otlp.span import LogRecord


def delivery_of(records: Iterable[LogRecord], project: str = "") -> Delivery:
    """What these records bring; `project` is what the request names.

    Of records that tell nothing of a call nothing is kept, and nothing is refused: an app that
    sends its logs here as well has done nothing wrong.
    """
    delivery = Delivery()
    for record in records:
        piece = agents.read_record(record, project)
        if piece is not None:
            delivery.pieces.append(piece)
    return delivery
