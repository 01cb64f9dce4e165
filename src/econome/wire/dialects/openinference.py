"""OpenInference, which Arize's instrumentations and many frameworks write: semantic conventions 0.1.

Counts contain the cached tokens in every instrumentation that was read (Anthropic, Bedrock's
Converse, LangChain, LlamaIndex fold them in); what proves otherwise is mended. Vectors of
embeddings are left out: they are large, and nobody reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from econome.domain.run import Kind
from econome.wire.answers import response_id_of
from econome.wire.conventions.account import Account
from econome.wire.dialects import messages, native
from econome.wire.dialects.openinference_messages import documents, messages_under, tools_of
from econome.wire.dialects.otel_genai import usage_of
from econome.wire.dialects.tokens import Counts, account_of, state_cost
from econome.wire.dialects.told import Dialect, Told
from econome.wire.dialects.values import json_at, json_of, number, numbered, object_at, text, texts
from econome.wire.otlp.span import Span

CONVENTION = "openinference"

KINDS: Mapping[str, Kind] = {
    "LLM": Kind.LLM,
    "DECISION": Kind.LLM,  # a model that answers typed questions: billed by tokens as others are
    "EMBEDDING": Kind.EMBEDDING,
    "CHAIN": Kind.CHAIN,
    "AGENT": Kind.AGENT,
    "TOOL": Kind.TOOL,
    "RETRIEVER": Kind.RETRIEVER,
    "RERANKER": Kind.RETRIEVER,
    "PROMPT": Kind.PROMPT,
    "GUARDRAIL": Kind.CHAIN,
    "EVALUATOR": Kind.CHAIN,
}

_KIND = "openinference.span.kind"
_FIRST_TOKEN = "First Token Stream Event"  # noqa: S105  # the name of an event
_CONVERSATION = ("llm.input_messages.", "llm.output_messages.", "llm.prompts.", "llm.choices.")
_EMBEDDED = "embedding.embeddings"
_DETAILS_IN = "llm.token_count.prompt_details"
_DETAILS_OUT = "llm.token_count.completion_details"
_LARGEST_ANSWER = 1_000_000
"""Characters of an answer with vectors that is worth parsing for its usage."""


def read(span: Span) -> Told:
    """What a span of OpenInference tells."""
    given = span.attributes
    told = Told(kind=Kind.CHAIN if _is_preparation(span) else kind_of(given))
    _read_labels(span, told)
    match told.kind:
        case Kind.LLM:
            _read_call(span, told)
        case Kind.EMBEDDING:
            _read_embedding(given, told)
        case Kind.RETRIEVER:
            _read_retrieval(given, told)
        case _:
            told.inputs, told.outputs = _value(given, "input", told), _value(given, "output", told)
            if told.inputs is None and told.kind == Kind.TOOL:
                told.inputs = json_at(given, "tool.parameters")
            told.account = _account(given, told)
            told.model_asked = text(given, "llm.model_name")
    return told


def kind_of(given: Mapping[str, Any]) -> Kind:
    """What the span does; one of a kind that we do not know, with tokens and a model, calls it."""
    known = KINDS.get(text(given, _KIND).upper())
    if known is not None:
        return known
    return Kind.LLM if "llm.token_count.prompt" in given and "llm.model_name" in given else Kind.CHAIN


def _is_preparation(span: Span) -> bool:
    """Whether it is a private method of a model's class: LlamaIndex says that it calls the model."""
    if not span.source.scope.endswith(".llama_index") or "._" not in span.name:
        return False
    return not any(
        name.startswith(("llm.token_count.", "llm.output_messages.")) for name in span.attributes
    ) and (text(span.attributes, _KIND) == "LLM")


