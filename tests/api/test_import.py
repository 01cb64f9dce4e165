"""`econome import`, through a whole server: what agents wrote is there once, and can be asked for."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest
import zstandard
from starlette.testclient import TestClient

from econome.cli import main
from econome.commands import import_
from econome.web.auth import Role
from econome.web.remote import RemoteError

FILES = Path(__file__).resolve().parents[1] / "conformance" / "agents"
CALLS = {"claude-code": 10, "codex": 9, "gemini-cli": 6}
Said = Callable[..., tuple[int, str, str]]


class Through:
    """The running server of a command: the one of the test."""

    address = "http://localhost"

    def __init__(self, client: TestClient) -> None:
        self._client = client
        self.sent: list[bytes] = []
        self.breaks_after: int | None = None
        self.busy = 0

    def send(self, method: str, path: str, body: bytes, content_type: str, *, patience: float) -> Any:
        assert patience > 0
        if self.breaks_after is not None and len(self.sent) >= self.breaks_after:
            raise RemoteError("The server does not answer.")
        if self.busy:
            self.busy -= 1
            refused = RemoteError("Too much is under way. Send the same request again.")
            refused.status = 429
            raise refused
        self.sent.append(body)
        answer = self._client.request(method, path, content=body, headers={"content-type": content_type})
        if answer.is_error:
            raise RemoteError(answer.json()["detail"])
        return answer.json()


@pytest.fixture
def through(server: TestClient) -> Through:
    return Through(server)


@pytest.fixture
def econome(
    through: Through, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Said:
    """Runs `econome import`: its exit code, what it printed, and what it complained of."""
    monkeypatch.setattr(import_, "running", lambda _: through)

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        code = main(["import", *map(str, arguments), "--data", str(tmp_path / "data")])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    (tmp_path / "data").mkdir()
    return run


SPAN = {"since": "2026-11-01T00:00:00Z", "until": "2026-12-01T00:00:00Z"}


def totals(server: TestClient, **scope: str) -> dict[str, Any]:
    answer = server.get("/econome/v1/overview", params={**SPAN, **scope})
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()["totals"]
    return found


def labelled(key: str, value: str) -> str:
    return f'and(eq(metadata_key, "{key}"), eq(metadata_value, "{value}"))'


def spend(server: TestClient, by: str, **scope: str) -> dict[str, Any]:
    answer = server.get("/econome/v1/spend", params={"by": by, **SPAN, **scope})
    assert answer.is_success, answer.text
    return {row["label"] or row["value"]: row["totals"] for row in answer.json()["rows"]}


@pytest.mark.parametrize("agent", list(CALLS))
def test_every_call_of_an_agent_is_stored_once(econome: Said, server: TestClient, agent: str) -> None:
    code, printed, complaint = econome(agent, FILES / agent)
    assert code == 1  # each of the agents has a line that is broken
    assert "not read: " in complaint
    assert f"Calls stored: {CALLS[agent]}," in printed
    assert totals(server)["calls"] == CALLS[agent]
    assert set(spend(server, "project")) == {agent}


def test_importing_again_reads_nothing_and_without_its_memory_adds_nothing(
    econome: Said, server: TestClient, through: Through, tmp_path: Path
) -> None:
    econome("claude-code", FILES / "claude-code")
    before, sent = totals(server), len(through.sent)
    code, printed, _ = econome("claude-code", FILES / "claude-code")
    assert (code, len(through.sent)) == (0, sent)
    assert "left alone: 4." in printed
    (tmp_path / "data" / "imports.json").unlink()
    econome("claude-code", FILES / "claude-code")
    assert len(through.sent) > sent
    assert totals(server) == before


def test_an_import_that_breaks_off_goes_on_where_it_stopped(
    econome: Said, server: TestClient, through: Through, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_, "_MOST_CALLS", 1)
    through.breaks_after = 4  # the first file has two calls, and each of the others three or more
    code, _, complaint = econome("claude-code", FILES / "claude-code")
    assert code == 2
    assert "does not answer" in complaint
    assert totals(server)["calls"] == 4
    through.breaks_after = None
    _, printed, _ = econome("claude-code", FILES / "claude-code")
    assert "left alone: 1." in printed
    assert totals(server)["calls"] == CALLS["claude-code"]


def test_watching_goes_on_with_what_is_new_until_it_is_stopped(
    econome: Said, server: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = next((FILES / "claude-code").rglob("c2d7*.jsonl")).read_bytes().splitlines(keepends=True)
    growing = tmp_path / "sessions" / "c2d7.jsonl"
    growing.parent.mkdir()
    growing.write_bytes(b"".join(whole[:3]))
    calls: list[int] = []

    class Clock:
        """Time passes, and the session goes on; then somebody stops the command."""

        def sleep(self, seconds: float) -> None:
            assert seconds == 5
            calls.append(totals(server)["calls"])
            if len(calls) == 1:
                growing.write_bytes(b"".join(whole))
            elif len(calls) == 3:
                raise KeyboardInterrupt

    monkeypatch.setattr(import_, "time", Clock())
    code, printed, _ = econome("claude-code", growing, "--watch", "5")
    assert (code, calls) == (130, [1, 3, 3])
    assert printed.count("Files read") == 2


def test_watching_outlives_a_server_that_is_away_for_a_while(
    econome: Said, server: TestClient, through: Through, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "c2d7.jsonl"
    whole = next((FILES / "claude-code").rglob("c2d7*.jsonl")).read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(whole[:3]))
    waits = iter(("away", "back", "stop"))

    class Clock:
        """The session goes on while nobody answers; then the server is back."""

        def sleep(self, _: float) -> None:
            match next(waits):
                case "away":
                    path.write_bytes(b"".join(whole))
                    through.breaks_after = 0
                case "back":
                    through.breaks_after = None
                case _:
                    raise KeyboardInterrupt

    monkeypatch.setattr(import_, "time", Clock())
    code, _, complaint = econome("claude-code", path, "--watch", "5")
    assert (code, totals(server)["calls"]) == (130, 3)
    assert "not imported yet: The server does not answer." in complaint


def test_small_files_go_together(econome: Said, through: Through) -> None:
    econome("claude-code", FILES / "claude-code")
    assert [body.count(b"\n") for body in through.sent] == [CALLS["claude-code"]]


def test_a_server_that_is_busy_is_asked_again(
    econome: Said, server: TestClient, through: Through, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_, "_PAUSES", (0.0, 0.0))
    through.busy = 2
    econome("codex", FILES / "codex")
    assert totals(server)["calls"] == CALLS["codex"]
    through.busy = 3
    code, _, complaint = econome("codex", FILES / "codex", "--again")
    assert (code, "Too much is under way" in complaint) == (2, True)


def test_a_session_that_goes_on_is_imported_further(
    econome: Said, server: TestClient, tmp_path: Path
) -> None:
    whole = next((FILES / "claude-code").rglob("c2d7*.jsonl")).read_bytes().splitlines(keepends=True)
    growing = tmp_path / "sessions" / "c2d7.jsonl"
    growing.parent.mkdir()
    growing.write_bytes(b"".join(whole[:2]))
    econome("claude-code", growing)
    assert totals(server)["tokens"]["output"] == 3
    growing.write_bytes(b"".join(whole))
    econome("claude-code", growing)
    assert totals(server)["calls"] == 3
    assert totals(server)["tokens"]["output"] == 210 + 17 + 50


def test_totals_by_session_folder_and_model_can_be_asked_for(econome: Said, server: TestClient) -> None:
    econome("claude-code", FILES / "claude-code")
    sessions = spend(server, "session")
    assert sessions["5f0c7a52-3d0e-4a4b-9f55-0a3c6a1f1e01"]["calls"] == 6
    assert sessions["8a1b1f7e-94c2-4d0a-8a52-6c1d5a2b7e02"]["calls"] == 1
    assert sessions["c2d7a0b4-1f6e-4b7c-a5b0-91f3d0e4ac03"]["calls"] == 3
    assert spend(server, "model")["claude-haiku-4-5-20251001"]["calls"] == 2
    folders = spend(server, "metadata.folder")
    assert {folder: one["calls"] for folder, one in folders.items()} == {
        "/home/me/shop": 7,
        "/home/me/garden": 3,
    }
    assert totals(server, filter=labelled("folder", "/home/me/garden"))["calls"] == 3
    assert totals(server, filter=labelled("folder", "/home/me/shop"))["calls"] == 7
    assert totals(server, filter=labelled("subagent", "Explore"))["calls"] == 2


CLAUDES = {
    "session.id": "5f0c7a52-3d0e-4a4b-9f55-0a3c6a1f1e01",
    "model": "claude-sonnet-4-5-20250929",
    "request_id": "req_011CAAAbasketTest000001",
    "input_tokens": 4,
    "output_tokens": 260,
    "cache_read_tokens": 15_000,
    "cache_creation_tokens": 12_000,
}
"""The first call of Claude Code's files, as its log and its span tell it."""
LOGS = {
    "claude-code": (
        "claude_code.api_request",
        {
            **CLAUDES,
            "event.name": "api_request",
            "cost_usd": 0.08,
            "duration_ms": 7500,
            "event.timestamp": "2026-11-20T09:00:07.600Z",
        },
    ),
    "codex": (
        "codex.sse_event",
        {
            "event.name": "codex.sse_event",
            "event.kind": "response.completed",
            "event.timestamp": "2026-11-19T10:00:06.150Z",
            "conversation.id": "019a9c00-0000-7000-8000-00000000000a",
            "model": "gpt-5.1-codex",
            "input_token_count": "15562",
            "output_token_count": "355",
            "cached_token_count": 10_624,
            "reasoning_token_count": 166,
            "tool_token_count": "15917",
        },
    ),
    "gemini-cli": (
        "gemini_cli.api_response",
        {
            "event.name": "gemini_cli.api_response",
            "event.timestamp": "2026-11-18T09:00:10.900Z",
            "session.id": "3bacc8a0-24d6-4415-9b2e-a2635c02e54c",
            "model": "gemini-2.5-pro",
            "input_token_count": 8100,
            "output_token_count": 45,
            "cached_content_token_count": 7000,
            "thoughts_token_count": 60,
            "tool_token_count": 300,
            "total_token_count": 8505,
        },
    ),
}


