"""LangChain, unmodified: a chain with a model behind the fake provider."""

from __future__ import annotations

from decimal import Decimal

import pytest
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import Runnable
from langchain_openai import ChatOpenAI
from langsmith import Client
from langsmith.schemas import Run
from pydantic import SecretStr

from clients.fake_provider import WORDS, FakeProvider

pytestmark = pytest.mark.filterwarnings("ignore:.*(deprecated|will be removed).*")

SAID = "".join(WORDS)


def chain(provider: FakeProvider, *, stream_usage: bool | None = None) -> Runnable[dict[str, str], str]:
    model = ChatOpenAI(
        model="gpt-4o-mini",
        base_url=provider.openai_url,
        api_key=SecretStr("sk-none"),
        temperature=0.3,
        max_retries=0,
        stream_usage=stream_usage,
    )
    prompt = ChatPromptTemplate.from_messages([("system", "Tu réponds en français."), ("user", "{question}")])
    return prompt | model | StrOutputParser()


def runs_of(client: Client, project: str) -> dict[str, Run]:
    client.flush()
    return {run.run_type: run for run in client.list_runs(project_name=project)}


def test_a_chain_shows_each_step_and_the_tokens_of_its_call(
    client: Client, project: str, provider: FakeProvider
) -> None:
    assert chain(provider).invoke({"question": "Bonjour ?"}) == SAID
    found = runs_of(client, project)
    assert set(found) == {"chain", "prompt", "llm", "parser"}
    top, call = found["chain"], found["llm"]
    assert top.inputs == {"question": "Bonjour ?"}
    assert top.outputs == {"output": SAID}
    assert call.parent_run_id == top.id
    for run in (top, call):
        assert (run.prompt_tokens, run.completion_tokens, run.total_tokens) == (120, 30, 150)
        assert (run.prompt_token_details or {})["cache_read"] == 64
        assert (run.completion_token_details or {})["reasoning"] == 10
        # gpt-4o-mini: 0.15 and 0.60 dollars per million; half for what was cached
        dollars = Decimal("0.15") * 56 + Decimal("0.075") * 64 + Decimal("0.6") * 30
        assert run.total_cost == dollars / 10**6
    assert found["parser"].total_tokens is None
    assert provider.served == {"calls": 1, "told": 1, "input": 120, "output": 30}


def test_a_stream_that_tells_its_usage_is_counted(
    client: Client, project: str, provider: FakeProvider
) -> None:
    pieces = list(chain(provider, stream_usage=True).stream({"question": "Bonjour ?"}))
    assert "".join(pieces) == SAID
    found = runs_of(client, project)
    assert found["llm"].total_tokens == found["chain"].total_tokens == 150
    assert (found["llm"].prompt_token_details or {})["cache_read"] == 64
    assert found["llm"].first_token_time is not None
    assert found["llm"].start_time <= found["llm"].first_token_time
    assert provider.served["told"] == 1


def test_a_stream_that_tells_nothing_is_unknown(client: Client, project: str, provider: FakeProvider) -> None:
    assert "".join(chain(provider, stream_usage=False).stream({"question": "Bonjour ?"})) == SAID
    found = runs_of(client, project)
    assert found["llm"].total_tokens is None
    assert found["chain"].total_tokens is None
    assert found["llm"].total_cost is None
    assert provider.served == {"calls": 1}


async def test_a_batch_in_an_event_loop_is_as_good(
    client: Client, project: str, provider: FakeProvider
) -> None:
    answers = await chain(provider).abatch([{"question": str(number)} for number in range(5)])
    assert answers == [SAID] * 5
    client.flush()
    assert client.get_run_stats(project_names=[project], is_root=True)["run_count"] == 5
    stats = client.get_run_stats(project_names=[project])
    assert (stats["prompt_tokens"], stats["completion_tokens"]) == (
        provider.served["input"],
        provider.served["output"],
    )


def test_an_error_marks_the_call_and_the_chain(client: Client, project: str, provider: FakeProvider) -> None:
    with pytest.raises(Exception, match="You asked me to fail"):
        chain(provider).invoke({"question": "fail"})
    found = runs_of(client, project)
    assert (found["llm"].status, found["chain"].status, found["prompt"].status) == (
        "error",
        "error",
        "success",
    )
    assert "You asked me to fail" in (found["llm"].error or "")