def _read_labels(span: Span, told: Told) -> None:
    given = span.attributes
    if told.kind == Kind.TOOL:
        told.name = text(given, "tool.name")
    elif told.kind == Kind.AGENT:
        told.name = text(given, "agent.name")
    told.user, told.session = text(given, "user.id"), text(given, "session.id")
    told.tags = texts(given.get("tag.tags"))
    metadata = object_at(given, "metadata")
    if metadata:
        told.metadata = dict(metadata)
        told.moved.add("metadata")
    agent = text(given, "agent.name")
    if agent:
        told.metadata.setdefault("agent", agent)
    told.prompt_name = text(given, "prompt.id")
    told.prompt_version = text(given, "llm.prompt_template.version")
    waited = number(given, "time_to_first_token_ms")  # the voice models of OpenAI's Agents SDK
    if waited is not None and span.started_at is not None and 0 <= waited < 86_400_000:
        told.first_token_at = span.started_at + timedelta(milliseconds=waited)
    for event in span.events:
        if event.name == _FIRST_TOKEN and event.at is not None:
            told.first_token_at = event.at
            break


def _read_call(span: Span, told: Told) -> None:
    given = span.attributes
    asked, answer = _value(given, "input", told), _value(given, "output", told)
    told.provider = text(given, "llm.provider", "decision.provider", "llm.system", "decision.system")
    told.model_asked = text(given, "llm.request.model_name", "decision.request.model_name")
    told.model_answered = text(given, "llm.response.model_name", "decision.response.model_name")
    model = text(given, "llm.model_name", "decision.model_name")
    native.read_names(told, answer, object_at(given, "llm.invocation_parameters"), asked)
    if answer is not None:  # LangChain names here what was asked for, where it streams
        told.model_answered = told.model_answered or model
    told.model_asked = told.model_asked or model
    told.inputs = _asked(given, asked)
    told.outputs = _answered(given, answer)
    if isinstance(answer, dict):
        told.response_id = response_id_of(answer)
    told.moved.update(name for name in given if name.startswith(_CONVERSATION))
    if isinstance(told.inputs, dict) and "tools" in told.inputs:
        told.moved.update(name for name in given if name.startswith("llm.tools."))
    if native.request_of(asked) is None and asked is not told.inputs:
        told.moved -= {"input.value", "input.mime_type"}
    if answer is not told.outputs:
        told.moved -= {"output.value", "output.mime_type"}
    runtime = "langchain" if span.source.scope.endswith(".langchain") else ""
    told.account = native.best_account(told, answer, _account(given, told), runtime)


def _asked(given: Mapping[str, Any], asked: object) -> Any:
    """The request as it was sent, where it holds the conversation; else the messages one by one."""
    tools = tools_of(given)
    request = native.request_of(asked)
    if request is not None:
        if tools and "tools" not in request:
            request["tools"] = tools
        return request
    said = messages_under(given, "llm.input_messages")
    if said:
        return messages.asked(said, tools)
    prompts = [prompt for one in numbered(given, "llm.prompts") if (prompt := text(one, "prompt.text", ""))]
    prompts = prompts or texts(given.get("llm.prompts"))
    return {"prompts": prompts} if prompts else asked


def _answered(given: Mapping[str, Any], answer: object) -> Any:
    if native.is_answer(answer):
        return answer
    finishes = texts(given.get("llm.finish_reason"))
    said = messages.answered(messages_under(given, "llm.output_messages"), finishes)
    if said is not None:
        return said
    written = [text(one, "completion.text") for one in numbered(given, "llm.choices")]
    if written:
        return {"choices": [{"index": index, "text": one} for index, one in enumerate(written)]}
    return answer


def _read_embedding(given: Mapping[str, Any], told: Told) -> None:
    told.model_asked = text(given, "embedding.model_name", "llm.model_name")
    told.provider = text(given, "llm.provider", "llm.system")
    embedded = numbered(given, _EMBEDDED)
    written = [text(one, "embedding.text") for one in embedded]
    whole = _value(given, "input", told)
    told.inputs = {"input": written} if any(written) else whole
    if told.inputs is not whole and "embedding.invocation_parameters" not in given:
        told.moved -= {"input.value", "input.mime_type"}  # it holds more than the texts
    vectors = [vector for one in embedded if (vector := one.get("embedding.vector")) is not None]
    if vectors:
        first = json_of(vectors[0])
        told.outputs = {
            "vectors": len(vectors),
            "dimensions": len(first) if isinstance(first, list) else None,
        }
    told.moved.update(name for name in given if name.startswith(_EMBEDDED))
    answer = given.get("output.value")
    told.account = _account(given, told)
    if isinstance(answer, str) and '"embedding"' in answer:
        told.moved.update(("output.value", "output.mime_type"))
        if told.account is None and len(answer) <= _LARGEST_ANSWER:
            told.account = native.account_within(told.kind, json_of(answer), told.notes)
    elif told.outputs is None:
        told.outputs = _value(given, "output", told)