def export(server: TestClient, signal: str, service: str, one: dict[str, Any], attributes: Any) -> None:
    """Sends one span or one log record, as an exporter does."""
    one["attributes"] = [{"key": key, "value": _value(value)} for key, value in attributes.items()]
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]}
    many = {"traces": "spans", "logs": "logRecords"}[signal]
    kind = {"traces": "Spans", "logs": "Logs"}[signal]
    scoped = {"scope": {"name": "an agent"}, many: [one]}
    body = {f"resource{kind}": [{"resource": resource, f"scope{kind}": [scoped]}]}
    assert server.post(f"/v1/{signal}", json=body).status_code == 200


def _value(value: object) -> dict[str, object]:
    if isinstance(value, str):
        return {"stringValue": value}
    return {"intValue": str(value)} if isinstance(value, int) else {"doubleValue": value}


def repeated(server: TestClient) -> int:
    runs = server.get("/econome/v1/runs", params={**SPAN, "limit": 50}).json()["rows"]
    return sum(run["uncounted"] == "repeated" for run in runs)


@pytest.mark.parametrize("agent", list(LOGS))
@pytest.mark.parametrize("is_log_first", [False, True])
def test_a_call_that_came_by_file_and_by_log_counts_once(
    econome: Said, server: TestClient, agent: str, is_log_first: bool
) -> None:
    name, attributes = LOGS[agent]
    if is_log_first:
        export(server, "logs", agent, {"body": {"stringValue": name}}, attributes)
        assert totals(server)["calls"] == 1
    econome(agent, FILES / agent)
    if not is_log_first:
        export(server, "logs", agent, {"body": {"stringValue": name}}, attributes)
    assert totals(server)["calls"] == CALLS[agent]
    assert repeated(server) == 1


