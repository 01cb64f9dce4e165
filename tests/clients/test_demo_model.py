"""`econome demo` with the real small model, as a user runs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from clients.serving import Running, served
from econome.sample import local_model

pytestmark = [
    pytest.mark.models,
    pytest.mark.skipif(
        not local_model.is_installed(), reason=f"the small model is not here: {local_model.INSTALL}"
    ),
]


def demo(server: Running, *options: str) -> str:
    command = [sys.executable, "-m", "econome.cli", "demo", "--data", str(server.data), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_real_calls_bring_real_tokens_cache_hits_errors_and_gaps(tmp_path: Path) -> None:
    with served(tmp_path / "data") as server:
        said = demo(server, "--real")
        assert 'in the project "demo"' in said
        runs = server.get("/econome/v1/runs?view=runs&project=demo&limit=200&sort=started_at&order=asc")[
            "rows"
        ]
        calls = [run for run in runs if run["kind"] == "llm"]
        known = [call for call in calls if call["usage_source"] == "reported"]
        assert {run["kind"] for run in runs} == {"chain", "retriever", "tool", "llm"}
        assert all(call["model"] == "SmolLM2-135M-Instruct" for call in calls)
        assert all(call["tokens"]["input"] > 20 and call["tokens"]["output"] > 0 for call in known)
        assert any(call["tokens"]["cache_read"] > 100 for call in known)
        assert any(call["first_token"] for call in calls)
        assert any("exceeds the available context" in run["error"] for run in runs)
        assert any(call["usage_source"] == "estimated" and call["status"] == "success" for call in calls)
        assert all(run["status"] != "pending" for run in runs)
        sessions = {run["session"] for run in runs if run["name"] == "answer_customer"}
        assert len(sessions) == 4
        assert "Removed: demo" in demo(server, "--remove")
        assert server.get("/econome/v1/runs?view=runs&limit=10")["rows"] == []
