"""The saved views of every workspace, in memory."""

from __future__ import annotations

import threading
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from uuid import UUID, uuid5

from econome.domain.view import SavedView, view_id
from econome.store.client import Store
from econome.store.question import question
from econome.store.version import next_version


@dataclass(frozen=True, slots=True)
class _Row(SavedView):
    version: int


class Views:
    """The registry. Safe to call from many threads; each change is stored before it shows.

    A view shows no more than the address that it is; but the words of a filter may tell what is in a
    project. So a key that is narrowed to some projects sees the views of keys narrowed to the same.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._by_id: dict[tuple[UUID, UUID], SavedView] = {}
        self._versions: dict[tuple[UUID, UUID], int] = {}
        for row in store.ask(_Row, question("views_all", "econome.ingest.sql")):
            self._by_id[row.workspace, row.id] = _view(row)
            self._versions[row.workspace, row.id] = row.version

    def all(self, workspace: UUID, projects: str | None, page: str = "") -> list[SavedView]:
        """The views that may be seen, of one page or of all, by name."""
        mine = [
            view
            for (owner, _), view in list(self._by_id.items())
            if owner == workspace and projects in {None, view.projects} and page in {"", view.page}
        ]
        return sorted(mine, key=lambda view: (view.page, view.name.casefold(), str(view.id)))

    def get(self, workspace: UUID, projects: str | None, view: UUID) -> SavedView | None:
        """The view of that id, if it may be seen."""
        known = self._by_id.get((workspace, view))
        return known if known is not None and projects in {None, known.projects} else None

    def named(self, workspace: UUID, projects: str, page: str, name: str) -> SavedView | None:
        """The view of a page that has this name among those of the same projects."""
        return next(
            (
                view
                for view in self.all(workspace, projects, page)
                if view.name == name and view.projects == projects
            ),
            None,
        )

    def save(self, workspace: UUID, projects: str, page: str, name: str, query: str) -> SavedView:
        """A new view, or the one that has this name with what it shows from now on."""
        with self._lock:
            known = self.named(workspace, projects, page, name)
            if known is not None:
                return self._put(replace(known, query=query))
            identity = view_id(workspace, page, name, projects)
            while (workspace, identity) in self._by_id:  # it was renamed, and is another's now
                identity = uuid5(identity, name)
            now = datetime.now(UTC)
            return self._put(SavedView(workspace, identity, page, name, query, projects, now, now))

    def change(self, view: SavedView, name: str, query: str) -> SavedView | None:
        """The view with another name or another address; None when another view has the name."""
        with self._lock:
            holder = self.named(view.workspace, view.projects, view.page, name)
            if holder is not None and holder.id != view.id:
                return None
            return self._put(replace(view, name=name, query=query))

    def remove(self, view: SavedView) -> None:
        """Forgets a view."""
        with self._lock:
            self._write(view, is_deleted=True)
            self._by_id.pop((view.workspace, view.id), None)

    def _put(self, view: SavedView) -> SavedView:
        view = replace(view, modified_at=datetime.now(UTC))
        self._write(view, is_deleted=False)
        self._by_id[view.workspace, view.id] = view
        return view

    def _write(self, view: SavedView, *, is_deleted: bool) -> None:
        key = (view.workspace, view.id)
        version = next_version(self._versions.get(key, 0))
        row = {field.name: [getattr(view, field.name)] for field in fields(SavedView)}
        self._store.insert("views", {**row, "version": [version], "is_deleted": [int(is_deleted)]})
        self._versions[key] = version


def _view(row: _Row) -> SavedView:
    return SavedView(**{field.name: getattr(row, field.name) for field in fields(SavedView)})
