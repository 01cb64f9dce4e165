"""Looks at calls that were stored before anybody looked for templates: a pass in the background, once.

It reads a few hundred calls at a time, in the order in which they were made, and has them mined in the
writer's turns. It gives way: between two batches it rests for as long as the last one took. A call that
was looked at has a call site, so a pass that was cut short goes on where it was.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from typing import Any
from uuid import UUID

from econome.domain.piece import Payload, Piece
from econome.domain.run import NO_ID, Op
from econome.ingest.commit import Committer
from econome.ingest.writer import Stopped, Writer
from econome.store.client import Store, StoreError
from econome.store.question import question
from econome.wire.calls import digest_of
from econome.wire.heads import describe_head, tools_called_in
from econome.wire.json_text import parse

log = logging.getLogger(__name__)

BATCH = 200
"""Calls of one turn: senders wait for it, some 50 ms."""

_KEYS = 50 * BATCH
"""Found by one question, which reads a column of all runs."""

_FIRST_KEY = datetime(1900, 1, 1, tzinfo=UTC)
_SQL = "econome.ingest.sql"


@dataclass(frozen=True, slots=True)
class _Unseen:
    workspace: UUID
    key_time: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class _Text:
    id: UUID
    piece: str
    inputs: str
    outputs: str
    extra: str


class Looking:
    """The pass. Started and stopped on the event loop."""

    def __init__(self, store: Store, writer: Writer, committer: Committer) -> None:
        self._store = store
        self._writer = writer
        self._committer = committer
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins, if there is anything to look at."""
        self._task = asyncio.create_task(self._look())

    async def stop(self) -> None:
        """Ends between two batches; the next start goes on."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _look(self) -> None:
        last, seen = _Unseen(NO_ID, _FIRST_KEY, NO_ID), 0
        try:
            while found := await asyncio.to_thread(self._unseen, last):
                for place in range(0, len(found), BATCH):
                    await self._look_at(found[place : place + BATCH])
                last, seen = found[-1], seen + len(found)
        except (StoreError, Stopped) as error:
            log.warning("Looking at stored calls for their prompts was cut short: %s", error)
        if seen:
            log.info("%d calls that were stored before were looked at for their prompts", seen)

    async def _look_at(self, batch: Sequence[_Unseen]) -> None:
        began = monotonic()
        for workspace, keys in _by_workspace(batch).items():
            pieces = await asyncio.to_thread(self._pieces, workspace, keys)
            await self._writer.act(partial(self._committer.look_at, workspace, keys, pieces))
        await asyncio.sleep(monotonic() - began)

    def _unseen(self, last: _Unseen) -> list[_Unseen]:
        return self._store.ask(
            _Unseen,
            question("unseen_calls", _SQL),
            done_workspace=last.workspace,
            done_key=last.key_time,
            done_id=last.id,
            limit=_KEYS,
        )

    def _pieces(self, workspace: UUID, keys: Sequence[tuple[datetime, UUID]]) -> dict[UUID, list[Piece]]:
        """What was said of the prompts of these calls, posts before patches."""
        texts = self._store.ask(
            _Text,
            question("texts_of_calls", _SQL),
            workspace=workspace,
            times=sorted({key_time for key_time, _ in keys}),
            ids=[run for _, run in keys],
        )
        found: dict[UUID, list[Piece]] = defaultdict(list)
        for text in texts:
            found[text.id].append(_piece(text))
        return found


def _piece(text: _Text) -> Piece:
    payload = Payload(inputs=text.inputs.encode(), outputs=text.outputs.encode())
    piece = Piece(text.id, Op(text.piece), None, payload=payload)
    inputs, outputs, extra = (
        parse(content)[0] if content else None
        for content in (payload.inputs, payload.outputs, text.extra.encode())
    )
    if inputs is not None:
        describe_head(piece, _object(inputs), _object(extra))
        piece.fields["prompt_hash"] = digest_of(payload.inputs)
    if outputs is not None:
        piece.fields["tools_called"] = tools_called_in(outputs, payload.outputs)
    return piece


def _object(value: object) -> Mapping[str, Any] | None:
    return value if isinstance(value, dict) else None


def _by_workspace(found: Sequence[_Unseen]) -> dict[UUID, list[tuple[datetime, UUID]]]:
    keys: dict[UUID, list[tuple[datetime, UUID]]] = defaultdict(list)
    for one in found:
        keys[one.workspace].append((one.key_time, one.id))
    return keys
