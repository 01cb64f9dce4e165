"""The command line's way to the keys: through the running server, or at the store when none runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, cast
from uuid import UUID

from econome.domain.errors import EconomeError
from econome.domain.key import Role
from econome.settings import Settings
from econome.store.lock import Hold, hold
from econome.web.remote import Remote, remote

Shown = dict[str, str | None]  # a key as /econome/v1/keys shows it


class NoSuchKey(EconomeError):
    """What was said names no key, or more than one."""


class Keyring(Protocol):
    """The keys of every workspace, for the owner of the server."""

    def list(self) -> list[Shown]:
        """All keys."""

    def create(self, said: Shown) -> Shown:
        """A new key, with the key itself under `key`."""

    def end(self, key_id: str) -> None:
        """Revokes the key of that id."""


@contextmanager
def keyring(settings: Settings) -> Iterator[Keyring]:
    """The keys, wherever they can be had."""
    running = remote(settings.data)
    if running is not None:
        yield _Running(running)
        return
    held = hold(settings.data, settings.dsn)
    try:
        with _stored(settings, held) as ring:
            yield ring
    finally:
        held.release()


def revoke(ring: Keyring, said: str) -> Shown:
    """Revokes the one key whose id begins with what was said, or whose name it is."""
    rows = ring.list()
    found = [row for row in rows if said and ((row["id"] or "").startswith(said) or row["name"] == said)]
    if len(found) != 1:
        reason = "No key has" if not found else f"{len(found)} keys have"
        raise NoSuchKey(f'{reason} the id or name "{said}". See: econome keys list')
    ring.end(found[0]["id"] or "")
    return found[0]


class _Running:
    def __init__(self, server: Remote) -> None:
        self._server = server

    def list(self) -> list[Shown]:
        rows: list[Shown] = self._server.call("GET", "/econome/v1/keys?workspace=*")["rows"]
        return rows

    def create(self, said: Shown) -> Shown:
        row: Shown = self._server.call("POST", "/econome/v1/keys", said)
        return row

    def end(self, key_id: str) -> None:
        self._server.call("DELETE", f"/econome/v1/keys/{key_id}")


@contextmanager
def _stored(settings: Settings, held: Hold) -> Iterator[Keyring]:
    # Two seconds of imports, which a running server spares us.
    from econome.store.client import Store  # noqa: PLC0415
    from econome.store.lock import admin_token  # noqa: PLC0415
    from econome.store.migrate import migrate  # noqa: PLC0415
    from econome.web.api.keys import refuse_taken, shown  # noqa: PLC0415
    from econome.web.keys import Keys  # noqa: PLC0415

    class Stored:
        def __init__(self, keys: Keys) -> None:
            self._keys = keys

        def list(self) -> list[Shown]:
            return [cast("Shown", shown(self._keys, key)) for key in self._keys.all()]

        def create(self, said: Shown) -> Shown:
            name, workspace = said["name"] or "", said["workspace"] or "default"
            refuse_taken(self._keys, name, workspace)
            key, secret = self._keys.create(
                name,
                Role(said["role"] or Role.INGEST),
                workspace=workspace,
                projects=said["projects"],
            )
            return {**cast("Shown", shown(self._keys, key)), "key": secret}

        def end(self, key_id: str) -> None:
            self._keys.revoke(UUID(key_id))

    store = Store(settings.dsn, readers=1)
    try:
        migrate(store)
        yield Stored(Keys(store, admin_token(held.folder)))
    finally:
        store.close()
