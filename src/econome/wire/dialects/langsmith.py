"""LangSmith's runs as spans: its client in the modes `otel` and `hybrid`, its exporter in JavaScript.

The attributes hold a run's inputs, outputs and metadata whole, as JSON, so they are read as
LangSmith's own protocol is. The counts beside them lack the cache and the reasoning. A chain may
repeat what an answer that it passes on has used, so only calls are read for it. The exporter in
JavaScript sends the AI SDK's spans, too, and renames their metadata.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from econome.domain.run import CALLS
from econome.wire.answers import response_id_of
from econome.wire.conventions.account import Account
from econome.wire.dialects import native, vercel_ai
from econome.wire.dialects.otel_genai import read_genai, usage_of
from econome.wire.dialects.tokens import recognised
from econome.wire.dialects.told import Dialect, Told
from econome.wire.dialects.values import flag, json_at, object_at, text, texts, under
from econome.wire.identity import time_in
from econome.wire.otlp.span import SPAN_BYTES, Span, is_id, langsmith_run_id, run_id_of

CONVENTION = "langsmith.otel"

_KIND = "langsmith.span.kind"
_METADATA = "langsmith.metadata."
_PROMPT, _COMPLETION = "gen_ai.prompt", "gen_ai.completion"
_AI_SDK = "ai.operationId"
_MARKS = (_KIND, "langsmith.is_root", "langsmith.span.parent_id", "langsmith.trace.session_name")
_SESSIONS = ("session_id", "thread_id", "conversation_id", "sessionId", "threadId")
_USERS = ("user_id", "ls_user_id", "user", "userId")
_ENVIRONMENTS = ("environment", "ls_environment", "env")
_OF_RUNTIME = frozenset(
    ("LANGSMITH_ENDPOINT", "LANGSMITH_TRACING", "LANGSMITH_TRACING_MODE", "LANGSMITH_PROJECT")
)
"""What the client says of its own settings: true, but nothing to filter by."""
_AROUND = timedelta(days=1)
_RUN = re.compile(r'"id": ?"(?:lc_)?run-{1,2}([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})')
"""How LangChain calls an answer whose provider named none."""


def read(span: Span) -> Told:
    """What a run tells that was sent as a span, or the AI SDK by way of LangSmith's exporter."""
    given = span.attributes
    if _AI_SDK in given:
        told = vercel_ai.DIALECT.read(span)
        _label(span, told)
        told.moved.update((_PROMPT, _COMPLETION))  # copies of what the AI SDK says
        return told
    told = Told(kind=text(given, _KIND))
    metadata = _label(span, told)
    _read_texts(span, told)
    for event in span.events:
        if event.name == "exception":
            told.error = text(event.attributes, "exception.message")
    _identify(span, told)
    if told.kind in CALLS:
        _read_call(given, told, metadata)
    return told


def _label(span: Span, told: Told) -> dict[str, Any]:
    """Names the run and files it; what its metadata hold."""
    given = span.attributes
    told.name = text(given, "langsmith.trace.name") or told.name
    told.project = text(given, "langsmith.trace.session_name")
    told.tags = told.tags or texts(given.get("langsmith.span.tags"))
    metadata = _metadata(given)
    told.metadata.update((name, value) for name, value in metadata.items() if name not in _OF_RUNTIME)
    told.session = text(metadata, *_SESSIONS) or told.session
    told.user = text(metadata, *_USERS) or told.user
    told.environment = text(metadata, *_ENVIRONMENTS)
    told.moved.update(_METADATA + name for name in told.metadata)
    above = text(given, "langsmith.traceable_parent_otel_span_id")
    if re.fullmatch("[0-9a-f]{16}", above):  # the spans between it and this one are not sent
        told.parent_id = run_id_of(span.trace_id, bytes.fromhex(above))
    if "langsmith.usage_metadata" in given:  # JavaScript's name for it
        metadata.setdefault("usage_metadata", json_at(given, "langsmith.usage_metadata"))
    return metadata


def _read_texts(span: Span, told: Told) -> None:
    given = span.attributes
    if _PROMPT in given or _COMPLETION in given:
        told.inputs, told.outputs = json_at(given, _PROMPT), json_at(given, _COMPLETION)
        told.moved.update((_PROMPT, _COMPLETION))
        return
    by_hand = read_genai(span)  # apps that write such spans themselves follow OpenTelemetry's names
    told.inputs, told.outputs = by_hand.inputs, by_hand.outputs
    told.temperature, told.top_p, told.max_tokens = by_hand.temperature, by_hand.top_p, by_hand.max_tokens
    told.moved.update(by_hand.moved)


