"""LangSmith's `evaluate()`, unmodified: datasets, experiments, and what judging them cost."""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys
import warnings
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import openai
import pytest
from langsmith import Client, aevaluate, evaluate, traceable
from langsmith.evaluation import evaluate_comparative, evaluate_existing
from langsmith.schemas import Dataset, Example, Run
from langsmith.utils import LangSmithConflictError, LangSmithNotFoundError

from clients.conftest import plain_environment
from clients.fake_provider import FakeProvider
from clients.serving import Running

with warnings.catch_warnings():
    # The package imports a deprecated module of its own.
    warnings.simplefilter("ignore", DeprecationWarning)
    from langsmith.wrappers import wrap_openai

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*(deprecated|will be removed).*"),
    # The SDK's own words to itself. As errors, they would end its threads, with what these have to send.
    pytest.mark.filterwarnings("ignore:The following arguments are no longer used in the create_feedback"),
    pytest.mark.filterwarnings("ignore:Creating feedback for a run without session_id"),
]

ROOTS = pytest.mark.parametrize("root", ["", "/api", "/api/v1"], indirect=True)


@pytest.fixture
def dataset(client: Client, project: str) -> Dataset:
    """Four examples: two to train on, two to test with."""
    made = client.create_dataset(project, description="doubles", metadata={"team": "red"})
    client.create_examples(
        dataset_id=made.id,
        examples=[
            {
                "inputs": {"n": number},
                "outputs": {"double": 2 * number},
                "metadata": {"n": number},
                "split": "test" if number % 2 else "train",
            }
            for number in range(4)
        ],
    )
    return made


@traceable(run_type="llm", metadata={"ls_provider": "openai", "ls_model_name": "gpt-4o-mini"})
def small_model(number: int) -> dict[str, Any]:
    usage = {"input_tokens": 1000, "output_tokens": 100, "total_tokens": 1100}
    return {"double": 2 * number if number else 7, "usage_metadata": usage}


@traceable(run_type="llm", metadata={"ls_provider": "openai", "ls_model_name": "gpt-4o"})
def judge(question: str) -> dict[str, Any]:
    usage = {"input_tokens": 2000, "output_tokens": 10, "total_tokens": 2010}
    return {"verdict": question, "usage_metadata": usage}


def target(inputs: dict[str, Any]) -> dict[str, Any]:
    return {"double": small_model(inputs["n"])["double"]}


def correct(run: Run, example: Example) -> dict[str, Any]:
    judge("is it double?")
    assert run.outputs is not None
    assert example.outputs is not None
    return {"key": "correct", "score": run.outputs["double"] == example.outputs["double"]}


def size(runs: list[Run], examples: list[Example]) -> Any:
    assert len(runs) == len(examples)
    return {"key": "size", "score": len(runs)}


SMALL = (Decimal("0.15") * 1000 + Decimal("0.60") * 100) / 10**6  # gpt-4o-mini, dollars per million
JUDGE = (Decimal("2.50") * 2000 + Decimal(10) * 10) / 10**6  # gpt-4o


