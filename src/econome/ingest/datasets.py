"""The datasets of every workspace, and the one door by which their examples change.

Datasets are few and in memory; examples are in the store only.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from econome.domain.dataset import Dataset, Example, ExampleFile
from econome.domain.errors import EconomeError
from econome.store.client import Store
from econome.store.question import question
from econome.store.version import next_version

_COMMANDS = "econome.ingest.commands"
_MICROSECOND = timedelta(microseconds=1)


class Removed(EconomeError):
    """Somebody removed the dataset that was to change."""


@dataclass(frozen=True, slots=True)
class _Row(Dataset):
    version: int


class Datasets:
    """The registry. Safe to call from many threads; each change is stored before it shows."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.RLock()
        self._held: dict[tuple[UUID, UUID], Dataset] = {}
        self._versions: dict[tuple[UUID, UUID], int] = {}
        for row in store.ask(_Row, question("datasets_all", "econome.ingest.sql")):
            self._held[row.workspace, row.id] = _dataset(row)
            self._versions[row.workspace, row.id] = row.version

    @contextmanager
    def changing(self) -> Iterator[None]:
        """While this lasts nobody else changes any example: for what is read, changed and put."""
        with self._lock:
            yield

    def all(self, workspace: UUID) -> list[Dataset]:
        """Those of a workspace, the newest first."""
        mine = [dataset for (owner, _), dataset in list(self._held.items()) if owner == workspace]
        return sorted(mine, key=lambda dataset: (dataset.created_at, dataset.id), reverse=True)

    def get(self, workspace: UUID, identity: UUID) -> Dataset | None:
        """The dataset of that id, if the workspace has it."""
        return self._held.get((workspace, identity))

    def find(self, workspace: UUID, name: str) -> Dataset | None:
        """The dataset of that name, if the workspace has it."""
        return next((dataset for dataset in self.all(workspace) if dataset.name == name), None)

    def save(self, dataset: Dataset) -> None:
        """Creates or changes a dataset. Raises `ValueError` when another has its name."""
        with self._lock:
            holder = self.find(dataset.workspace, dataset.name)
            if holder is not None and holder.id != dataset.id:
                message = f"Dataset with this name already exists: {dataset.name!r} has the id {holder.id}"
                raise ValueError(message)
            self._write(dataset, is_deleted=False)

    def remove(self, dataset: Dataset) -> None:
        """Removes a dataset with its examples. Runs that were made on them stay: they cost what they cost."""
        with self._lock:
            for name in ("remove_examples", "remove_example_files"):
                text = question(name, _COMMANDS).text
                self._store.command(text, workspace=dataset.workspace, dataset=dataset.id)
            self._write(dataset, is_deleted=True)

    def put(
        self, dataset: Dataset, examples: Sequence[Example], files: Sequence[ExampleFile] = ()
    ) -> datetime:
        """Stores new states of examples, together one version of the dataset; gives its moment.

        Raises `Removed` when the dataset was removed meanwhile, for it must not come back by this.
        """
        with self._lock:
            held = self._held.get((dataset.workspace, dataset.id))
            if held is None:
                message = f"The dataset {dataset.name!r} was removed meanwhile"
                raise Removed(message)
            now = max(datetime.now(UTC), held.modified_at + _MICROSECOND)
            version = next_version(0)
            if files:
                self._store.insert(
                    "example_files",
                    {
                        "workspace": [dataset.workspace] * len(files),
                        "dataset": [dataset.id] * len(files),
                        "digest": [file.digest for file in files],
                        "content": [file.content for file in files],
                        "version": [version] * len(files),
                    },
                )
            rows = [replace(example, modified_at=now) for example in examples]
            if rows:
                columns: dict[str, Sequence[object]] = {
                    field.name: [getattr(row, field.name) for row in rows] for field in fields(Example)
                }
                self._store.insert(
                    "examples",
                    {
                        **columns,
                        "workspace": [dataset.workspace] * len(rows),
                        "version": [version] * len(rows),
                    },
                )
            self._write(replace(held, modified_at=now), is_deleted=False)
        return now

    def forget(self, workspace: UUID, examples: Sequence[UUID]) -> None:
        """Removes examples with every state that they ever had."""
        text = question("forget_examples", _COMMANDS).text
        self._store.command(text, workspace=workspace, ids=list(examples))

    def compare(self, workspace: UUID, comparison: Mapping[str, object]) -> None:
        """Stores that some experiments were compared: a row of its table, without workspace and version."""
        row = {**comparison, "workspace": workspace, "version": next_version(0)}
        self._store.insert("comparisons", {name: [value] for name, value in row.items()})

    def _write(self, dataset: Dataset, *, is_deleted: bool) -> None:
        key = (dataset.workspace, dataset.id)
        version = next_version(self._versions.get(key, 0))
        row: Mapping[str, Sequence[object]] = {
            field.name: [getattr(dataset, field.name)] for field in fields(Dataset)
        }
        self._store.insert("datasets", {**row, "version": [version], "is_deleted": [int(is_deleted)]})
        self._versions[key] = version
        if is_deleted:
            self._held.pop(key, None)
        else:
            self._held[key] = dataset


def _dataset(row: _Row) -> Dataset:
    return Dataset(**{field.name: getattr(row, field.name) for field in fields(Dataset)})
