"""OpenTelemetry's conventions for generative AI, in all the names that they have had.

What many libraries build upon: `read_genai` is for them, who add what is their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from econome.domain.run import CALLS, Kind
from econome.wire.conventions.account import Account
from econome.wire.dialects import messages
from econome.wire.dialects.tokens import Counts, account_of, state_cost, told_twice
from econome.wire.dialects.told import Dialect, Told
from econome.wire.dialects.values import flag, json_at, number, text, texts, whole
from econome.wire.otlp.span import SERVER, Span

CONVENTION = "otel.gen_ai"

KINDS: Mapping[str, Kind] = {
    "chat": Kind.LLM,
    "text_completion": Kind.LLM,
    "completion": Kind.LLM,
    "generate_content": Kind.LLM,
    "embeddings": Kind.EMBEDDING,
    "embedding": Kind.EMBEDDING,
    "execute_tool": Kind.TOOL,
    "retrieval": Kind.RETRIEVER,
    "invoke_agent": Kind.AGENT,
    "create_agent": Kind.AGENT,
    "agent_step": Kind.AGENT,
    "invoke_workflow": Kind.CHAIN,
    "execute_task": Kind.CHAIN,
}
"""What each operation is."""

_INPUT = "gen_ai.input.messages"
_OUTPUT = "gen_ai.output.messages"
_TOOLS = "gen_ai.tool.definitions"
_SYSTEM = "gen_ai.system_instructions"
_ARGUMENTS = ("gen_ai.tool.call.arguments", "gen_ai.tool.arguments")
_RESULT = ("gen_ai.tool.call.result", "gen_ai.tool.result")


def read_genai(span: Span, convention: str = CONVENTION) -> Told:
    """What the attributes of these conventions tell, whatever library wrote them."""
    given = span.attributes
    told = Told(kind=kind_of(span))
    told.name = _name(told.kind, given)
    told.session = text(given, "gen_ai.conversation.id")
    told.user = text(given, "gen_ai.user", "enduser.id")
    if told.kind in CALLS or not _OF_CALLS.isdisjoint(given):
        _read_call(span, told, convention)
    _read_texts(span, told)
    return told


def _read_call(span: Span, told: Told, convention: str) -> None:
    given = span.attributes
    told.model_asked = text(given, "gen_ai.request.model")
    told.model_answered = text(given, "gen_ai.response.model")
    told.provider = text(given, "gen_ai.provider.name", "gen_ai.system")
    told.service_tier = text(
        given,
        *("openai.response.service_tier", "gen_ai.openai.response.service_tier"),
        *("anthropic.response.service_tier", "gen_ai.response.service_tier"),
        *("openai.request.service_tier", "gen_ai.openai.request.service_tier"),
    )
    told.temperature = number(given, "gen_ai.request.temperature")
    told.top_p = number(given, "gen_ai.request.top_p")
    told.max_tokens = whole(given, "gen_ai.request.max_tokens")
    told.streamed = flag(given, "gen_ai.request.stream", "gen_ai.is_streaming")
    told.response_id = text(given, "gen_ai.response.id")
    told.prompt_name = text(given, "gen_ai.prompt.name")
    told.prompt_version = text(given, "gen_ai.prompt.version")
    waited = number(given, *_WAITED)
    if waited is not None and span.started_at is not None and 0 <= waited < 86_400:
        told.first_token_at = span.started_at + timedelta(seconds=waited)
    told.is_server = span.kind == SERVER and told.kind == Kind.LLM
    told.account = usage_of(given, convention, told.notes)


def kind_of(span: Span) -> str:
    """What the operation is; of a span that names none but tells tokens and a model, a call."""
    given = span.attributes
    operation = text(given, "gen_ai.operation.name", "llm.request.type").lower()
    kind = KINDS.get(operation)
    if kind is not None:
        return kind
    if not operation and ("gen_ai.request.model" in given or "gen_ai.response.model" in given):
        return Kind.LLM if _SENT_NAMES.intersection(given) or "gen_ai.response.id" in given else ""
    return ""


def usage_of(
    given: Mapping[str, Any], convention: str, notes: list[str], *, cache_outside: bool = False
) -> Account | None:
    """The account of `gen_ai.usage.*`, and what the library says that it cost."""
    if _USAGE_NAMES.isdisjoint(given):
        return None
    counts = Counts(
        sent=told_twice(given, notes, *_SENT),
        generated=told_twice(given, notes, *_GENERATED),
        total=told_twice(given, notes, "gen_ai.usage.total_tokens", "llm.usage.total_tokens"),
        cache_read=told_twice(given, notes, *_CACHE_READ),
        cache_read_audio=given.get("gen_ai.usage.audio.cache_read.input_tokens"),
        cache_write=told_twice(given, notes, *_CACHE_WRITE),
        cache_write_5m=given.get("anthropic.usage.cache_creation.ephemeral_5m_input_tokens"),
        cache_write_1h=given.get(
            "anthropic.usage.cache_creation.ephemeral_1h_input_tokens",
            given.get("gen_ai.usage.details.ephemeral_1h_input_tokens"),
        ),
        reasoning=told_twice(given, notes, *_REASONING),
        audio_in=told_twice(given, notes, *_AUDIO_IN),
        image_in=given.get("gen_ai.usage.image.input_tokens"),
        audio_out=told_twice(given, notes, *_AUDIO_OUT),
        image_out=given.get("gen_ai.usage.image.output_tokens"),
        cache_outside=cache_outside,
    )
    account = account_of(convention, counts, notes)
    state_cost(account, given.get("gen_ai.cost.total_cost", given.get("operation.cost")))
    return account


_WAITED = (
    "gen_ai.response.time_to_first_chunk",
    "gen_ai.client.operation.time_to_first_chunk",
    "gen_ai.server.time_to_first_token",
)
_SENT = ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.usage.prompt_tokens")
_SENT_NAMES = frozenset(_SENT)
_GENERATED = ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.usage.completion_tokens")
_CACHE_READ = (
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.cache_read_input_tokens",
    "gen_ai.usage.cached_tokens",
    "gen_ai.usage.details.cache_read_tokens",
)
_CACHE_WRITE = (
    "gen_ai.usage.cache_write.input_tokens",
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_creation_input_tokens",
    "gen_ai.usage.cache_write_input_tokens",
    "gen_ai.usage.details.cache_write_tokens",
)
_REASONING = (
    "gen_ai.usage.reasoning.output_tokens",
    "gen_ai.usage.reasoning_tokens",
    "llm.usage.reasoning_tokens",
    "gen_ai.usage.details.reasoning_tokens",
)
_AUDIO_IN = ("gen_ai.usage.audio.input_tokens", "gen_ai.usage.details.input_audio_tokens")
_AUDIO_OUT = ("gen_ai.usage.audio.output_tokens", "gen_ai.usage.details.output_audio_tokens")

_USAGE_NAMES = frozenset((*_SENT, *_GENERATED))
_OF_CALLS = _USAGE_NAMES | {"gen_ai.request.model", "gen_ai.response.model", "gen_ai.prompt.name"}
"""A step that has none of these tells nothing of a call."""


def _name(kind: str, given: Mapping[str, Any]) -> str:
    if kind == Kind.TOOL:
        return text(given, "gen_ai.tool.name")
    if kind == Kind.CHAIN:
        return text(given, "gen_ai.workflow.name")
    return text(given, "gen_ai.agent.name") if kind == Kind.AGENT else ""


def _read_texts(span: Span, told: Told) -> None:
    given = span.attributes
    if told.kind == Kind.TOOL:
        told.inputs, told.outputs = json_at(given, *_ARGUMENTS), json_at(given, *_RESULT)
        for names in (_ARGUMENTS, _RESULT):
            told.moved.update([name for name in names if given.get(name) is not None][:1])
        return
    said = messages.from_parts(given.get(_INPUT))
    tools, system = json_at(given, _TOOLS), messages.instructions(given.get(_SYSTEM))
    told.inputs = messages.asked(said, tools if isinstance(tools, list) else None, system)
    finishes = texts(given.get("gen_ai.response.finish_reasons"))
    told.outputs = messages.answered(messages.from_parts(given.get(_OUTPUT), "assistant"), finishes)
    told.moved.update((_INPUT, _OUTPUT, _SYSTEM))
    if isinstance(tools, list):
        told.moved.add(_TOOLS)
    if not said:
        _read_numbered(span, told, finishes)
    if told.inputs is None and told.outputs is None:
        _read_events(span, told)


def _read_numbered(span: Span, told: Told, finishes: list[str]) -> None:
    """`gen_ai.prompt.N.content` and `gen_ai.completion.N.content`, as they were written for long."""
    given = span.attributes
    prompt = messages.from_numbered(given, "gen_ai.prompt")
    if prompt:
        known = told.inputs or {}
        told.inputs = messages.asked([*known.get("messages", ()), *prompt], known.get("tools"))
        told.moved |= messages.names_of_numbered(given, "gen_ai.prompt")
    answer = messages.from_numbered(given, "gen_ai.completion")
    if answer and told.outputs is None:
        told.outputs = messages.answered(answer, finishes)
        told.moved |= messages.names_of_numbered(given, "gen_ai.completion")


def _read_events(span: Span, told: Told) -> None:
    """Messages as events of the span: the names of 2024 and 2025."""
    prompt: list[messages.Message] = []
    answer: list[messages.Message] = []
    for event in span.events:
        if event.name in messages.EVENT_ROLES:
            prompt.append(
                {"role": messages.EVENT_ROLES[event.name], "content": event.attributes.get("content")}
            )
        elif event.name == "gen_ai.choice":
            said = json_at(event.attributes, "message", "content")
            content = said.get("content") if isinstance(said, dict) else said
            answer.append({"role": "assistant", "content": content})
        elif event.name == "gen_ai.content.prompt":
            said = json_at(event.attributes, "gen_ai.prompt")
            prompt += messages.from_parts(said) if isinstance(said, list | str) else []
        elif event.name == "gen_ai.content.completion":
            said = json_at(event.attributes, "gen_ai.completion")
            answer += messages.from_parts(said, "assistant") if isinstance(said, list | str) else []
    told.inputs, told.outputs = messages.asked(prompt), messages.answered(answer)


def _matches(span: Span) -> bool:
    given = span.attributes
    return (
        "gen_ai.operation.name" in given
        or "gen_ai.request.model" in given
        or "gen_ai.provider.name" in given
        or "gen_ai.system" in given
    )


DIALECT = Dialect(CONVENTION, _matches, read_genai)