def _read_call(given: Mapping[str, Any], told: Told, metadata: dict[str, Any]) -> None:
    told.provider = text(metadata, "ls_provider") or text(given, "gen_ai.system")
    told.model_asked = text(metadata, "ls_model_name")
    told.response_id = _answer(given, told.outputs)
    tools = json_at(given, "gen_ai.tool.definitions")
    if isinstance(tools, list) and isinstance(told.inputs, dict):
        told.inputs.setdefault("tools", tools)
    invoked = metadata.get("ls_invocation_params", metadata.get("invocation_params"))
    parameters = {**metadata, **(invoked if isinstance(invoked, dict) else {})}
    lifted = {
        name: metadata[f"ls_{name}"] for name in ("temperature", "max_tokens") if f"ls_{name}" in metadata
    }
    native.read_names(told, told.outputs, {**parameters, **lifted}, told.inputs)
    told.model_asked = told.model_asked or text(given, "gen_ai.request.model")
    told.model_answered = told.model_answered or text(given, "gen_ai.response.model")
    told.service_tier = told.service_tier or text(given, "gen_ai.response.service_tier")
    within = native.account_within(told.kind, told.outputs or {}, told.notes, extra={"metadata": metadata})
    told.account = within or _by_counts(given, told)
    told.streamed = flag(given, "langsmith.request.streaming") or told.streamed


def _answer(given: Mapping[str, Any], outputs: object) -> str:
    """The id of the answer: the provider's, else that of the run, which LangChain gives to its message.

    By it one finds the run again, where its client sends it in LangSmith's own protocol as well.
    """
    told = text(given, "gen_ai.response.id")
    if told or not isinstance(outputs, dict):
        return told
    found = response_id_of(outputs)
    if found:
        return found
    of_run = _RUN.search(text(given, _COMPLETION))
    return of_run[1] if of_run else ""


def _by_counts(given: Mapping[str, Any], told: Told) -> Account | None:
    """The counts of the span, with their details, which are written as Python writes them."""
    counts = {
        f"{side}_tokens": given.get(f"gen_ai.usage.{side}_tokens") for side in ("input", "output", "total")
    }
    if counts["input_tokens"] is None and counts["output_tokens"] is None:
        return usage_of(given, CONVENTION, told.notes)
    details = {
        f"{side}_token_details": object_at(given, f"gen_ai.usage.{side}_token_details")
        for side in ("input", "output")
    }
    known = {name: value for name, value in counts.items() if value is not None}
    return recognised({**known, **details}, told.notes) or usage_of(given, CONVENTION, told.notes)


def _metadata(given: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata of the run; what was an object or a list is one again."""
    found = under(given, _METADATA)
    for name, value in found.items():
        if isinstance(value, str) and value[:1] in ("{", "["):
            found[name] = json_at(found, name)
    return found


def _identify(span: Span, told: Told) -> None:
    """Ids of a run's own, where the span's is half of one.

    So it is where the app made the ids of its spans from those of its runs. Otherwise the client
    draws them by lot, and no span says of which run it is.
    """
    if _is_half_of_a_run(span, span.span_id):
        told.run_id = langsmith_run_id(span.trace_id, span.span_id)
    if is_id(span.parent_id, SPAN_BYTES) and _is_half_of_a_run(span, span.parent_id):
        told.parent_id = langsmith_run_id(span.trace_id, span.parent_id)


def _is_half_of_a_run(span: Span, half: bytes) -> bool:
    """Whether these bytes begin a UUID of version 7 of about the time of this span."""
    if len(half) != SPAN_BYTES or span.started_at is None:
        return False
    dated = time_in(langsmith_run_id(span.trace_id, half)) if half[6] >> 4 == 7 else None
    return dated is not None and abs(dated - span.started_at) < _AROUND


def _matches(span: Span) -> bool:
    given = span.attributes
    return _KIND in given or (_AI_SDK in given and not given.keys().isdisjoint(_MARKS))


DIALECT = Dialect(CONVENTION, _matches, read)
