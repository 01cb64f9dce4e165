"""The body of an ingest request: read, unpacked, bounded at every step.

Compressed bytes and unpacked ones both count against the budget of bytes in flight, as they
come: a small upload that unpacks to gigabytes is stopped at the limit, not at the end.
"""

from __future__ import annotations

import asyncio
import io
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import zstandard
from anyio import CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect, Request

from econome.ingest.budget import Budget, Overloaded
from econome.web.errors import Invalid, TooLarge, TooSlow

_CHUNK = 1 << 20
_FIRST_STEP = 1 << 10
_GZIP, _ZLIB, _RAW = 31, 15, -15
# A window is memory that the sender makes us allocate; zstd's own tools stop at 128 MiB too.
_ZSTD_WINDOW = 1 << 27
_DRAINED = 4 << 30
"""How much of a refused body is read and thrown away, so that its sender hears the refusal."""
SILENCE_SECONDS = 30.0
"""How long a sender may send nothing: a network that lost its way is back by then, and whoever
never meant to send must not keep the room of those who do."""


@dataclass(frozen=True, slots=True)
class Body:
    """What was sent, unpacked; `broken` says why it ends early, if it does."""

    content: bytes
    broken: str = ""
    packed: bytes = b""  # as it came, which is the content itself where nothing was packed


class _Room:
    """What one request holds of the budget."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self.taken = 0

    def look(self, size_bytes: int) -> None:
        """Refuses what has no room now, before it is read. Holds nothing: it may never come."""
        self._budget.take(size_bytes)
        self._budget.give_back(size_bytes)

    def take(self, size_bytes: int) -> None:
        try:
            self._budget.take(size_bytes)
        except Overloaded:
            # All at once: a lone request is let in whatever its size, not only its first chunk.
            size_bytes += self.taken
            self.give_back()
            self._budget.take(size_bytes)
        self.taken += size_bytes

    def give_back(self) -> None:
        self._budget.give_back(self.taken)
        self.taken = 0


@asynccontextmanager
async def body_of(
    request: Request, budget: Budget, limit_bytes: int, unpacking: CapacityLimiter
) -> AsyncIterator[Body]:
    """The body, which holds its room in the budget until the block ends.

    Raises `TooLarge` over `limit_bytes`, packed or unpacked, `Overloaded` when the budget
    has no room, `TooSlow` when nothing comes, `Invalid` for an encoding that we do not know.
    """
    room = _Room(budget)
    try:
        packed = await _read(request, room, limit_bytes)
        encoding = request.headers.get("content-encoding", "identity").strip().lower()
        if encoding in ("", "identity"):
            yield Body(packed, packed=packed)
        else:
            yield await to_thread.run_sync(_unpack, packed, encoding, room, limit_bytes, limiter=unpacking)
    finally:
        room.give_back()


async def _read(request: Request, room: _Room, limit_bytes: int) -> bytes:
    declared = request.headers.get("content-length", "")
    size = int(declared) if declared.isdecimal() else 0
    if size > limit_bytes:
        await _drain(request)
        raise TooLarge(_too_large(limit_bytes))
    room.look(size)
    chunks: list[bytes] = []
    read = 0
    async for chunk in _chunks(request):
        read += len(chunk)
        if read > limit_bytes:
            chunks.clear()
            room.give_back()
            await _drain(request)
            raise TooLarge(_too_large(limit_bytes))
        room.take(len(chunk))
        chunks.append(chunk)
    return b"".join(chunks)


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    stream = request.stream()
    while True:
        try:
            async with asyncio.timeout(SILENCE_SECONDS):
                chunk = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError as error:
            message = f"Nothing came for {SILENCE_SECONDS:g} seconds. Send the same request again."
            raise TooSlow(message) from error
        yield chunk


async def _drain(request: Request) -> None:
    read = 0
    try:
        async for chunk in _chunks(request):
            read += len(chunk)
            if read > _DRAINED:
                return
    except (ClientDisconnect, TooSlow, RuntimeError):  # gone, silent, or read already
        return


def _unpack(packed: bytes, encoding: str, room: _Room, limit_bytes: int) -> Body:
    match encoding:
        case "zstd":
            chunks = _zstd(packed)
        case "gzip" | "x-gzip":
            chunks = _inflate(packed, _GZIP)
        case "deflate":  # some send it with zlib's header, as the standard says, some without
            chunks = _inflate(packed, _ZLIB if packed[:1] == b"\x78" else _RAW)
        case _:
            message = f"The Content-Encoding {encoding!r} is not one of zstd, gzip, deflate, identity"
            raise Invalid(message)
    unpacked = io.BytesIO()
    try:
        for chunk in chunks:
            room.take(len(chunk))
            if unpacked.tell() + len(chunk) > limit_bytes:
                raise TooLarge(_too_large(limit_bytes))
            unpacked.write(chunk)
    except (zstandard.ZstdError, zlib.error, EOFError) as error:
        return Body(unpacked.getvalue(), f"The {encoding} body is damaged: {error}", packed)
    return Body(unpacked.getvalue(), packed=packed)


def _zstd(packed: bytes) -> Iterator[bytes]:
    reader = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).stream_reader(
        packed, read_across_frames=True
    )
    while chunk := reader.read(_CHUNK):
        yield chunk


def _inflate(packed: bytes, window_bits: int) -> Iterator[bytes]:
    """Unpacks; gzip may be several members, one behind the other, and zeros that fill up a block."""
    whole = memoryview(packed)
    at = 0
    while True:
        inflater = zlib.decompressobj(window_bits)
        # What lies behind a member is handed back as a copy. Steps that grow keep that in
        # proportion, when somebody sends a million tiny members.
        step = _FIRST_STEP
        while not inflater.eof:
            rest: bytes | memoryview = inflater.unconsumed_tail
            if not rest:
                rest = whole[at : at + step]
                at += len(rest)
                step = min(2 * step, _CHUNK)
            chunk = inflater.decompress(rest, _CHUNK)
            if not chunk and not rest and not inflater.eof:
                message = "it ends too early"
                raise EOFError(message)
            yield chunk
        at -= len(inflater.unused_data)
        if window_bits != _GZIP or at == len(packed):
            return
        if packed[at] == 0 and packed.count(0, at) == len(packed) - at:
            return


def _too_large(limit_bytes: int) -> str:
    return f"The body is over {limit_bytes:,} bytes. Send it in smaller batches, or raise --max-body-bytes."
