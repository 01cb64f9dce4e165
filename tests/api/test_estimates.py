"""What nobody reported: counted where a tokenizer tells, else estimated, marked, and beside the totals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from builders import NOON, SINCE, UNTIL, a_run, insert_runs
from econome.app import create_app
from econome.ingest.calibration import LEAST_CALLS, Calibration
from econome.ingest.measuring import LEFT_OUT

ASKED = {"since": SINCE.isoformat(), "until": UNTIL.isoformat()}
QUESTION, ANSWER = "Why do apples fall? " * 10, "Because masses attract each other."


def call(run_id: str, **said: Any) -> dict[str, Any]:
    return {
        "id": run_id,
        "name": "call",
        "run_type": "llm",
        "start_time": NOON.isoformat(),
        "end_time": (NOON + timedelta(seconds=1)).isoformat(),
        "inputs": {"messages": [{"role": "user", "content": QUESTION}]},
        "outputs": {"choices": [{"message": {"role": "assistant", "content": ANSWER}}]},
        "extra": {"metadata": {"ls_model_name": "claude-sonnet-4-5", "ls_provider": "anthropic"}},
        **said,
    }


def send(server: TestClient, **said: Any) -> str:
    run_id = str(uuid4())
    answer = server.post("/runs/batch", json={"post": [call(run_id, **said)], "patch": []})
    assert answer.status_code < 300, answer.text
    return run_id


def run_of(server: TestClient, run_id: str) -> dict[str, Any]:
    run: dict[str, Any] = server.get(f"/econome/v1/runs/{run_id}").json()["run"]
    return run


def totals(server: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = server.get("/econome/v1/overview", params=ASKED).json()["totals"]
    return found


def test_a_call_without_usage_is_estimated_marked_and_in_no_total(server: TestClient) -> None:
    run = run_of(server, send(server))
    assert run["usage_source"] == "estimated"
    assert run["usage_convention"] == "estimated:characters@1/4"
    assert run["tokens"]["uncached"] == round(len(QUESTION) / 4)
    assert run["tokens"]["cache_read"] is None
    assert Decimal(run["cost"]) > 0
    sums = totals(server)
    assert (sums["cost"], sums["tokens"]["total"]) == (None, None)
    assert sums["estimated"] == {
        "cost": run["cost"],
        "input": run["tokens"]["input"],
        "output": run["tokens"]["output"],
    }
    assert (sums["coverage"]["estimated"], sums["coverage"]["priced"]) == (1, 0)


def test_every_aggregate_tells_the_same_coverage(server: TestClient) -> None:
    run_id = send(server)
    usage = {"input_tokens": 51, "output_tokens": 7, "total_tokens": 58}
    send(server, parent_run_id=run_id, trace_id=run_id, outputs={"usage_metadata": usage})
    [line] = server.get("/econome/v1/series", params={**ASKED, "by": "none"}).json()["series"]
    [row] = server.get("/econome/v1/spend", params={**ASKED, "by": "kind"}).json()["rows"]
    trace = server.get(f"/econome/v1/traces/{run_id}").json()
    told = totals(server)["coverage"]
    assert told["calls"] == told["estimated"] + told["reported"] > 0
    assert {name: sum(counts) for name, counts in line["coverage"].items()} == told
    assert row["totals"]["coverage"] == told
    assert trace["trace"]["totals"]["coverage"] == told
    assert trace["runs"][0]["subtree"]["coverage"] == told


def test_usage_that_comes_later_takes_the_estimate_s_place(server: TestClient) -> None:
    run_id = send(server)
    usage = {"input_tokens": 51, "output_tokens": 7, "total_tokens": 58}
    patch = {
        "id": run_id,
        "extra": {"metadata": {"usage_metadata": usage}},
        "outputs": {"usage_metadata": usage},
    }
    server.post("/runs/batch", json={"post": [], "patch": [patch]})
    run = run_of(server, run_id)
    assert (run["usage_source"], run["tokens"]["input"], run["tokens"]["output"]) == ("reported", 51, 7)
    assert totals(server)["estimated"]["input"] is None


def test_openai_s_chats_are_estimated_in_their_own_encoding(server: TestClient) -> None:
    pytest.importorskip("quicktok")
    extra = {"metadata": {"ls_model_name": "gpt-4o", "ls_provider": "openai"}}
    run = run_of(server, send(server, extra=extra))
    assert run["usage_convention"].startswith("estimated:o200k_base@quicktok-")
    assert run["tokens"]["output"] == 6


def test_a_text_model_of_openai_s_is_counted(server: TestClient) -> None:
    pytest.importorskip("quicktok")
    run = run_of(
        server,
        send(
            server,
            inputs={"prompts": ["tiktoken is great!"]},
            outputs={"generations": [[{"text": "hello world"}]]},
            extra={"metadata": {"ls_model_name": "davinci-002", "ls_provider": "openai"}},
        ),
    )
    assert (run["usage_source"], run["tokens"]["input"], run["tokens"]["output"]) == ("counted", 6, 2)
    assert run["usage_convention"].startswith("counted:cl100k_base@quicktok-")


def test_an_estimate_below_a_wrapper_that_knows_is_not_counted_twice(server: TestClient) -> None:
    wrapper, inner = str(uuid4()), str(uuid4())
    usage = {"input_tokens": 51, "output_tokens": 7, "total_tokens": 58}
    outer = call(wrapper, outputs={"usage_metadata": usage})
    below = call(inner, parent_run_id=wrapper, trace_id=wrapper)
    server.post("/runs/batch", json={"post": [outer, below], "patch": []})
    sums = totals(server)
    assert (sums["calls"], sums["tokens"]["total"], sums["coverage"]["estimated"]) == (1, 58, 0)


def test_a_failed_call_without_an_answer_stays_unknown(server: TestClient) -> None:
    run = run_of(server, send(server, error="refused", outputs=None))
    assert (run["usage_source"], run["tokens"]["total"]) == ("unknown", None)


OPENAI = {"metadata": {"ls_model_name": "gpt-4o", "ls_provider": "openai"}}


def test_a_failed_chat_of_openai_s_stays_unknown_too(server: TestClient) -> None:
    pytest.importorskip("quicktok")
    run = run_of(server, send(server, error="refused", outputs=None, extra=OPENAI))
    assert (run["usage_source"], run["tokens"]["total"], run["cost"]) == ("unknown", None, None)


def test_an_estimate_is_taken_back_when_the_call_turns_out_to_have_failed(server: TestClient) -> None:
    run_id = send(server, outputs=None)
    assert run_of(server, run_id)["usage_source"] == "estimated"
    server.post("/runs/batch", json={"post": [], "patch": [{"id": run_id, "error": "refused"}]})
    run = run_of(server, run_id)
    assert (run["usage_source"], run["tokens"]["total"], run["cost"]) == ("unknown", None, None)


def test_zeros_for_an_answer_are_not_believed_and_say_so(server: TestClient) -> None:
    pytest.importorskip("quicktok")
    choices = [{"message": {"role": "assistant", "content": ANSWER}}]
    usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    run = run_of(server, send(server, outputs={"choices": choices, "usage": usage}, extra=OPENAI))
    assert (run["usage_source"], run["tokens"]["output"]) == ("estimated", 6)
    assert run["usage_convention"].startswith("estimated:o200k_base@quicktok-")
    assert run["notes"] == ["no token was reported for an answer that has some"]


def test_a_stream_that_broke_off_after_some_text_is_estimated(server: TestClient) -> None:
    run = run_of(server, send(server, error="connection lost"))
    assert (run["status"], run["usage_source"]) == ("error", "estimated")


def test_the_side_that_no_tokenizer_measures_is_estimated_by_its_length(server: TestClient) -> None:
    pytest.importorskip("quicktok")
    tools = [{"type": "function", "function": {"name": "look", "description": "Looks at apples."}}]
    inputs = {"messages": [{"role": "user", "content": QUESTION}], "tools": tools}
    run = run_of(server, send(server, inputs=inputs, extra=OPENAI))
    assert run["usage_convention"].startswith("estimated:o200k_base@quicktok-")
    assert run["usage_convention"].endswith("+characters@1/4")
    assert run["tokens"]["output"] == 6
    assert run["tokens"]["input"] > round(len(QUESTION) / 4)


def test_a_picture_is_noted_as_left_out_until_usage_is_told(server: TestClient) -> None:
    picture = {"type": "image_url", "image_url": {"url": "https://example.org/apple.png"}}
    content = [{"type": "text", "text": QUESTION}, picture]
    run_id = send(server, inputs={"messages": [{"role": "user", "content": content}]}, extra=OPENAI)
    assert run_of(server, run_id)["notes"] == [LEFT_OUT]
    assert totals(server)["coverage"]["marked"] == 1
    usage = {"input_tokens": 1051, "output_tokens": 7, "total_tokens": 1058}
    patch = {"id": run_id, "outputs": {"usage_metadata": usage}}
    server.post("/runs/batch", json={"post": [], "patch": [patch]})
    run = run_of(server, run_id)
    assert (run["usage_source"], run["tokens"]["input"], run["notes"]) == ("reported", 1051, [])


def test_an_embedding_without_usage_is_counted_and_in_the_totals(server: TestClient) -> None:
    pytest.importorskip("quicktok")
    extra = {"metadata": {"ls_model_name": "text-embedding-3-small", "ls_provider": "openai"}}
    run = run_of(
        server,
        send(server, run_type="embedding", inputs={"input": "tiktoken is great!"}, outputs={}, extra=extra),
    )
    assert (run["usage_source"], run["tokens"]["input"], run["tokens"]["output"]) == ("counted", 6, 0)
    assert totals(server)["tokens"]["input"] == 6


def test_a_count_takes_nothing_from_an_estimate(server: TestClient) -> None:
    pytest.importorskip("quicktok")
    extra = {"metadata": {"ls_model_name": "davinci-002", "ls_provider": "openai"}}
    run_id = send(server, inputs={"question": QUESTION}, outputs=None, extra=extra)
    assert run_of(server, run_id)["usage_source"] == "estimated"
    generations = {"generations": [[{"text": "hello world"}]]}
    server.post("/runs/batch", json={"post": [], "patch": [{"id": run_id, "outputs": generations}]})
    run = run_of(server, run_id)
    assert (run["usage_source"], run["tokens"]["input"], run["tokens"]["output"]) == ("counted", None, 2)


def test_without_estimates_it_stays_unknown(settings_of: Callable[..., Any]) -> None:
    with TestClient(
        create_app(settings_of(estimate=False), "eca_test"), base_url="http://localhost"
    ) as server:
        assert run_of(server, send(server))["usage_source"] == "unknown"
        assert totals(server)["coverage"]["unknown"] == 1


def test_the_ratio_is_learned_from_the_calls_that_report(server: TestClient) -> None:
    store = server.app.state.econome.store  # type: ignore[attr-defined]
    few = [
        a_run(model="m", provider="p", uncached=100, text_out=10, chars_user=250, chars_answer=50)
        for _ in range(LEAST_CALLS - 1)
    ]
    for run in few:
        run.key_time = run.started_at = NOON + timedelta(days=240)
    insert_runs(store, few)
    taught = Calibration(store, beside=False)
    workspace = few[0].workspace
    assert taught.ratio(workspace, "p", "m").name == "characters@1/4"
    one_more = a_run(model="m", provider="p", uncached=100, text_out=10, chars_user=250, chars_answer=50)
    one_more.key_time = NOON + timedelta(days=240)
    insert_runs(store, [one_more])
    taught.learn()
    ratio = taught.ratio(workspace, "p", "m")
    assert ratio.name == "characters@1/2.50,5.00:m"
    assert (ratio.tokens_sent(1000), ratio.tokens_generated(1000)) == (400, 200)
    assert taught.ratio(workspace, "p", "another").name == "characters@1/4"


def test_an_answer_that_took_reasoning_teaches_nothing_about_answers(server: TestClient) -> None:
    store = server.app.state.econome.store  # type: ignore[attr-defined]
    thought = [
        a_run(
            model="r", provider="p", uncached=100, text_out=10, reasoning=90, chars_user=250, chars_answer=900
        )
        for _ in range(LEAST_CALLS)
    ]
    for run in thought:
        run.key_time = run.started_at = NOON + timedelta(days=240)
    insert_runs(store, thought)
    taught = Calibration(store, beside=False)
    assert taught.ratio(thought[0].workspace, "p", "r").name == "characters@1/2.50,2.50:r"
