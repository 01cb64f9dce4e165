"""OpenLLMetry, by Traceloop: OpenTelemetry's names of several years, and `traceloop.*` of its own.

Its decorators and its integrations of frameworks write workflows, tasks, agents and tools, whose
inputs and outputs may hold a call's usage as text: the call has a span of its own, so none of that
is counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from econome.domain.run import CALLS, Kind
from econome.wire.conventions.account import Account
from econome.wire.dialects import messages
from econome.wire.dialects.native import without_vectors
from econome.wire.dialects.otel_genai import read_genai, usage_of
from econome.wire.dialects.told import Dialect, Told
from econome.wire.dialects.values import flag, json_of, number, numbered, text, texts, under, whole
from econome.wire.otlp.span import Span

CONVENTION = "traceloop"

_SCOPE = "opentelemetry.instrumentation."
_JS = "@traceloop/instrumentation-"
_RUNNING_TOTALS = f"{_SCOPE}crewai"
"""Whose agents tell all that they ever used, with each task again: no sum of what is below."""
_OWN = frozenset(
    (
        *("agno", "alephalpha", "anthropic", "bedrock", "chromadb", "cohere", "crewai", "fireworks"),
        *("google_generativeai", "groq", "haystack", "lancedb", "langchain", "llamaindex", "marqo", "mcp"),
        *("milvus", "mistralai", "ollama", "openai", "openai.v0", "openai.v1", "openai_agents", "openrouter"),
        *("pinecone", "qdrant", "replicate", "sagemaker", "together", "transformers", "vertexai", "voyageai"),
        *("watsonx", "weaviate", "writer"),
    )
)
"""The instrumentations of Traceloop, by the ends of their names: OpenTelemetry's are called otherwise."""
_MARKS = frozenset(
    (
        *("traceloop.span.kind", "traceloop.workflow.name", "traceloop.entity.name"),
        *("traceloop.entity.path", "llm.request.type"),
    )
)
_KINDS = {"workflow": Kind.CHAIN, "task": Kind.CHAIN, "agent": Kind.AGENT, "tool": Kind.TOOL}
_NAMES: Mapping[str, tuple[str, ...]] = {Kind.AGENT: ("gen_ai.agent.name",), Kind.TOOL: ("gen_ai.tool.name",)}
_PROPERTIES = "traceloop.association.properties."
_INPUT, _OUTPUT = "traceloop.entity.input", "traceloop.entity.output"
_COPIES = {_INPUT: "gen_ai.task.input", _OUTPUT: "gen_ai.task.output"}
_FUNCTIONS = "llm.request.functions"
_CHUNKS = ("llm.content.completion.chunk", "gen_ai.content.completion.chunk")
_OF_GOOGLE = ("google_generativeai", "vertexai")
_PROVIDERS = {
    "aws": "aws.bedrock",
    "azure": "azure.ai.openai",
    "az.ai.openai": "azure.ai.openai",
    "google": "gcp.gemini",
    "mistralai": "mistral_ai",
}
_STREAM_OF_ANTHROPIC = "OpenLLMetry adds to the output of a stream what Anthropic counts at its start"


def _matches(span: Span) -> bool:
    scope = span.source.scope
    if scope.startswith(_JS) or (scope.startswith(_SCOPE) and scope[len(_SCOPE) :] in _OWN):
        return True
    return not _MARKS.isdisjoint(span.attributes)


def _read(span: Span) -> Told:
    given = span.attributes
    told = read_genai(span, CONVENTION)
    entity = text(given, "traceloop.span.kind").lower()
    told.name = text(given, "traceloop.entity.name") or told.name
    if told.kind not in CALLS:  # LlamaIndex's calls are tasks, too
        told.kind = _kind_of(entity, told, given)
        told.name = told.name or text(given, *_NAMES.get(told.kind, ()))
        if span.source.scope == _RUNNING_TOTALS:
            told.account = None
    _label(given, told)
    if told.kind in CALLS:
        _read_call(span, told)
    _read_entity(given, told)
    if told.kind == Kind.EMBEDDING:
        told.outputs = without_vectors(told.outputs)
    return told


def _kind_of(entity: str, told: Told, given: Mapping[str, Any]) -> str:
    asked = text(given, "llm.request.type", "gen_ai.operation.name")
    if asked in ("rerank", "vector_db_retrieve") or "db.vector.query.top_k" in given:
        return Kind.RETRIEVER
    if told.name.partition(".")[0].endswith("Retriever"):  # LlamaIndex names a step after its class
        return Kind.RETRIEVER
    return _KINDS.get(entity, told.kind)


