"""One bad item never takes its neighbours down, in its request or in the commit."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from uuid import UUID

import pytest

from econome.domain.piece import Delivery, Piece, Reason
from econome.domain.project import DEFAULT_WORKSPACE
from econome.domain.run import Op
from econome.ingest.commit import Accepted, Change
from econome.ingest.writer import Writer
from econome.store.client import BadRow, StoreDown

POISON = UUID(int=13)


class Shelf:
    """A committer that keeps what it gets, and cannot hold the poison."""

    def __init__(self) -> None:
        self.stored: list[UUID] = []
        self.is_down = False
        self.tries = 0

    def commit(self, batch: Sequence[Accepted]) -> list[Change]:
        self.tries += 1
        if self.is_down:
            raise StoreDown("the disk is full")
        ids = [piece.id for accepted in batch for piece in accepted.delivery.pieces]
        if POISON in ids:
            raise BadRow("a value cannot be a column")
        self.stored += ids
        return []


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def writer(shelf: Shelf) -> Iterator[Writer]:
    writer = Writer(shelf)  # type: ignore[arg-type]
    writer.start()
    yield writer
    writer.stop()


def test_a_poisoned_piece_is_refused_and_the_others_of_its_request_are_stored(
    shelf: Shelf, writer: Writer
) -> None:
    delivery = a_delivery(UUID(int=1), POISON, UUID(int=2))
    asyncio.run(writer.write(DEFAULT_WORKSPACE, delivery))
    assert shelf.stored == [UUID(int=1), UUID(int=2)]
    assert [refusal.reason for refusal in delivery.refusals] == [Reason.NOT_STORABLE]
    assert str(POISON) in delivery.refusals[0].what


def test_a_poisoned_request_leaves_those_that_were_committed_with_it(shelf: Shelf, writer: Writer) -> None:
    async def together() -> None:
        await asyncio.gather(
            *(writer.write(DEFAULT_WORKSPACE, a_delivery(one)) for one in (UUID(int=1), POISON, UUID(int=2)))
        )

    asyncio.run(together())
    assert sorted(shelf.stored) == [UUID(int=1), UUID(int=2)]


def test_a_store_that_is_down_is_not_asked_once_for_each_request(shelf: Shelf, writer: Writer) -> None:
    shelf.is_down = True

    async def together() -> list[object]:
        return await asyncio.gather(
            *(writer.write(DEFAULT_WORKSPACE, a_delivery(UUID(int=one))) for one in range(20)),
            return_exceptions=True,
        )

    answers = asyncio.run(together())
    assert all(isinstance(answer, StoreDown) for answer in answers)
    assert shelf.tries < 20


def a_delivery(*ids: UUID) -> Delivery:
    return Delivery(pieces=[Piece(run_id, Op.POST, None) for run_id in ids])