def test_the_file_counts_which_tells_for_how_long_the_cache_was_written(
    econome: Said, server: TestClient
) -> None:
    econome("claude-code", FILES / "claude-code")
    before = totals(server)
    name, attributes = LOGS["claude-code"]
    export(server, "logs", "claude-code", {"body": {"stringValue": name}}, attributes)
    assert totals(server)["cost"] == before["cost"]
    assert totals(server)["tokens"] == before["tokens"]


def test_the_log_and_the_span_of_a_request_are_one_call(server: TestClient) -> None:
    name, attributes = LOGS["claude-code"]
    export(server, "logs", "claude-code", {"body": {"stringValue": name}}, attributes)
    span = {
        "name": "claude_code.llm_request",
        "traceId": "0af7651916cd43dd8448eb211c80319c",
        "spanId": "b7ad6b7169203331",
        "startTimeUnixNano": "1795165200100000000",
        "endTimeUnixNano": "1795165207500000000",
    }
    export(server, "traces", "claude-code", span, CLAUDES)
    assert totals(server)["calls"] == 1
    assert repeated(server) == 1


def test_a_dry_run_tells_what_an_import_will_come_to_and_stores_nothing(
    econome: Said, server: TestClient
) -> None:
    code, printed, _ = econome("claude-code", FILES / "claude-code", "--dry-run", "--json")
    assert code == 1
    told = json.loads(printed)
    assert totals(server)["calls"] == 0
    econome("claude-code", FILES / "claude-code")
    stored = totals(server)
    assert sum(row["calls"] for row in told["totals"]) == stored["calls"]
    assert sum(row["output_tokens"] for row in told["totals"]) == stored["tokens"]["output"]
    assert sum(row["input_tokens"] for row in told["totals"]) == stored["tokens"]["input"]
    assert sum(Decimal(row["cost"]) for row in told["totals"]) == Decimal(stored["cost"])


