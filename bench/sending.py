"""Sends prepared requests from a process of its own, and measures them.

The bodies lie ready in files, and are read before the clock starts: what is measured is the
server, and what the sender itself costs is told apart. Run as `python -m bench.sending PLAN`, it
says "ready", waits for a line, sends, and prints what it saw as JSON.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bench.report import quantile

SENDERS = 4
_AGAIN = frozenset((429, 503))


@dataclass(frozen=True, slots=True)
class Request:
    kind: str  # under which its latency is told
    body: bytes


@dataclass(slots=True)
class Sent:
    """What the sender saw. Times in seconds."""

    seconds: float = 0.0  # from the first byte to the last answer
    cpu_seconds: float = 0.0  # of the sender itself
    groups: int = 0  # sent and answered whole
    again: int = 0  # answers that said: come again
    refused: list[str] = field(default_factory=list)
    latencies: dict[str, list[float]] = field(default_factory=dict)

    def latency(self, kind: str, share: float) -> float:
        """In milliseconds."""
        return quantile(self.latencies[kind], share) * 1e3


def send(
    address: str,
    path: str,
    headers: Mapping[str, str],
    groups: Iterable[Sequence[Request]],
    folder: Path,
    *,
    senders: int = SENDERS,
    seconds: float = 0.0,
) -> Sent:
    """Sends the groups over `senders` connections that stay open: a group's requests one after the
    other by one sender, each after the answer to the one before. With `seconds`, no group begins later.
    """
    folder.mkdir()
    names: list[list[tuple[str, str]]] = []
    for number, group in enumerate(groups):
        names.append([])
        for place, request in enumerate(group):
            file = f"{number}-{place}"
            (folder / file).write_bytes(request.body)
            names[-1].append((request.kind, file))
    plan = folder / "plan.json"
    plan.write_text(
        json.dumps(
            {
                "address": address,
                "path": path,
                "headers": dict(headers),
                "groups": names,
                "senders": senders,
                "seconds": seconds,
            }
        )
    )
    command = [sys.executable, "-m", "bench.sending", str(plan)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == "ready\n", "the sender did not start"
        answer, _ = process.communicate("go\n")
    assert process.returncode == 0, "the sender failed"
    return Sent(**json.loads(answer))


class _Sender:
    """One connection, in a thread."""

    def __init__(self, plan: Mapping[str, object], groups: Sequence[Sequence[tuple[str, bytes]]]) -> None:
        self._where = urlsplit(str(plan["address"]))
        self._path = str(plan["path"])
        headers = plan["headers"]
        assert isinstance(headers, dict)
        self._headers: dict[str, str] = headers
        self._groups = groups
        self.sent = Sent()
        self.last = 0.0

    def work(self, until: float) -> None:
        assert self._where.hostname
        connection = http.client.HTTPConnection(self._where.hostname, self._where.port)
        for group in self._groups:
            if time.perf_counter() > until:
                break
            for kind, body in group:
                self._request(connection, kind, body)
            self.sent.groups += 1
        self.last = time.perf_counter()
        connection.close()

    def _request(self, connection: http.client.HTTPConnection, kind: str, body: bytes) -> None:
        while True:
            start = time.perf_counter()
            connection.request("POST", self._path, body, self._headers)
            answer = connection.getresponse()
            text = answer.read()
            self.sent.latencies.setdefault(kind, []).append(time.perf_counter() - start)
            if answer.status not in _AGAIN:
                break
            self.sent.again += 1
            time.sleep(0.1)
        if answer.status >= 300 or answer.headers.get("x-econome-refused"):
            self.sent.refused.append(f"{answer.status} {text[:500].decode('utf-8', 'replace')}")


def _main(plan_file: Path) -> None:
    plan = json.loads(plan_file.read_text())
    folder = plan_file.parent
    groups = [[(kind, (folder / file).read_bytes()) for kind, file in group] for group in plan["groups"]]
    count = plan["senders"]
    senders = [_Sender(plan, groups[place::count]) for place in range(count)]
    print("ready", flush=True)
    sys.stdin.readline()
    cpu, start = time.process_time(), time.perf_counter()
    until = start + plan["seconds"] if plan["seconds"] else float("inf")
    threads = [threading.Thread(target=sender.work, args=(until,)) for sender in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = Sent(
        seconds=max(sender.last for sender in senders) - start,
        cpu_seconds=time.process_time() - cpu,
        groups=sum(sender.sent.groups for sender in senders),
        again=sum(sender.sent.again for sender in senders),
        refused=[one for sender in senders for one in sender.sent.refused],
    )
    for sender in senders:
        for kind, latencies in sender.sent.latencies.items():
            whole.latencies.setdefault(kind, []).extend(latencies)
    print(json.dumps(asdict(whole)))


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
