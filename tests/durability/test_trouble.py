"""What goes wrong around a server, answered clearly, with the neighbours stored."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from durability.started import Started

GIB = 1 << 30
SENDERS = 48
BODY_BYTES = 6_000_000


def test_a_body_of_two_gigabytes_is_refused_and_costs_no_memory(tmp_path: Path) -> None:
    with Started(tmp_path / "data") as (server, address):
        before = memory_of(server.pid)
        connection = connect(address)
        chunk = bytes(1 << 20)
        connection.request(
            "POST",
            "/runs/multipart",
            (chunk for _ in range(2 * 1024)),
            {"content-type": "multipart/form-data; boundary=x", "content-length": str(2 * GIB)},
        )
        answer = connection.getresponse()
        detail = json.loads(answer.read())["detail"]
        connection.close()
        assert answer.status == 413
        assert "Send it in smaller batches" in detail
        assert memory_of(server.pid) - before < 200 << 20
        assert post(address, [a_run()]) == 202


def test_a_full_disk_is_said_and_once_mended_all_goes_on(small_disk: Path) -> None:
    filler = small_disk / "filler"
    with Started(small_disk / "data") as (server, address):
        assert post(address, [a_run()]) == 202
        with pytest.raises(OSError, match="No space left"):
            fill(filler)
        statuses = [post(address, [a_run() | {"inputs": {"q": os.urandom(50_000).hex()}}]) for _ in range(20)]
        assert 503 in statuses
        assert server.poll() is None
        assert get(address, "/econome/v1/overview")["data"]["runs"] >= 1
        filler.unlink()
        deadline = time.monotonic() + 60
        while post(address, [a_run()]) != 202:
            assert time.monotonic() < deadline, "it did not recover"
            time.sleep(0.5)
        stored = get(address, "/econome/v1/overview")["data"]["runs"]
        assert stored == 2 + statuses.count(202)


def test_memory_stays_bounded_when_the_store_is_slower_than_the_senders(tmp_path: Path) -> None:
    limit = 24 << 20
    with Started(tmp_path / "data", "facts", "slow", max_inflight_bytes=str(limit)) as (server, address):
        assert post(address, [a_run()]) == 202
        before = memory_of(server.pid)
        stop = threading.Event()
        told = Told()
        threads = [threading.Thread(target=flood, args=(address, stop, told)) for _ in range(SENDERS)]
        for thread in threads:
            thread.start()
        peak = 0
        for _ in range(40):
            time.sleep(0.25)
            peak = max(peak, memory_of(server.pid))
        stop.set()
        for thread in threads:
            thread.join()
        assert told.wait, "nobody was told to wait"
        assert told.failed == []
        print(f"{(peak - before) >> 20} MB over {before >> 20} MB, {told.wait} times told to wait")
        # 740 MB on a quiet machine and 980 on a busy one, the engine's own caches included. Kept waiting
        # in memory they would be over 2 GB: each body is there as it came, parsed, and as a column.
        assert peak - before < 1_400 << 20
        assert get(address, "/econome/v1/overview")["data"]["runs"] == 1 + told.stored


class Told:
    """What the senders heard."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.stored = 0
        self.wait = 0
        self.failed: list[int] = []


def flood(address: str, stop: threading.Event, told: Told) -> None:
    while not stop.is_set():
        status = post(address, [a_run() | {"inputs": {"q": "x" * BODY_BYTES}}])
        with told.lock:
            if status == 202:
                told.stored += 1
            elif status == 429:
                told.wait += 1
            else:
                told.failed.append(status)
        if status == 429:
            time.sleep(0.1)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 160 MB in memory. Only root can mount one."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160m", "none", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(filler: Path) -> None:
    with filler.open("wb", buffering=0) as file:
        while file.write(bytes(1 << 20)):
            pass


def a_run() -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "name": "ask",
        "run_type": "llm",
        "start_time": time.time(),
        "inputs": {"q": "?"},
        "session_name": "trouble",
    }


def connect(address: str) -> http.client.HTTPConnection:
    where = urlsplit(address)
    assert where.hostname
    return http.client.HTTPConnection(where.hostname, where.port, timeout=120)


def post(address: str, runs: list[dict[str, Any]]) -> int:
    connection = connect(address)
    connection.request(
        "POST", "/runs/batch", json.dumps({"post": runs}), {"content-type": "application/json"}
    )
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def get(address: str, path: str) -> Any:
    connection = connect(address)
    connection.request("GET", path)
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer


def memory_of(pid: int) -> int:
    """Resident bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
    raise AssertionError