def _label(given: Mapping[str, Any], told: Told) -> None:
    properties = under(given, _PROPERTIES)
    told.user = text(properties, "user_id", "userId", "user") or told.user or text(given, "llm.user")
    told.session = (
        text(properties, "session_id", "sessionId", "thread_id", "chat_id", "conversation_id") or told.session
    )
    told.environment = text(properties, "environment")
    told.tags = texts(properties.get("tags"))
    told.metadata.update(properties)
    workflow = text(given, "traceloop.workflow.name")
    if workflow:
        told.metadata.setdefault("workflow", workflow)
    told.prompt_name = text(given, "traceloop.prompt.key") or told.prompt_name
    told.prompt_version = (
        text(given, "traceloop.prompt.version", "traceloop.prompt.version_name") or told.prompt_version
    )
    if told.provider:
        told.provider = _PROVIDERS.get(told.provider.lower(), told.provider.lower())


def _read_entity(given: Mapping[str, Any], told: Told) -> None:
    """A step's own inputs and outputs: `{"args": […], "kwargs": {…}}`, or what a framework gave it."""
    for name, column in ((_INPUT, "inputs"), (_OUTPUT, "outputs")):
        if name not in given or getattr(told, column) is not None:
            continue
        setattr(told, column, json_of(given[name]))
        told.moved.add(name)
        if given.get(_COPIES[name]) == given[name]:
            told.moved.add(_COPIES[name])


def _read_call(span: Span, told: Told) -> None:
    given = span.attributes
    scope = span.source.scope.removeprefix(_SCOPE).removeprefix(_JS)
    if told.streamed is None:
        told.streamed = flag(given, "llm.is_streaming")
    told.temperature = number(given, "gen_ai.request.temperature", "llm.temperature")
    told.max_tokens = told.max_tokens or whole(given, "gen_ai.request.max_completion_tokens")
    first = next((event.at for event in span.events if event.name in _CHUNKS), None)
    if first is not None and told.first_token_at is None:
        told.first_token_at = first
    _read_functions(given, told)
    _name_speaker(told)
    if told.kind == Kind.EMBEDDING and isinstance(told.inputs, dict):
        told.inputs = {"input": [one.get("content") for one in told.inputs.get("messages", ())]}
    if scope == "bedrock":  # it passes on AWS's count of what was not cached
        told.account = usage_of(given, CONVENTION, told.notes, cache_outside=True)
    elif scope in _OF_GOOGLE:
        told.account = _of_gemini(given, told)
    elif told.account is not None and told.account.is_zero and not told.response_id:
        told.account = None  # a call that failed, whose answer told nothing
    elif scope == "anthropic" and told.account is not None and (told.streamed or _looks_streamed(given)):
        told.streamed = True
        told.account.notes.append(_STREAM_OF_ANTHROPIC)


def _name_speaker(told: Told) -> None:
    """What streams through LangChain is answered by nobody it knows."""
    for choice in told.outputs["choices"] if isinstance(told.outputs, dict) else ():
        if choice["message"].get("role") == "unknown":
            choice["message"]["role"] = "assistant"


def _looks_streamed(given: Mapping[str, Any]) -> bool:
    """Of Anthropic's `messages.stream` it says nothing, but writes the id of the answer before its model."""
    order = [name for name in given if name in ("gen_ai.response.id", "gen_ai.response.model")]
    return order == ["gen_ai.response.id", "gen_ai.response.model"]


def _read_functions(given: Mapping[str, Any], told: Told) -> None:
    functions = numbered(given, _FUNCTIONS)
    if not functions:
        return
    tools = [
        {
            "type": "function",
            "function": {**one, "parameters": json_of(one.get("parameters", one.get("input_schema")))},
        }
        for one in functions
    ]
    said = told.inputs.get("messages", []) if isinstance(told.inputs, dict) else []
    told.inputs = messages.asked(said, tools)
    told.moved.update(name for name in given if name.startswith(f"{_FUNCTIONS}."))


def _of_gemini(given: Mapping[str, Any], told: Told) -> Account | None:
    """Gemini's candidates are not all that it bills: the total shows what it thought beside them."""
    sent, made, total = (
        number(given, f"gen_ai.usage.{name}", f"llm.usage.{name}", f"gen_ai.usage.{older}")
        for name, older in (
            ("input_tokens", "prompt_tokens"),
            ("output_tokens", "completion_tokens"),
            ("total_tokens", "total_tokens"),
        )
    )
    thought = int(total - sent - (made or 0)) if sent is not None and total is not None else 0
    if thought <= 0:
        return told.account
    names = ("gen_ai.usage.completion_tokens", "llm.usage.completion_tokens")
    whole_of_it = {name: value for name, value in given.items() if name not in names}
    whole_of_it["gen_ai.usage.output_tokens"] = int(made or 0) + thought
    whole_of_it["gen_ai.usage.reasoning_tokens"] = thought
    return usage_of(whole_of_it, CONVENTION, told.notes)


DIALECT = Dialect(CONVENTION, _matches, _read)