@ROOTS
def test_an_evaluation_is_read_back_with_its_scores_and_its_cost(
    server: Running, client: Client, project: str, dataset: Dataset
) -> None:
    results = evaluate(
        target,
        data=project,
        evaluators=[correct],
        summary_evaluators=[size],
        client=client,
        experiment_prefix=project,
        max_concurrency=2,
        metadata={"temperature": 0},
    )
    assert len(list(results)) == 4
    client.flush()
    found = client.read_project(project_name=results.experiment_name, include_stats=True)
    assert found.reference_dataset_id == dataset.id
    assert found.metadata["temperature"] == 0
    assert found.metadata["dataset_splits"]
    assert (found.run_count, found.total_tokens, found.total_cost) == (8, 4 * 1100, 4 * SMALL)
    assert found.feedback_stats == {"correct": {"n": 4, "avg": 0.75, "values": {}}}
    assert found.session_feedback_stats == {"size": {"n": 1, "avg": 4.0, "values": {}}}
    listed = list(client.list_projects(reference_dataset_id=dataset.id, include_stats=True))
    assert [one.id for one in listed] == [found.id]
    assert found.id not in {one.id for one in client.list_projects(reference_free=True)}
    assert client.read_dataset(dataset_id=dataset.id).session_count == 1

    roots = list(client.list_runs(project_id=found.id, is_root=True))
    examples = {one.id: one for one in client.list_examples(dataset_id=dataset.id)}
    assert {run.reference_example_id for run in roots} == examples.keys()
    (judged,) = [run for run in roots if run.inputs["n"] == 0]
    assert [one.score for one in client.list_feedback(run_ids=[judged.id])] == [0]
    few = list(client.list_runs(reference_example_id=judged.reference_example_id))
    assert [run.id for run in few] == [judged.id]

    results_read = client.get_experiment_results(name=results.experiment_name)
    assert results_read["run_stats"]["total_cost"] == 4 * SMALL
    assert results_read["feedback_stats"].keys() == {"correct", "size"}
    rows = list(results_read["examples_with_runs"])
    assert [(row.inputs, len(row.runs)) for row in rows] == [({"n": number}, 1) for number in range(4)]
    assert [(row.runs[0].outputs or {})["double"] for row in rows] == [7, 2, 4, 6]

    (ours,) = server.get(f"/econome/v1/experiments?dataset={dataset.id}")["rows"]
    assert (ours["name"], ours["expected"]) == (results.experiment_name, 4)
    assert Decimal(ours["totals"]["cost"]) == 4 * SMALL
    assert ours["scores"]["correct"]["mean"] == 0.75
    assert Decimal(ours["evaluators"]["cost"]) == 4 * JUDGE, "judging is not in what it judges"
    assert ours["evaluators"]["calls"] == 4


def test_an_evaluation_against_a_provider_costs_what_was_served(
    server: Running, client: Client, project: str, dataset: Dataset, provider: FakeProvider
) -> None:
    with openai.OpenAI(base_url=provider.openai_url, api_key="none", max_retries=0) as plain:
        wrapped = wrap_openai(plain)

        def ask(inputs: dict[str, Any]) -> dict[str, Any]:
            question: Any = [{"role": "user", "content": f"double {inputs['n']}"}]
            answer = wrapped.chat.completions.create(model="gpt-4o-mini", messages=question)
            return {"text": answer.choices[0].message.content}

        results = evaluate(
            ask,
            data=client.list_examples(dataset_id=dataset.id, splits=["test"]),
            client=client,
            experiment_prefix=project,
            num_repetitions=2,
            max_concurrency=0,
        )
    client.flush()
    found = client.read_project(project_name=results.experiment_name, include_stats=True)
    assert provider.served["calls"] == 4, "two examples, twice"
    assert (found.prompt_tokens, found.completion_tokens) == (
        provider.served["input"],
        provider.served["output"],
    )
    (ours,) = server.get(f"/econome/v1/experiments?dataset={dataset.name}")["rows"]
    assert ours["totals"]["coverage"]["priced"] == 4
    assert ours["evaluators"] is None


def test_an_experiment_is_judged_again_and_beside_another(client: Client, dataset: Dataset) -> None:
    first = evaluate(target, data=dataset.name, client=client, experiment_prefix="a")
    second = evaluate(target, data=dataset.name, client=client, experiment_prefix="b")
    client.flush()
    # What was added later is in no experiment of before.
    client.create_example(inputs={"n": 9}, reference_outputs={"double": 18}, dataset_id=dataset.id)
    again = evaluate_existing(first.experiment_name, evaluators=[correct], client=client)
    assert len(list(again)) == 4
    client.flush()
    judged = client.read_project(project_name=first.experiment_name, include_stats=True)
    assert (judged.feedback_stats or {})["correct"]["avg"] == 0.75

    def better(runs: Sequence[Run], example: Example | None) -> dict[str, Any]:  # noqa: ARG001 - the SDK's
        return {"key": "better", "scores": {run.id: float(place) for place, run in enumerate(runs)}}

    compared = evaluate_comparative(
        (first.experiment_name, second.experiment_name), evaluators=[better], client=client
    )
    assert len(list(compared)) == 4
    client.flush()
    for name, score in ((first.experiment_name, 0.0), (second.experiment_name, 1.0)):
        stats = client.read_project(project_name=name, include_stats=True).feedback_stats or {}
        assert (stats["better"]["n"], stats["better"]["avg"]) == (4, score)


