"""Who may do what: roles, and the keys that carry them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from uuid import UUID


class Role(StrEnum):
    """What a key is for. `admin` includes the two others; neither of those includes the other."""

    INGEST = "ingest"
    READ = "read"
    ADMIN = "admin"

    def includes(self, other: Role) -> bool:
        """Whether this role may do what `other` may."""
        return self is other or self is Role.ADMIN


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is kept: by its hash, never by itself."""

    id: UUID
    workspace: UUID
    name: str
    role: Role
    projects: str | None  # patterns of project names, comma separated; None: all of the workspace
    hash: str  # hexadecimal SHA-256 of the whole key
    hint: str  # its last four characters
    created_at: datetime


def matches(patterns: str | None, name: str) -> bool:
    """Whether a project's name fits one of the comma-separated shell patterns; None fits all."""
    if patterns is None:
        return True
    return any(fnmatchcase(name, pattern.strip()) for pattern in patterns.split(",") if pattern.strip())
