"""Exports through a real connection, and the command that fetches them."""

from __future__ import annotations

import http.client
import io
import json
import socket
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from builders import NOON, a_run, insert_runs
from econome.analytics import export as slices
from econome.app import create_app
from econome.cli import main
from econome.commands import export
from econome.settings import Settings
from econome.store.client import Store, StoreError
from econome.web.remote import Remote, RemoteError
from standing import standing

TOKEN = "eca_test"
RUNS = "/econome/v1/export/runs?since=2026-03-18&until=2026-03-19&format="
Said = Callable[..., tuple[int, str]]


@pytest.fixture
def address(store: Store, settings_of: Callable[..., Settings]) -> Iterator[str]:
    """A server with forty runs, which it reads two by two."""
    runs = [
        a_run(name=f"run {n}", key_time=NOON + timedelta(seconds=n), tags=["x" * 100_000]) for n in range(40)
    ]
    insert_runs(store, runs)
    with standing(create_app(settings_of(), TOKEN)) as address:
        yield address


@pytest.fixture
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "RUNS_OF_SLICE", 2)
    monkeypatch.setattr(slices, "MOST_RUNS_OF_SLICE", 2)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The slices that were read so far."""
    found: list[str] = []
    written = Store.written

    def noted(self: Store, written_as: str, *given: Any, **said: Any) -> bytes:
        found.append(written_as)
        return written(self, written_as, *given, **said)

    monkeypatch.setattr(Store, "written", noted)
    return found


@pytest.fixture
def failing_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """It answers three slices."""
    written = Store.written
    left = 3

    def failing(self: Store, *given: Any, **said: Any) -> bytes:
        nonlocal left
        left -= 1
        if left < 0:
            raise StoreError("the disk is gone")
        return written(self, *given, **said)

    monkeypatch.setattr(Store, "written", failing)


def fetched(address: str, path: str) -> tuple[dict[str, str], bytes]:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


@pytest.mark.usefixtures("small_slices")
@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl"])
def test_a_file_comes_in_parts_and_has_a_name(address: str, form: str) -> None:
    headers, content = fetched(address, RUNS + form)
    assert headers["transfer-encoding"] == "chunked"
    assert headers["content-disposition"] == f'attachment; filename="econome-runs-20260318-20260319.{form}"'
    assert content


@pytest.mark.usefixtures("small_slices", "failing_store")
@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl"])
def test_half_a_file_never_looks_whole(address: str, form: str) -> None:
    with pytest.raises(http.client.IncompleteRead) as broken:
        fetched(address, RUNS + form)
    assert broken.value.partial


@pytest.mark.usefixtures("small_slices")
def test_whoever_hangs_up_stops_the_questions(address: str, reads: list[str]) -> None:
    where = urlsplit(address)
    with socket.create_connection((where.hostname, where.port)) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(f"GET {RUNS}jsonl HTTP/1.1\r\nhost: localhost\r\n\r\n".encode())
        connection.recv(100)
    seen = -1
    while seen != len(reads):  # it settles: nobody asks any more
        seen = len(reads)
        time.sleep(0.3)
    assert seen < 15  # of the twenty slices


# --- the command ------------------------------------------------------------------------


@pytest.fixture
def econome(address: str, monkeypatch: pytest.MonkeyPatch, capsysbinary: Any) -> Said:
    """Runs a command: its exit code, and what it complained of."""
    monkeypatch.setattr(export, "running", lambda _: Remote(address, TOKEN))

    def run(*arguments: str) -> tuple[int, str]:
        code = main(["export", *arguments, "--since", "2026-03-18", "--until", "2026-03-19"])
        return code, capsysbinary.readouterr().err.decode()

    return run


def test_the_command_writes_what_the_name_of_the_file_says(econome: Said, tmp_path: Path) -> None:
    target = tmp_path / "runs.jsonl"
    code, said = econome("runs", "--output", str(target))
    assert (code, said.startswith(f"{target}: ")) == (0, True)
    assert len([json.loads(line) for line in target.read_text().splitlines()]) == 40
    assert list(tmp_path.iterdir()) == [target]


def test_the_command_passes_on_what_is_asked(econome: Said, tmp_path: Path) -> None:
    target = tmp_path / "spend"
    asked = ("--by", "name,kind", "--step", "hour", "--zone", "Asia/Kolkata", "--filter", 'eq(name, "run 7")')
    assert econome("spend", "--format", "csv", "--output", str(target), *asked)[0] == 0
    header, *_ = target.read_text().splitlines()
    assert header.startswith('"start","name","kind","runs"')


@pytest.mark.usefixtures("small_slices", "failing_store")
def test_a_broken_export_leaves_the_file_from_before(econome: Said, tmp_path: Path) -> None:
    target = tmp_path / "runs.csv"
    target.write_text("from before")
    code, said = econome("runs", "--output", str(target))
    assert code == 2
    assert "stopped halfway" in said
    assert target.read_text() == "from before"
    assert list(tmp_path.iterdir()) == [target]


def test_the_standard_output_has_the_file_and_nothing_else(
    econome: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Pipe:
        buffer = io.BytesIO()

        def isatty(self) -> bool:
            return False

        def flush(self) -> None: ...

    monkeypatch.setattr(sys, "stdout", Pipe())
    code, said = econome("runs", "--format", "jsonl", "--output", "-")
    assert (code, said) == (0, "")
    assert Pipe.buffer.getvalue().count(b"\n") == 40


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--output", "runs.xlsx"), "--format"),
        (("--output", "/nowhere/at/all/runs.csv"), "No such file"),
        (("--output", "/", "--format", "csv"), "Is a directory"),
        (("--output", "runs.csv", "--filter", "eq(nope, 1)"), "nope"),
    ],
)
def test_the_command_says_what_is_wrong(econome: Said, options: tuple[str, ...], why: str) -> None:
    code, said = econome("runs", *options)
    assert code == 2
    assert why in said


def test_a_server_that_stops_halfway_is_told(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> bytes:
        raise http.client.IncompleteRead(b"")

    monkeypatch.setattr(http.client.HTTPResponse, "read", broken)
    with pytest.raises(RemoteError, match="stopped halfway"):
        list(Remote(address, TOKEN).download(RUNS + "csv"))
