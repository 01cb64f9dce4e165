"""A body takes room as it comes, and not before."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Sequence

import pytest
from anyio import CapacityLimiter
from starlette.requests import Request
from starlette.types import Message

from econome.ingest.budget import Budget, Overloaded
from econome.web import body
from econome.web.body import body_of
from econome.web.errors import TooSlow, problem, status_of

LIMIT = 1 << 20


class Sender:
    """Sends some chunks, then says nothing unless it has finished."""

    def __init__(self, chunks: Sequence[bytes], *, finishes: bool = True) -> None:
        self._chunks = list(chunks)
        self._finishes = finishes

    async def receive(self) -> Message:
        if not self._chunks and not self._finishes:
            await asyncio.Event().wait()
        chunk = self._chunks.pop(0) if self._chunks else b""
        more = bool(self._chunks) or not self._finishes
        return {"type": "http.request", "body": chunk, "more_body": more}


def request(sender: Sender, **headers: str) -> Request:
    sent = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": sent}, sender.receive)


async def read(asked: Request, budget: Budget) -> tuple[bytes, str]:
    async with body_of(asked, budget, LIMIT, CapacityLimiter(1)) as found:
        return found.content, found.broken


async def test_a_length_that_was_only_promised_takes_no_room() -> None:
    budget = Budget(1_000)
    silent = asyncio.create_task(read(request(Sender([], finishes=False), content_length="999"), budget))
    halfway = asyncio.create_task(
        read(request(Sender([b"x" * 100], finishes=False), content_length="900"), budget)
    )
    await asyncio.sleep(0.01)
    assert budget.used_bytes == 100
    assert await read(request(Sender([b"y" * 800]), content_length="800"), budget) == (b"y" * 800, "")
    for task in (silent, halfway):
        task.cancel()
    await asyncio.gather(silent, halfway, return_exceptions=True)
    assert budget.used_bytes == 0


async def test_a_lone_request_is_let_in_whatever_its_size_and_chunks() -> None:
    budget = Budget(1_000)
    assert await read(request(Sender([b"x" * 700] * 3)), budget) == (b"x" * 2_100, "")
    assert budget.used_bytes == 0


async def test_chunks_beyond_the_room_that_others_leave_are_refused() -> None:
    budget = Budget(1_000)
    budget.take(200)
    with pytest.raises(Overloaded):
        await read(request(Sender([b"x" * 700] * 3)), budget)
    assert budget.used_bytes == 200


async def test_a_sender_that_falls_silent_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "SILENCE_SECONDS", 0.01)
    budget = Budget(1_000)
    with pytest.raises(TooSlow) as told:
        await read(request(Sender([b"half"], finishes=False)), budget)
    assert budget.used_bytes == 0
    assert status_of(told.value) == 408, "LangSmith's clients repeat it"
    assert problem("/runs", 408, "").headers["connection"] == "close"


@pytest.mark.parametrize("padding", [b"", b"\0" * 512])
async def test_every_member_of_a_gzip_body_is_unpacked(padding: bytes) -> None:
    packed = gzip.compress(b"a" * 3_000) + gzip.compress(b"") + gzip.compress(b"b" * 5_000) + padding
    found = await read(request(Sender([packed]), content_encoding="gzip"), Budget(LIMIT))
    assert found == (b"a" * 3_000 + b"b" * 5_000, "")


async def test_what_follows_the_last_member_and_is_none_is_told() -> None:
    packed = gzip.compress(b"kept") + b"nonsense"
    content, broken = await read(request(Sender([packed]), content_encoding="gzip"), Budget(LIMIT))
    assert content == b"kept"
    assert "damaged" in broken


async def test_many_tiny_members_are_unpacked_too() -> None:
    packed = gzip.compress(b"x") * 20_000
    content, broken = await read(request(Sender([packed]), content_encoding="gzip"), Budget(LIMIT))
    assert (content, broken) == (b"x" * 20_000, "")
