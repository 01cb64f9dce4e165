"""Vercel's AI SDK, versions 4 to 6 (and 7 in its old manner): attributes `ai.*`.

`ai.generateText` and its like wrap their steps and repeat the sum of their tokens; what calls the
model is `….doGenerate`, `….doStream`, `….doEmbed`. Since version 6 the input holds the cache, whoever
serves; before, what Anthropic and Bedrock say was passed on, which leaves it out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from econome.domain.run import Kind
from econome.domain.usage import Bucket
from econome.wire.dialects import messages
from econome.wire.dialects.tokens import Counts, account_of, state_cost
from econome.wire.dialects.told import Dialect, Told
from econome.wire.dialects.values import flag, json_at, json_of, number, object_at, text, texts, under, whole
from econome.wire.otlp.span import Span

CONVENTION = "vercel.ai_sdk"

_METADATA = "ai.telemetry.metadata."
_DETAILS = "ai.usage.inputTokenDetails."
_CALLS = {
    "doGenerate": Kind.LLM,
    "doStream": Kind.LLM,
    "doEmbed": Kind.EMBEDDING,
    "doRerank": Kind.RETRIEVER,
}
_PROVIDERS = (
    ("google.vertex", "gcp.vertex_ai"),
    ("google-vertex", "gcp.vertex_ai"),
    ("vertex.anthropic", "gcp.vertex_ai"),
    ("google", "gcp.gemini"),
    ("amazon-bedrock", "aws.bedrock"),
    ("bedrock", "aws.bedrock"),
    ("azure", "azure.ai.openai"),
)
_PROMPT = "ai.prompt.messages"
_TOOLS = "ai.prompt.tools"
_ASKED = "ai.prompt"
_TEXT = "ai.response.text"
_CALLED = "ai.response.toolCalls"
_THOUGHT = "ai.response.reasoning"
_OBJECT = "ai.response.object"


def provider_of(name: str) -> str:
    """The provider of a model's `openai.chat`, in the words of OpenTelemetry."""
    lower = name.lower()
    known = next((ours for theirs, ours in _PROVIDERS if lower.startswith(theirs)), "")
    return known or lower.partition(".")[0]


def label(told: Told, labels: Mapping[str, Any]) -> None:
    """Who and what a call is for, from what the app wrote under names of its own."""
    told.user = text(labels, "userId", "user_id", "user")
    told.session = text(labels, "sessionId", "session_id", "threadId", "thread_id", "chatId")
    told.environment = text(labels, "environment")
    told.tags = texts(labels.get("tags"))
    prompt = object_at(labels, "langfusePrompt")
    told.prompt_name = text(labels, "promptName", "prompt_name") or text(prompt, "name")
    told.prompt_version = text(labels, "promptVersion", "prompt_version") or text(prompt, "version")
    told.metadata.update({name: value for name, value in labels.items() if name != "langfusePrompt"})


def read_values(given: Mapping[str, Any], told: Told) -> bool:
    """What was embedded, and how many vectors it gave; False for what embeds nothing."""
    values = given.get("ai.values", given.get("ai.value"))
    vectors = given.get("ai.embeddings")
    if vectors is None and "ai.embedding" in given:
        vectors = [given["ai.embedding"]]
    if values is not None:
        many = isinstance(values, list)
        told.inputs = {"input": [json_of(one) for one in values] if many else json_of(values)}
        told.moved.update(("ai.values", "ai.value"))
    if isinstance(vectors, list) and vectors:
        first = json_of(vectors[0])
        told.outputs = {
            "vectors": len(vectors),
            "dimensions": len(first) if isinstance(first, list) else None,
        }
        told.moved.update(("ai.embeddings", "ai.embedding"))
    return values is not None


def stated_cost(said: Mapping[str, Any]) -> object:
    """The dollars that a gateway says it takes."""
    gateway, router = object_at(said, "gateway"), object_at(said, "openrouter")
    return gateway.get("cost", object_at(router, "usage").get("cost"))


def _matches(span: Span) -> bool:
    return "ai.operationId" in span.attributes


