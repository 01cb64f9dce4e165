"""The API keys and the workspaces that they open.

Keys are few and asked for on every request, so all of them are in memory; the store has them by
their hash only. A key is 32 random bytes: a plain SHA-256 of it cannot be guessed back.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID, uuid4

from econome.domain.key import ApiKey, Role
from econome.domain.project import DEFAULT_WORKSPACE, workspace_id
from econome.store.client import Store
from econome.store.question import question
from econome.store.version import next_version

PREFIX = "eco_"
SQL = "econome.store.sql"


@dataclass(frozen=True, slots=True)
class _KeyRow:
    id: UUID
    workspace: UUID
    name: str
    role: str
    projects: str
    hash: str
    hint: str
    created_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class _Ever:
    rows: int


@dataclass(frozen=True, slots=True)
class Workspace:
    """A tenant: keys belong to one, and no question crosses it."""

    id: UUID
    name: str


class Keys:
    """The keys of a store, and the token of the server's owner."""

    def __init__(self, store: Store, admin_token: str) -> None:
        """Reads the keys from `store`, which has been migrated. Blocks, like all but the look-ups."""
        self._store = store
        self._admin_token = admin_token.encode()
        self._changing = threading.Lock()
        self._by_hash: dict[str, ApiKey] = {}
        self._by_id: dict[UUID, ApiKey] = {}
        self._versions: dict[UUID, int] = {}
        self._workspaces: dict[UUID, Workspace] = {}
        self._ever_made = False
        self.reload()

    @property
    def is_empty(self) -> bool:
        """Whether there is no key that opens anything."""
        return not self._by_id

    @property
    def ever_made(self) -> bool:
        """Whether a key was ever made: from then on nobody comes in without one.

        Revoking the last one must shut the last door, not open them all.
        """
        return self._ever_made

    def of(self, secret: str) -> ApiKey | None:
        """The key that somebody sent."""
        return self._by_hash.get(_hash(secret))

    def get(self, key_id: UUID) -> ApiKey | None:
        """The key of that id, if it has not been revoked."""
        return self._by_id.get(key_id)

    def is_admin_token(self, secret: str) -> bool:
        """Whether somebody sent the token of the server's owner."""
        return hmac.compare_digest(secret.encode(), self._admin_token)

    def session_secret(self) -> bytes:
        """What cookies are signed with. Another admin token ends every session."""
        return hmac.digest(self._admin_token, b"econome session", "sha256")

    def all(self, workspace: UUID | None = None) -> list[ApiKey]:
        """The keys of a workspace, or of all of them, oldest first."""
        return [key for key in self._by_id.values() if workspace is None or key.workspace == workspace]

    def workspace(self, workspace: UUID) -> Workspace | None:
        """The workspace of that id."""
        return self._workspaces.get(workspace)

    def create(
        self, name: str, role: Role, *, workspace: str = "default", projects: str | None = None
    ) -> tuple[ApiKey, str]:
        """A new key as it is kept, and the key itself, which is seen this once.

        `workspace` is a name, and made if it is new.
        """
        secret = PREFIX + secrets.token_urlsafe(32)
        key = ApiKey(
            id=uuid4(),
            workspace=workspace_id(workspace),
            name=name,
            role=role,
            projects=projects or None,
            hash=_hash(secret),
            hint=secret[-4:],
            created_at=datetime.now(UTC),
        )
        with self._changing:
            self._make_workspace(workspace)
            self._put(key, is_deleted=False)
            self._ever_made = True
            self._remember([*self._by_id.values(), key])
        return key, secret

    def revoke(self, key_id: UUID) -> ApiKey | None:
        """Ends a key; None if there is none of that id."""
        with self._changing:
            key = self._by_id.get(key_id)
            if key is not None:
                self._put(key, is_deleted=True)
                self._remember([other for other in self._by_id.values() if other.id != key_id])
        return key

    def reload(self) -> None:
        """Reads everything again from the store."""
        with self._changing:
            rows = self._store.ask(_KeyRow, question("keys", SQL))
            self._versions = {row.id: row.version for row in rows}
            self._remember([_key(row) for row in rows])
            ever = self._store.ask(_Ever, question("keys_ever", SQL))
            self._ever_made = bool(ever and ever[0].rows)
            found = self._store.ask(Workspace, question("workspaces", SQL))
            default = Workspace(DEFAULT_WORKSPACE, "default")
            self._workspaces = {default.id: default} | {one.id: one for one in found}

    def _remember(self, keys: list[ApiKey]) -> None:
        # Whole new mappings: whoever looks one up needs no lock.
        self._by_hash = {key.hash: key for key in keys}
        self._by_id = {key.id: key for key in keys}

    def _put(self, key: ApiKey, *, is_deleted: bool) -> None:
        # Above the one before, even if the clock went back: a revoked key must not return.
        version = next_version(self._versions.get(key.id, 0))
        row = {
            "id": key.id,
            "workspace": key.workspace,
            "name": key.name,
            "role": key.role.value,
            "projects": key.projects or "",
            "hash": key.hash,
            "hint": key.hint,
            "created_at": key.created_at,
            "version": version,
            "is_deleted": int(is_deleted),
        }
        self._store.insert("keys", {name: [value] for name, value in row.items()})
        self._versions[key.id] = version

    def _make_workspace(self, name: str) -> None:
        made = Workspace(workspace_id(name), name)
        if made.id in self._workspaces:
            return
        row = {
            "id": made.id,
            "name": name,
            "created_at": datetime.now(UTC),
            "version": next_version(0),
            "is_deleted": 0,
        }
        self._store.insert("workspaces", {column: [value] for column, value in row.items()})
        self._workspaces = {**self._workspaces, made.id: made}


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _key(row: _KeyRow) -> ApiKey:
    return ApiKey(
        id=row.id,
        workspace=row.workspace,
        name=row.name,
        role=Role(row.role),
        projects=row.projects or None,
        hash=row.hash,
        hint=row.hint,
        created_at=row.created_at,
    )
