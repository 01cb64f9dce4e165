"""One owner per data folder."""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from econome.store import lock
from econome.store.lock import FolderError, FolderInUse, admin_token, hold, holder_of

HOLDING = """
import sys
from pathlib import Path
from econome.store.lock import hold
held = hold(Path(sys.argv[1]))
if len(sys.argv) > 2:
    held.announce(sys.argv[2])
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def another_server(folder: Path, *address: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLDING, str(folder), *address]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_missing_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    hold(folder).release()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_second_server_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    with another_server(tmp_path, "http://127.0.0.1:7") as other:
        with pytest.raises(FolderInUse, match=rf"process {other.pid} at http://127\.0\.0\.1:7"):
            hold(tmp_path)
        assert str(holder_of(tmp_path)) == f"process {other.pid} at http://127.0.0.1:7"


def test_a_server_that_starts_has_no_address_yet(tmp_path: Path) -> None:
    with another_server(tmp_path), pytest.raises(FolderInUse, match="which is starting"):
        hold(tmp_path)


def test_a_killed_server_holds_nothing_whatever_it_left_behind(tmp_path: Path) -> None:
    with another_server(tmp_path, "http://127.0.0.1:7"):
        pass
    assert (tmp_path / "server.json").exists()
    assert holder_of(tmp_path) is None
    held = hold(tmp_path)
    assert not (tmp_path / "server.json").exists()
    held.release()


def test_the_address_can_be_read_while_the_server_lives_and_no_longer(tmp_path: Path) -> None:
    held = hold(tmp_path)
    held.announce("http://127.0.0.1:9")
    said = json.loads((tmp_path / "server.json").read_text())
    assert said == {"pid": os.getpid(), "address": "http://127.0.0.1:9"}
    held.release()
    assert not (tmp_path / "server.json").exists()
    hold(tmp_path).release()


def test_the_admin_token_is_kept_and_nobody_else_can_read_it(tmp_path: Path) -> None:
    hold(tmp_path).release()
    token = admin_token(tmp_path)
    hold(tmp_path).release()
    assert admin_token(tmp_path) == token
    assert len(token) > 40
    assert stat.S_IMODE((tmp_path / "admin-token").stat().st_mode) == 0o600


def test_an_admin_token_that_was_cut_short_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "admin-token").touch()
    assert len(admin_token(tmp_path)) > 40


def test_nobody_holds_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert holder_of(tmp_path / "nowhere") is None


def test_a_lock_that_makes_no_sense_still_names_a_holder(tmp_path: Path) -> None:
    held = hold(tmp_path)
    (tmp_path / "lock").write_text("{")
    with pytest.raises(FolderInUse, match="another process"):
        hold(tmp_path)
    held.release()


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place in ("file", "file/below"):
        with pytest.raises(FolderError, match="not a folder"):
            hold(tmp_path / place)


def test_a_folder_that_may_not_be_written_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if os.geteuid() == 0:  # who may write everywhere
        monkeypatch.setattr(os, "access", lambda *_: False)
    tmp_path.chmod(0o500)
    with pytest.raises(FolderError, match="may not write"):
        hold(tmp_path)
    tmp_path.chmod(0o700)


def test_a_read_only_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(lock, "_open", refuse)
    with pytest.raises(FolderError, match="may not write"):
        hold(tmp_path)


class _Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_a_full_disk_is_said_at_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Usage(1 << 30, 1 << 30, 1 << 20))
    with pytest.raises(FolderError, match="disk is full"):
        hold(tmp_path)


def test_a_disk_that_fills_while_the_token_is_written_is_said_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(lock, "_replace", fill)
    with pytest.raises(FolderError, match="disk is full"):
        hold(tmp_path)
    monkeypatch.undo()
    hold(tmp_path).release()  # and nothing stayed locked


def test_two_data_folders_cannot_share_one_embedded_store(tmp_path: Path) -> None:
    dsn = f"chdb://{tmp_path}/elsewhere/store"
    held = hold(tmp_path / "one", dsn)
    with pytest.raises(FolderInUse, match=f"elsewhere/store is in use by process {os.getpid()}"):
        hold(tmp_path / "two", dsn)
    held.release()
    hold(tmp_path / "two", dsn).release()


def test_a_store_of_its_own_needs_no_second_lock(tmp_path: Path) -> None:
    hold(tmp_path, f"chdb://{tmp_path}/store").release()
    hold(tmp_path, "clickhouse://host/traces").release()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["admin-token", "lock"]