def _read(span: Span) -> Told:
    given = span.attributes
    operation = text(given, "ai.operationId")
    told = Told(kind=_CALLS.get(operation.rpartition(".")[2], ""))
    function = text(given, "ai.telemetry.functionId")
    label(told, under(given, _METADATA))
    if function:
        told.metadata["functionId"] = function
    if operation == "ai.toolCall":
        _read_tool(given, told)
        return told
    told.is_wrapper = not told.kind
    told.name = function if told.is_wrapper else ""
    told.provider = provider_of(text(given, "ai.model.provider", "gen_ai.system"))
    told.model_asked = text(given, "gen_ai.request.model", "ai.model.id")
    told.model_answered = text(given, "gen_ai.response.model", "ai.response.model")
    told.response_id = text(given, "gen_ai.response.id", "ai.response.id")
    told.temperature = number(given, "gen_ai.request.temperature", "ai.settings.temperature")
    told.top_p = number(given, "gen_ai.request.top_p", "ai.settings.topP")
    told.max_tokens = whole(
        given, "gen_ai.request.max_tokens", "ai.settings.maxOutputTokens", "ai.settings.maxTokens"
    )
    told.streamed = True if ".stream" in operation else flag(given, "gen_ai.request.stream")
    waited = number(given, "ai.response.msToFirstChunk", "ai.stream.msToFirstChunk")
    if waited is not None and span.started_at is not None and 0 <= waited < 86_400_000:
        told.first_token_at = span.started_at + timedelta(milliseconds=waited)
    _read_texts(given, told)
    _read_usage(given, told, is_embedding="embed" in operation)
    return told


def _read_tool(given: Mapping[str, Any], told: Told) -> None:
    told.kind = Kind.TOOL
    told.name = text(given, "ai.toolCall.name")
    told.inputs = json_at(given, "ai.toolCall.args")
    told.outputs = json_at(given, "ai.toolCall.result")
    told.moved.update(("ai.toolCall.args", "ai.toolCall.result"))


def _read_texts(given: Mapping[str, Any], told: Told) -> None:
    if read_values(given, told):
        return
    tools = given.get(_TOOLS)
    tools = [json_of(one) for one in tools] if isinstance(tools, list) else json_of(tools)
    asked = json_of(given.get(_ASKED))
    if _PROMPT in given:
        told.inputs = messages.asked(_messages(json_of(given[_PROMPT])), tools)
        told.moved.update((_PROMPT, _TOOLS))
    elif isinstance(asked, dict):
        said = asked.get("messages") or asked.get("prompt")
        told.inputs = messages.asked(_messages(said), tools, asked.get("system", asked.get("instructions")))
        if not asked.keys() - {"messages", "prompt", "system", "instructions"}:
            told.moved.update((_ASKED, _TOOLS))
    told.outputs = _answer(given)
    if told.outputs is not None:
        told.moved.update((_CALLED, _THOUGHT, _TEXT if given.get(_TEXT) else _OBJECT))


def _answer(given: Mapping[str, Any]) -> dict[str, Any] | None:
    said = given.get(_TEXT) or given.get(_OBJECT)
    thought = text(given, _THOUGHT)
    calls = json_of(given.get(_CALLED))
    if said is None and not thought and not calls:
        return None
    message: messages.Message = {"role": "assistant", "content": said}
    if thought:
        message["content"] = [
            {"type": "thinking", "thinking": thought},
            *([{"type": "text", "text": said}] if said else []),
        ]
    if isinstance(calls, list):
        message["tool_calls"] = [_call(one) for one in calls if isinstance(one, dict)]
    return messages.answered([message], [text(given, "ai.response.finishReason", "ai.finishReason")])


def _messages(said: object) -> list[messages.Message]:
    """The SDK's messages: a text, or `{"role", "content": text | parts}`."""
    if isinstance(said, str):
        return [{"role": "user", "content": said}]
    found: list[messages.Message] = []
    for one in said if isinstance(said, list) else ():
        if isinstance(one, dict):
            found.extend(_message(one))
    return found


