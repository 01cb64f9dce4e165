"""`econome serve` and the commands beside it, as processes: how they start, meet and stop."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest

ECONOME = (sys.executable, "-m", "econome.cli")


@dataclass
class Server:
    """A server in a process of its own."""

    process: subprocess.Popen[str]
    folder: Path
    address: str
    welcome: str

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> tuple[int, Any]:
        connection = http.client.HTTPConnection(self.address.removeprefix("http://"), timeout=30)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, json.loads(content) if content else None

    def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        self.process.send_signal(with_signal)
        _, errors = self.process.communicate()
        return self.process.returncode, errors


@contextmanager
def a_server(folder: Path, *flags: str) -> Iterator[Server]:
    command = [*ECONOME, "serve", "--port", "0", "--data", str(folder), *flags]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        welcome = _welcome(process)
        yield Server(process, folder, re.findall(r"http://\S+:\d+", welcome)[0], welcome)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()


def _welcome(process: subprocess.Popen[str]) -> str:
    said: IO[str] | None = process.stdout
    assert said is not None
    lines: list[str] = []
    for line in said:
        lines.append(line)
        if "Ctrl+C" in line:
            return "".join(lines)
    _, errors = process.communicate()
    raise AssertionError(f"The server ended with {process.returncode}: {errors}")


def econome(*arguments: str, environ: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    surroundings = {**os.environ, **(environ or {})}
    return subprocess.run(
        [*ECONOME, *arguments], capture_output=True, text=True, env=surroundings, check=False
    )


def test_a_server_lives_from_its_welcome_to_sigterm(tmp_path: Path) -> None:
    with a_server(tmp_path) as server:
        assert f"LANGSMITH_ENDPOINT={server.address}/api/v1" in server.welcome
        assert "LANGSMITH_TRACING=true" in server.welcome
        assert "LANGSMITH_API_KEY=anything" in server.welcome
        assert not server.address.endswith(":0")
        assert server.ask("GET", "/health") == (200, {"status": "ok"})
        assert server.ask("GET", "/health", Host="evil.example")[0] == 421
        said = json.loads((tmp_path / "server.json").read_text())
        assert said == {"pid": server.process.pid, "address": server.address}

        second = econome("serve", "--port", "0", "--data", str(tmp_path))
        assert second.returncode == 2
        assert f"process {server.process.pid} at {server.address}" in second.stderr
        assert "Traceback" not in second.stderr

        doctor = econome("doctor", "--data", str(tmp_path))
        assert doctor.returncode == 0, doctor.stdout
        assert f"process {server.process.pid} at {server.address} runs" in doctor.stdout

        assert server.stop() == (0, "")
    assert not (tmp_path / "server.json").exists()


def test_an_open_dashboard_does_not_hold_the_server_back(tmp_path: Path) -> None:
    with a_server(tmp_path) as server:
        connection = http.client.HTTPConnection(server.address.removeprefix("http://"), timeout=30)
        connection.request("GET", "/econome/v1/live")
        answer = connection.getresponse()
        assert answer.readline() == b"retry: 2000\n"
        assert server.stop(signal.SIGINT) == (0, "")
        answer.read()  # it ended as a whole answer does
        connection.close()


def test_keys_are_managed_beside_a_running_server_and_without_one(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    made = econome("keys", "create", "--name", "before", "--role", "read", *data)
    assert made.returncode == 0, made.stderr
    before = made.stdout.strip()
    assert before.startswith("eco_")
    assert "role read" in made.stderr
    assert f"    export LANGSMITH_API_KEY={before}\n" in made.stderr
    assert f"asks for a login from now on: the token in {tmp_path / 'admin-token'}" in made.stderr
    again = econome("keys", "create", "--name", "before", *data)
    assert (again.returncode, 'a key "before" in the workspace "default" already' in again.stderr) == (
        2,
        True,
    )

    with a_server(tmp_path) as server:
        assert "anything" not in server.welcome
        assert "admin-token" in server.welcome
        read = {"x-api-key": before}
        assert server.ask("GET", "/econome/v1/session")[1]["authenticated"] is False
        assert server.ask("GET", "/econome/v1/projects", **read)[0] == 200
        assert server.ask("POST", "/runs", "{}", **read)[0] == 403
        assert server.ask("GET", "/econome/v1/projects", **{"x-api-key": "anything"})[0] == 401

        assert econome("keys", "create", "--name", "before", *data).returncode == 2
        elsewhere = econome("keys", "create", "--name", "before", "--workspace", "acme", *data)
        assert elsewhere.returncode == 0
        assert "login" not in elsewhere.stderr
        assert econome("keys", "revoke", "before", *data).returncode == 2  # which of them?
        assert econome("keys", "revoke", _id(elsewhere.stdout, data), *data).returncode == 0
        send = econome("keys", "create", "--name", "during", "--workspace", "acme", *data).stdout.strip()
        listed = econome("keys", "list", *data).stdout
        assert "before" in listed
        assert "acme" in listed
        assert send not in listed
        assert server.ask("GET", "/econome/v1/projects", **{"x-api-key": send})[0] == 403

        revoked = econome("keys", "revoke", "before", *data)
        assert revoked.returncode == 0, revoked.stderr
        assert server.ask("GET", "/econome/v1/projects", **read)[0] == 401
        unknown = econome("keys", "revoke", "nothing", *data)
        assert (unknown.returncode, "econome keys list" in unknown.stderr) == (2, True)
        assert server.stop() == (0, "")

    after = econome("keys", "list", *data).stdout
    assert "during" in after
    assert "before" not in after
    last = econome("keys", "revoke", "during", *data)
    assert "No key is left: only the admin token opens" in last.stdout


def _id(secret: str, data: tuple[str, str]) -> str:
    rows = econome("keys", "list", *data).stdout.splitlines()
    return next(row.split()[0] for row in rows if secret.strip()[-4:] in row)


def test_where_others_can_call_a_server_wants_a_key_first(tmp_path: Path) -> None:
    anywhere = ("--host", "0.0.0.0", "--data", str(tmp_path))  # noqa: S104
    refused = econome("serve", "--port", "0", *anywhere)
    assert refused.returncode == 2
    assert f"econome keys create --name my-app --data {tmp_path}" in refused.stderr
    assert "Traceback" not in refused.stderr
    doctor = econome("doctor", "--port", "0", *anywhere)
    assert doctor.returncode == 1
    assert "WRONG  keys: none made" in doctor.stdout

    assert econome("keys", "create", "--name", "first", "--data", str(tmp_path)).returncode == 0
    with a_server(tmp_path, "--host", "0.0.0.0") as server:  # noqa: S104
        assert server.address.startswith("http://127.0.0.1:")
        assert "Other machines put this one's address for 127.0.0.1" in server.welcome
        assert "plain HTTP" in server.welcome
        assert "# export LANGSMITH_API_KEY=eco_…    a key from: econome keys create" in server.welcome
        assert server.ask("GET", "/econome/v1/projects")[0] == 401


def test_what_cannot_start_says_why_and_ends_with_2(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for flags, why in (
        (("--data", str(tmp_path / "file")), "not a folder"),
        (("--data", str(tmp_path), "--port", "no"), '--port must be a whole number, not "no"'),
        (("--data", str(tmp_path), "--store", "mysql://u:p@x"), "chdb:///folder or clickhouse://"),
        (("--data", str(tmp_path), "--host", "256.1.1.1"), 'no address "256.1.1.1"'),
        (("--data", str(tmp_path), "--store", "somewhere"), "must be a DSN"),
    ):
        ended = econome("serve", *flags)
        assert ended.returncode == 2, ended.stderr
        assert why in ended.stderr
        assert "Traceback" not in ended.stderr


def test_a_store_that_does_not_answer_is_said_without_its_password(tmp_path: Path) -> None:
    store = ("--data", str(tmp_path), "--store", "clickhouse://anna:hidden@127.0.0.1:1/x")
    doctor = econome("doctor", *store)
    assert "WRONG  store: clickhouse://anna:***@127.0.0.1:1/x does not open" in doctor.stdout
    assert "hidden" not in doctor.stdout + doctor.stderr
    ended = econome("serve", *store)
    assert ended.returncode == 2
    assert "hidden" not in ended.stderr
    assert ended.stderr.startswith("econome: Could not open the store clickhouse://anna:***@127.0.0.1:1/x")


def test_a_flag_that_does_not_exist_is_said_with_the_usage_of_its_command() -> None:
    for command, usage in ((("keys", "list"), "econome keys list"), (("demo",), "econome demo")):
        ended = econome(*command, "--wrong")
        assert ended.returncode == 2
        assert ended.stderr.startswith(f"usage: {usage} [-h]")
        assert "--wrong" in ended.stderr


def test_without_a_command_the_help_is_shown() -> None:
    assert econome().stdout.startswith("usage: econome [-h]")
    assert econome("keys").stdout.startswith("usage: econome keys [-h]")


def test_the_help_of_a_command_speaks_of_its_own_flags_only() -> None:
    for command in (("keys", "list"), ("keys", "create"), ("demo",)):
        assert "--log-level" not in econome(*command, "--help").stdout


def test_the_package_can_be_run(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "econome", "--version"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert ended.stdout.startswith("econome ")


def test_a_server_that_was_stopped_says_that_all_is_stored(tmp_path: Path) -> None:
    with a_server(tmp_path) as server:
        server.process.send_signal(signal.SIGINT)
        said, errors = server.process.communicate()
    assert (said, errors) == ("Stopped; everything that was accepted is stored.\n", "")


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with a_server(tmp_path / "one") as server:
        port = server.address.rpartition(":")[2]
        ended = econome("serve", "--port", port, "--data", str(tmp_path / "two"))
    assert ended.returncode == 2
    assert f"port {port}" in ended.stderr
    assert "Choose another" in ended.stderr


def test_the_demo_wants_a_server(tmp_path: Path) -> None:
    ended = econome("demo", "--data", str(tmp_path))
    assert (ended.returncode, "econome serve" in ended.stderr) == (2, True)


@pytest.mark.parametrize(
    "command", [["--help"], ["serve", "--help"], ["keys", "create", "--help"], ["--version"]]
)
def test_help_comes_without_loading_anything_heavy(command: list[str]) -> None:
    watch = (
        "import sys\nfrom econome.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit as end:\n    assert not end.code\n"
        "heavy = {'starlette', 'uvicorn', 'clickhouse_connect', 'chdb', 'orjson', 'logging'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", watch, *command], capture_output=True, text=True, check=True
    )
    assert ended.stdout.splitlines()[-1] == "[]"


def test_a_slip_in_a_variable_is_said(tmp_path: Path) -> None:
    ended = econome("doctor", "--data", str(tmp_path / "new"), environ={"ECONOME_PROT": "1"})
    assert "ECONOME_PROT is no setting" in ended.stderr
    assert not (tmp_path / "new").exists()
