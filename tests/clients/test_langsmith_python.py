"""LangSmith's Python client, unmodified: what it traces is what it reads back."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import warnings
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen
from uuid import UUID, uuid4

import anthropic
import openai
import pytest
from langsmith import Client, traceable
from langsmith.run_helpers import get_current_run_tree, trace
from langsmith.schemas import Attachment, Run
from langsmith.utils import ContextThreadPoolExecutor

from clients.conftest import plain_environment
from clients.fake_provider import MODEL, WORDS, FakeProvider
from clients.serving import Running

with warnings.catch_warnings():
    # The package imports a deprecated module of its own.
    warnings.simplefilter("ignore", DeprecationWarning)
    from langsmith.wrappers import wrap_anthropic, wrap_openai

pytestmark = [
    # The methods that every tutorial shows are to go in 2027; until then they must work.
    pytest.mark.filterwarnings("ignore:.*(deprecated|will be removed).*"),
    pytest.mark.filterwarnings("ignore:Creating feedback for a run without session_id"),
]

ROOTS = pytest.mark.parametrize("root", ["", "/api", "/api/v1"], indirect=True)
SAID = "".join(WORDS)


def runs_of(client: Client, project: str, **asked: Any) -> dict[str, Run]:
    """The runs of a project, by name."""
    client.flush()
    return {run.name: run for run in client.list_runs(project_name=project, **asked)}


def tokens(run: Run) -> tuple[int | None, int | None, int | None]:
    return run.prompt_tokens, run.completion_tokens, run.total_tokens


@traceable(run_type="llm", metadata={"ls_provider": "openai", "ls_model_name": "gpt-4o"})
def model_call(question: str) -> dict[str, Any]:
    usage = {"input_tokens": 1000, "output_tokens": 50, "total_tokens": 1050}
    return {
        "text": question.upper(),
        "usage_metadata": {**usage, "input_token_details": {"cache_read": 400, "a_key_of_2027": 3}},
    }


@traceable
def step(question: str) -> str:
    return str(model_call(question)["text"])


@traceable(tags=["beta"], metadata={"user_id": "anna", "session_id": "thread-1", "tries": 3})
def app(question: str) -> str:
    return step(question)


@ROOTS
def test_a_traced_app_is_read_back_whole(client: Client, project: str) -> None:
    assert app("où ?") == "OÙ ?"
    found = runs_of(client, project)
    assert set(found) == {"app", "step", "model_call"}
    top, middle, call = found["app"], found["step"], found["model_call"]
    assert top.inputs == {"question": "où ?"}
    assert top.outputs == {"output": "OÙ ?"}
    assert (top.status, top.error, top.run_type, call.run_type) == ("success", None, "chain", "llm")
    assert top.tags == ["beta"]
    assert top.metadata["user_id"] == "anna"
    assert middle.parent_run_id == top.id
    assert call.parent_run_ids == [top.id, middle.id]
    assert {run.trace_id for run in found.values()} == {top.id}
    assert top.start_time <= middle.start_time <= call.start_time
    assert top.end_time is not None
    assert call.dotted_order.startswith(middle.dotted_order + ".")


@ROOTS
def test_tokens_and_cost_of_a_call_stand_on_all_above_it_once(client: Client, project: str) -> None:
    app("a")
    app("b")
    client.flush()
    for run in client.list_runs(project_name=project):
        assert tokens(run) == (1000, 50, 1050), run.name
        # gpt-4o, 2.50 and 10 dollars per million, and half for what was cached
        assert run.prompt_cost == Decimal("2.5") * 600 / 10**6 + Decimal("1.25") * 400 / 10**6
        assert run.completion_cost == Decimal(10) * 50 / 10**6
        assert run.total_cost == Decimal("0.0025")
        assert run.prompt_token_details is not None
        assert run.prompt_token_details["cache_read"] == 400
        assert run.prompt_cost_details == {"cache_read": Decimal("0.0005")}
    (call, *_) = client.list_runs(project_name=project, run_type="llm")
    assert call.prompt_token_details == {"cache_read": 400, "a_key_of_2027": 3}
    assert client.get_run_stats(project_names=[project])["total_tokens"] == 2 * 1050
    assert client.get_run_stats(project_names=[project], is_root=True)["total_tokens"] == 2 * 1050


def test_async_functions_and_generators_are_followed_to_their_end(client: Client, project: str) -> None:
    @traceable
    async def leaf(number: int) -> int:
        await asyncio.sleep(0)
        return number * 2

    @traceable(reduce_fn=lambda numbers: {"output": sum(numbers)})
    async def stream(most: int) -> AsyncIterator[int]:
        for number in range(most):
            yield await leaf(number)

    @traceable
    def words() -> Iterator[str]:
        yield from WORDS

    @traceable
    async def main() -> list[int]:
        assert list(words()) == list(WORDS)
        await asyncio.gather(leaf(10), leaf(20))
        return [number async for number in stream(3)]

    assert asyncio.run(main()) == [0, 2, 4]
    client.flush()
    runs = list(client.list_runs(project_name=project))
    by_id = {run.id: run for run in runs}
    top = next(run for run in runs if run.name == "main")
    streamed = next(run for run in runs if run.name == "stream")
    assert sorted(run.name for run in runs) == ["leaf"] * 5 + ["main", "stream", "words"]
    assert streamed.outputs == {"output": 6}
    assert next(run for run in runs if run.name == "words").outputs == {"output": list(WORDS)}
    assert [by_id[run.parent_run_id].name for run in runs if run.parent_run_id and run.name == "leaf"].count(
        "stream"
    ) == 3
    assert all(run.end_time and run.status == "success" for run in runs)
    assert top.outputs == {"output": [0, 2, 4]}


def test_threads_lose_nothing_and_mix_nothing_up(client: Client, project: str) -> None:
    @traceable
    def inner(number: int) -> int:
        return number

    @traceable
    def outer(number: int) -> int:
        return inner(number)

    with ContextThreadPoolExecutor(8) as pool:
        list(pool.map(outer, range(60)))
    client.flush()
    runs = list(client.list_runs(project_name=project))
    by_id = {run.id: run for run in runs}
    assert len(runs) == len(by_id) == 120
    for run in runs:
        assert run.outputs == {"output": run.inputs["number"]}
        if run.name == "inner":
            assert run.parent_run_id is not None
            assert by_id[run.parent_run_id].inputs == run.inputs
    assert sorted(run.inputs["number"] for run in runs if run.name == "outer") == list(range(60))


def test_an_error_is_told_whole_and_marks_its_ancestors(client: Client, project: str) -> None:
    @traceable
    def breaks() -> None:
        raise LookupError("no such drawer: " + "x" * 2000)

    @traceable
    def kitchen() -> None:
        breaks()

    with pytest.raises(LookupError):
        kitchen()
    app("fine")
    found = runs_of(client, project, error=True)
    assert set(found) == {"breaks", "kitchen"}
    assert {run.status for run in found.values()} == {"error"}
    told = found["breaks"].error or ""
    assert "LookupError('no such drawer: " + "x" * 2000 in told
    assert "Traceback" in told
    assert set(runs_of(client, project, error=False)) == {"app", "step", "model_call"}
    assert set(runs_of(client, project, filter="neq(error, null)")) == {"breaks", "kitchen"}
    assert client.get_run_stats(project_names=[project])["error_rate"] == 2 / 5


@ROOTS
def test_attachments_come_back_byte_by_byte_without_a_key(
    server: Running, client: Client, project: str
) -> None:
    page = b"<script>alert(1)</script>"

    @traceable(dangerously_allow_filesystem=False)
    def look(image: Attachment, page: Attachment) -> str:  # noqa: ARG001 - traced, not used
        tree = get_current_run_tree()
        assert tree is not None
        attachments: Any = tree.attachments
        attachments["out of sight"] = Attachment(mime_type="audio/wav", data=b"RIFF")
        return "seen"

    look(Attachment("image/png", bytes(range(256)) * 100), Attachment("text/html", page))
    run = runs_of(client, project)["look"]
    assert set(run.attachments) == {"image", "page", "out of sight"}
    attached: Any = run.attachments
    image = attached["image"]
    assert image["reader"].read() == bytes(range(256)) * 100
    assert image["mime_type"] == "image/png"
    address = server.address + attached["page"]["presigned_url"]
    with urlopen(address) as answer:  # noqa: S310 - our own
        assert answer.read() == page
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment;")
        assert answer.headers["x-content-type-options"] == "nosniff"
    elsewhere = image["presigned_url"].partition("?")[0] + "?" + address.partition("?")[2]
    for forged in (server.address + elsewhere, address[:-1] + "x", address.partition("?")[0]):
        with pytest.raises(HTTPError) as refused:
            urlopen(forged)  # noqa: S310 - our own
        assert refused.value.code == 403
        refused.value.close()


def test_wrapped_openai_tells_what_the_provider_served(
    client: Client, project: str, provider: FakeProvider
) -> None:
    plain = openai.OpenAI(base_url=provider.openai_url, api_key="sk-none", max_retries=0)
    with plain as unwrapped:
        wrapped = wrap_openai(unwrapped)
        ask: Any = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Dis bonjour"}]}
        assert wrapped.chat.completions.create(**ask, temperature=0.2).choices[0].message.content == SAID
        stream = wrapped.chat.completions.create(**ask, stream=True, stream_options={"include_usage": True})
        assert "".join(c.choices[0].delta.content or "" for c in stream if c.choices) == SAID
        assert wrapped.responses.create(model="gpt-4o-mini", input="Dis bonjour").output_text == SAID

        client.flush()
        runs = list(client.list_runs(project_name=project))
        assert len(runs) == provider.served["calls"] == 3
        for run in runs:
            assert run.run_type == "llm"
            assert tokens(run) == (120, 30, 150)
            assert (run.prompt_token_details or {})["cache_read"] == 64
            assert (run.completion_token_details or {})["reasoning"] == 10
            assert run.total_cost is not None
        streamed = [run for run in runs if run.first_token_time]
        assert len(streamed) == 1
        assert streamed[0].start_time <= streamed[0].first_token_time

        stats = client.get_run_stats(project_names=[project])
        assert stats["prompt_tokens"] == provider.served["input"]
        assert stats["completion_tokens"] == provider.served["output"]

        for chunk in wrapped.chat.completions.create(**ask, stream=True):
            assert chunk.model == MODEL
    client.flush()
    silent = next(iter(client.list_runs(project_name=project, limit=1)))
    assert tokens(silent) == (None, None, None), "a stream without usage is unknown, not free"
    assert silent.total_cost is None
    assert client.get_run_stats(project_names=[project])["total_tokens"] == 3 * 150
    assert provider.served == {"calls": 4, "told": 3, "input": 360, "output": 90}


def test_a_wrapper_around_a_wrapper_counts_once(client: Client, project: str, provider: FakeProvider) -> None:
    @traceable(run_type="llm", metadata={"ls_provider": "openai", "ls_model_name": "gpt-4o-mini"})
    def my_model(question: str) -> dict[str, Any]:
        with openai.OpenAI(base_url=provider.openai_url, api_key="sk-none") as unwrapped:
            answer = wrap_openai(unwrapped).chat.completions.create(
                model="gpt-4o-mini", messages=[{"role": "user", "content": question}]
            )
        usage = {"input_tokens": 120, "output_tokens": 30, "total_tokens": 150}
        return {"text": answer.choices[0].message.content, "usage_metadata": usage}

    my_model("hé")
    found = runs_of(client, project)
    assert len(found) == 2
    assert {tokens(run) for run in found.values()} == {(120, 30, 150)}
    assert client.get_run_stats(project_names=[project])["total_tokens"] == provider.served["input"] + 30
    assert client.read_project(project_name=project, include_stats=True).total_tokens == 150


async def test_wrapped_async_openai_is_the_same(client: Client, project: str, provider: FakeProvider) -> None:
    async with openai.AsyncOpenAI(base_url=provider.openai_url, api_key="sk-none") as unwrapped:
        answer = await wrap_openai(unwrapped).chat.completions.create(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "hé"}]
        )
    assert answer.usage is not None
    await asyncio.to_thread(client.flush)
    (run,) = await asyncio.to_thread(lambda: list(client.list_runs(project_name=project)))
    assert run.total_tokens == answer.usage.total_tokens == 150


def test_wrapped_anthropic_counts_the_cache_in_the_input(
    client: Client, project: str, provider: FakeProvider
) -> None:
    with anthropic.Anthropic(base_url=provider.address, api_key="none", max_retries=0) as unwrapped:
        wrap_anthropic(unwrapped).messages.create(
            model="claude-3-5-haiku-latest", max_tokens=50, messages=[{"role": "user", "content": "hé"}]
        )
    client.flush()
    (run,) = client.list_runs(project_name=project)
    assert tokens(run) == (30 + 200 + 100, 40, 370)
    assert tokens(run)[:2] == (provider.served["input"], provider.served["output"])
    details = run.prompt_token_details or {}
    assert details["cache_read"] == 200
    # claude-3-5-haiku: 0.80 and 4 dollars per million; reading the cache a tenth, writing it five quarters
    assert (
        run.total_cost
        == (Decimal("0.8") * 30 + Decimal("0.08") * 200 + Decimal(1) * 100 + Decimal(4) * 40) / 10**6
    )
    assert run.extra is not None
    assert run.extra["metadata"]["ls_provider"] == "anthropic"


def test_an_error_of_the_provider_is_an_error_of_the_run(
    client: Client, project: str, provider: FakeProvider
) -> None:
    with openai.OpenAI(base_url=provider.openai_url, api_key="sk-none", max_retries=0) as unwrapped:
        wrapped = wrap_openai(unwrapped)
        with pytest.raises(openai.BadRequestError):
            wrapped.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "fail"}])
    (run,) = runs_of(client, project).values()
    assert run.status == "error"
    assert "You asked me to fail" in (run.error or "")
    assert run.total_tokens is None


def test_pages_bring_every_run_once_in_either_order(client: Client, project: str) -> None:
    for number in range(130):
        with trace("numbered", inputs={"number": number}):
            pass
    client.flush()
    newest = [run.inputs["number"] for run in client.list_runs(project_name=project)]
    assert newest == list(reversed(range(130)))
    oldest = [run.inputs["number"] for run in client.list_runs(project_name=project, order="asc")]
    assert oldest == list(range(130))
    assert len(list(client.list_runs(project_name=project, limit=7))) == 7
    assert len(list(client.list_runs(project_name=project, limit=110))) == 110


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"is_root": True}, "app"),
        ({"is_root": False}, "step model_call"),
        ({"execution_order": 1}, "app"),
        ({"run_type": "llm"}, "model_call"),
        ({"query": "OÙ ?"}, "app step model_call"),
        ({"filter": 'eq(name, "step")'}, "step"),
        ({"filter": 'and(eq(is_root, true), has(tags, "beta"))'}, "app"),
        ({"filter": 'has(tags, "beta")'}, "app step model_call"),
        ({"filter": 'and(eq(metadata_key, "user_id"), eq(metadata_value, "anna"))'}, "app step model_call"),
        ({"filter": 'and(eq(metadata_key, "tries"), eq(metadata_value, "anna"))'}, ""),
        ({"filter": 'has(metadata, \'{"user_id": "anna", "tries": 3}\')'}, "app step model_call"),
        ({"filter": 'eq(thread_id, "thread-1")'}, "app step model_call"),
        ({"filter": 'lt(latency, "5s")'}, "app step model_call"),
        ({"filter": "gt(latency, 5)"}, ""),
        ({"filter": 'and(eq(run_type, "chain"), gt(total_tokens, 1000))'}, "app step"),
        ({"filter": 'gt(start_time, "2023-07-15T12:34:56Z")'}, "app step model_call"),
        ({"filter": 'search("où")'}, "app step model_call"),
        ({"filter": 'eq(run_type, "llm")', "trace_filter": 'has(tags, "beta")'}, "model_call"),
        ({"filter": 'eq(run_type, "llm")', "trace_filter": 'eq(name, "step")'}, ""),
        ({"filter": "eq(is_root, true)", "tree_filter": 'eq(name, "model_call")'}, "app"),
    ],
    ids=str,
)
def test_a_query_keeps_what_it_asks_for(
    client: Client, project: str, asked: dict[str, Any], names: str
) -> None:
    app("où ?")
    assert set(runs_of(client, project, **asked)) == set(names.split())


def test_runs_are_found_by_id_trace_parent_and_time(client: Client, project: str) -> None:
    app("a")
    app("b")
    found = runs_of(client, project)
    top = next(client.list_runs(project_name=project, is_root=True, limit=1))
    assert len(list(client.list_runs(run_ids=[top.id, uuid4()]))) == 1
    assert len(list(client.list_runs(id=[run.id for run in found.values()]))) == 3
    assert len(list(client.list_runs(project_name=project, trace_id=top.trace_id))) == 3
    assert [run.name for run in client.list_runs(project_name=project, parent_run_id=top.id)] == ["step"]
    later = client.list_runs(project_name=project, start_time=top.start_time)
    assert {run.trace_id for run in later} == {top.trace_id}
    only = next(client.list_runs(project_name=project, select=["name", "inputs"], limit=1))
    assert only.inputs
    assert only.outputs is None
    whole = client.read_run(top.id, load_child_runs=True)
    assert [child.name for child in whole.child_runs or ()] == ["step"]
    assert whole.inputs == top.inputs
    with pytest.raises(Exception, match="There is no run"):
        client.read_run(uuid4())
    with pytest.raises(Exception, match="did you mean name"):
        list(client.list_runs(project_name=project, filter='eq(nmae, "a")'))


def test_projects_are_listed_made_changed_and_removed(client: Client, project: str) -> None:
    app("a")
    client.flush()
    stats = client.read_project(project_name=project, include_stats=True)
    assert (stats.run_count, stats.total_tokens, stats.prompt_tokens, stats.completion_tokens) == (
        3,
        1050,
        1000,
        50,
    )
    assert stats.total_cost == Decimal("0.0025")
    assert stats.latency_p50 is not None
    assert stats.error_rate == 0
    assert stats.last_run_start_time is not None
    assert project in {one.name for one in client.list_projects()}
    assert [one.id for one in client.list_projects(project_ids=[stats.id], include_stats=True)] == [stats.id]
    assert [one.name for one in client.list_projects(name_contains=project[5:].upper())] == [project]

    made = client.create_project(f"{project} two", description="of mine", metadata={"team": "red"})
    assert made.description == "of mine"
    with pytest.raises(Exception, match="exists already"):
        client.create_project(made.name or "")
    assert client.create_project(made.name or "", upsert=True).id == made.id
    assert [one.id for one in client.list_projects(metadata={"team": "red"})] == [made.id]
    changed = client.update_project(made.id, name=f"{project} three", metadata={"size": 2})
    assert (changed.name, changed.metadata) == (f"{project} three", {"size": 2})
    client.delete_project(project_id=str(made.id))
    with pytest.raises(Exception, match="There is no project"):
        client.read_project(project_id=str(made.id))
    client.delete_project(project_name=project)
    with pytest.raises(Exception, match="not found"):
        client.read_project(project_name=project)


def test_feedback_is_given_listed_changed_and_taken_back(client: Client, project: str) -> None:
    app("a")
    run = runs_of(client, project)["app"]
    fast = client.create_feedback(
        run.id,
        "stars",
        score=1,
        value="good",
        comment="bien",
        trace_id=run.trace_id,
        session_id=run.session_id,
    )
    slow = client.create_feedback(run.id, "speed", score=0.25, source_info={"who": "anna"})
    client.flush()
    found = {one.id: one for one in client.list_feedback(run_ids=[run.id])}
    assert set(found) == {fast.id, slow.id}
    assert (found[fast.id].score, found[fast.id].value, found[fast.id].comment) == (1, "good", "bien")
    assert [one.id for one in client.list_feedback(run_ids=[run.id], feedback_key=["speed"])] == [slow.id]
    stats = client.read_run(run.id).feedback_stats or {}
    assert stats["stars"] == {"n": 1, "avg": 1.0, "values": {"good": 1}}
    assert client.get_run_stats(project_names=[project])["feedback_stats"]["speed"]["avg"] == 0.25
    assert client.read_project(project_name=project, include_stats=True).feedback_stats == {
        "stars": {"n": 1, "avg": 1.0, "values": {"good": 1}},
        "speed": {"n": 1, "avg": 0.25, "values": {}},
    }
    by_score = 'and(eq(feedback_key, "stars"), gte(feedback_score, 1))'
    assert set(runs_of(client, project, filter=by_score)) == {"app"}
    assert set(runs_of(client, project, trace_filter=by_score)) == {"app", "step", "model_call"}

    client.update_feedback(slow.id, score=0.5, comment="better")
    client.update_feedback(fast.id, comment=None)
    assert (client.read_feedback(slow.id).score, client.read_feedback(slow.id).comment) == (0.5, "better")
    assert (client.read_feedback(fast.id).score, client.read_feedback(fast.id).comment) == (1, None)
    client.delete_feedback(fast.id)
    assert [one.id for one in client.list_feedback(run_ids=[run.id])] == [slow.id]


@ROOTS
def test_the_url_of_a_run_leads_to_its_trace(server: Running, client: Client, project: str) -> None:
    app("a")
    found = runs_of(client, project)
    for run in (found["app"], found["step"]):
        for address in (client.get_run_url(run=run), run.url):
            assert address is not None
            assert address.startswith(server.address)
            assert _location(address) == f"/ui/traces/{run.trace_id}?run={run.id}"
    url = client.read_project(project_name=project).url
    assert url is not None
    assert _location(url) == f"/ui/runs?project={found['app'].session_id}"


def _location(address: str) -> str:
    """Where a link leads; whether the dashboard has been built does not matter."""
    parts = urlsplit(address)
    connection = HTTPConnection(parts.netloc)
    connection.request("GET", f"{parts.path}?{parts.query}")
    answer = connection.getresponse()
    connection.close()
    assert answer.status == 307
    return str(answer.headers["location"])


PROGRAM = """
from langsmith import traceable

