"""`econome currency` and `econome reprice`, through a whole server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from econome.cli import main
from econome.commands import currency, reprice
from econome.web.remote import RemoteError

RATES = "currency,day,rate\nEUR,2026-11-01,0.92\nEUR,2026-11-02,0.925\n"
Said = Callable[..., tuple[int, str, str]]


class Through:
    """The running server of a command: the one of the test."""

    def __init__(self, client: TestClient) -> None:
        self._client = client

    def call(self, method: str, path: str, said: object = None) -> Any:
        answer = self._client.request(method, path, json=said)
        if answer.is_error:
            raise RemoteError(answer.json()["detail"])
        return answer.json()


@pytest.fixture
def econome(server: TestClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Said:
    """Runs a command: its exit code, what it printed, and what it complained of."""
    for command in (currency, reprice):
        monkeypatch.setattr(command, "running", lambda _: Through(server))
    monkeypatch.setattr(reprice, "_WAIT_SECONDS", 0.01)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def call_of_a_model(server: TestClient, model: str = "my-model") -> str:
    run_id = str(uuid4())
    body = {
        "id": run_id,
        "trace_id": run_id,
        "name": "ask",
        "run_type": "llm",
        "start_time": "2026-11-20T12:00:00Z",
        "end_time": "2026-11-20T12:00:02Z",
        "outputs": {"usage_metadata": {"input_tokens": 1000, "output_tokens": 100, "total_tokens": 1100}},
        "extra": {"metadata": {"ls_provider": "vllm", "ls_model_name": model}},
    }
    assert server.post("/runs", json=body).status_code == 202
    return run_id


def cost_of(server: TestClient, run_id: str) -> Any:
    return server.get(f"/econome/v1/runs/{run_id}").json()["run"]["cost"]


def set_price(server: TestClient, text_out: str) -> None:
    rates = {"uncached": "2", "text_out": text_out}
    assert server.post("/econome/v1/prices", json={"model": "my-model", "rates": rates}).is_success


def test_a_rate_is_set_and_listed(econome: Said) -> None:
    assert "There is no rate" in econome("currency", "list")[1]
    code, printed, complaint = econome("currency", "set", "eur", "2026-11-01", "0.92")
    assert not complaint
    assert (code, printed) == (0, "From 2026-11-01 on, one US dollar is 0.92 EUR.\n")
    assert "already" in econome("currency", "set", "EUR", "2026-11-01", "0.92")[1]
    assert econome("currency", "list")[1] == "EUR  2026-11-01  0.92\n"


def test_a_rate_that_cannot_be_is_refused(econome: Said) -> None:
    code, _, complaint = econome("currency", "set", "EUR", "soon", "0.92")
    assert code == 2
    assert "'soon'" in complaint


def test_a_file_of_rates_is_set_once(econome: Said, tmp_path: Path) -> None:
    file = tmp_path / "rates.csv"
    file.write_text(RATES)
    assert econome("currency", "import", str(file))[1] == "2 rates set, 0 were set already.\n"
    assert econome("currency", "import", str(file))[1] == "0 rates set, 2 were set already.\n"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("EUR,2026-11-03,1,08", "Line 4 has more than three columns"),
        ("EUR,2026-11-03", "Line 4: "),
        ("EUR,3.11.2026,0.93", "'3.11.2026'"),
        ("Euro,2026-11-03,0.93", "'Euro'"),
    ],
)
def test_a_file_with_one_bad_line_sets_nothing(econome: Said, tmp_path: Path, line: str, why: str) -> None:
    file = tmp_path / "rates.csv"
    file.write_text(RATES + line + "\n")
    code, _, complaint = econome("currency", "import", str(file))
    assert code == 2
    assert why in complaint
    assert "There is no rate" in econome("currency", "list")[1]


def test_a_file_without_the_right_first_line_is_refused(econome: Said, tmp_path: Path) -> None:
    file = tmp_path / "rates.csv"
    file.write_text("EUR,2026-11-01,0.92\n")
    code, _, complaint = econome("currency", "import", str(file))
    assert code == 2
    assert "currency,day,rate" in complaint


def test_a_period_is_priced_again_only_when_told(econome: Said, server: TestClient) -> None:
    run_id = call_of_a_model(server)
    set_price(server, "10")
    code, printed, _ = econome("reprice", "--since", "2026-11-20", "--until", "2026-11-21")
    assert code == 0
    assert "vllm/my-model      1        1       0  0.003" in printed
    assert "The difference is 0.003 US dollars." in printed
    assert "Nothing is changed yet" in printed
    assert cost_of(server, run_id) is None
    identity = printed.split("--resume ")[1].strip()
    code, printed, _ = econome("reprice", "--resume", identity)
    assert code == 0
    assert "Done: 1 of 1 calls" in printed
    assert cost_of(server, run_id) == "0.003"


def test_a_period_is_priced_again_at_once_with_apply(econome: Said, server: TestClient) -> None:
    run_id = call_of_a_model(server)
    set_price(server, "10")
    assert econome("reprice", "--since", "2026-11-20", "--until", "2026-11-21", "--apply")[0] == 0
    assert cost_of(server, run_id) == "0.003"
    code, printed, _ = econome("reprice", "--since", "2026-11-20", "--until", "2026-11-21", "--apply")
    assert code == 0
    assert "Nothing to change." in printed


def test_only_what_passes_the_filter_is_priced_again(econome: Said, server: TestClient) -> None:
    run_id = call_of_a_model(server)
    set_price(server, "10")
    asked = ("--since", "2026-11-20", "--until", "2026-11-21", "--filter", 'eq(model, "another")')
    assert "Nothing to change." in econome("reprice", *asked, "--apply")[1]
    assert cost_of(server, run_id) is None


def test_without_a_start_it_says_what_it_needs(econome: Said) -> None:
    code, _, complaint = econome("reprice", "--apply")
    assert code == 2
    assert "--since" in complaint


def test_a_re_pricing_that_there_is_not_is_refused(econome: Said) -> None:
    identity = str(uuid4())
    code, _, complaint = econome("reprice", "--resume", identity)
    assert code == 2
    assert identity in complaint


def test_the_bar_is_full_at_the_end() -> None:
    one = {"state": "running", "runs": 50, "expected": 200}
    assert reprice.bar(one) == f"[{'#' * 10}{' ' * 30}] 50 of 200 calls"
    assert reprice.bar({**one, "runs": 200}) == f"[{'#' * 40}] 200 of 200 calls"
    assert reprice.bar({"state": "measuring", "runs": 7, "expected": 7}) == "7 calls measured"
