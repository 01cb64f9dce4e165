"""Datasets: examples of what an app is asked and should answer, on which it is evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

LATEST = "latest"
"""The version of a dataset that is the present one, as a tag."""

SPLIT = "dataset_split"
"""The key of an example's metadata that says to which parts of its dataset it belongs."""
BASE = "base"
"""The part of whoever names none."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """A named set of examples. Texts of JSON are empty where nothing was said."""

    workspace: UUID
    id: UUID
    name: str
    description: str
    data_type: str  # kv, llm or chat: what its sender takes its examples for
    inputs_schema: str
    outputs_schema: str
    transformations: str
    metadata: str
    tags: Mapping[str, datetime]  # names of versions
    created_at: datetime
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class Example:
    """One state of an example: what goes in and, perhaps, what should come out, as JSON texts."""

    dataset: UUID
    id: UUID
    modified_at: datetime  # which is the version of its dataset that brought this state
    created_at: datetime
    place: int  # among those that one request brought
    inputs: str
    outputs: str
    metadata: str
    source_run_id: UUID | None
    files: str  # name to type and digest
    is_removed: bool = False


@dataclass(frozen=True, slots=True)
class ExampleFile:
    """What is attached to an example, known by the digest of its content."""

    digest: str
    content: bytes = field(repr=False)