def test_the_asynchronous_evaluation_is_the_same(client: Client, project: str, dataset: Dataset) -> None:
    async def answer(inputs: dict[str, Any]) -> dict[str, Any]:
        await asyncio.sleep(0)
        return target(inputs)

    async def run() -> Any:
        return await aevaluate(
            answer, data=project, evaluators=[correct], client=client, experiment_prefix=project
        )

    results = asyncio.run(run())
    client.flush()
    found = client.read_project(project_name=results.experiment_name, include_stats=True)
    assert (found.total_tokens, found.reference_dataset_id) == (4 * 1100, dataset.id)
    assert (found.feedback_stats or {})["correct"]["n"] == 4


@ROOTS
def test_examples_are_made_changed_split_and_removed(client: Client, project: str, dataset: Dataset) -> None:
    assert client.has_dataset(dataset_name=project)
    assert client.read_dataset(dataset_name=project).example_count == 4
    assert [one.id for one in client.list_datasets(metadata={"team": "red"}, dataset_name=project)] == [
        dataset.id
    ]
    with pytest.raises(LangSmithConflictError):
        client.create_dataset(project)
    one = client.create_example(
        inputs={"n": 5},
        reference_outputs={"double": 10},
        dataset_id=dataset.id,
        metadata={"by": "hand"},
        attachments={"note.txt": ("text/plain", b"ten")},
    )
    read = client.read_example(one.id)
    assert (read.inputs, read.outputs) == ({"n": 5}, {"double": 10})
    assert read.metadata == {"by": "hand", "dataset_split": ["base"]}
    attached: Any = read.attachments
    assert attached["note.txt"]["reader"].read() == b"ten"
    assert [e.id for e in client.list_examples(dataset_id=dataset.id, metadata={"by": "hand"})] == [one.id]
    (whole,) = client.list_examples(example_ids=[one.id], include_attachments=True)
    assert whole.attachments is not None
    assert sorted(client.list_dataset_splits(dataset_id=dataset.id)) == ["base", "test", "train"]

    before = client.read_dataset_version(dataset_id=dataset.id, tag="latest")
    client.update_example(one.id, outputs={"double": 11}, dataset_id=dataset.id)
    client.update_examples(
        dataset_id=dataset.id, updates=[{"id": one.id, "metadata": {"by": "mouth"}, "split": "gold"}]
    )
    client.update_dataset_splits(dataset_id=dataset.id, split_name="silver", example_ids=[one.id])
    changed = client.read_example(one.id)
    assert (changed.inputs, changed.outputs) == ({"n": 5}, {"double": 11})
    assert changed.metadata == {"by": "mouth", "dataset_split": ["gold", "silver"]}
    assert client.read_example(one.id, as_of=before.as_of).outputs == {"double": 10}
    versions = list(client.list_dataset_versions(dataset_id=dataset.id))
    assert [version.as_of for version in versions].index(before.as_of) == 3
    client.update_dataset_tag(dataset_id=dataset.id, as_of=before.as_of, tag="prod")
    was = list(client.list_examples(dataset_id=dataset.id, as_of="prod"))
    assert [(e.outputs or {})["double"] for e in was] == [0, 2, 4, 6, 10]
    difference = client.diff_dataset_versions(dataset.id, from_version="prod", to_version="latest")
    assert difference.examples_modified == [one.id]

    client.delete_example(one.id)
    with pytest.raises(LangSmithNotFoundError):
        client.read_example(one.id)
    rest = [e.id for e in client.list_examples(dataset_id=dataset.id)]
    client.delete_examples(rest[:1])
    client.delete_examples(rest[1:2], hard_delete=True)
    assert [e.inputs for e in client.list_examples(dataset_id=dataset.id)] == [{"n": 2}, {"n": 3}]
    client.delete_dataset(dataset_id=dataset.id)
    assert not client.has_dataset(dataset_name=project)


