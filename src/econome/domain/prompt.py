"""Prompts that apps fetch by name, version after version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

LATEST = "latest"
"""The label of the newest version, which nobody gives by hand."""
PRODUCTION = "production"
"""The label of the version that an app gets that names none."""


@dataclass(frozen=True, slots=True)
class PromptVersion:
    """One version of a prompt. `prompt` and `config` are JSON texts; nothing of them ever changes."""

    workspace: UUID
    name: str
    number: int  # from 1
    type: str  # text or chat
    prompt: str
    config: str
    labels: tuple[str, ...]  # each on one version of its prompt only
    tags: tuple[str, ...]  # the same on all versions
    message: str  # why it was changed
    created_at: datetime
    modified_at: datetime