def test_a_dry_run_shows_sessions_folders_and_models(econome: Said) -> None:
    _, printed, complaint = econome("claude-code", FILES / "claude-code", "--dry-run")
    for column in ("session", "folder", "model"):
        assert f"\n{column} " in f"\n{printed}"
    assert "/home/me/garden" in printed
    assert "Calls found: 10," in printed
    assert "Answers without an end in the files: 1." in printed
    assert "in all" in printed
    assert "Session files, KiB" in complaint


def test_auto_finds_the_files_of_every_agent_where_it_keeps_them(
    econome: Said, server: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    shutil.copytree(FILES / "claude-code", home / ".claude")
    shutil.copytree(FILES / "codex", home / ".codex")
    shutil.copytree(FILES / "gemini-cli", home / ".gemini")
    monkeypatch.setattr(Path, "home", lambda: home)
    for name in ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "GEMINI_CLI_HOME"):
        monkeypatch.delenv(name, raising=False)
    econome("auto")
    assert {name: one["calls"] for name, one in spend(server, "project").items()} == CALLS
    assert totals(server, filter=labelled("folder", "/home/me/shop"))["calls"] == 7 + 5 + 5


def test_auto_tells_the_agents_apart_in_one_folder(econome: Said, server: TestClient) -> None:
    econome("auto", FILES)
    assert {name: one["calls"] for name, one in spend(server, "project").items()} == CALLS


def test_calls_before_a_day_are_left_out(econome: Said, server: TestClient, tmp_path: Path) -> None:
    econome("claude-code", FILES / "claude-code", "--since", "2026-11-22")
    assert totals(server)["calls"] == 3
    assert not (tmp_path / "data" / "imports.json").exists()  # what was left out is still to come


def test_a_project_may_be_named(econome: Said, server: TestClient) -> None:
    econome("codex", FILES / "codex", "--project", "agents")
    assert set(spend(server, "project")) == {"agents"}


def test_calls_that_are_imported_into_another_project_move_there(econome: Said, server: TestClient) -> None:
    econome("claude-code", FILES / "claude-code", "--project", "mine")
    econome("claude-code", FILES / "claude-code", "--project", "ours")
    assert {name: one["calls"] for name, one in spend(server, "project").items()} == {"ours": 10}


def test_no_files_and_no_such_path_and_no_such_day_are_said(econome: Said, tmp_path: Path) -> None:
    code, _, complaint = econome("codex", tmp_path)
    assert (code, "No session file of Codex CLI was found in" in complaint) == (2, True)
    assert "CODEX_HOME" in complaint
    code, _, complaint = econome("codex", tmp_path / "nowhere")
    assert (code, "There is no" in complaint) == (2, True)
    os.mkfifo(tmp_path / "pipe.jsonl")  # from which one would read for ever
    code, _, complaint = econome("codex", tmp_path / "pipe.jsonl")
    assert (code, "is neither a file nor a folder" in complaint) == (2, True)
    code, _, complaint = econome("codex", FILES / "codex", "--since", "Tuesday")
    assert (code, "'Tuesday'" in complaint) == (2, True)


