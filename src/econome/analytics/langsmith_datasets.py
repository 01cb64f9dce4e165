"""Examples of datasets, as they are now or were at a version.

Which examples there are is asked first, with nothing but their metadata; what the page holds
is then fetched state by state.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from econome.domain.dataset import Example
from econome.store.client import Store
from econome.store.question import question


@dataclass(frozen=True, slots=True)
class Head:
    """An example without what it holds."""

    id: UUID
    dataset: UUID
    created_at: datetime
    modified_at: datetime
    metadata: str


@dataclass(frozen=True, slots=True)
class _Count:
    dataset: UUID
    examples: int


@dataclass(frozen=True, slots=True)
class _At:
    at: datetime


@dataclass(frozen=True, slots=True)
class _Content:
    content: str


ALL = (1 << 62, 0)
"""The page that holds every example."""


def heads_of(
    store: Store,
    workspace: UUID,
    datasets: Sequence[UUID],
    ids: Sequence[UUID],
    as_of: datetime,
    page: tuple[int, int] = ALL,
) -> list[Head]:
    """The examples of a moment in the order in which they were made; an empty sequence keeps all.

    `page` is how many, and after how many others.
    """
    return store.ask(
        Head,
        question("langsmith_example_heads"),
        workspace=workspace,
        datasets=list(datasets),
        ids=list(ids),
        as_of=as_of,
        limit=page[0],
        offset=page[1],
    )


def examples_of(store: Store, workspace: UUID, heads: Sequence[Head]) -> list[Example]:
    """These examples, whole, in the same order."""
    if not heads:
        return []
    found = store.ask(
        Example,
        question("langsmith_examples"),
        workspace=workspace,
        datasets=list({head.dataset for head in heads}),
        ids=[head.id for head in heads],
        moments=list({head.modified_at for head in heads}),
    )
    states = {(state.dataset, state.id, state.modified_at): state for state in found}
    keys = [(head.dataset, head.id, head.modified_at) for head in heads]
    return [states[key] for key in keys if key in states]  # one may just have been removed


def counts_of(store: Store, workspace: UUID, datasets: Sequence[UUID]) -> dict[UUID, int]:
    """How many examples each dataset has; one without any is missing."""
    if not datasets:
        return {}
    answer = store.ask(
        _Count, question("langsmith_example_counts"), workspace=workspace, datasets=list(datasets)
    )
    return {row.dataset: row.examples for row in answer}


def versions_of(
    store: Store, workspace: UUID, dataset: UUID, as_of: datetime, limit: int, offset: int = 0
) -> list[datetime]:
    """When a dataset changed, the latest first."""
    answer = store.ask(
        _At,
        question("langsmith_dataset_versions"),
        workspace=workspace,
        dataset=dataset,
        as_of=as_of,
        limit=limit,
        offset=offset,
    )
    return [row.at for row in answer]


def example_file(store: Store, workspace: UUID, dataset: UUID, digest: str) -> bytes | None:
    """The content that has this digest."""
    answer = store.ask(
        _Content, question("langsmith_example_file"), workspace=workspace, dataset=dataset, digest=digest
    )
    return base64.b64decode(answer[0].content) if answer else None
