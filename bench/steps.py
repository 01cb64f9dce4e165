"""Where the processor time of ingest goes, step by step, in one process and without HTTP.

Reading is measured a step at a time, over each body; committing at the edges of the methods that do
it, which are few, so that measuring weighs little. The clock is that of the thread. What other threads
spent while a step ran is the engine's: inserting, and merging in the background.
"""

from __future__ import annotations

import gc
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import starmap
from pathlib import Path
from typing import Any

import zstandard
from bench import langsmith_bodies
from bench.work import Step, batches
from clickhouse_connect.driver.transform import NativeTransform

from econome.app import open_econome
from econome.domain.piece import Delivery, Payload, Piece
from econome.domain.project import DEFAULT_WORKSPACE
from econome.domain.run import CALLS, Kind
from econome.ingest import rows
from econome.ingest.commit import Accepted, Committer
from econome.ingest.costing import Costing
from econome.ingest.memory import Memory
from econome.ingest.tally import Tally
from econome.settings import Settings
from econome.store.client import Store
from econome.wire.calls import describe_call
from econome.wire.json_text import parse
from econome.wire.multipart import parts_of
from econome.wire.protocols.langsmith import decode_multipart
from econome.wire.segments import preview_of_inputs, preview_of_outputs
from econome.wire.usage import read_usage

PROJECT = "profile"
BOUNDARY = langsmith_bodies.BOUNDARY.encode()
DELIVERIES = 4
"""In one commit: as many as there are senders."""


Decode = Callable[[bytes], Delivery]


@dataclass(frozen=True, slots=True)
class Spent:
    """Processor seconds of a step."""

    own: float = 0.0
    others: float = 0.0  # other threads meanwhile

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.own + other.own, self.others + other.others)

    def __sub__(self, other: Spent) -> Spent:
        return Spent(self.own - other.own, self.others - other.others)


def now() -> Spent:
    own = time.thread_time()
    return Spent(own, time.process_time() - own)


def bodies_of(work: Sequence[Step]) -> list[bytes]:
    """Posts and patches in turn, packed."""
    each = (langsmith_bodies.post_body, langsmith_bodies.patch_body)
    return [encode(batch, PROJECT) for batch in batches(work) for encode in each]


def reading(bodies: Sequence[bytes]) -> dict[str, Spent]:
    """The steps from bytes to pieces."""
    spent: dict[str, Spent] = defaultdict(Spent)
    for body in bodies:
        plain, unpack = timed(lambda: unpacked(body))  # noqa: B023 - called at once, here and below
        parts, multipart = timed(lambda: list(parts_of(plain, BOUNDARY)))  # noqa: B023
        _, json = timed(lambda: [parse(part.content) for part in parts])  # noqa: B023
        delivery, whole = timed(lambda: decode_multipart(plain, BOUNDARY))  # noqa: B023
        described = _describing(delivery.pieces)
        spent["unpack (zstd)"] += unpack
        spent["split multipart"] += multipart
        spent["parse JSON"] += json
        for step, one in described.items():
            spent[step] += one
            whole -= one
        spent["rest of decoding: fields, ids, times"] += whole - multipart - json
    return spent


def _describing(pieces: Sequence[Piece]) -> dict[str, Spent]:
    given = [parse(piece.payload.inputs)[0] for piece in pieces if piece.payload.inputs]
    told = [parse(piece.payload.outputs)[0] for piece in pieces if piece.payload.outputs]
    calls = [  # what does not say its kind is read as a call: most patches
        (piece, *_parsed(piece.payload)) for piece in pieces if piece.fields.get("kind", Kind.LLM) in CALLS
    ]
    _, usage = timed(lambda: [read_usage(Kind.LLM, outputs, extra) for _, _, outputs, extra in calls])
    _, whole = timed(lambda: [*starmap(describe_call, calls)])
    _, previews = timed(lambda: ([*map(preview_of_inputs, given)], [*map(preview_of_outputs, told)]))
    return {"read usage": usage, "read model, segments, hashes": whole - usage, "previews": previews}


def _parsed(payload: Payload) -> tuple[Any, Any, Any]:
    return (
        parse(payload.inputs)[0] if payload.inputs else None,
        parse(payload.outputs)[0] if payload.outputs else None,
        parse(payload.extra)[0] if payload.extra else {},
    )