def test_a_mark_at_the_beginning_of_a_file_costs_no_call(
    econome: Said, server: TestClient, tmp_path: Path
) -> None:
    for path in ("claude-code/projects/-home-ada-garden", "gemini-cli/tmp"):
        shutil.copytree(FILES / path, tmp_path / path)
        for file in (tmp_path / path).rglob("*.json*"):
            if "chats" in file.parts or file.suffix == ".jsonl":
                file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    _, _, complaint = econome("auto", tmp_path / "claude-code", tmp_path / "gemini-cli")
    assert "line 1:" not in complaint
    found = {name: one["calls"] for name, one in spend(server, "project").items()}
    assert found["gemini-cli"] == CALLS["gemini-cli"]


def test_files_that_codex_has_packed_are_read_and_their_calls_are_the_same(
    econome: Said, server: TestClient, tmp_path: Path
) -> None:
    plain, packed = FILES / "codex", tmp_path / "codex"
    shutil.copytree(plain, packed)
    for path in packed.rglob("rollout-*.jsonl"):
        first, rest = path.read_bytes().split(b"\n", 1)  # packed, and something added afterwards
        frames = [zstandard.compress(part) for part in (first + b"\n", rest)]
        path.with_name(f"{path.name}.zst").write_bytes(b"".join(frames))
        path.unlink()
    (packed / "sessions" / "rollout-broken.jsonl.zst").write_bytes(b"no frame")
    _, _, complaint = econome("codex", packed)
    assert "rollout-broken.jsonl.zst: it cannot be unpacked" in complaint
    assert totals(server)["calls"] == CALLS["codex"]
    econome("codex", plain)
    assert totals(server)["calls"] == CALLS["codex"]


def test_no_server_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["import", "codex", str(FILES / "codex"), "--data", str(tmp_path)])
    assert code == 2
    assert "No server runs on" in capsys.readouterr().err


# --- the endpoint


def post(server: TestClient, agent: str, body: bytes, **asked: str) -> Any:
    return server.post(f"/econome/v1/import/{agent}", content=body, params=asked)


def test_a_line_that_is_no_call_is_refused_and_its_neighbours_are_stored(server: TestClient) -> None:
    good = {
        "key": "a",
        "usage": {"input_tokens": 5, "output_tokens": 2},
        "started_at": "2026-11-20T09:00:00Z",
    }
    body = b"\n".join([orjson.dumps(good), b"{", b'{"key": "b"}', orjson.dumps({**good, "key": "c"})])
    answer = post(server, "codex", body).json()
    assert (answer["stored"], answer["refusals"]) == (2, 2)
    assert answer["refused"][0].startswith("line 2: it is no JSON object")
    assert '"usage" must be' in answer["refused"][1]
    assert totals(server)["calls"] == 2


def test_an_unknown_agent_is_told_which_are_known(server: TestClient) -> None:
    answer = post(server, "my-agent", b"")
    assert answer.status_code == 400
    assert "claude-code, codex, gemini-cli" in answer.json()["detail"]


def test_an_unclear_dry_run_is_refused(server: TestClient) -> None:
    assert post(server, "codex", b"", dry_run="perhaps").status_code == 400


def test_a_call_that_is_sent_twice_in_one_body_is_told_once(server: TestClient) -> None:
    line = orjson.dumps({"key": "a", "usage": {"input_tokens": 5, "output_tokens": 2}, "model": "gpt-5"})
    answer = post(server, "codex", b"\n".join([line, line]), dry_run="true").json()
    assert [row["calls"] for row in answer["totals"]] == [1]
    assert answer["stored"] == 0


def test_a_call_that_only_the_store_refuses_is_in_no_total(server: TestClient) -> None:
    ours, other = (
        orjson.dumps({"key": key, "usage": {"input_tokens": 5, "output_tokens": 2}, "model": "gpt-5"})
        for key in ("a", "b")
    )
    post(server, "codex", other, project="secret")
    keys = server.app.state.econome.keys  # type: ignore[attr-defined]
    narrow = {"x-api-key": keys.create("narrow", Role.INGEST, projects="team-*")[1]}
    path = "/econome/v1/import/codex?project=team-a"
    answer = server.post(path, content=b"\n".join([ours, other]), headers=narrow).json()
    assert (answer["stored"], answer["refusals"]) == (1, 1)
    assert [row["calls"] for row in answer["totals"]] == [1]
