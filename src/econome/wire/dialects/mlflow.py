"""MLflow's tracing: every attribute is JSON, a text among them in quotes.

It puts requests and answers whole into its spans, so their own usage is read first: MLflow drops
the reasoning, the sound, and all of embeddings. `mlflow.trace.tokenUsage` is the sum of a trace
and is never read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from econome.domain.run import Kind
from econome.wire.conventions.account import Account
from econome.wire.dialects import native
from econome.wire.dialects.tokens import Counts, account_of, state_cost
from econome.wire.dialects.told import Dialect, Told
from econome.wire.dialects.values import json_of, object_at, text
from econome.wire.otlp.span import Span

CONVENTION = "mlflow"

KINDS: Mapping[str, Kind] = {
    "LLM": Kind.LLM,
    "CHAT_MODEL": Kind.LLM,
    "EMBEDDING": Kind.EMBEDDING,
    "AGENT": Kind.AGENT,
    "TOOL": Kind.TOOL,
    "RETRIEVER": Kind.RETRIEVER,
    "RERANKER": Kind.RETRIEVER,
    "PARSER": Kind.PARSER,
}
"""Its types of spans; all others are steps."""

_TYPE = "mlflow.spanType"
_REQUEST = "mlflow.traceRequestId"
_INPUTS, _OUTPUTS, _TOOLS = "mlflow.spanInputs", "mlflow.spanOutputs", "mlflow.chat.tools"
_TAG = "mlflow.traceTag."
_FIRST_CHUNK = "mlflow.chunk.item.0"
_FORMATS = frozenset(("openai", "anthropic", "gemini", "groq", "mistral", "bedrock"))
"""The formats of messages that are named like their provider; the others are frameworks."""
_PARAMETERS = (
    "model",
    "temperature",
    "top_p",
    "max_tokens",
    "max_completion_tokens",
    "stream",
    "service_tier",
)


def read(span: Span) -> Told:
    """What a span of MLflow tells."""
    given = span.attributes
    told = Told(kind=KINDS.get(_text(given, _TYPE), Kind.CHAIN))
    _read_labels(given, told)
    told.inputs, told.outputs = json_of(given.get(_INPUTS)), json_of(given.get(_OUTPUTS))
    told.moved.update((_INPUTS, _OUTPUTS))
    answer = told.outputs
    by_library = _account(given, told)
    if told.kind in (Kind.LLM, Kind.EMBEDDING):
        _read_call(given, told)
        told.account = native.best_account(told, answer, by_library)
    else:
        told.account = by_library
        told.model_asked = _text(given, "mlflow.llm.model") if by_library else ""
    if told.kind == Kind.EMBEDDING:
        told.outputs = native.without_vectors(answer)
    for event in span.events[:1]:
        if event.name == _FIRST_CHUNK:
            told.first_token_at = event.at
    return told


def _read_call(given: Mapping[str, Any], told: Told) -> None:
    parameters = {name: json_of(given[name]) for name in _PARAMETERS if name in given}
    told.inputs = native.request_of(told.inputs) or told.inputs
    native.read_names(told, told.outputs, parameters, told.inputs)
    model = _text(given, "mlflow.llm.model")
    if told.outputs is not None:
        told.model_answered = told.model_answered or model
    told.model_asked = told.model_asked or model
    spoken = _text(given, "mlflow.message.format")
    told.provider = _text(given, "mlflow.llm.provider") or (spoken if spoken in _FORMATS else "")
    tools = json_of(given.get(_TOOLS))
    if isinstance(tools, list) and isinstance(told.inputs, dict):
        told.inputs.setdefault("tools", tools)
        told.moved.add(_TOOLS)


def _read_labels(given: Mapping[str, Any], told: Told) -> None:
    told.user = _text(given, "user.id", "mlflow.trace.user")
    told.session = _text(given, "session.id", "mlflow.trace.session")
    for name, value in given.items():
        if name.startswith(_TAG) and not name.startswith("mlflow.", len(_TAG)):
            told.metadata[name[len(_TAG) :]] = value
    prompts = json_of(given.get("mlflow.linkedPrompts"))
    if isinstance(prompts, list) and prompts and isinstance(prompts[0], dict):
        told.prompt_name, told.prompt_version = text(prompts[0], "name"), text(prompts[0], "version")


def _account(given: Mapping[str, Any], told: Told) -> Account | None:
    usage = object_at(given, "mlflow.chat.tokenUsage")
    counts = Counts(
        sent=usage.get("input_tokens"),
        generated=usage.get("output_tokens"),
        total=usage.get("total_tokens"),
        cache_read=usage.get("cache_read_input_tokens"),
        cache_write=usage.get("cache_creation_input_tokens"),
        cache_write_1h=usage.get("cache_creation_input_tokens_above_1hr"),
    )
    account = account_of(CONVENTION, counts, told.notes)
    cost = object_at(given, "mlflow.llm.cost")
    state_cost(account, cost.get("total_cost"), cost.get("input_cost"), cost.get("output_cost"))
    return account


def _text(given: Mapping[str, Any], *names: str) -> str:
    """The first of these that is a text, out of its quotes."""
    for name in names:
        value = json_of(given.get(name))
        if isinstance(value, str) and value:
            return value
    return ""


DIALECT = Dialect(CONVENTION, lambda span: _TYPE in span.attributes or _REQUEST in span.attributes, read)
