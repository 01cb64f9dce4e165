"""Workspaces and the projects inside them. Their ids are functions of their names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

_NAMESPACE = UUID("6f5e1c2a-9d0b-5c86-8a44-2f1d3c7be001")  # drawn once, for Econome


def workspace_id(name: str) -> UUID:
    """The id of the workspace of that name."""
    return uuid5(_NAMESPACE, f"workspace/{name}")


def project_id(workspace: UUID, name: str) -> UUID:
    """The id that a project gets when nobody gave it another: creating it twice is harmless."""
    return uuid5(workspace, f"project/{name}")


DEFAULT_WORKSPACE = workspace_id("default")
DEFAULT_PROJECT = "default"
"""Where runs go that name no project, as LangSmith does it."""


@dataclass(frozen=True, slots=True)
class Project:
    """A named set of traces in a workspace. LangSmith calls it a session."""

    workspace: UUID
    id: UUID
    name: str
    description: str
    extra: str  # JSON text, as the client gave it
    reference_dataset_id: UUID | None
    created_at: datetime
    ended_at: datetime | None
