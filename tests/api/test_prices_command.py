"""`econome prices`, as it is typed, against a running server."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from api.test_guard_serve import ECONOME, Server, a_server

Prices = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with a_server(tmp_path_factory.mktemp("prices")) as server:
        yield server


@pytest.fixture
def prices(server: Server) -> Iterator[Prices]:
    def ask(*said: str) -> subprocess.CompletedProcess[str]:
        command = [*ECONOME, "prices", *said, "--data", str(server.folder)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    yield ask
    for price in json.loads(ask("list", "--source", "overrides", "--json").stdout)["rows"]:
        assert ask("remove", price["id"]).returncode == 0


def run_of(server: Server, **fields: Any) -> str:
    run_id = str(uuid4())
    run = {
        "id": run_id,
        "trace_id": run_id,
        "session_name": "shop",
        "name": "call",
        "run_type": "llm",
        "start_time": "2026-11-20T10:00:00Z",
        "end_time": "2026-11-20T10:00:02Z",
        "inputs": {},
        "outputs": {"usage_metadata": {"input_tokens": 1_000, "output_tokens": 100, "total_tokens": 1_100}},
        "extra": {"metadata": {"ls_provider": "vllm", "ls_model_name": "my-model"}},
        **fields,
    }
    status, _ = server.ask("POST", "/runs/batch", json.dumps({"post": [run]}))
    assert status == 202
    return run_id


def test_a_price_is_set_listed_explained_and_removed(server: Server, prices: Prices) -> None:
    made = prices("set", "my-*", "uncached=2", "text_out=10", "--note", "agreed")
    assert made.returncode == 0, made.stderr
    assert "from now on" in made.stdout
    told = prices("explain", run_of(server))
    assert told.returncode == 0, told.stderr
    assert "it is the most particular price of yours in force" in told.stdout
    assert "Cost: 0.003" in told.stdout
    listed = prices("list", "--source", "overrides")
    assert "uncached 2  text_out 10" in listed.stdout
    short = listed.stdout.splitlines()[1].split()[0]
    assert prices("remove", short).returncode == 0
    assert "No such price" in prices("list", "--source", "overrides").stdout


def test_a_call_that_was_not_made_is_explained(prices: Prices) -> None:
    told = prices("explain", "--provider", "azure.ai.openai", "--model", "gpt-4o", "--tier", "nowhere")
    assert "gpt-4o of azure at the tier nowhere" in told.stdout
    assert "No price: the call is unpriced." in told.stdout
    said = json.loads(prices("explain", "--provider", "openai", "--model", "gpt-4o", "--json").stdout)
    assert said["price"]["source"] == "genai-prices"


def test_models_without_a_price_are_listed_with_the_reason(server: Server, prices: Prices) -> None:
    run_of(server, extra={"metadata": {"ls_provider": "vllm", "ls_model_name": "nobodys"}})
    told = prices("unpriced", "--since", "2026-11-01T00:00:00Z")
    assert "nobodys" in told.stdout
    assert "no price for this model" in told.stdout


def test_an_import_is_tried_first_and_bad_lines_are_told(prices: Prices, tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_text("model,uncached,text_out,second\nmy-model,2,10,\nown,,,0.001\nbad,cheap,,\n")
    tried = prices("import", str(file), "--dry-run")
    assert tried.returncode == 1  # a line was refused
    assert tried.stdout == "Would be 2 added, 0 changed, 0 unchanged.\n"
    assert "line 4" in tried.stderr
    assert "No such price" in prices("list", "--source", "overrides").stdout
    assert prices("import", str(file)).stdout == "2 added, 0 changed, 0 unchanged.\n"
    assert prices("import", str(file)).stdout == "0 added, 0 changed, 2 unchanged.\n"


def test_a_map_of_litellm_s_is_put_in_place_whole_or_not_at_all(
    server: Server, prices: Prices, tmp_path: Path
) -> None:
    kept = server.folder / "litellm.json"
    broken = tmp_path / "broken.json"
    broken.write_text("{}")
    refused = prices("update", str(broken))
    assert refused.returncode == 2
    assert "not LiteLLM's map" in refused.stderr
    assert not kept.exists()
    good = tmp_path / "good.json"
    good.write_text('{"gpt-x": {"litellm_provider": "openai", "input_cost_per_token": 1e-06}}')
    done = prices("update", str(good))
    assert done.returncode == 0, done.stderr
    assert kept.read_bytes() == good.read_bytes()
    assert "1 price" in done.stdout
    assert "genai-prices" in prices("update").stdout
    kept.unlink()


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        (["set", "m", "coffee=3"], '"coffee=3" is no WHAT=RATE'),
        (["set", "m"], '"rates" must give'),
        (["set", "m", "uncached=much"], "'much'"),
        (["set", "m", "--discount", "15"], "'15'"),
        (["remove", "zz"], 'No price of yours has the id "zz"'),
        (["explain"], "Give the id of a run"),
        (["explain", "no-run"], "no-run"),
        (["import", "nowhere.csv"], "nowhere.csv cannot be read"),
        (["update", "nowhere.json"], "nowhere.json cannot be read"),
        (["list", "--workspace", "acme"], 'No key opens a workspace "acme"'),
        (["list", "--source", "nowhere"], '"nowhere" is none of'),
    ],
)
def test_what_cannot_be_done_is_said(prices: Prices, said: list[str], complaint: str) -> None:
    answer = prices(*said)
    assert answer.returncode == 2
    assert complaint in answer.stderr
    assert "Traceback" not in answer.stderr


def test_without_a_server_it_says_how_to_start_one(tmp_path: Path) -> None:
    command = [*ECONOME, "prices", "list", "--data", str(tmp_path)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 2
    assert "econome serve" in answer.stderr
