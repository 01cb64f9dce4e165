"""LangSmith's wrappers of other clients, unmodified: what a provider served is what is counted.

OpenAI's, and Anthropic's without a stream, are in test_langsmith_python.
"""

from __future__ import annotations

import json
import subprocess
import warnings
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import anthropic
import pytest
from langsmith import Client
from langsmith.schemas import Run

from clients.conftest import plain_environment
from clients.environment import python_with
from clients.fake_provider import WORDS, FakeProvider

with warnings.catch_warnings():
    # The package imports a deprecated module of its own.
    warnings.simplefilter("ignore", DeprecationWarning)
    from langsmith.wrappers import wrap_anthropic

pytestmark = [pytest.mark.filterwarnings("ignore:.*(deprecated|will be removed).*")]

HERE = Path(__file__).parent
SAID = "".join(WORDS)
ASK: Any = {
    "model": "claude-3-5-haiku-latest",
    "max_tokens": 50,
    "messages": [{"role": "user", "content": "Dis bonjour"}],
}
# claude-3-5-haiku: 0.80 and 4 dollars per million; reading the cache a tenth, writing it five quarters
HAIKU = (Decimal("0.8") * 30 + Decimal("0.08") * 200 + Decimal(1) * 100 + Decimal(4) * 40) / 10**6
# gemini-2.5-flash: 0.30 and 2.50 dollars per million, 0.03 from the cache; thoughts are output
FLASH = (Decimal("0.3") * 30 + Decimal("0.03") * 20 + Decimal("2.5") * 17) / 10**6


@pytest.fixture
def claude(provider: FakeProvider) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=provider.address, api_key="none", max_retries=0) as unwrapped:
        yield wrap_anthropic(unwrapped)


def runs_of(client: Client, project: str) -> list[Run]:
    """The runs of a project, oldest first."""
    client.flush()
    return list(client.list_runs(project_name=project, order="asc"))


def counts(run: Run) -> tuple[int | None, int | None, int | None]:
    return run.prompt_tokens, run.completion_tokens, run.total_tokens


def test_a_stream_of_anthropic_s_counts_as_the_whole_does(
    client: Client, project: str, provider: FakeProvider, claude: anthropic.Anthropic
) -> None:
    with claude.messages.stream(**ASK) as stream:
        assert "".join(stream.text_stream) == SAID
    assert claude.messages.create(**ASK).usage.output_tokens == 40
    streamed, whole = runs_of(client, project)
    assert provider.served == {"calls": 2, "told": 2, "input": 2 * 330, "output": 2 * 40}
    for run in (streamed, whole):
        assert counts(run) == (330, 40, 370)
        assert run.total_cost == HAIKU
        assert run.prompt_token_details is not None
        assert (run.prompt_token_details["cache_read"], run.status) == (200, "success")
    assert (streamed.outputs or {})["content"][0]["text"] == SAID
    stats = client.get_run_stats(project_names=[project])
    assert (stats["prompt_tokens"], stats["completion_tokens"]) == (
        provider.served["input"],
        provider.served["output"],
    )


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_raw_stream_of_anthropic_s_breaks_in_the_wrapper_and_is_unknown_here(
    client: Client, project: str, provider: FakeProvider, claude: anthropic.Anthropic
) -> None:
    """langsmith 0.15 calls a function of anthropic 2 that wants one argument more: its caller sees the
    error, and the end of the run is never sent. Once this fails, they have mended it.
    """
    events: list[str] = []

    def listen() -> None:
        events.extend(event.type for event in claude.messages.create(**ASK, stream=True))

    with pytest.raises(TypeError, match="json_bufs"):
        listen()
    assert events[-1] == "message_stop", "not before all has been heard"
    (run,) = runs_of(client, project)
    assert (run.status, run.end_time) == ("pending", None)
    assert (counts(run), run.total_cost) == ((None, None, None), None), "unknown is not zero"
    assert provider.served["told"] == 1


@pytest.fixture(scope="module")
def python() -> Path:
    return python_with("gemini", HERE / "gemini" / "requirements.txt")


def test_wrapped_gemini_tells_what_the_provider_served(
    client: Client, project: str, provider: FakeProvider, python: Path
) -> None:
    environment = plain_environment(
        LANGSMITH_TRACING="true",
        LANGSMITH_ENDPOINT=client.api_url,
        LANGSMITH_API_KEY="anything",
        LANGSMITH_PROJECT=project,
    )
    command = [str(python), str(HERE / "gemini" / "ask.py"), provider.address]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"told": [67] * 4, "said": SAID}
    # One after the other: whole, stream, both of asyncio, and a stream that tells no usage.
    *told, silent = runs_of(client, project)
    assert provider.served == {"calls": 5, "told": 4, "input": 4 * 50, "output": 4 * 17}
    assert len(told) == 4
    for run in told:
        # The wrapper's output has no thoughts in it, the provider's total has.
        assert counts(run) == (50, 10 + 7, 67)
        assert run.total_cost == FLASH
        assert (run.prompt_token_details or {})["cache_read"] == 20
        assert (run.completion_token_details or {})["reasoning"] == 7
    assert (silent.extra or {})["metadata"]["usage_metadata"]["total_tokens"] == 0, "so the wrapper says"
    assert (counts(silent), silent.total_cost) == ((None, None, None), None), "nobody told: that is not zero"
    stats = client.get_run_stats(project_names=[project])
    assert (stats["prompt_tokens"], stats["completion_tokens"]) == (
        provider.served["input"],
        provider.served["output"],
    )
