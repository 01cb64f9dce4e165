"""The one door by which prompts change: versions are added, and labels move between them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from uuid import UUID

from econome.domain.prompt import LATEST, PromptVersion
from econome.store.client import Store
from econome.store.question import question
from econome.store.version import next_version


@dataclass(frozen=True, slots=True)
class _Row(PromptVersion):
    version: int


class Prompts:
    """Prompts in the store. Safe to call from many threads; each change is stored before it shows."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()

    def versions(self, workspace: UUID, *names: str) -> list[PromptVersion]:
        """Every version of these prompts, or of all, by name and number; the newest is labelled so."""
        rows = self._store.ask(
            _Row, question("prompt_versions", "econome.ingest.sql"), workspace=workspace, names=list(names)
        )
        newest = {row.name: row.number for row in rows}  # the last of each is the highest
        return [
            _version(row, (*row.labels, LATEST) if newest[row.name] == row.number else row.labels)
            for row in rows
        ]

    def add(self, draft: PromptVersion) -> PromptVersion:
        """The next version of its prompt, whatever its number says. Its labels are taken from the others.

        Its tags become those of the prompt, if it has any; else it gets those.

        Raises `ValueError` when the prompt is of the other type.
        """
        with self._lock:
            known = self.versions(draft.workspace, draft.name)
            if known and known[-1].type != draft.type:
                message = f"The prompt {draft.name!r} is of type {known[-1].type}, not {draft.type}"
                raise ValueError(message)
            tags = draft.tags or (known[-1].tags if known else ())
            added = replace(draft, number=known[-1].number + 1 if known else 1, tags=tags)
            changed = [replace(one, labels=_without(one, draft.labels), tags=tags) for one in known]
            self._write([*_really(known, changed), added])
        return self.versions(draft.workspace, draft.name)[-1]

    def label(self, workspace: UUID, name: str, number: int, labels: Sequence[str]) -> PromptVersion | None:
        """The version with these labels beside its own, which no other has now; None when it is not there."""
        with self._lock:
            known = self.versions(workspace, name)
            changed = [
                replace(one, labels=tuple(dict.fromkeys((*one.labels, *labels))))
                if one.number == number
                else replace(one, labels=_without(one, labels))
                for one in known
            ]
            if all(one.number != number for one in known):
                return None
            self._write(_really(known, changed))
        return next((one for one in self.versions(workspace, name) if one.number == number), None)

    def remove(self, gone: Sequence[PromptVersion]) -> None:
        """Removes these versions."""
        with self._lock:
            self._write(gone, is_deleted=True)

    def _write(self, versions: Sequence[PromptVersion], *, is_deleted: bool = False) -> None:
        if not versions:
            return
        now = datetime.now(UTC)
        rows = [replace(one, labels=_without(one, (LATEST,)), modified_at=now) for one in versions]
        columns: dict[str, Sequence[object]] = {
            field.name: [getattr(row, field.name) for row in rows] for field in fields(PromptVersion)
        }
        for name in ("labels", "tags"):
            columns[name] = [list(getattr(row, name)) for row in rows]
        beside = {"version": [next_version(0)] * len(rows), "is_deleted": [int(is_deleted)] * len(rows)}
        self._store.insert("prompts", {**columns, **beside})


def _version(row: _Row, labels: Iterable[str]) -> PromptVersion:
    given = {field.name: getattr(row, field.name) for field in fields(PromptVersion)}
    return PromptVersion(**{**given, "labels": tuple(labels), "tags": tuple(row.tags)})


def _without(one: PromptVersion, labels: Sequence[str]) -> tuple[str, ...]:
    return tuple(label for label in one.labels if label not in labels)


def _really(known: Sequence[PromptVersion], changed: Sequence[PromptVersion]) -> list[PromptVersion]:
    return [new for old, new in zip(known, changed, strict=True) if new != old]
