"""LlamaIndex's own integration: a span for each step, and what it did as events on it.

The events are flattened: `response.raw.usage.prompt_tokens`. Below `response.raw` lies the provider's
whole answer. A stream that is read after its span is over leaves nothing but what was asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from econome.domain.run import CALLS, Kind
from econome.wire.dialects import messages
from econome.wire.dialects.tokens import Counts, account_of, recognised
from econome.wire.dialects.told import Dialect, Told
from econome.wire.dialects.values import json_of, number, text, texts, under, whole
from econome.wire.otlp.span import Span

CONVENTION = "llama_index"

_SCOPE = "llamaindex.opentelemetry"
_TAGS = "llamaindex."
_STEP = "llamaindex.step.input_summary"
_PAIRS = (
    ("LLMChat", Kind.LLM),
    ("LLMCompletion", Kind.LLM),
    ("Embedding", Kind.EMBEDDING),
    ("SparseEmbedding", Kind.EMBEDDING),
    ("Retrieval", Kind.RETRIEVER),
    ("ReRank", Kind.RETRIEVER),
    ("AgentChatWithStep", Kind.AGENT),
)
"""What a span is, by the events at its start and its end."""
_PROVIDERS = {
    "openai": "openai",
    "anthropic": "anthropic",
    "gemini": "gcp.gemini",
    "genai": "gcp.gemini",
    "google": "gcp.gemini",
    "bedrock": "aws.bedrock",
    "azure": "azure.ai.openai",
    "mistral": "mistral_ai",
    "cohere": "cohere",
    "groq": "groq",
    "ollama": "ollama",
    "deepseek": "deepseek",
    "fireworks": "fireworks_ai",
    "together": "together_ai",
}
_WHOLE_ANSWER = ("choices", "content", "candidates", "output")
_DEEPEST = 12


def _read(span: Span) -> Told:
    events = {event.name: dict(event.attributes) for event in span.events}
    for event in span.events:
        event.attributes = _without_vectors(event.attributes)
    begun, ended = "", ""
    told = Told()
    for begins, kind in _PAIRS:
        if f"{begins}StartEvent" in events or f"{begins}EndEvent" in events:
            told.kind, begun, ended = kind, f"{begins}StartEvent", f"{begins}EndEvent"
            break
    before, after = events.get(begun, {}), events.get(ended, {})
    told.kind = told.kind or _kind_of(span.name)
    _label(span.attributes, told)
    if told.kind in CALLS:
        _read_call(before, after, told)
        told.streamed = "stream" in span.name.rpartition(".")[2] or None
    if told.kind == Kind.LLM:
        _read_conversation({**before, **after}, told)
    elif told.kind == Kind.EMBEDDING:
        _read_embedding(after, told)
    elif told.kind == Kind.RETRIEVER:
        _read_search({**before, **after}, told)
    else:
        _read_step(span.attributes, events, told)
    return told


def _without_vectors(given: dict[str, Any]) -> dict[str, Any]:
    """What is kept of an event: no list of numbers that nobody reads."""
    names = [name for name in given if name.rpartition(".")[2] in ("embedding", "embeddings")]
    return {name: value for name, value in given.items() if name not in names} if names else given


def _kind_of(name: str) -> str:
    owner, _, method = name.rpartition(".")
    if owner.endswith("Tool") and method in ("call", "acall", "__call__"):
        return Kind.TOOL
    return Kind.AGENT if owner.endswith("Agent") and method == "run" else ""


def _label(given: Mapping[str, Any], told: Told) -> None:
    """What the app tagged its steps with."""
    tags = {name: value for name, value in under(given, _TAGS).items() if not name.startswith("step.")}
    told.user = text(tags, "user_id", "user")
    told.session = text(tags, "session_id", "thread_id", "conversation_id")
    told.tags = texts(tags.get("tags"))
    told.metadata.update(tags)


def _read_call(before: Mapping[str, Any], after: Mapping[str, Any], told: Told) -> None:
    model = text(before, "model_dict.class_name").lower()
    told.provider = next((ours for theirs, ours in _PROVIDERS.items() if model.startswith(theirs)), "")
    told.model_asked = text(before, "model_dict.model_name")
    told.temperature = number(before, "model_dict.temperature")
    told.max_tokens = whole(before, "model_dict.num_output")
    raw = _unflattened(under(after, "response.raw."))
    told.model_answered = text(raw, "model")
    told.response_id = text(raw, "id")
    told.service_tier = text(raw, "service_tier")
    usage = raw.get("usage") or raw.get("usage_metadata")
    told.account = recognised(usage, told.notes)
    if told.account is not None:
        told.raw_usage = usage
    else:
        said = under(after, "response.additional_kwargs.")
        counts = Counts(
            sent=said.get("prompt_tokens"),
            generated=said.get("completion_tokens"),
            total=said.get("total_tokens"),
        )
        told.account = account_of(CONVENTION, counts, told.notes)
    if any(raw.get(name) for name in _WHOLE_ANSWER) and not text(raw, "object").endswith("chunk"):
        told.outputs = raw


def _read_conversation(said: Mapping[str, Any], told: Told) -> None:
    written = json_of(said.get("messages"))
    if isinstance(written, list):
        told.inputs = messages.asked([_message(one) for one in written if isinstance(one, dict)])
    elif "prompt" in said:
        told.inputs = {"prompt": said["prompt"]}
    if told.outputs is not None:
        return
    answer = _unflattened(under(said, "response.message."))
    if answer:
        told.outputs = messages.answered([_message(answer)])
    elif text(said, "response.text"):
        told.outputs = messages.answered([{"role": "assistant", "content": said["response.text"]}])


def _message(one: Mapping[str, Any]) -> messages.Message:
    """LlamaIndex's message: `{"role", "blocks": [{"block_type", …}], "additional_kwargs"}`."""
    blocks = one.get("blocks")
    contents: list[Any] = []
    calls: list[dict[str, Any]] = []
    for block in blocks if isinstance(blocks, list) else ():
        match block.get("block_type") if isinstance(block, dict) else None:
            case "text":
                contents.append({"type": "text", "text": block.get("text")})
            case "thinking":
                contents.append({"type": "thinking", "thinking": block.get("content")})
            case "tool_call":
                call_id, name = block.get("tool_call_id"), block.get("tool_name")
                calls.append(messages.call(name, block.get("tool_kwargs"), call_id))
            case _:
                contents.append(block)
    message: messages.Message = {"role": one.get("role") or "user", "content": contents or one.get("content")}
    if len(contents) == 1 and isinstance(contents[0], dict) and contents[0].get("type") == "text":
        message["content"] = contents[0]["text"]
    beside = one.get("additional_kwargs")
    beside = beside if isinstance(beside, dict) else {}
    if calls or beside.get("tool_calls"):
        message["tool_calls"] = calls or beside["tool_calls"]
    for name in ("tool_call_id", "name"):
        if beside.get(name):
            message[name] = beside[name]
    return message


