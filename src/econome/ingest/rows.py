"""Rows to the store, table by table, in the shape in which it takes them fastest: by column."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from operator import attrgetter, itemgetter
from types import MappingProxyType
from typing import Any
from uuid import UUID

from econome.domain.piece import Attachment, Piece
from econome.domain.run import Op, Run
from econome.store.client import Store
from econome.store.question import question
from econome.store.version import next_version

_COLUMNS = tuple(field.name for field in fields(Run))
_VALUES = attrgetter(*_COLUMNS)
_TEXTS = ("inputs", "outputs", "events", "extra", "serialized", "error", "usage")
_PAYLOADS = ("workspace", "key_time", "id", "piece", "digest", "version", "is_deleted", *_TEXTS)
_ATTACHMENTS = ("workspace", "key_time", "run_id", "name", "mime", "content", "version")
_KEY_TIME = itemgetter(1)


_EMPTY: dict[str, object] = {
    # What the store itself puts where a column is not given. Half of the columns are empty in most
    # commits, and each that is written has a cost of its own, whatever the number of rows.
    field.name: getattr(Run(), field.name)
    for field in fields(Run)
    if field.name not in ("key_time", "status", "usage_place")
}


def write_runs(store: Store, runs: Iterable[Run]) -> None:
    """Adds these versions of runs."""
    _insert(store, "runs", _COLUMNS, map(_VALUES, runs), itemgetter(_COLUMNS.index("key_time")), _EMPTY)


def write_payloads(store: Store, version: int, pieces: Iterable[tuple[datetime, UUID, Piece]]) -> int:
    """Adds the texts of pieces, each with the key time of its run and its workspace.

    Versions rise from `version` in the order of the pieces, for at reading the later text
    beats the earlier. Gives the last one.
    """
    first = next_version(version)
    given = list(pieces)
    rows = [
        _payload(workspace, key_time, piece, first + place)
        for place, (key_time, workspace, piece) in enumerate(given)
        if not piece.payload.is_empty
    ]
    _insert(store, "payloads", _PAYLOADS, rows, _KEY_TIME)
    return first + len(given)


def write_attachments(store: Store, attachments: Iterable[tuple[datetime, UUID, Attachment]]) -> None:
    """Adds files, each with the key time of its run and its workspace."""
    version = next_version(0)
    rows = (
        (workspace, key_time, one.run_id, one.name, one.mime, one.content, version)
        for key_time, workspace, one in attachments
    )
    _insert(store, "attachments", _ATTACHMENTS, rows, _KEY_TIME)


def write_feedback(store: Store, feedback: Iterable[dict[str, Any]]) -> None:
    """Adds rows of feedback, which have the columns of its table as keys."""
    rows = list(feedback)
    if rows:
        store.insert("feedback", {name: [row[name] for row in rows] for name in rows[0]})


def remove_project(store: Store, workspace: UUID, project: UUID) -> None:
    """Removes what belongs to the runs of a project, and then these: cut short, it can be done again."""
    for name in (
        "remove_payloads",
        "remove_attachments",
        "remove_feedback",
        "remove_metered",
        "remove_templates",
        "remove_runs",
    ):
        store.command(question(name, "econome.ingest.commands").text, workspace=workspace, project=project)


def _payload(workspace: UUID, key_time: datetime, piece: Piece, version: int) -> tuple[Any, ...]:
    texts = [getattr(piece.payload, name) for name in _TEXTS]
    digest = int.from_bytes(hashlib.blake2b(b"\0".join(texts), digest_size=8).digest())
    half = "post" if piece.op is Op.POST else "patch"
    return (workspace, key_time, piece.id, half, digest, version, 0, *texts)


def _insert(
    store: Store,
    table: str,
    columns: tuple[str, ...],
    rows: Iterable[tuple[Any, ...]],
    key_time: Callable[[tuple[Any, ...]], datetime],
    empty: Mapping[str, object] = MappingProxyType({}),
) -> None:
    """Inserts month by month: one insert that touches more than a hundred partitions fails whole.

    Columns that hold nothing but what `empty` says of them are left to the store.
    """
    months: dict[tuple[int, int], list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows:
        moment = key_time(row)
        months[moment.year, moment.month].append(row)
    for month in months.values():
        whole = zip(columns, zip(*month, strict=True), strict=True)
        store.insert(
            table,
            {
                name: values
                for name, values in whole
                # The first value tells of most columns that they are not empty.
                if name not in empty or values[0] != empty[name] or values.count(empty[name]) < len(values)
            },
        )
