"""The projects of every workspace, in memory: names to ids, created at first sight."""

from __future__ import annotations

import threading
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from uuid import UUID

from econome.domain.key import matches
from econome.domain.project import Project, project_id
from econome.store.client import Store
from econome.store.question import question
from econome.store.version import next_version


@dataclass(frozen=True, slots=True)
class _Row(Project):
    version: int


class Projects:
    """The registry. Safe to call from many threads; each change is stored before it shows."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.RLock()
        self._by_id: dict[tuple[UUID, UUID], Project] = {}
        self._by_name: dict[tuple[UUID, str], UUID] = {}
        self._versions: dict[tuple[UUID, UUID], int] = {}
        for row in store.ask(_Row, question("projects_all", "econome.ingest.sql")):
            self._remember(_project(row), row.version)

    def by_name(self, workspace: UUID, name: str) -> UUID:
        """The id of the project of that name, which exists from now on."""
        known = self._by_name.get((workspace, name))
        if known is not None:
            return known
        with self._lock:
            if (workspace, name) not in self._by_name:
                identity = project_id(workspace, name)
                while (workspace, identity) in self._by_id:  # it was renamed, and is another's now
                    identity = project_id(identity, name)
                self.save(_new(workspace, identity, name))
            return self._by_name[workspace, name]

    def by_id(self, workspace: UUID, project: UUID) -> UUID:
        """That id, which exists from now on: named after itself when nobody named it yet."""
        if (workspace, project) in self._by_id:
            return project
        # Somebody may have named a project after an id; then that one is meant.
        return self._by_name.get((workspace, str(project))) or self._make(workspace, project)

    def _make(self, workspace: UUID, project: UUID) -> UUID:
        with self._lock:
            if (workspace, project) not in self._by_id:
                self.save(_new(workspace, project, str(project)))
        return project

    def get(self, workspace: UUID, project: UUID) -> Project | None:
        """The project of that id, if the workspace has it."""
        return self._by_id.get((workspace, project))

    def find(self, workspace: UUID, name: str) -> Project | None:
        """The project of that name, if the workspace has it."""
        known = self._by_name.get((workspace, name))
        return None if known is None else self._by_id[workspace, known]

    def name_of(self, workspace: UUID, project: UUID) -> str:
        """The name of the project of that id; empty for one that the workspace has not."""
        known = self.get(workspace, project)
        return known.name if known else ""

    def all(self, workspace: UUID) -> list[Project]:
        """Every project of the workspace, by name."""
        mine = [project for (owner, _), project in list(self._by_id.items()) if owner == workspace]
        return sorted(mine, key=lambda project: project.name)

    def named(self, workspace: UUID, pattern: str) -> list[Project]:
        """The projects whose name matches one of the comma-separated shell patterns."""
        return [project for project in self.all(workspace) if matches(pattern, project.name)]

    def save(self, project: Project) -> None:
        """Creates or changes a project. Raises `ValueError` when another has its name."""
        with self._lock:
            holder = self._by_name.get((project.workspace, project.name))
            if holder is not None and holder != project.id:
                message = f"A project named {project.name!r} exists already, with id {holder}"
                raise ValueError(message)
            self._write(project, is_deleted=False)
            old = self._by_id.get((project.workspace, project.id))
            if old is not None:
                self._by_name.pop((old.workspace, old.name), None)
            self._by_id[project.workspace, project.id] = project
            self._by_name[project.workspace, project.name] = project.id

    def remove(self, project: Project) -> None:
        """Forgets a project. Its runs are the writer's to remove."""
        with self._lock:
            self._write(project, is_deleted=True)
            self._by_id.pop((project.workspace, project.id), None)
            self._by_name.pop((project.workspace, project.name), None)

    def rename(self, project: Project, name: str) -> Project:
        """The project under its new name."""
        renamed = replace(project, name=name)
        self.save(renamed)
        return renamed

    def _remember(self, project: Project, version: int) -> None:
        self._by_id[project.workspace, project.id] = project
        self._by_name[project.workspace, project.name] = project.id
        self._versions[project.workspace, project.id] = version

    def _write(self, project: Project, *, is_deleted: bool) -> None:
        key = (project.workspace, project.id)
        version = next_version(self._versions.get(key, 0))
        row = {field.name: [getattr(project, field.name)] for field in fields(Project)}
        self._store.insert("projects", {**row, "version": [version], "is_deleted": [int(is_deleted)]})
        self._versions[key] = version


def _new(workspace: UUID, project: UUID, name: str) -> Project:
    return Project(workspace, project, name, "", "", None, datetime.now(UTC), None)


def _project(row: _Row) -> Project:
    return Project(**{field.name: getattr(row, field.name) for field in fields(Project)})
