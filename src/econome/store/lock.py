"""The data folder has one owner: the server that holds its lock.

    lock         held by `flock` for as long as the server lives; says who holds it
    server.json  the server's address, for the command line; there only while it can be called
    admin-token  made at the first start and kept; whoever can read it owns the server

The embedded engine would refuse a second process too, but says no more than that it failed.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from econome.domain.errors import EconomeError

LOCK = "lock"
SERVER = "server.json"
ADMIN_TOKEN = "admin-token"  # noqa: S105  (a file's name)

# Below, the engine's first merges fail one after the other: better said at start.
LEAST_FREE_BYTES = 64 << 20


class FolderError(EconomeError):
    """The data folder cannot be used; the text says why."""


class FolderInUse(FolderError):
    """Another process holds the data folder."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a data folder."""

    pid: int
    address: str  # http://host:port, or empty while it starts

    def __str__(self) -> str:
        return f"process {self.pid}" + (f" at {self.address}" if self.address else ", which is starting")


class Hold:
    """A data folder held by this process, until it is released."""

    def __init__(self, folder: Path, lock: BinaryIO, engine: BinaryIO | None = None) -> None:
        self.folder = folder
        self._lock = lock
        self._engine = engine

    def announce(self, address: str) -> None:
        """Says where the server can be called."""
        here = Holder(os.getpid(), address)
        for lock in filter(None, (self._lock, self._engine)):
            _write_down(lock, here)
        _replace(self.folder / SERVER, json.dumps(asdict(here)).encode(), mode=0o600)

    def release(self) -> None:
        """Lets go. The lock's file stays: taking it away could give the folder to two at once."""
        (self.folder / SERVER).unlink(missing_ok=True)
        for lock in filter(None, (self._lock, self._engine)):
            lock.close()


def hold(folder: Path, dsn: str = "") -> Hold:
    """Takes the data folder, and makes it if it is missing; an embedded store elsewhere is taken too.

    Raises `FolderInUse`, naming who holds it, or `FolderError`.
    """
    _prepare(folder)
    lock = _taken(folder / LOCK, folder)
    engine = None
    try:
        engine = _taken_engine(folder, dsn)
        (folder / SERVER).unlink(missing_ok=True)  # of a server that was killed
        admin_token(folder)
    except (OSError, FolderError) as error:
        for one in filter(None, (lock, engine)):
            one.close()
        if isinstance(error, FolderError):
            raise
        raise FolderError(_plainly(folder, error)) from error
    return Hold(folder, lock, engine)


def holder_of(folder: Path) -> Holder | None:
    """Who holds the folder now; None if nobody does, whatever a killed server left there."""
    try:
        lock = (folder / LOCK).open("rb+")
    except OSError:
        return None
    with lock:
        return None if _take(lock) else _read(lock) or Holder(0, "")


def admin_token(folder: Path) -> str:
    """The token that owns the server of this folder; made now if there is none."""
    path = folder / ADMIN_TOKEN
    try:
        token = path.read_text("ascii").strip()
    except FileNotFoundError:
        token = ""
    if not token:
        token = "eca_" + secrets.token_urlsafe(32)
        _replace(path, token.encode() + b"\n", mode=0o600)
    return token


def _taken(path: Path, folder: Path) -> BinaryIO:
    """The lock at `path`, taken for `folder`."""
    try:
        lock = _open(path)
    except OSError as error:
        raise FolderError(_plainly(folder, error)) from error
    if not _take_soon(lock):
        holder = _read(lock)
        lock.close()
        message = f"{folder} is in use by {holder or 'another process'}. Stop it, or choose another folder."
        raise FolderInUse(message)
    try:
        _write_down(lock, Holder(os.getpid(), ""))
    except OSError as error:
        lock.close()
        raise FolderError(_plainly(folder, error)) from error
    return lock


def _taken_engine(folder: Path, dsn: str) -> BinaryIO | None:
    """The lock beside an embedded store that lies outside the data folder; None if it lies inside."""
    parts = urlsplit(dsn)
    if parts.scheme != "chdb":
        return None
    store = Path(parts.path).absolute()
    if store.is_relative_to(folder.absolute()):
        return None
    _prepare(store.parent)
    return _taken(store.with_name(f"{store.name}.lock"), store)


def _prepare(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise FolderError(_plainly(folder, error)) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise FolderError(_plainly(folder, PermissionError(errno.EACCES, "read-only")))
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        raise FolderError(_plainly(folder, OSError(errno.ENOSPC, "full")))


def _take_soon(lock: BinaryIO) -> bool:
    """Takes the lock; a command that only looks who holds it has it for an instant."""
    for _ in range(4):
        if _take(lock):
            return True
        time.sleep(0.05)
    return _take(lock)


def _plainly(folder: Path, error: OSError) -> str:
    match error.errno:
        case errno.EEXIST | errno.ENOTDIR:
            why = "it is, or lies under, something that is not a folder"
        case errno.EACCES | errno.EPERM | errno.EROFS:
            why = "this user may not write there"
        case errno.ENOSPC | errno.EDQUOT:
            why = f"its disk is full (at least {LEAST_FREE_BYTES >> 20} MiB must be free)"
        case _:
            why = error.strerror or str(error)
    return f"{folder} cannot be the data folder: {why}. Choose another folder, or mend it."


def _write_down(lock: BinaryIO, holder: Holder) -> None:
    lock.seek(0)
    lock.write(json.dumps(asdict(holder)).encode())
    lock.truncate()
    lock.flush()


def _read(lock: BinaryIO) -> Holder | None:
    try:
        lock.seek(0)
        said = json.loads(lock.read(10_000))
        return Holder(int(said["pid"]), str(said["address"]))
    except (OSError, ValueError, KeyError, TypeError):  # caught in the middle of being written
        return None


def _open(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "rb+")


def _replace(path: Path, content: bytes, *, mode: int) -> None:
    """Puts a whole file in place at once, never wider open than `mode`."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


if sys.platform == "win32":  # pragma: no cover
    import msvcrt

    _FAR = 1 << 30  # locks bind readers too there, and the text at the beginning must stay readable

    def _take(lock: BinaryIO) -> bool:
        lock.seek(_FAR)
        try:
            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _take(lock: BinaryIO) -> bool:
        try:
            fcntl.flock(lock.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
