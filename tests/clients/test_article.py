"""The article's program, in an environment of its own, against a real server."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from clients.environment import ROOT, python_with
from clients.serving import Running, served
from econome.settings import Settings

pytestmark = pytest.mark.models

PROGRAM = ROOT / "examples" / "article"
TUTORIALS = ROOT / "docs" / "tutorial"
PROMPT = "Expliquez la gravité à un enfant de 10 ans en environ 20 mots avec une analogie amusante."

COUNT = """
import json, sys
from transformers import AutoTokenizer
tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
prompt, answer = json.load(sys.stdin)
asked = tokenizer(prompt).input_ids
answered = tokenizer(answer, add_special_tokens=False).input_ids
print(json.dumps([len(asked), len(answered)]))
"""
"""What the pipeline gives its model for a prompt, and what the text of an answer is made of."""


@pytest.fixture(scope="module")
def python() -> Path:
    return python_with("article", PROGRAM / "requirements.txt")


@pytest.fixture(scope="module")
def model(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny-t5"
    subprocess.run([python, Path(__file__).with_name("tiny_t5.py"), folder], check=True, capture_output=True)
    return folder


def run_program(python: Path, model: str, server: Running, **variables: str) -> list[dict[str, Any]]:
    """Runs the example as a reader would, and gives its runs, parents first."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HF_")},
        "MODEL": model,
        "LANGSMITH_ENDPOINT": f"{server.address}/api/v1",
        "HF_HUB_OFFLINE": "1",
        **variables,
    }
    done = subprocess.run(
        [python, PROGRAM / "explain_gravity.py"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "=== Réponse du modèle Hugging Face ===" in done.stdout
    # The SDK sends in the background and flushes at exit: all is stored when the program has ended.
    rows: list[dict[str, Any]] = []
    for _ in range(50):
        rows = server.get("/econome/v1/runs?view=runs&sort=started_at&order=asc")["rows"]
        if len(rows) == 3 and all(row["status"] == "success" for row in rows):
            return rows
        time.sleep(0.1)
    raise AssertionError(rows)


def test_its_runs_arrive_with_their_tokens_counted(python: Path, model: Path, tmp_path: Path) -> None:
    with served(tmp_path / "data", "--tokenizers", str(model.parent)) as server:
        runs = run_program(python, str(model), server)
        assert [run["name"] for run in runs] == ["HF Explain Gravity", "LLMChain", "HuggingFacePipeline"]
        assert [run["kind"] for run in runs] == ["chain", "chain", "llm"]
        assert {run["project"]["name"] for run in runs} == {"HF_FLAN_T5_Base_Demo"}
        call = runs[2]
        whole = server.get(f"/econome/v1/runs/{call['id']}")
        answer = whole["outputs"]["generations"][0][0]["text"]
        texts = json.dumps([PROMPT, answer])
        counted = subprocess.run(
            [python, "-c", COUNT, model], input=texts, capture_output=True, text=True, check=True
        )
        in_prompt, in_answer = json.loads(counted.stdout)
        assert in_prompt > 20
        assert in_answer > 20
        assert (call["tokens"]["input"], call["tokens"]["output"]) == (in_prompt, in_answer)
        assert call["usage_source"] == "counted"
        assert call["usage_convention"].startswith("counted:tokenizer.json@")
        assert call["cost"] is None  # nobody sells a T5 by the token
        totals = server.get("/econome/v1/overview")["totals"]
        assert totals["tokens"]["total"] == in_prompt + in_answer
        assert totals["coverage"]["counted"] == 1


def test_a_model_from_the_hub_is_counted_from_hugging_faces_cache(
    python: Path, model: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    cached = home / ".cache" / "huggingface" / "hub" / "models--somebody--tiny-t5"
    revision = "0123456789abcdef0123456789abcdef01234567"
    shutil.copytree(model, cached / "snapshots" / revision)
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text(revision)
    with served(tmp_path / "data", environment={"HOME": str(home)}) as server:
        call = run_program(python, "somebody/tiny-t5", server, HOME=str(home))[2]
        assert call["model"] == "somebody/tiny-t5"
        assert call["usage_source"] == "counted"
        assert call["tokens"]["input"] > 20


def test_without_its_tokenizer_its_tokens_are_estimated_and_in_no_total(
    python: Path, model: Path, tmp_path: Path
) -> None:
    with served(tmp_path / "data") as server:
        call = run_program(python, str(model), server)[2]
        assert call["usage_source"] == "estimated"
        totals = server.get("/econome/v1/overview")["totals"]
        assert (totals["tokens"]["input"], totals["tokens"]["output"]) == (None, None)
        assert totals["estimated"]["input"] == call["tokens"]["input"]
        assert (totals["coverage"]["calls"], totals["coverage"]["estimated"]) == (1, 1)


def test_the_example_is_the_articles_program_but_for_its_imports() -> None:
    program = (PROGRAM / "explain_gravity.py").read_text(encoding="utf-8")
    for line in (
        'os.environ["LANGCHAIN_API_KEY"] = "your-api-key"',
        'os.environ["LANGCHAIN_PROJECT"] = "HF_FLAN_T5_Base_Demo"',
        'os.environ["LANGCHAIN_TRACING_V2"] = "true"',
        '"text2text-generation",',
        "llm = HuggingFacePipeline(pipeline=pipe)",
        "chain = LLMChain(llm=llm, prompt=prompt_template)",
        '@traceable(name="HF Explain Gravity")',
        "return chain.run({})",
    ):
        assert line in program
    assert "econome" not in program


def test_both_tutorials_give_the_commands_that_this_test_runs() -> None:
    english, french = (
        re.findall(r"^```.*?^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
        for page in (TUTORIALS / "article.md", TUTORIALS / "article.fr.md")
    )
    assert english == french
    commands = "\n".join(english)
    assert "--requirement examples/article/requirements.txt" in commands
    assert "python examples/article/explain_gravity.py" in commands
    assert f"LANGSMITH_ENDPOINT=http://127.0.0.1:{Settings().port}/api/v1" in commands