@traceable
def hello(name):
    return f"Bonjour {name}"

hello("Anna")
"""


@pytest.mark.parametrize("prefix", ["LANGSMITH_", "LANGCHAIN_"])
@ROOTS
def test_one_environment_variable_points_an_app_here(
    client: Client, project: str, tmp_path: Path, prefix: str
) -> None:
    program = tmp_path / "app.py"
    program.write_text(PROGRAM)
    tracing = "TRACING" if prefix == "LANGSMITH_" else "TRACING_V2"
    said = {"ENDPOINT": client.api_url, "API_KEY": "anything", "PROJECT": project, tracing: "true"}
    environment = plain_environment(**{prefix + name: value for name, value in said.items()})
    done = subprocess.run(
        [sys.executable, program], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    (run,) = client.list_runs(project_name=project)
    assert run.outputs == {"output": "Bonjour Anna"}


def test_runs_made_by_hand_as_the_old_documents_show(client: Client, project: str) -> None:
    identity = uuid4()
    client.create_run("by hand", {"question": "?"}, "chain", id=identity, project_name=project)
    pending = client.read_run(identity)
    assert (pending.status, pending.end_time) == ("pending", None)
    client.update_run(identity, outputs={"answer": "!"}, end_time=pending.start_time)
    client.flush()
    done = client.read_run(identity)
    assert (done.status, done.inputs, done.outputs) == ("success", {"question": "?"}, {"answer": "!"})
    assert done.trace_id == identity
    assert isinstance(done.session_id, UUID)
