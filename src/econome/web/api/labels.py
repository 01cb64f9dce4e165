"""What a value of a dimension is called on a screen."""

from __future__ import annotations

from uuid import UUID

from econome.analytics.dimension import By, Dimension
from econome.ingest.projects import Projects


def label(projects: Projects, workspace: UUID, by: By, value: str) -> str:
    """The name of a project, and of anything else the value itself."""
    if by is not Dimension.PROJECT:
        return value
    known = projects.get(workspace, UUID(value))
    return known.name if known else value