@ROOTS
def test_a_shared_dataset_is_read_and_cloned_by_strangers(
    server: Running, client: Client, project: str, dataset: Dataset
) -> None:
    shared = client.share_dataset(dataset.id)
    assert client.read_dataset_shared_schema(dataset.id)["share_token"] == shared["share_token"]
    assert shared["url"] == f"{server.address}/public/{shared['share_token']}/d"
    token = str(shared["share_token"])
    stranger = Client(api_url=f"{server.address}/api/v1", api_key="placeholder")
    assert stranger.read_shared_dataset(token).name == project
    assert [one.inputs for one in stranger.list_shared_examples(token)] == [{"n": n} for n in range(4)]
    stranger.close()
    copy = client.clone_public_dataset(
        token, source_api_url=f"{server.address}/api/v1", dataset_name=f"{project} copy"
    )
    assert [(e.inputs, e.outputs) for e in client.list_examples(dataset_id=copy.id)] == [
        ({"n": n}, {"double": 2 * n}) for n in range(4)
    ]
    client.unshare_dataset(dataset.id)
    with pytest.raises(LangSmithNotFoundError):
        client.read_shared_dataset(token)


SUITE = """
import pytest
from langsmith import testing

@pytest.mark.langsmith
@pytest.mark.parametrize("number", [1, 2])
def test_double(number):
    testing.log_inputs({"number": number})
    testing.log_reference_outputs({"double": 2 * number})
    testing.log_outputs({"double": 2})
    testing.log_feedback(key="near", score=number / 2)
    assert 2 == 2 * number
"""


def test_a_suite_of_pytest_s_is_an_experiment(
    server: Running, client: Client, project: str, tmp_path: Path
) -> None:
    (tmp_path / "test_it.py").write_text(SUITE)
    environment = plain_environment(
        LANGSMITH_TRACING="true",
        LANGSMITH_ENDPOINT=client.api_url,
        LANGSMITH_API_KEY="anything",
        LANGSMITH_TEST_SUITE=project,
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py"]
    for _ in "12":
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert "1 failed, 1 passed" in done.stdout, done.stdout + done.stderr
    dataset = client.read_dataset(dataset_name=project)
    assert (dataset.example_count, dataset.session_count) == (2, 2), "the second time on the same examples"
    examples = client.list_examples(dataset_id=dataset.id)
    # The plugin sends both at once.
    assert sorted([(one.inputs, one.outputs) for one in examples], key=str) == [
        ({"number": n}, {"double": 2 * n}) for n in (1, 2)
    ]
    for row in server.get(f"/econome/v1/experiments?dataset={dataset.id}")["rows"]:
        assert {key: score["mean"] for key, score in row["scores"].items()} == {"pass": 0.5, "near": 0.75}


def test_a_dataset_is_made_from_a_file(client: Client, project: str) -> None:
    file = io.BytesIO('\ufeffn,double,by\n1,2,anna\n2,4,"x, y"\n'.encode())
    made = client.upload_csv((f"{project}.csv", file), ["n"], ["double", "by"], description="doubles")
    assert (made.name, made.description, made.example_count) == (f"{project}.csv", "doubles", 2)
    assert [(e.inputs, e.outputs) for e in client.list_examples(dataset_id=made.id)] == [
        ({"n": "1"}, {"double": "2", "by": "anna"}),
        ({"n": "2"}, {"double": "4", "by": "x, y"}),
    ]


def test_examples_are_made_from_runs(client: Client, project: str, dataset: Dataset) -> None:
    traceable(target)({"n": 3})
    client.flush()
    run = next(iter(client.list_runs(project_name=project, is_root=True)))
    made = client.create_example_from_run(run, dataset_id=dataset.id)
    assert (made.inputs, made.outputs) == ({"inputs": {"n": 3}}, {"double": 6})
    taken = client.create_example(dataset_id=dataset.id, source_run_id=run.id, use_source_run_io=True)
    assert (taken.inputs, taken.outputs, taken.source_run_id) == (made.inputs, made.outputs, run.id)
    many = client.create_examples(dataset_id=dataset.id, examples=[{"inputs": {"n": n}} for n in range(250)])
    assert many["count"] == 250
    assert len(list(client.list_examples(dataset_id=dataset.id))) == 4 + 2 + 250
    with pytest.raises(LangSmithNotFoundError):
        client.read_dataset(dataset_id=uuid4())
