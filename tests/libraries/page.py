"""Writes docs/reference/clients.md from the cases and from what became of them."""

from __future__ import annotations

from pathlib import Path

from clients.snippets import Snippet, all_snippets
from libraries import results
from libraries.case import Case, Loss, all_cases
from libraries.results import Result

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "clients.md"

_USUAL = ("opentelemetry-sdk", "opentelemetry-exporter", "@opentelemetry/", "zod")
"""What nearly all of them need, and nobody asks about."""

HEAD = """\
# Clients

*Written by `make test-clients` from the cases in `tests/libraries` and their last run; do not edit.*

Each of these libraries is installed from its registry and runs a small program: plain answers, streams,
cached and reasoning calls, tools, embeddings, a refusal. The provider is one of ours, whose bill is known;
the spans and batches go to a real Econome. Its totals (calls, input, output, cache read and written,
reasoning, cost) are compared with the bill, less what the library itself loses, which stands below.
`make test-clients ARGS=langfuse_v3` runs one. To add one, see
[tests/libraries](../../tests/libraries/README.md).

"""

SNIPPETS = """
## What one is told to paste

[Connect an app](../how-to/connect-an-app.md) and the dashboard say how each client is connected.
`make test-snippets` does it: packages as new as they are, lines in a shell, the program as it stands, a
server that asks for the key.

| client | with | last run | result |
|---|---|---|---|
"""

ALWAYS = """
## Clients that `make test` runs each time

| client | of which version |
|---|---|
| LangSmith for Python, `wrap_openai`, `wrap_anthropic` | `constraints.txt` |
| LangSmith for JavaScript | `tests/clients/js/package.json` |
| LangChain for Python | `constraints.txt` |
| the article's program | `tests/clients/test_article.py` |
"""

ELSEWHERE = """
## Clients that cannot run here

They need an account, a network or a GPU. Their bodies were built by hand after their sources and
documents, and say so in `tests/conformance/otlp`.

| client | why it cannot run | proven by |
|---|---|---|
| Claude Code | needs an account at Anthropic | hand-built log records and session files |
| Codex CLI | needs an account at OpenAI | hand-built log records and session files |
| Gemini CLI | needs an account at Google | hand-built log records and session files |
| Google's ADK | not tried | hand-built spans |
| Bedrock's streams and older bodies | their framing is AWS's own | hand-built spans |
| vLLM, SGLang | need a GPU's worth of packages | hand-built spans |
| spans of Anthropic's own servers | Anthropic makes them | not proven |
"""


def page() -> str:
    """The whole text."""
    last = results.read()
    cases = all_cases()
    lines = [
        "| client | case | library | with | calls | last run | result |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [_row(case, last.get(case.name)) for case in cases]
    return "".join([HEAD, "\n".join(lines), "\n", _losses(cases), _snippets(), ALWAYS, ELSEWHERE])


def _row(case: Case, result: Result | None) -> str:
    if result is None:
        return f"| {case.title} | `{case.name}` | {case.library} | | | never | |"
    (library, *others) = [f"{name} {version}" for name, version in result.versions.items()] or [case.library]
    beside = ", ".join(other for other in others if not other.startswith(_USUAL))
    said = "<br>".join(_cell(line) for line in result.wrong) if result.wrong else "as served"
    if case.losses and not result.wrong:
        said = "as served, less what it loses"
    run = f"{result.calls} | {result.day} | {said}"
    return f"| {case.title} | `{case.name}` | {library} | {beside} | {run} |"


def _snippets() -> str:
    last = results.read(results.SNIPPETS)
    lines = [_snippet_row(snippet, last.get(snippet.name)) for snippet in all_snippets() if snippet.is_run]
    return SNIPPETS + "\n".join(lines) + "\n"


def _snippet_row(snippet: Snippet, result: Result | None) -> str:
    if result is None:
        return f"| {snippet.heading} | | never | |"
    versions = ", ".join(f"{name} {version}" for name, version in result.versions.items())
    said = "<br>".join(_cell(line) for line in result.wrong) if result.wrong else "as served"
    return f"| {snippet.heading} | {versions} | {result.day} | {said} |"


def _losses(cases: list[Case]) -> str:
    lines = ["", "## What libraries lose by themselves", ""]
    lines += [
        "No receiver can tell what was not sent. Of a call without usage, Econome estimates the tokens apart"
    ]
    lines += ["from what is reported: see [Estimates](estimates.md).", ""]
    lines += ["| case | calls | lost | why |", "|---|---|---|---|"]
    lines += [
        f"| `{case.name}` | {loss.calls} | {_lost(loss)} | {_cell(loss.why)} |"
        for case in cases
        for loss in case.losses
    ]
    return "\n".join(lines) + "\n"


def _lost(loss: Loss) -> str:
    words = {"call": "the call", "usage": "its usage", "twice": "counted twice"}
    lost = [words.get(what, what.replace("_", " ")) for what in loss.what]
    added = [f"invents {count} of {name}" for name, count in loss.adds.items()]
    return ", ".join([*lost, *added])


def _cell(text: str) -> str:
    first = text.strip().splitlines()[0] if text.strip() else ""
    return first.replace("|", "\\|").replace("*", "\\*")


def write() -> None:
    """Writes it where it belongs."""
    PAGE.write_text(page(), "utf-8")


if __name__ == "__main__":
    write()