def _message(one: Mapping[str, Any]) -> list[messages.Message]:
    parts = one.get("content")
    if not isinstance(parts, list):
        return [dict(one)]
    contents: list[Any] = []
    calls: list[dict[str, Any]] = []
    results: list[messages.Message] = []
    for part in parts:
        match part.get("type") if isinstance(part, dict) else None:
            case "tool-call":
                calls.append(_call(part))
            case "tool-result":
                results.append(_result(part))
            case "reasoning":
                contents.append(
                    {**_without(part, "type", "text"), "type": "thinking", "thinking": part.get("text")}
                )
            case _:
                contents.append(part)
    message: messages.Message = {**one, "content": contents or None}
    if len(contents) == 1 and isinstance(contents[0], dict) and contents[0].keys() == {"type", "text"}:
        message["content"] = contents[0]["text"]
    if calls:
        message["tool_calls"] = calls
    return [*([message] if contents or calls or not results else []), *results]


def _call(part: Mapping[str, Any]) -> dict[str, Any]:
    arguments = part.get("input", part.get("args", ""))
    found = messages.call(part.get("toolName"), arguments, part.get("toolCallId"))
    return {**_without(part, "type", "toolCallType", "toolName", "toolCallId", "input", "args"), **found}


def _result(part: Mapping[str, Any]) -> messages.Message:
    output = part.get("output", part.get("result"))
    if isinstance(output, dict) and output.keys() == {"type", "value"}:
        output = output["value"]
    return {
        "role": "tool",
        "tool_call_id": part.get("toolCallId") or "",
        "name": part.get("toolName") or "",
        "content": output,
        **_without(part, "type", "toolName", "toolCallId", "output", "result"),
    }


def _without(part: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in part.items() if name not in names}


def _read_usage(given: Mapping[str, Any], told: Told, *, is_embedding: bool) -> None:
    # What a provider says beside the SDK's own words is that of the last step: no sum.
    said = {} if told.is_wrapper else object_at(given, "ai.response.providerMetadata")
    claude, bedrock, openai = (object_at(said, name) for name in ("anthropic", "bedrock", "openai"))
    of_claude = object_at(claude, "usage")
    split = object_at(of_claude, "cache_creation")
    of_bedrock = object_at(bedrock, "usage")
    model = text(given, "ai.model.provider", "gen_ai.system").lower()
    counts = Counts(
        sent=_first(
            *_named(given, "ai.usage.inputTokens", "ai.usage.promptTokens", "ai.usage.tokens"),
            *_named(given, "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"),
        ),
        generated=_first(
            *_named(given, "ai.usage.outputTokens", "ai.usage.completionTokens"),
            *_named(given, "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"),
        ),
        cache_read=_first(
            *_named(given, _DETAILS + "cacheReadTokens", "ai.usage.cachedInputTokens"),
            claude.get("cacheReadInputTokens"),
            of_claude.get("cache_read_input_tokens"),
            of_bedrock.get("cacheReadInputTokens"),
            openai.get("cachedPromptTokens"),
        ),
        cache_write=_first(
            *_named(given, _DETAILS + "cacheWriteTokens"),
            claude.get("cacheCreationInputTokens"),
            of_claude.get("cache_creation_input_tokens"),
            of_bedrock.get("cacheWriteInputTokens"),
        ),
        cache_write_1h=split.get("ephemeral_1h_input_tokens"),
        reasoning=_first(
            *_named(given, "ai.usage.outputTokenDetails.reasoningTokens", "ai.usage.reasoningTokens"),
            openai.get("reasoningTokens"),
        ),
        cache_outside=("anthropic" in model or "bedrock" in model)
        and _DETAILS + "noCacheTokens" not in given,
    )
    told.account = account_of(CONVENTION, counts, told.notes)
    told.service_tier = text(openai, "serviceTier")
    if told.account is not None:
        state_cost(told.account, stated_cost(said))
        if is_embedding:
            told.account.buckets.setdefault(Bucket.TEXT_OUT, 0)
    if of_claude:
        told.raw_usage = of_claude


def _named(given: Mapping[str, Any], *names: str) -> list[object]:
    return [given.get(name) for name in names]


def _first(*values: object) -> object:
    """The first that is a number: of what nobody counted, old versions sent NaN."""
    return next((one for one in values if isinstance(one, int | float) and not math.isnan(one)), None)


DIALECT = Dialect(CONVENTION, _matches, _read)
