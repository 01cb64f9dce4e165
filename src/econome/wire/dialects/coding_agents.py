"""The spans of coding agents: further copies of what their logs and files tell (see `wire.agents`).

Claude Code's llm_request names the same request as its log record, so that one of the two
counts. Codex' spans name no model and no conversation, Gemini CLI's no tokens: they are kept as
the steps that they are, with all that they brought, and never counted.
"""

from __future__ import annotations

from datetime import timedelta

from econome.domain.run import Kind
from econome.wire.conventions import Contradiction, anthropic_messages
from econome.wire.dialects.told import Dialect, Told
from econome.wire.dialects.values import number, text
from econome.wire.otlp.span import Span

_REQUEST = "claude_code.llm_request"
_COUNTS = {
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cache_read_tokens": "cache_read_input_tokens",
    "cache_creation_tokens": "cache_creation_input_tokens",
}
_OF_CODEX = frozenset(("handle_responses", "session_task.turn"))
"""Spans of Codex that bear tokens."""


def _matches(span: Span) -> bool:
    if span.name.startswith("claude_code."):
        return True
    service = text(span.source.resource, "service.name").lower()
    return (span.name in _OF_CODEX and service.startswith("codex")) or span.source.scope == "gemini-cli"


def _read(span: Span) -> Told:
    if span.name == _REQUEST:
        return _read_request(span)
    told = Told(session=text(span.attributes, "session.id", "conversation.id"))
    tool = text(span.attributes, "tool_name")
    if tool and span.name == "claude_code.tool":
        told.kind, told.name = Kind.TOOL, tool
    return told


def _read_request(span: Span) -> Told:
    given = span.attributes
    model = text(given, "model", "gen_ai.response.model", "gen_ai.request.model")
    told = Told(
        kind=Kind.LLM,
        model_answered=model,
        provider="anthropic" if model.startswith("claude-") else "",
        response_id=text(given, "request_id"),
        session=text(given, "session.id"),
        user=text(given, "user.email", "user.account_uuid", "user.id"),
        metadata={
            name: value
            for name, value in (("agent", "claude-code"), ("subagent", text(given, "agent_id")))
            if value
        },
    )
    first = number(given, "ttft_ms")
    if first is not None and span.started_at is not None and 0 <= first < 86_400_000:
        told.first_token_at = span.started_at + timedelta(milliseconds=first)
    counts = {
        theirs: int(tokens) for ours, theirs in _COUNTS.items() if (tokens := number(given, ours)) is not None
    }
    if counts:
        try:
            told.account = anthropic_messages.read(counts)
        except Contradiction as contradiction:
            told.notes.append(str(contradiction))
    return told


DIALECT = Dialect("coding_agents", _matches, _read)
