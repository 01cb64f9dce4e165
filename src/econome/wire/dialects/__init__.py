"""How libraries write their spans: one file each, whose `DIALECT` says by what it is known.

To add one, write its file and name it below, before those whose marks it shares. The first that
knows a span reads it; what nobody knows is kept as a step, with all that it brought.
"""

from __future__ import annotations

from econome.wire.dialects import (
    anthropic_sdk,
    bedrock,
    coding_agents,
    google_adk,
    inference_servers,
    langfuse,
    langsmith,
    litellm,
    llama_index,
    logfire,
    logfire_agents,
    mlflow,
    openinference,
    openlit,
    otel_genai,
    pydantic_ai,
    strands,
    traceloop,
    vercel_ai,
    vercel_ai_7,
)
from econome.wire.dialects.told import Dialect, Told
from econome.wire.otlp.span import Span

__all__ = ["DIALECTS", "Dialect", "Told", "dialect_of"]

_OF_LIBRARIES: tuple[Dialect, ...] = (
    logfire_agents.DIALECT,
    logfire.DIALECT,
    coding_agents.DIALECT,
    anthropic_sdk.DIALECT,
    langsmith.DIALECT,
    mlflow.DIALECT,
    strands.DIALECT,
    inference_servers.DIALECT,
    bedrock.DIALECT,
    openinference.DIALECT,
    google_adk.DIALECT,
    vercel_ai.DIALECT,
    vercel_ai_7.DIALECT,
    pydantic_ai.DIALECT,
    openlit.DIALECT,
    litellm.DIALECT,
    llama_index.DIALECT,
    traceloop.DIALECT,
    otel_genai.DIALECT,
)

DIALECTS: tuple[Dialect, ...] = (langfuse.over(_OF_LIBRARIES), *_OF_LIBRARIES)
"""In the order in which they are asked. Langfuse adds to what others say, so it comes before them."""


def dialect_of(span: Span) -> Dialect | None:
    """Who wrote this span, as far as we know."""
    for dialect in DIALECTS:
        if dialect.matches(span):
            return dialect
    return None