def committing(
    bodies: Sequence[bytes], folder: Path, *, text_index: bool, decode: Decode | None = None
) -> dict[str, Spent]:
    """The steps from pieces to rows, in a store of its own in `folder`."""
    with _committer(folder, text_index=text_index) as (committer, watch):
        for group in groups_of(bodies):
            accepted = accepted_of(group, decode)
            before = now()
            committer.commit(accepted)
            watch.spent["rest of the commit"] += now() - before - watch.inside
            watch.inside = Spent()
        return watch.spent


@contextmanager
def collecting() -> Iterator[list[float]]:
    """The processor seconds of each garbage collection while the block lasts; the steps include them."""
    spent: list[float] = []
    began = 0.0

    def seen(phase: str, _: object) -> None:
        nonlocal began
        if phase == "start":
            began = time.thread_time()
        else:
            spent.append(time.thread_time() - began)

    gc.callbacks.append(seen)
    try:
        yield spent
    finally:
        gc.callbacks.remove(seen)


@contextmanager
def opened(folder: Path, *, text_index: bool) -> Iterator[Committer]:
    """A committer on a store of its own, as app.py makes it."""
    folder.mkdir(parents=True)
    here = open_econome(Settings(data=folder, text_index=text_index), "")
    committer: Committer = here.writer._committer  # noqa: SLF001 - the writer adds a queue and a thread
    warm = Delivery()
    here.prices.price("openai", "gpt-4o", datetime.now(UTC), "", 1)
    committer.commit([Accepted(DEFAULT_WORKSPACE, warm, datetime.now(UTC))])
    try:
        yield committer
    finally:
        here.store.close()


def groups_of(bodies: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(bodies), DELIVERIES):
        yield bodies[start : start + DELIVERIES]


def accepted_of(bodies: Sequence[bytes], decode: Decode | None = None) -> list[Accepted]:
    """As the doors hand them on; LangSmith's, unless told otherwise."""
    received = datetime.now(UTC)
    read = decode or _langsmith
    return [Accepted(DEFAULT_WORKSPACE, read(one), received) for one in bodies]


def _langsmith(body: bytes) -> Delivery:
    return decode_multipart(unpacked(body), BOUNDARY)


def unpacked(body: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompressobj().decompress(body)


class _Watch:
    """Time by step; what a step calls that is a step itself is not counted in it."""

    def __init__(self) -> None:
        self.spent: dict[str, Spent] = defaultdict(Spent)
        self.inside = Spent()  # in watched functions, since it was last reset

    def function(self, step: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*arguments: Any, **options: Any) -> Any:
            outer, self.inside = self.inside, Spent()
            start = now()
            try:
                return function(*arguments, **options)
            finally:
                whole = now() - start
                self.spent[self._name(step, arguments)] += whole - self.inside
                self.inside = outer + whole

        return watched

    @staticmethod
    def _name(step: str, arguments: tuple[Any, ...]) -> str:
        """A step of the store is told by table."""
        for one in arguments[:2]:
            table = getattr(one, "table", one)
            if isinstance(table, str):
                return f"{step} {table.rpartition('.')[2].strip('`')}"
        return step


@contextmanager
def _committer(folder: Path, *, text_index: bool) -> Iterator[tuple[Committer, _Watch]]:
    watch = _Watch()
    watched: tuple[tuple[str, Any, str], ...] = (
        ("recall runs", Committer, "_recall"),
        ("fold", Committer, "_fold"),
        ("count each call once", Tally, "count"),
        ("price", Costing, "price"),
        ("rows of payloads", rows, "write_payloads"),
        ("columns of runs", rows, "write_runs"),
        ("insert into", Store, "insert"),
        ("encode for", NativeTransform, "build_insert"),
        ("remember", Memory, "put"),
    )
    kept = [(owner, name, owner.__dict__[name]) for _, owner, name in watched]
    for (step, owner, name), (_, _, original) in zip(watched, kept, strict=True):
        if name == "build_insert":
            encode = watch.function(step, lambda context, *rest: [*NATIVE(context, *rest)])
            setattr(owner, name, staticmethod(encode))
        else:
            setattr(owner, name, watch.function(step, original))
    try:
        with opened(folder, text_index=text_index) as committer:
            watch.spent.clear()
            watch.inside = Spent()
            yield committer, watch
    finally:
        for owner, name, original in kept:
            setattr(owner, name, original)


NATIVE = NativeTransform.build_insert


def timed(work: Callable[[], Any]) -> tuple[Any, Spent]:
    """What some work gives, and what it took."""
    start = now()
    result = work()
    return result, now() - start