def _read_embedding(after: Mapping[str, Any], told: Told) -> None:
    if "chunks" in after:
        told.inputs = {"input": after["chunks"]}
    vectors = json_of(after.get("embeddings"))
    if isinstance(vectors, list) and vectors:
        first = vectors[0]
        told.outputs = {
            "vectors": len(vectors),
            "dimensions": len(first) if isinstance(first, list) else None,
        }


def _read_search(said: Mapping[str, Any], told: Told) -> None:
    asked = text(said, "str_or_query_bundle", "str_or_query_bundle.query_str", "query", "query.query_str")
    told.inputs = {"query": asked} if asked else None
    found = json_of(said.get("nodes"))
    told.outputs = {"documents": found} if isinstance(found, list) else None


def _read_step(given: Mapping[str, Any], events: Mapping[str, Mapping[str, Any]], told: Told) -> None:
    query = events.get("QueryStartEvent", {})
    asked = text(query, "query", "query.query_str")
    answer = text(events.get("QueryEndEvent", {}), "response.response", "response")
    output = events.get("step.output", {}).get("output")
    told.inputs = {"query": asked} if asked else json_of(given.get(_STEP))
    told.outputs = {"response": answer} if answer else json_of(output)
    if told.inputs is not None and not asked:
        told.moved.add(_STEP)


def _unflattened(flat: Mapping[str, Any]) -> dict[str, Any]:
    """The object that was written as `a.b.c`; what could not be an attribute stands there as JSON."""
    found: dict[str, Any] = {}
    for name, value in flat.items():
        *above, last = name.split(".", _DEEPEST)
        within = found
        for one in above:
            below = within.setdefault(one, {})
            within = below if isinstance(below, dict) else {}
        is_json = isinstance(value, str) and (value == "null" or value[:1] in ("[", "{"))
        within[last] = json_of(value) if is_json else value
    return found


DIALECT = Dialect(CONVENTION, lambda span: span.source.scope.startswith(_SCOPE), _read)
