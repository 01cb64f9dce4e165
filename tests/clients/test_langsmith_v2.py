"""LangSmith's second API, by the generated half of its Python client, unmodified."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from langsmith import Client, evaluate, traceable
from langsmith._client import Langsmith
from langsmith.run_helpers import trace
from langsmith.schemas import Attachment

from clients.serving import Running

pytestmark = [pytest.mark.filterwarnings("ignore:.*(deprecated|will be removed).*")]

ROOTS = pytest.mark.parametrize("root", ["", "/api", "/api/v1"], indirect=True)
COST = (Decimal("2.5") * 600 + Decimal("1.25") * 400 + Decimal(10) * 50) / 10**6  # gpt-4o, 400 from the cache


@traceable(run_type="llm", metadata={"ls_provider": "openai", "ls_model_name": "gpt-4o"})
def model_call(question: str) -> dict[str, Any]:
    usage = {"input_tokens": 1000, "output_tokens": 50, "total_tokens": 1050}
    return {"text": question, "usage_metadata": {**usage, "input_token_details": {"cache_read": 400}}}


def ask(question: str, thread: str = "") -> str:
    """One trace of two runs; its id."""
    metadata = {"thread_id": thread} if thread else {}
    with trace("app", inputs={"q": question}, metadata=metadata, tags=["beta"]) as top:
        model_call(question)
        top.end(outputs={"a": question.upper()})
    return str(top.id)


def project_id(client: Client, project: str) -> str:
    client.flush()
    return str(client.read_project(project_name=project).id)


@pytest.fixture
def api(client: Client) -> Iterator[Langsmith]:
    """The generated half of the client, which its own `evaluate()` uses; `client.runs` is for asyncio."""
    with client._get_langsmith_api_sync() as generated:
        yield generated


@ROOTS
def test_runs_are_queried_with_only_what_is_selected(client: Client, api: Langsmith, project: str) -> None:
    ask("one")
    mine = project_id(client, project)
    only = list(api.runs.query(project_ids=[mine]))
    assert [run.model_dump(exclude_unset=True).keys() for run in only] == [{"id"}, {"id"}]
    selects: Any = ["ID", "NAME", "RUN_TYPE", "STATUS", "INPUTS", "OUTPUTS", "METADATA", "TAGS", "PROJECT_ID"]
    selects += ["PARENT_RUN_IDS", "IS_ROOT", "LATENCY_SECONDS", "PROMPT_TOKENS", "TOTAL_COST", "DOTTED_ORDER"]
    selects += ["PROMPT_TOKEN_DETAILS", "PROMPT_COST_DETAILS", "TRACE_ID", "START_TIME", "APP_PATH"]
    runs = {run.name: run for run in api.runs.query(project_ids=[mine], selects=selects)}
    top, call = runs["app"], runs["model_call"]
    assert (top.inputs, top.outputs, top.tags) == ({"q": "one"}, {"a": "ONE"}, ["beta"])
    assert (top.run_type, call.run_type, top.status) == ("CHAIN", "LLM", "SUCCESS")
    assert (top.is_root, call.is_root, call.parent_run_ids) == (True, False, [top.id])
    assert (top.prompt_tokens, call.prompt_tokens) == (None, 1000), "a wrapper used nothing itself"
    assert call.total_cost == pytest.approx(float(COST))
    assert call.prompt_token_details is not None
    assert call.prompt_token_details.raw == {"cache_read": 400}
    assert call.project_id == mine
    subtree = api.runs.query(
        project_ids=[mine], is_root=True, include_subtree_usage=True, selects=["TOTAL_TOKENS", "TOTAL_COST"]
    )
    assert [run.total_tokens for run in subtree] == [1050]


async def test_the_public_half_for_asyncio_is_the_same(client: Client, project: str) -> None:
    await asyncio.to_thread(ask, "one", f"{project} thread")
    mine = await asyncio.to_thread(project_id, client, project)
    second = client._get_langsmith_api()  # of which client.runs and the others are parts
    async with second:
        await said_the_same(client, mine, project)


async def said_the_same(client: Client, mine: str, project: str) -> None:
    names = [run.name async for run in client.runs.query(project_ids=[mine], selects=["NAME"], page_size=1)]
    assert names == ["model_call", "app"]
    threads = [thread.count async for thread in client.threads.query(project_id=mine)]
    assert threads == [1]
    assert (await client.sessions.retrieve_v2(mine)).name == project


def test_queries_narrow_page_and_look_back_a_day(client: Client, api: Langsmith, project: str) -> None:
    for number in range(5):
        ask(f"q{number}")
    old = datetime.now(UTC) - timedelta(days=2)
    client.create_run("old", {}, "tool", id=uuid4(), project_name=project, start_time=old, end_time=old)
    mine = project_id(client, project)

    def names(**asked: Any) -> list[str | None]:
        return [run.name for run in api.runs.query(project_ids=[mine], selects=["NAME"], **asked)]

    assert len(names()) == len(names(page_size=3)) == 10
    assert "old" in names(min_start_time=old - timedelta(hours=1))
    assert names(max_start_time=old + timedelta(hours=1), min_start_time=old) == ["old"]
    assert names(run_type="LLM") == ["model_call"] * 5
    assert names(is_root=True, has_error=False) == ["app"] * 5
    assert names(has_error=True) == []
    assert names(filter='has(tags, "beta")', run_type="CHAIN") == ["app"] * 5
    assert names(trace_filter='search("q3")', run_type="LLM") == ["model_call"]
    (one,) = api.runs.query(project_ids=[mine], filter='search(inputs, "q4")', is_root=True)
    assert one.id is not None
    assert sorted(map(str, names(trace_id=one.id))) == ["app", "model_call"]
    assert names(ids=[one.id]) == ["app"]
    for asked, words in (
        ({"selects": ["COLOUR"]}, "is no field. Known are ID, NAME"),
        ({"page_size": 1001}, "from 1 to 1000"),
        ({"filter": 'eq(nmae, "a")'}, "did you mean name"),
        ({"ai_search": "slow ones"}, "plain language"),
        ({"extra_body": {"colour": 1}}, '"colour" is no field here'),
        ({"cursor": "nonsense"}, "cursor"),
    ):
        with pytest.raises(Exception, match=words):
            list(api.runs.query(project_ids=[mine], **asked))
    with pytest.raises(Exception, match="Say in which projects"):
        list(api.runs.query())
    with pytest.raises(Exception, match="There is no project"):
        list(api.runs.query(project_ids=[str(uuid4())]))


def test_one_run_is_retrieved_with_its_files_and_its_address(
    server: Running, client: Client, api: Langsmith, project: str
) -> None:
    @traceable
    def look(image: Attachment) -> str:  # noqa: ARG001 - traced, not used
        return "seen"

    look(Attachment("image/png", b"PNG"))
    mine = project_id(client, project)
    (listed,) = api.runs.query(project_ids=[mine], selects=["ID", "TRACE_ID"])
    assert listed.id is not None
    assert listed.trace_id is not None
    run = api.runs.retrieve(
        listed.id, project_id=mine, selects=["NAME", "ATTACHMENTS", "FEEDBACK_STATS", "SHARE_URL"]
    )
    assert run.name == "look"
    assert run.attachments is not None
    assert run.attachments["image"].startswith(server.address + "/public/attachments/")
    assert run.share_url is None
    url = api.runs.get_url(listed.id, project_id=mine, trace_id=listed.trace_id).url
    assert url is not None
    assert url.startswith(server.address)
    assert f"/projects/p/{mine}/r/{listed.id}" in url
    with pytest.raises(Exception, match="There is no run"):
        api.runs.retrieve(str(uuid4()), project_id=mine)


def test_traces_are_queried_with_what_all_their_runs_used(
    client: Client, api: Langsmith, project: str
) -> None:
    first, second = ask("one"), ask("two")
    mine = project_id(client, project)
    selects: Any = ["NAME", "INPUTS", "TOTAL_TOKENS", "TOTAL_COST"]
    traces = list(api.traces.query(project_id=mine, selects=selects))
    assert [one.root_run.id for one in traces if one.root_run] == [second, first]
    for one in traces:
        assert one.trace_aggregates is not None
        assert (one.trace_aggregates.total_tokens, one.trace_aggregates.first_token_time) == (1050, None)
        assert one.trace_aggregates.total_cost == pytest.approx(float(COST))
    plain = next(iter(api.traces.query(project_id=mine, trace_ids=[first])))
    assert plain.trace_aggregates is None
    assert plain.root_run is not None
    assert plain.root_run.model_dump(exclude_unset=True) == {"id": first}
    found = list(api.traces.query(project_id=mine, tree_filter='eq(name, "model_call")', page_size=1))
    assert len(found) == 2
    assert list(api.traces.query(project_id=mine, trace_filter='eq(name, "model_call")')) == []
    runs = api.traces.list_runs(first, project_id=mine, selects=["NAME", "IS_ROOT"]).items or []
    assert [run.name for run in runs] == ["app", "model_call"]
    calls = api.traces.list_runs(first, project_id=mine, filter='eq(run_type, "llm")').items or []
    assert len(calls) == 1


def test_threads_tell_their_turns_and_what_they_cost(client: Client, api: Langsmith, project: str) -> None:
    for thread, turns in (("one", 3), ("two", 1)):
        for number in range(turns):
            ask(f"{thread} {number}", f"{project} {thread}")
    ask("alone")
    mine = project_id(client, project)
    latest, first = list(api.threads.query(project_id=mine))
    assert (latest.thread_id, first.thread_id) == (f"{project} two", f"{project} one")
    assert (first.count, first.total_tokens, first.num_errored_turns) == (3, 3 * 1050, 0)
    assert first.total_cost == pytest.approx(float(3 * COST))
    assert first.first_inputs is not None
    assert "one 0" in first.first_inputs
    assert [one.thread_id for one in api.threads.query(project_id=mine, page_size=1)] == [
        f"{project} two",
        f"{project} one",
    ]
    kept = api.threads.query(project_id=mine, trace_filter='search(inputs, "two 0")')
    assert [one.thread_id for one in kept] == [f"{project} two"]

    stats = api.threads.aggregate_stats(
        project_id=mine, select=["THREAD_COUNT", "TRACE_COUNT", "TOTAL_TOKENS"]
    )
    assert (stats.thread_count, stats.trace_count, stats.total_tokens) == (2, 4, 4 * 1050)
    spoken = api.threads.stats(
        f"{project} one", session_id=mine, selects=["TURNS", "PROMPT_TOKENS", "TOTAL_COST", "LATENCY_P50"]
    )
    assert (spoken.turns, spoken.prompt_tokens) == (3, 3000)
    assert spoken.total_cost == pytest.approx(float(3 * COST))
    assert spoken.latency_p50_seconds is not None
    heard = list(
        api.threads.list_traces(
            f"{project} one", project_id=mine, page_size=2, selects=["INPUTS", "TOTAL_TOKENS"]
        )
    )
    assert [(turn.inputs, turn.total_tokens) for turn in heard] == [
        ({"q": f"one {number}"}, 1050) for number in (2, 1, 0)
    ]
    with pytest.raises(Exception, match="There is no thread"):
        api.threads.stats("nobody", session_id=mine, selects=["TURNS"])


@ROOTS
def test_a_run_is_shared_and_read_without_a_key(
    server: Running, client: Client, api: Langsmith, project: str
) -> None:
    trace_id = ask("shared")
    mine = project_id(client, project)
    token = api.runs.share.create(trace_id, session_id=mine, trace_id=trace_id).share_token
    assert token is not None
    with (
        closing(Client(api_url=server.address + "/api/v1", api_key="placeholder")) as stranger,
        stranger._get_langsmith_api_sync() as generated,
    ):
        public = generated.public
        runs = public.runs.query(token, selects=["NAME", "TOTAL_TOKENS", "START_TIME"]).items or []
        assert [run.name for run in runs] == ["app", "model_call"]
        started = runs[0].start_time
        assert started is not None
        read = public.runs.retrieve(
            trace_id, share_token=token, selects=["NAME", "INPUTS"], start_time=started
        )
        assert (read.name, read.inputs) == ("app", {"q": "shared"})
        old = stranger.read_shared_run(token)
        assert (old.name, old.outputs) == ("app", {"a": "SHARED"})
        assert [run.name for run in stranger.list_shared_runs(token)] == ["app", "model_call"]
    link = client.read_run_shared_link(trace_id)
    assert link == client.share_run(trace_id) == f"{server.address}/public/{token}/r"
    shared = api.runs.retrieve(trace_id, project_id=mine, selects=["SHARE_URL"])
    assert shared.share_url == link
    api.runs.share.delete(trace_id, session_id=mine)
    assert not client.run_is_shared(trace_id)
    client.share_run(trace_id)
    client.unshare_run(trace_id)
    assert not client.run_is_shared(trace_id)


@ROOTS
def test_feedback_is_given_by_a_link(client: Client, api: Langsmith, project: str) -> None:
    run = ask("judged")
    mine = project_id(client, project)
    link = client.create_presigned_feedback_token(run, "stars", expiration=timedelta(minutes=5))
    client.create_feedback_from_token(link.id, score=1, comment="bien", metadata={"page": "cart"})
    several = client.create_presigned_feedback_tokens(run, ["a", "b"])
    assert {one.id for one in client.list_presigned_feedback_tokens(run)} == {
        link.id,
        *(one.id for one in several),
    }
    (said,) = client.list_feedback(run_ids=[run])
    assert (said.key, said.score, said.comment) == ("stars", 1, "bien")
    found = api.runs.retrieve(run, project_id=mine, selects=["FEEDBACK_STATS"]).feedback_stats or {}
    assert (found["stars"].n, found["stars"].avg) == (1, 1.0)


def test_examples_are_read_with_their_runs(client: Client, api: Langsmith, project: str) -> None:
    dataset = client.create_dataset(project)
    made = client.create_examples(dataset_id=dataset.id, examples=[{"inputs": {"n": n}} for n in range(3)])
    results = evaluate(
        lambda inputs: {"double": model_call(inputs["n"])["text"] * 2},
        data=project,
        client=client,
        evaluators=[lambda run: {"key": "fine", "score": run.outputs["double"] > 1}],
    )
    client.flush()
    experiment = str(results.experiment_id)
    found = list(
        api.datasets.experiment_runs.query(
            str(dataset.id),
            experiment_ids=[experiment],
            page_size=2,
            selects=["OUTPUTS", "TOTAL_TOKENS", "FEEDBACK_STATS"],
        )
    )
    assert [one.id for one in found] == made["example_ids"]
    runs = [(one.runs or [])[0] for one in found]
    assert [(run.outputs, run.total_tokens) for run in runs] == [({"double": 2 * n}, 1050) for n in range(3)]
    assert [(run.feedback_stats or {})["fine"].avg for run in runs] == [0, 1, 1]
    (one,) = api.datasets.experiment_runs.query(
        str(dataset.id), experiment_ids=[experiment], example_ids=[made["example_ids"][2]]
    )
    assert one.inputs == {"n": 2}
    (listed,) = api.datasets.list_v2(name=project)
    assert (listed.id, listed.example_count, listed.session_count) == (str(dataset.id), 3, 1)
    others = api.datasets.list_v2(name_contains=project, page_size=1, sort_by="example_count")
    assert [dataset.name for dataset in others] == [project]


def test_projects_are_listed_made_changed_and_resolved(client: Client, api: Langsmith, project: str) -> None:
    ask("one")
    mine = project_id(client, project)
    (listed,) = api.sessions.list_v2(name=project, include_stats=True)
    assert (listed.id, listed.type, listed.run_count, listed.total_tokens) == (mine, "PROJECT", 2, 1050)
    dataset = client.create_dataset(project)
    made = api.sessions.create_v2(
        type="EXPERIMENT", name=f"{project} e", reference_dataset_id=str(dataset.id), extra={"a": 1, "b": 2}
    )
    assert (made.type, made.reference_dataset_id) == ("EXPERIMENT", str(dataset.id))
    changed = api.sessions.update_v2(made.id, description="mine", extra={"a": None, "c": 3})
    assert (changed.description, changed.extra) == ("mine", {"b": 2, "c": 3})
    assert api.sessions.update_v2(made.id, description=None).description is None
    assert api.sessions.retrieve_v2(made.id).extra == {"b": 2, "c": 3}
    both = api.sessions.list_v2(name_contains=project, sort_by="NAME", sort_order="asc", page_size=1)
    assert [one.name for one in both] == [project, f"{project} e"]
    assert api.sessions.resolve(kind="EXPERIMENT", id=made.id).session_id == made.id
    with pytest.raises(Exception, match="There is no project of that agent"):
        api.sessions.resolve(kind="AGENT", id="x", environment="LOCAL")
    with pytest.raises(Exception, match="An EXPERIMENT has a"):
        api.sessions.create_v2(type="EXPERIMENT", name="f")