def _read_retrieval(given: Mapping[str, Any], told: Told) -> None:
    query = text(given, "reranker.query")
    if query or text(given, _KIND).upper() == "RERANKER":
        before = documents(given, "reranker.input_documents")
        told.inputs = {"query": query, "documents": before} if before else {"query": query}
        after = documents(given, "reranker.output_documents")
        told.model_asked = text(given, "reranker.model_name")
        told.provider = text(given, "llm.provider", "llm.system")
        told.moved.update(name for name in given if name.startswith(("reranker.input_", "reranker.output_")))
    else:
        told.inputs = _value(given, "input", told)
        after = documents(given, "retrieval.documents")
        told.moved.update(name for name in given if name.startswith("retrieval.documents."))
    told.outputs = {"documents": after} if after else _value(given, "output", told)
    told.account = _account(given, told)


def _value(given: Mapping[str, Any], side: str, told: Told) -> Any:
    """What stands under `input.value` or `output.value`: JSON parsed where it is said to be JSON."""
    value = given.get(f"{side}.value")
    if value is None:
        return None
    told.moved.update((f"{side}.value", f"{side}.mime_type"))
    mime = text(given, f"{side}.mime_type")
    if isinstance(value, str) and ("json" in mime or (not mime and value[:1] in ("{", "["))):
        return json_of(value)
    return value


def _account(given: Mapping[str, Any], told: Told) -> Account | None:
    prompt = given.get("llm.token_count.prompt", given.get("decision.token_count.input"))
    completion = given.get("llm.token_count.completion", given.get("decision.token_count.output"))
    if prompt is None and completion is None:
        # some frameworks (Google's ADK) have their own spans, to which OpenInference adds
        return usage_of(given, CONVENTION, told.notes) if told.kind in (Kind.LLM, Kind.EMBEDDING) else None
    cached = given.get(f"{_DETAILS_IN}.cache_read", given.get(f"{_DETAILS_IN}.cache_input"))
    counts = Counts(
        sent=prompt,
        generated=completion,
        total=_total(given),
        cache_read=cached,
        cache_write=given.get(f"{_DETAILS_IN}.cache_write"),
        audio_in=given.get(f"{_DETAILS_IN}.audio"),
        reasoning=given.get(f"{_DETAILS_OUT}.reasoning", _thoughts(given)),
        audio_out=given.get(f"{_DETAILS_OUT}.audio"),
    )
    account = account_of(CONVENTION, counts, told.notes)
    costs = (given.get(f"llm.cost.{side}") for side in ("total", "prompt", "completion"))
    state_cost(account, *costs)
    return account


def _total(given: Mapping[str, Any]) -> object:
    """The total, where it can tell what the sides contain: one that leaves the cache out cannot."""
    sent, total = number(given, "llm.token_count.prompt"), given.get("llm.token_count.total")
    cached = sum(
        number(given, f"{_DETAILS_IN}.{name}") or 0 for name in ("cache_read", "cache_input", "cache_write")
    )
    return None if sent is not None and cached > sent else total


def _thoughts(given: Mapping[str, Any]) -> int | None:
    """What Gemini thought: LlamaIndex and old LangChain report answers without it, but the total has it."""
    if "gemini" not in text(given, "llm.model_name").lower():
        return None
    sides = [number(given, f"llm.token_count.{side}") for side in ("total", "prompt", "completion")]
    if None in sides:
        return None
    total, sent, generated = (int(side or 0) for side in sides)
    return total - sent - generated if total > sent + generated else None


DIALECT = Dialect(CONVENTION, lambda span: _KIND in span.attributes, read)
